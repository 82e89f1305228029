"""The diary as a curve: hours on a plain scale, then days to months on a logarithmic one, drawn as SVG text.

The figure shows what was answered and what counts: the anaesthetic's action window, the line below which relief reaches
the threshold, late entries (hollow), painkillers (triangles). It decides nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape
from math import log

from sijoint.model import Answer, OrderKind, Session
from sijoint.report.given import action_window_minutes
from sijoint.report.timeline import injected_at
from sijoint.report.words import number, percent

HOUR, DAY = 60, 1440
WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 748, 36, 232
DAY_TICKS = (  # minutes, label, printed on a narrow screen
    (1 * DAY, "1 d", True), (3 * DAY, "3 d", False), (7 * DAY, "1 wk", True), (14 * DAY, "2 wk", False),
    (28 * DAY, "4 wk", True), (56 * DAY, "8 wk", False), (84 * DAY, "12 wk", True), (152 * DAY, "5 mo", False),
    (304 * DAY, "10 mo", True), (730 * DAY, "2 y", True),
)  # fmt: skip


@dataclass(frozen=True)
class DiaryPoint:
    """One answer, in minutes after the drug (0 or less: before it)."""

    minutes: float
    label: str
    index_nrs: int | None
    rest_nrs: int | None
    on_time: bool
    analgesic: bool
    by_staff: bool


def diary_points(session: Session) -> tuple[DiaryPoint, ...]:
    """Baseline, the nurse's checks and the patient's entries in the order of the clock; empty without an injected drug.

    A check and an entry for the same minutes are one point: the entry.
    """
    injected = injected_at(session.procedure)
    if injected is None:
        return ()
    points: list[DiaryPoint] = []
    confirmed = session.confirmation
    if confirmed and (confirmed.index_nrs is not None or confirmed.rest_nrs is not None):
        points.append(DiaryPoint(0, "before", confirmed.index_nrs, confirmed.rest_nrs, True, False, True))
    prompts = {prompt.id: prompt for prompt in session.prompts}
    for entry in session.entries:
        prompt = prompts.get(entry.prompt_id)
        on_time = prompt is None or prompt.opens <= entry.answered <= prompt.closes
        points.append(
            DiaryPoint(
                _minutes(injected, entry.answered),
                prompt.label if prompt else "own entry",
                entry.index_nrs,
                entry.rest_nrs,
                on_time,
                entry.analgesic_taken.answer is Answer.YES,
                entry.by_staff,
            )
        )
    answered = [point.minutes for point in points]
    for check in session.recovery:
        minutes = _minutes(injected, check.at)
        if (
            minutes > 1
            and not any(abs(minutes - other) < 4 for other in answered)
            and (check.index_nrs is not None or check.rest_nrs is not None)
        ):
            points.append(
                DiaryPoint(minutes, f"{check.minutes} min", check.index_nrs, check.rest_nrs, True, False, True)
            )
    return tuple(sorted(points, key=lambda point: point.minutes))


def diary_figure(session: Session, *, window_label: str = "action window of the anaesthetic") -> bytes:
    """The diary of one session as a self-contained SVG; empty bytes where no drug was given or nothing was answered."""
    points = diary_points(session)
    if not points:
        return b""
    place = _time_axis(points)
    parts = [*_scale(), *_window(session, place, window_label), *_ticks(place, points)]
    parts += _threshold(session, points)
    parts += _curve(points, place, lambda point: point.rest_nrs, "rest")
    parts += _curve(points, place, lambda point: point.index_nrs, "index")
    parts += _analgesics(points, place)
    parts += _legend()
    title = f"Pain diary of the {session.order.kind} injection"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="diary" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(_in_words(session, points))}"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style>{''.join(parts)}</svg>"
    ).encode()


STYLE = (
    ".diary text{font:12px system-ui,sans-serif;fill:#3c4650}.diary .grid{stroke:#dfe4e8;stroke-width:1}"
    ".diary .break{stroke:#8a949d;stroke-dasharray:2 3}.diary .window{fill:#0b5c7a;fill-opacity:.1}"
    ".diary .threshold{stroke:#0b5c7a;stroke-dasharray:6 4;stroke-width:1.5}.diary .strong{fill:#0b5c7a;font-weight:600;stroke:#fff;stroke-width:4px;stroke-opacity:.85;paint-order:stroke;stroke-linejoin:round}"
    ".diary .index{fill:none;stroke:#0b5c7a;stroke-width:2.2}.diary .rest{fill:none;stroke:#7d8790;stroke-width:1.4;stroke-dasharray:1 3;stroke-linecap:round}"
    ".diary .dot{fill:#0b5c7a;stroke:#0b5c7a;stroke-width:2}.diary .late{fill:#fff}.diary .restdot{fill:#7d8790}.diary .pill{fill:#1d252c}"
    "@media(max-width:620px){.diary text{font-size:19px}.diary .minor{display:none}}"
)


def _minutes(injected: datetime, when: datetime) -> float:
    return (when - injected).total_seconds() / 60


def _height(nrs: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * nrs / 10


@dataclass(frozen=True)
class _Axis:
    """Minutes to x: linear up to ``turn`` minutes at ``turn_x``, logarithmic after it."""

    turn: float
    turn_x: float
    end: float

    def __call__(self, minutes: float) -> float:
        if minutes <= self.turn or self.end <= self.turn:
            return LEFT + 18 + (self.turn_x - LEFT - 18) * max(minutes, 0) / self.turn
        return self.turn_x + 14 + (RIGHT - 16 - self.turn_x - 14) * log(minutes / self.turn) / log(self.end / self.turn)


def _time_axis(points: tuple[DiaryPoint, ...]) -> _Axis:
    """Give the first hours most of the width when most entries lie there, the months most when they lie there."""
    turn = 13.0 * HOUR
    last = points[-1].minutes
    if last <= turn:
        return _Axis(turn, RIGHT - 16, turn)
    early = sum(point.minutes <= turn for point in points) / len(points)
    share = min(max(early, 0.34), 0.68)
    return _Axis(turn, LEFT + (RIGHT - LEFT) * share, max(last * 1.02, 2 * DAY))


def _scale() -> list[str]:
    lines = []
    for nrs in range(0, 11, 2):
        y = _height(nrs)
        lines.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{nrs}</text>')
    lines.append(f'<text x="{LEFT - 34}" y="{TOP - 16}">pain, 0 to 10</text>')
    return lines


def _ticks(place: _Axis, points: tuple[DiaryPoint, ...]) -> list[str]:
    marks = [
        (hours * HOUR, f"{hours} h" if hours else "drug", hours % 4 == 0) for hours in (0, 1, 2, 3, 4, 6, 8, 10, 12)
    ]
    if place.turn_x - LEFT < 300:
        marks = [mark for mark in marks if mark[0] % (4 * HOUR) == 0]
    if place.end > place.turn:
        marks += [tick for tick in DAY_TICKS if tick[0] <= place.end]
    out, last_x = [], -100.0
    for minutes, label, major in marks:
        x = place(minutes)
        if x - last_x < 40:
            continue
        last_x = x
        small = "" if major else ' class="minor"'
        out.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{BOTTOM}" y2="{BOTTOM + 5}"/>')
        out.append(f'<text{small} x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{label}</text>')
    if place.end > place.turn:
        x = place.turn_x + 6
        out.append(f'<line class="break" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM + 5}"/>')
    return out


def _window(session: Session, place: _Axis, label: str) -> list[str]:
    window = action_window_minutes(session)
    if window is None:
        return []
    start, end = place(window[0]), place(window[1])
    return [
        f'<rect class="window" x="{start:.1f}" y="{TOP}" width="{end - start:.1f}" height="{BOTTOM - TOP}"/>',
        f'<text class="strong minor" x="{start + 6:.1f}" y="{TOP + 15}">{escape(label)}</text>',
    ]


def _threshold(session: Session, points: tuple[DiaryPoint, ...]) -> list[str]:
    """The line of a test's threshold; a therapeutic injection is no test and has none."""
    baseline = next((point.index_nrs for point in points if point.minutes <= 0), None)
    if not baseline or session.order.kind is not OrderKind.DIAGNOSTIC:
        return []
    percent_needed = session.verdict.threshold_percent if session.verdict else session.order.rule.threshold_percent
    nrs = Decimal(baseline) * (1 - percent_needed / 100)
    y = _height(float(nrs))
    words = f"dashed: {percent(percent_needed)} relief = {number(nrs, 2)}"
    return [
        f'<line class="threshold" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>',
        f'<text class="strong" x="{RIGHT}" y="{TOP - 16}" text-anchor="end">{words}</text>',
    ]


