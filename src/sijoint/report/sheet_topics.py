"""The items of a sheet for the patient under one heading a topic, in the order in which topics first come."""

from collections.abc import Iterable
from dataclasses import dataclass

from sijoint.model import DischargeItem, SheetItem
from sijoint.pathway import language


@dataclass(frozen=True)
class TopicOfSheet:
    heading: str
    items: tuple[SheetItem | DischargeItem, ...]


def by_topic(items: Iterable[SheetItem | DischargeItem], language_code: str = "en") -> tuple[TopicOfSheet, ...]:
    """The heading is in the sheet's own language."""
    told = language(language_code)
    topics: dict[str, list[SheetItem | DischargeItem]] = {}
    for item in items:
        topics.setdefault(told.word("headings", item.topic.value), []).append(item)
    return tuple(TopicOfSheet(heading, tuple(of_topic)) for heading, of_topic in topics.items())
