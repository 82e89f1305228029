"""The learning curve: what a person's rehearsals took, one after the other, beside what is published. A picture and a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from math import ceil

from sijoint.report.procedure_measures import Measure
from sijoint.report.references import Reference
from sijoint.report.words import number

SHOWN = ("fluoroscopy_seconds", "needle_passes", "tip_from_target_mm", "judged_right")
WIDTH, HEIGHT = 440, 220
LEFT, RIGHT, TOP, BOTTOM = 48, 424, 34, 182
MOST_LABELS = 10
INK, QUIET, LINE, ACCENT, BAND = "#e4ebee", "#93a4ae", "#26333b", "#2dd4bf", "#f5bd62"
COLOURS = ("#2dd4bf", "#f5bd62", "#a9c4e3", "#ff9b91", "#7ddba1", "#c8b6ff")


@dataclass(frozen=True)
class Practice:
    """One rehearsal that ended: when, by whom (a code), what it was, and what was measured."""

    id: str
    at: datetime
    by: str
    words: str
    measures: tuple[Measure, ...]

    def measure(self, code: str) -> Measure | None:
        return next((one for one in self.measures if one.code == code), None)


def in_order(practices: Iterable[Practice]) -> tuple[Practice, ...]:
    return tuple(sorted(practices, key=lambda one: (one.at, one.id)))


def curve_figures(practices: Sequence[Practice]) -> tuple[tuple[str, str], ...]:
    """For each measure that has values: its words and its SVG, one line for each person, rehearsals counted from one."""
    figures = []
    for code in SHOWN:
        found = [measure for one in practices if (measure := one.measure(code)) and measure.value is not None]
        if found:
            figures.append((found[0].words, _figure(code, found[0], in_order(practices))))
    return tuple(figures)


def _figure(code: str, measure: Measure, practices: Sequence[Practice]) -> str:
    lines: dict[str, list[tuple[int, float]]] = {}
    counted: dict[str, int] = {}
    for one in practices:
        counted[one.by] = counted.get(one.by, 0) + 1
        found = one.measure(code)
        if found is not None and found.value is not None:
            lines.setdefault(one.by, []).append((counted[one.by], found.value))
    reference = next(iter(measure.references), None)
    longest = max(counted.values())
    highest = _top(lines, reference, measure)
    parts = [*_axes(measure, longest, highest), *_reference(reference, highest)]
    for number_of, (person, points) in enumerate(sorted(lines.items())):
        parts += _line(points, longest, highest, COLOURS[number_of % len(COLOURS)], person if len(lines) > 1 else "")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="11" '
        f'aria-label="{escape(measure.words)} by rehearsal; the table below tells the same.">{"".join(parts)}</svg>'
    )


def _top(lines: dict[str, list[tuple[int, float]]], reference: Reference | None, measure: Measure) -> float:
    if measure.unit == "%":
        return 100.0
    highest = max(value for points in lines.values() for _, value in points)
    if reference is not None:
        highest = max(highest, reference.high or reference.value)
    if not measure.unit:
        return 2.0 * ceil((highest + 1) / 2)  # counts: whole numbers on the axis
    return max(1.15 * highest, 1.0)


def _x(count: int, longest: int) -> float:
    return LEFT + (RIGHT - LEFT) * (count - 0.5) / max(longest, 1)


def _y(value: float, highest: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / highest


def _axes(measure: Measure, longest: int, highest: float) -> list[str]:
    unit = f", {measure.unit}" if measure.unit else ""
    parts = [
        f'<text x="{LEFT - 36}" y="18" fill="{INK}" font-size="13" font-weight="600">{escape(measure.words)}{unit}</text>'
    ]
    for share in (0.0, 0.5, 1.0):
        y = _y(share * highest, highest)
        parts.append(f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LINE}"/>')
        told = number(share * highest, 0 if highest > 4 else 1)
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{QUIET}">{told}</text>')
    step = -(-longest // MOST_LABELS)
    for count in range(1, longest + 1, step):
        parts.append(
            f'<text x="{_x(count, longest):.1f}" y="{BOTTOM + 16}" text-anchor="middle" fill="{QUIET}">{count}</text>'
        )
    return [*parts, f'<text x="{RIGHT}" y="{BOTTOM + 32}" text-anchor="end" fill="{QUIET}">rehearsal</text>']


def _reference(reference: Reference | None, highest: float) -> list[str]:
    if reference is None:
        return []
    parts = []
    if reference.low is not None and reference.high is not None:
        top, bottom = _y(min(reference.high, highest), highest), _y(reference.low, highest)
        parts.append(
            f'<rect x="{LEFT}" y="{top:.1f}" width="{RIGHT - LEFT}" height="{bottom - top:.1f}" fill="{BAND}" fill-opacity="0.13"/>'
        )
    y = _y(reference.value, highest)
    parts.append(
        f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{BAND}" stroke-dasharray="5 4" stroke-width="1.4"/>'
    )
    told = f"published {number(reference.value)}{'' if reference.here else ', elsewhere'}"
    parts.append(f'<text x="{RIGHT - 4}" y="{y - 5:.1f}" text-anchor="end" fill="{BAND}">{told}</text>')
    return parts


def _line(points: Sequence[tuple[int, float]], longest: int, highest: float, colour: str, person: str) -> list[str]:
    placed = [(_x(count, longest), _y(value, highest)) for count, value in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    parts = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>']
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" fill="{colour}"/>' for x, y in placed]
    if person:
        x, y = placed[-1]
        parts.append(f'<text x="{x - 6:.1f}" y="{y - 8:.1f}" text-anchor="end" fill="{colour}">{escape(person)}</text>')
    return parts