def _curve(
    points: tuple[DiaryPoint, ...], place: _Axis, nrs: Callable[[DiaryPoint], int | None], kind: str
) -> list[str]:
    known = [(point, value) for point in points if (value := nrs(point)) is not None]
    path = " ".join(f"{place(point.minutes):.1f},{_height(value):.1f}" for point, value in known)
    out = [f'<polyline class="{kind}" points="{path}"/>']
    for point, value in known:
        x, y = place(point.minutes), _height(value)
        if kind == "rest":
            out.append(f'<circle class="restdot" cx="{x:.1f}" cy="{y:.1f}" r="2"/>')
        else:
            late = "" if point.on_time else " late"
            out.append(f'<circle class="dot{late}" cx="{x:.1f}" cy="{y:.1f}" r="4.2"/>')
    return out


def _analgesics(points: tuple[DiaryPoint, ...], place: _Axis) -> list[str]:
    out = []
    for point in points:
        if point.analgesic:
            x, y = place(point.minutes), BOTTOM - 4
            out.append(f'<path class="pill" d="M{x - 5:.1f} {y:.1f}h10l-5 -9z"/>')
    return out


def _legend() -> list[str]:
    """What the marks mean; on a narrow screen the words round the figure have to do."""
    y = BOTTOM + 50
    marks = (
        (f'<circle class="dot" cx="{LEFT + 6}" cy="{y - 4}" r="4.2"/>', 16, "on own worst movement"),
        (f'<circle class="dot late" cx="{LEFT + 186}" cy="{y - 4}" r="4.2"/>', 196, "late: kept, not counted"),
        (f'<line class="rest" x1="{LEFT + 350}" x2="{LEFT + 380}" y1="{y - 4}" y2="{y - 4}"/>', 386, "at rest"),
        (f'<path class="pill" d="M{LEFT + 456} {y}h10l-5 -9z"/>', 472, "painkiller taken"),
    )
    texts = [f'{mark}<text x="{LEFT + x}" y="{y}">{words}</text>' for mark, x, words in marks]
    return ['<g class="minor">', *texts, "</g>"]


def _in_words(session: Session, points: tuple[DiaryPoint, ...]) -> str:
    said = ", ".join(f"{point.label} {point.index_nrs}" for point in points if point.index_nrs is not None)
    return f"Pain on the patient's own worst movement, 0 to 10: {said}."
