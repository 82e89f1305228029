"""The items of a preparation sheet under one heading a topic, in the order in which topics first come."""

from dataclasses import dataclass

from sijoint.model import SheetItem


@dataclass(frozen=True)
class TopicOfSheet:
    heading: str
    items: tuple[SheetItem, ...]


def by_topic(items: tuple[SheetItem, ...]) -> tuple[TopicOfSheet, ...]:
    topics: dict[str, list[SheetItem]] = {}
    for item in items:
        topics.setdefault(item.topic.value, []).append(item)
    return tuple(TopicOfSheet(heading, tuple(of_topic)) for heading, of_topic in topics.items())
