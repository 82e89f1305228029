"""A paper that a person reads, before it has a form: title, whose it is, and parts with a heading and blocks.

One paper is written as a page (``paper_html``), for a printer (``paper_pdf``) and as plain text (``paper_text``); the
sentences are the same in all three.
"""

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """How a paper is set: for patients in large type, on exactly one page where it can, for clinicians compact, as labels."""

    PATIENT = "patient"
    ONE_PAGE = "one page"
    CLINICIAN = "clinician"
    LABELS = "labels"


@dataclass(frozen=True)
class Words:
    """One paragraph."""

    text: str
    strong: bool = False
    soft: bool = False


@dataclass(frozen=True)
class Points:
    """A list with a dot before each item."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """What is asked and what was answered, a line each."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table. ``numbers`` are the columns whose values are set to the right."""

    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    caption: str = ""
    numbers: tuple[int, ...] = ()


Block = Words | Points | Rows | Grid


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it; ``framed`` where it must not be overlooked."""

    heading: str
    blocks: tuple[Block, ...]
    framed: bool = False


@dataclass(frozen=True)
class Paper:
    """``notices`` stand on top of everything (virtual, not reviewed); ``title`` holds no patient data, ``who`` does."""

    title: str
    form: Form
    parts: tuple[Part, ...]
    who: str = ""
    lead: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    language: str = "en"


def every_sentence(paper: Paper) -> tuple[str, ...]:
    """All that stands on the paper, in reading order."""
    told = [*paper.notices, paper.title, paper.who, *paper.lead]
    for part in paper.parts:
        told.append(part.heading)
        for block in part.blocks:
            told += _sentences(block)
    return tuple(text for text in (*told, *paper.foot) if text)


def _sentences(block: Block) -> list[str]:
    match block:
        case Words(text):
            return [text]
        case Points(items):
            return list(items)
        case Rows(pairs):
            return [text for pair in pairs for text in pair]
        case Grid(head, lines, caption):
            return [caption, *head, *(text for line in lines for text in line)]
