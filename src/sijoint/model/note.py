"""The procedure note as text: every version of it, who signed, what was added later, and what was entered in error."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class EnteredInError:
    """A mark on a text that stays readable."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class NoteText:
    """One version or addendum. ``generated``: written from the events by the program, and not yet changed by a person."""

    at: datetime
    by: str
    text: str
    generated: bool = False
    entered_in_error: EnteredInError | None = None


@dataclass(frozen=True)
class Note:
    """``versions``: oldest first, the last one is the note. After ``signed_at`` there are addenda only."""

    versions: tuple[NoteText, ...]
    signed_at: datetime | None = None
    signed_by: str = ""
    addenda: tuple[NoteText, ...] = ()
