"""One thing to choose in a form."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """``note`` stands beside the words, more quietly."""

    value: str
    words: str
    note: str = ""
