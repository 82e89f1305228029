"""A paper as a PDF: A4, its fonts inside, the same bytes for the same paper."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.doctemplate import LayoutError

from sijoint.report.paper import Form, Paper, Part
from sijoint.report.pdf_blocks import (
    ACCENT,
    BOLD,
    INK,
    PLAIN,
    SOFT,
    TINT,
    line_below,
    padding,
    part_flowables,
    register_fonts,
    words_style,
)

SIDE, TOP, FOOT = 15 * mm, 11 * mm, 17 * mm
WIDTH = A4[0] - 2 * SIDE
LABEL_COLUMNS = 3
GUTTER = 7 * mm

# Type sizes in points, the wanted one first; a paper of one page takes the largest that fits.
SIZES = {
    Form.PATIENT: (12.5,),
    Form.ONE_PAGE: tuple(size / 4 for size in range(44, 29, -1)),
    Form.CLINICIAN: (9.0,),
    Form.LABELS: (8.5,),
}


def paper_pdf(paper: Paper) -> bytes:
    """The paper on A4. One that is made for one page is set smaller until it fits, down to 7.5 points, and never cut."""
    sizes = SIZES[paper.form]
    if paper.form is not Form.ONE_PAGE:
        return _whole(paper, sizes[0])
    fitting = None
    low, high = 0, len(sizes)  # sizes fall: from some place on all fit
    while low < high:
        middle = (low + high) // 2
        written = _on_one_page(paper, sizes[middle])
        fitting, low, high = (fitting, middle + 1, high) if written is None else (written, low, middle)
    return fitting or _whole(paper, sizes[-1])


def _whole(paper: Paper, size: float) -> bytes:
    """However many pages it takes; a frame or label longer than a page is set without its frame."""
    try:
        return _set(paper if paper.form is not Form.ONE_PAGE else replace(paper, form=Form.CLINICIAN), size)[0]
    except LayoutError:
        bare = tuple(replace(part, framed=False) for part in paper.parts)
        return _set(replace(paper, form=Form.CLINICIAN, parts=bare), size)[0]


def _on_one_page(paper: Paper, size: float) -> bytes | None:
    try:
        written, pages = _set(paper, size)
    except LayoutError:  # two columns are one piece: too long for any page at this size
        return None
    return written if pages == 1 else None


def _set(paper: Paper, size: float) -> tuple[bytes, int]:
    register_fonts()
    out = BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        leftMargin=SIDE,
        rightMargin=SIDE,
        topMargin=TOP,
        bottomMargin=FOOT,
        title=paper.title,
        author="SIJoint",
        lang=paper.language,
        invariant=1,
    )
    foot_text, foot_height = _foot(paper, size)

    def dress(canvas: Canvas, template: BaseDocTemplate) -> None:
        foot_text.drawOn(canvas, SIDE, 8 * mm)
        canvas.setFont(PLAIN, 7)
        canvas.setFillColor(SOFT)
        canvas.drawRightString(A4[0] - SIDE, 8 * mm, str(template.page))

    bottom = 10 * mm + foot_height
    frame = Frame(SIDE, bottom, WIDTH, A4[1] - TOP - bottom, 0, 0, 0, 0, id="page")
    document.addPageTemplates(PageTemplate("page", [frame], onPage=dress))
    document.build(list(_story(paper, size)))
    return out.getvalue(), document.page


def _foot(paper: Paper, size: float) -> tuple[Flowable, float]:
    style = ParagraphStyle("foot", fontName=PLAIN, fontSize=min(7.5, size - 1), leading=9.5, textColor=SOFT)
    told = Paragraph(" ".join(escape(line) for line in paper.foot), style)
    _, height = told.wrap(WIDTH - 12 * mm, A4[1])
    return told, height


def _story(paper: Paper, size: float) -> Iterator[Flowable]:
    yield from _head(paper, size)
    framed = [part for part in paper.parts if part.framed]
    rest = [part for part in paper.parts if not part.framed]
    if paper.form is Form.LABELS:
        yield _labels(paper.parts, size)
    elif paper.form is Form.ONE_PAGE:
        if framed:
            yield _frames_beside(framed, size)
        yield Spacer(0, size * 0.4)
        yield _two_columns(rest, size)
    else:
        for part in paper.parts:
            told = list(part_flowables(part, size, WIDTH))
            if part.framed:
                yield KeepTogether([Spacer(0, size * 0.5), _frame(told, WIDTH), Spacer(0, size * 0.3)])
            else:
                yield from [KeepTogether(told)] if paper.form is Form.PATIENT else [CondPageBreak(7 * size), *told]


def _head(paper: Paper, size: float) -> Iterator[Flowable]:
    for notice in paper.notices:
        style = ParagraphStyle("notice", fontName=BOLD, fontSize=size * 0.8, leading=size * 1.1, textColor=white)
        bar = Table([[Paragraph(escape(notice), style)]], colWidths=[WIDTH])
        bar.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, -1), INK), *padding(3, 7), line_below(1, white)]))
        yield bar
    yield Spacer(0, size * 0.5)
    title = ParagraphStyle("title", fontName=BOLD, fontSize=size * 1.65, leading=size * 2, textColor=ACCENT)
    yield Paragraph(escape(paper.title), title)
    if paper.who:
        yield Paragraph(escape(paper.who), words_style(size, SOFT))
    for line in paper.lead:
        style = ParagraphStyle("lead", fontName=BOLD, fontSize=size * 1.1, leading=size * 1.5, spaceBefore=size * 0.25)
        yield Paragraph(escape(line), style)
    rule = Table([[""]], colWidths=[WIDTH], rowHeights=[size * 0.5])
    rule.setStyle(TableStyle([line_below(1.4, ACCENT)]))
    yield rule
    yield Spacer(0, size * 0.35)


def _frames_beside(parts: list[Part], size: float) -> Flowable:
    """What must not be overlooked, in one frame across the page."""
    width = WIDTH / len(parts)
    cells = [list(part_flowables(part, size, width - 8 * mm)) for part in parts]
    table = Table([cells], colWidths=[width] * len(parts))
    table.setStyle(
        TableStyle(
            [
                ("BOX", (0, 0), (-1, -1), 1.4, INK),
                ("INNERGRID", (0, 0), (-1, -1), 0.5, INK),
                ("BACKGROUND", (0, 0), (-1, -1), TINT),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *padding(size * 0.5, 4 * mm),
            ]
        )
    )
    return table


def _two_columns(parts: list[Part], size: float) -> Flowable:
    """The parts in their order, down the left column and on in the right one, as even as whole parts allow."""
    width = (WIDTH - GUTTER) / 2
    told = [list(part_flowables(part, size, width)) for part in parts]
    heights = [sum(one.wrap(width, A4[1])[1] + one.getSpaceAfter() + one.getSpaceBefore() for one in of) for of in told]
    split = min(range(len(told) + 1), key=lambda count: max(sum(heights[:count]), sum(heights[count:])))
    left, right = ([one for of in side for one in of] for side in (told[:split], told[split:]))
    table = Table([[left, "", right]], colWidths=[width, GUTTER, width])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *padding(0, 0)]))
    return table


def _frame(told: list[Flowable], width: float) -> Table:
    table = Table([[told]], colWidths=[width])
    table.setStyle(
        TableStyle([("BOX", (0, 0), (-1, -1), 1.2, INK), ("BACKGROUND", (0, 0), (-1, -1), TINT), *padding(6, 9)])
    )
    return table


def _labels(parts: tuple[Part, ...], size: float) -> Flowable:
    """Labels to cut out and stick on, with room for pen."""
    width = WIDTH / LABEL_COLUMNS
    cells: list[list[Flowable]] = [list(part_flowables(part, size, width - 6 * mm)) for part in parts]
    cells += [[] for _ in range(-len(cells) % LABEL_COLUMNS)]
    lines = [cells[start : start + LABEL_COLUMNS] for start in range(0, len(cells), LABEL_COLUMNS)]
    table = Table(lines, colWidths=[width] * LABEL_COLUMNS)
    table.setStyle(
        TableStyle(
            [("GRID", (0, 0), (-1, -1), 0.5, SOFT), ("VALIGN", (0, 0), (-1, -1), "TOP"), *padding(3 * mm, 3 * mm)]
        )
    )
    return table
