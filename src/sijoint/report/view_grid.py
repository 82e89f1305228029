"""The view map as a table that a person can walk through: one cell for each receptor direction of the grid, in words."""

import math
from dataclasses import dataclass

import numpy as np

from sijoint.guidance import Seen, ViewMap
from sijoint.report.view_map_picture import PANELS
from sijoint.report.words import number

STEPS = 11  # of colour, 0 to 10
SHORT = {
    "open_share": "joint open",
    "separation_mm": "joint lines",
    "bone_before_mm": "bone in front",
    "off_needle_deg": "off the needle",
    "relative_dose": "dose rate",
    "truncated_share": "cut by the CT's end",
}
DIVERGING = frozenset({"separation_mm"})


@dataclass(frozen=True)
class GridMeasure:
    """One measure that colours the grid; low and high are the ends of its colours."""

    code: str
    short: str
    words: str
    low: float
    high: float
    diverging: bool


@dataclass(frozen=True)
class GridCell:
    """One receptor direction. ``steps`` are colour steps 0 to 10 by measure; empty out of reach."""

    left_deg: float
    cephalad_deg: float
    receptor: str
    reachable: bool
    steps: dict[str, int]
    values: dict[str, str]
    words: str
    best: tuple[str, ...]  # kinds of the best views that lie nearest to this cell


@dataclass(frozen=True)
class ViewGrid:
    """``rows`` from cephalad down to caudad, cells from the patient's left to the right: as seen from behind."""

    measures: tuple[GridMeasure, ...]
    left_deg: tuple[float, ...]
    rows: tuple[tuple[GridCell, ...], ...]


def view_grid(seen: ViewMap) -> ViewGrid:
    """The cells of the even grid; the finer ones round the best views are those views' own."""
    coarse = np.flatnonzero(~seen.refined)
    measures = seen.measures
    shown = tuple(
        GridMeasure(code, SHORT[code], words, low, high, code in DIVERGING)
        for code, words, _, low, high in PANELS
        if np.isfinite(getattr(measures, code)[coarse]).any()
    )
    lefts = sorted({float(measures.left_deg[row]) for row in coarse}, reverse=True)
    ups = sorted({float(measures.cephalad_deg[row]) for row in coarse}, reverse=True)
    best = _nearest(seen, lefts, ups)
    at = {(float(measures.left_deg[row]), float(measures.cephalad_deg[row])): int(row) for row in coarse}
    rows = tuple(
        tuple(_cell(measures.at(at[left, up]), shown, best.get((left, up), ())) for left in lefts) for up in ups
    )
    return ViewGrid(shown, tuple(lefts), rows)


def _nearest(seen: ViewMap, lefts: list[float], ups: list[float]) -> dict[tuple[float, float], tuple[str, ...]]:
    found: dict[tuple[float, float], tuple[str, ...]] = {}
    for view in seen.views:
        tilt = view.receptor
        if abs(tilt.left_deg) > max(lefts) + 2.5:
            continue  # a lateral lies beyond the grid
        key = (
            min(lefts, key=lambda value: abs(value - tilt.left_deg)),
            min(ups, key=lambda value: abs(value - tilt.cephalad_deg)),
        )
        found[key] = (*found.get(key, ()), str(view.kind))
    return found


def _cell(seen: Seen, measures: tuple[GridMeasure, ...], best: tuple[str, ...]) -> GridCell:
    tilt = seen.receptor
    if not seen.reachable:
        words = f"{tilt.words}: out of the C-arm's reach"
        return GridCell(tilt.left_deg, tilt.cephalad_deg, tilt.words, False, {}, {}, words, best)
    values = {one.code: _told(one.code, getattr(seen, one.code)) for one in measures}
    told = ", ".join(value for value in values.values() if value)
    named = f"; nearest to the {' and the '.join(best)} view" if best else ""
    steps = {one.code: _step(one, getattr(seen, one.code)) for one in measures}
    words = f"{tilt.words}: {told}{named}"
    return GridCell(tilt.left_deg, tilt.cephalad_deg, tilt.words, True, steps, values, words, best)


def _step(measure: GridMeasure, value: float) -> int:
    if math.isnan(value):
        return 0
    share = (value - measure.low) / (measure.high - measure.low)
    return round(min(max(share, 0.0), 1.0) * (STEPS - 1))


def _told(code: str, value: float) -> str:
    if math.isnan(value):
        return ""
    match code:
        case "open_share":
            return f"joint open on {number(100 * value, 0)} %"
        case "separation_mm":
            return f"posterior line {number(abs(value), 0)} mm {'medial' if value >= 0 else 'lateral'}"
        case "bone_before_mm":
            return f"{number(value, 0)} mm of bone in front"
        case "off_needle_deg":
            return f"{number(value, 0)}° off the needle"
        case "relative_dose":
            return f"{number(value, 1)} times the dose rate of the straight view"
        case _:
            return f"{number(100 * value, 0)} % of the field cut" if value >= 0.005 else ""
