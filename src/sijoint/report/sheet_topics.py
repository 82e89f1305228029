"""The items of a sheet for the patient under one heading a topic, in the order in which topics first come."""

from collections.abc import Iterable
from dataclasses import dataclass

from sijoint.model import DischargeItem, SheetItem, SheetTopic

# The same topic stands on the sheet of a test and on that of a therapeutic injection, where there is no test.
HEADINGS: dict[str, str] = {SheetTopic.PAIN_BEFORE: "pain and painkillers before"}


@dataclass(frozen=True)
class TopicOfSheet:
    heading: str
    items: tuple[SheetItem | DischargeItem, ...]


def by_topic(items: Iterable[SheetItem | DischargeItem]) -> tuple[TopicOfSheet, ...]:
    topics: dict[str, list[SheetItem | DischargeItem]] = {}
    for item in items:
        topics.setdefault(HEADINGS.get(item.topic, item.topic.value), []).append(item)
    return tuple(TopicOfSheet(heading, tuple(of_topic)) for heading, of_topic in topics.items())
