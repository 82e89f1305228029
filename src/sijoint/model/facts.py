"""A safety fact: yes, no, unknown or not asked, with who and when. Absence is never no."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Fact:
    """One answer. ``by`` is a role or person code, ``at`` aware UTC; both are empty only for NOT_ASKED."""

    answer: Answer = Answer.NOT_ASKED
    by: str = ""
    at: datetime | None = None
    note: str = ""


NOT_ASKED = Fact()
