"""The course of a procedure as one picture on a time line: X-rays, needle depth, what was felt, pain, fluids and the gate.

SVG without script and without inline style, so that a page may lay a cursor over it: x is ``place(at_s)``.
"""

from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise

from sijoint.report.room_moments import RoomMoment, moment_title
from sijoint.report.words import number, session_clock

WIDTH, HEIGHT = 960, 232
LEFT, RIGHT = 92, 948
LANES = {"X-rays": 26, "Needle, mm": 50, "Pain": 142, "Fluids": 174, "Gate": 200}
DEPTH_TOP, DEPTH_BOTTOM = 50, 118
TICKS_S = (10, 30, 60, 120, 300, 600, 1200)
MOST_TICKS = 8
INK, QUIET, LINE = "#93a4ae", "#5f707a", "#26333b"
XRAY, NEEDLE, PAIN, CONTRAST, DRUG, GOOD, HELD = (
    "#2dd4bf", "#e4ebee", "#ff9b91", "#a9c4e3", "#f5bd62", "#7ddba1", "#ff9b91",
)  # fmt: skip


def last_second(moments: Sequence[RoomMoment]) -> float:
    return max((moment.at_s for moment in moments), default=0.0) or 1.0


def course_figure(moments: Sequence[RoomMoment]) -> str:
    """SVG text; its words are for the eye, the list of moments beside it tells the same."""
    lasts = last_second(moments)

    def place(at_s: float) -> float:
        return LEFT + (RIGHT - LEFT) * min(max(at_s / lasts, 0.0), 1.0)

    parts = [*_lanes(), *_ticks(lasts, place), *_depth(moments, place)]
    for moment in moments:
        parts += _marks(moment, place)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" data-left="{LEFT}" '
        f'data-right="{RIGHT}" data-lasts="{lasts:.3f}" font-family="system-ui, sans-serif" font-size="11" '
        f'aria-label="Time line of the procedure, {session_clock(lasts)} long; the list of moments tells the same.">'
        f"{''.join(parts)}</svg>"
    )


def _lanes() -> list[str]:
    parts = [
        f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" fill="{INK}">{name}</text>' for name, y in LANES.items()
    ]
    lines = [LANES["X-rays"], LANES["Pain"], LANES["Fluids"], LANES["Gate"]]
    return parts + [f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y}" y2="{y}" stroke="{LINE}"/>' for y in lines]


def _ticks(lasts: float, place: Callable[[float], float]) -> list[str]:
    step = next((step for step in TICKS_S if lasts / step <= MOST_TICKS), TICKS_S[-1])
    parts = []
    for tick in range(0, int(lasts) + 1, step):
        x = place(tick)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="14" y2="{HEIGHT - 20}" stroke="{LINE}" stroke-dasharray="2 4"/>'
        )
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle" fill="{QUIET}">{session_clock(tick)}</text>'
        )
    return parts


def _depth(moments: Sequence[RoomMoment], place: Callable[[float], float]) -> list[str]:
    deepest = max((moment.then.depth_mm or 0.0 for moment in moments), default=0.0)
    if not deepest:
        middle = (DEPTH_TOP + DEPTH_BOTTOM) / 2
        return [f'<text x="{LEFT + 8}" y="{middle}" fill="{QUIET}">no depth is kept of this course</text>']

    def down(depth: float) -> float:
        return DEPTH_TOP + (DEPTH_BOTTOM - DEPTH_TOP) * depth / deepest

    parts = [
        f'<text x="{LEFT - 8}" y="{DEPTH_BOTTOM + 4}" text-anchor="end" fill="{QUIET}">{number(deepest, 0)}</text>',
        f'<line x1="{LEFT}" x2="{RIGHT}" y1="{DEPTH_TOP}" y2="{DEPTH_TOP}" stroke="{LINE}"/>',
    ]
    for one, after in pairwise([*moments, moments[-1]]):
        depth, then = one.then.depth_mm, after.then.depth_mm
        if depth is None:
            continue
        x, end, y = place(one.at_s), place(after.at_s), down(depth)
        to = y if then is None else down(then)
        parts.append(
            f'<path d="M{x:.1f} {y:.1f}H{end:.1f}V{to:.1f}" fill="none" stroke="{NEEDLE}" stroke-width="1.6"/>'
        )
    for moment in moments:
        if moment.then.depth_mm is None:
            continue
        x, y = place(moment.at_s), down(moment.then.depth_mm)
        if "give" in moment.marks:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{GOOD}">{_title(moment)}</circle>')
        if "bone" in moment.marks:
            parts.append(
                f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{DRUG}">{_title(moment)}</rect>'
            )
    return parts


def _marks(moment: RoomMoment, place: Callable[[float], float]) -> list[str]:
    x, title = place(moment.at_s), _title(moment)
    match moment.kind:
        case "image":
            y = LANES["X-rays"]
            return [f'<rect x="{x - 2:.1f}" y="{y - 7}" width="4" height="14" rx="1" fill="{XRAY}">{title}</rect>']
        case "patient" if moment.then.pain is not None:
            y, high = LANES["Pain"], 2 + 1.6 * moment.then.pain
            return [
                f'<rect x="{x - 2:.1f}" y="{y - high:.1f}" width="4" height="{high:.1f}" fill="{PAIN}">{title}</rect>'
            ]
        case "fluid":
            colour = DRUG if moment.words.startswith("Drug") else CONTRAST
            return [f'<circle cx="{x:.1f}" cy="{LANES["Fluids"]}" r="5" fill="{colour}">{title}</circle>']
        case "gate":
            y, allowed = LANES["Gate"], "allowed" in moment.marks
            path = f"M{x - 5:.1f} {y}l4 4l7 -8" if allowed else f"M{x - 4:.1f} {y - 4}l8 8m0 -8l-8 8"
            return [
                f'<path d="{path}" fill="none" stroke="{GOOD if allowed else HELD}" stroke-width="2.4">{title}</path>'
            ]
        case "refused":
            y = LANES["Gate"]
            return [f'<path d="M{x:.1f} {y - 5}l5 9h-10z" fill="{HELD}">{title}</path>']
        case _:
            return []


def _title(moment: RoomMoment) -> str:
    return f"<title>{session_clock(moment.at_s)} {escape(moment_title(moment))}</title>"
