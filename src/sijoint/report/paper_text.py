"""A paper as plain text: one paragraph a line, so that a phone wraps it and a screen reader reads whole sentences."""

from collections.abc import Iterator

from sijoint.report.paper import Block, Grid, Paper, Points, Rows, Words


def paper_text(paper: Paper) -> str:
    """No line is broken inside a sentence, nothing is drawn with signs, and a table is read out row by row."""
    lines: list[str] = [paper.title, *([paper.who] if paper.who else []), *paper.lead]
    lines += [f"{notice}" for notice in paper.notices]
    for part in paper.parts:
        lines += ["", *([part.heading] if part.heading else [])]
        for block in part.blocks:
            lines += _lines(block)
    if paper.foot:
        lines += ["", *paper.foot]
    return "\n".join(lines) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Words(text):
            yield text
        case Points(items):
            yield from (f"- {item}" for item in items)
        case Rows(pairs):
            yield from (f"{asked}: {told}" for asked, told in pairs)
        case Grid(head, rows, caption):
            if caption:
                yield caption
            for row in rows:
                told = [f"{name} {value}" if name else value for name, value in zip(head, row, strict=True) if value]
                yield f"- {'; '.join(told)}"
