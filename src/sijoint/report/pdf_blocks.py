"""The parts of a paper as ReportLab sets them: headings, paragraphs, lists, rows and tables, in type of one size."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from matplotlib import get_data_path
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, Table, TableStyle

from sijoint.report.paper import Block, Grid, Part, Points, Rows, Words

INK, SOFT, LINE, ACCENT, TINT = (HexColor(one) for one in ("#1d252c", "#56616b", "#d5dbe0", "#0b5c7a", "#e8f1f5"))
PLAIN, BOLD = (
    "DejaVuSans",
    "DejaVuSans-Bold",
)  # they come with matplotlib, hold every sign we write, and read well small


def part_flowables(part: Part, size: float, width: float) -> Iterator[Flowable]:
    """A part across so many points, in type of ``size`` points."""
    blocks = [one for block in part.blocks for one in _block(block, size, width)]
    if part.heading:
        colour = INK if part.framed else ACCENT
        style = ParagraphStyle(
            "heading",
            fontName=BOLD,
            fontSize=size * 1.08,
            leading=size * 1.36,
            textColor=colour,
            spaceBefore=0 if part.framed else size * 0.62,
            spaceAfter=size * 0.16,
        )
        blocks.insert(0, Paragraph(escape(part.heading), style))
    yield from blocks


def _block(block: Block, size: float, width: float) -> Iterator[Flowable]:
    match block:
        case Words(text, strong, soft):
            yield Paragraph(escape(text), words_style(size, SOFT if soft else INK, BOLD if strong else PLAIN))
        case Points(items):
            for item in items:
                yield Paragraph(f"<bullet>•</bullet>{escape(item)}", words_style(size, INK, left=size))
        case Rows(pairs):
            yield _table([[*pair] for pair in pairs], [width * 0.36, width * 0.64], size, first=SOFT)
        case Grid(head, lines, caption, numbers):
            if caption:
                yield Paragraph(escape(caption), words_style(size * 0.9, SOFT))
            yield _table(
                [[*head], *([*line] for line in lines)], _widths(head, lines, width, size), size, numbers, head=True
            )


def _table(
    lines: list[list[str]],
    widths: list[float],
    size: float,
    numbers: tuple[int, ...] = (),
    *,
    head: bool = False,
    first: Color = INK,
) -> Table:
    def cell(text: str, row: int, column: int) -> Paragraph:
        colour = SOFT if head and row == 0 else first if column == 0 else INK
        style = words_style(size * (0.88 if head else 1), colour, BOLD if head and row == 0 else PLAIN)
        style.alignment = TA_RIGHT if column in numbers else 0
        style.spaceAfter = 0
        return Paragraph(escape(text), style)

    told = [[cell(text, row, column) for column, text in enumerate(line)] for row, line in enumerate(lines)]
    table = Table(told, colWidths=widths, repeatRows=1 if head else 0)
    rules = [line_below(0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"), *padding(size * 0.16, size * 0.35)]
    table.setStyle(TableStyle([*rules, ("LINEBELOW", (0, 0), (-1, 0), 0.8, SOFT)] if head else rules))
    table.spaceAfter = size * 0.4
    return table


def _widths(head: tuple[str, ...], lines: tuple[tuple[str, ...], ...], width: float, size: float) -> list[float]:
    """Each column holds its longest word; what is left goes where whole cells would like more."""

    def wide(text: str, font: str) -> float:
        return float(pdfmetrics.stringWidth(text, font, size * 0.88)) + size

    cells = [
        [(text, BOLD if row == 0 else PLAIN) for row, text in enumerate(of)] for of in zip(head, *lines, strict=True)
    ]
    least = [max(wide(word, font) for text, font in of for word in text.split() or [""]) for of in cells]
    whole = [max(wide(text, font) for text, font in of) for of in cells]
    least = [min(word, width / len(head)) for word in least]  # an endless word is broken
    left = width - sum(least)
    wished = [max(most - word, 0.1) for most, word in zip(whole, least, strict=True)]
    return [word + left * wish / sum(wished) for word, wish in zip(least, wished, strict=True)]


def words_style(size: float, colour: Color = INK, font: str = PLAIN, left: float = 0) -> ParagraphStyle:
    """Running text; ``left`` is the indent of what follows a dot, in points."""
    return ParagraphStyle(
        "words",
        fontName=font,
        fontSize=size,
        leading=size * 1.34,
        textColor=colour,
        spaceAfter=size * 0.24,
        leftIndent=left,
        bulletIndent=0,
        bulletFontName=PLAIN,
        bulletFontSize=size,
    )


def padding(up: float, across: float) -> list[tuple[object, ...]]:
    """Commands of a table: so many points above and below, and beside."""
    sides = (("TOPPADDING", up), ("BOTTOMPADDING", up), ("LEFTPADDING", across), ("RIGHTPADDING", across))
    return [(name, (0, 0), (-1, -1), value) for name, value in sides]


def line_below(width: float, colour: Color) -> tuple[object, ...]:
    """Command of a table: a line below every row."""
    return ("LINEBELOW", (0, 0), (-1, -1), width, colour)


@cache
def register_fonts() -> None:
    """Once a process."""
    folder = Path(get_data_path(), "fonts", "ttf")
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD)
