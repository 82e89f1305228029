"""How wide a bead in a noisy body becomes in the image: each kernel beside single rays, at full width at half maximum.

The bead's image is the difference of the body with and without it, so its noise is that of the arithmetic alone. Width is
taken across the bead's image summed along rows and along columns, in several places of the body and several views.
"""

from pathlib import Path
from typing import Any

import numpy as np
from bodies import Body, with_bead, write_body
from contestants import Contestant
from poses import OBLIQUE, STRAIGHT
from referee import line_integrals

SIZE = 512
HALF_WINDOW = 12  # pixels either side of the bead
PLACES_MM = ((0.3, -0.2, 0.1), (31.7, 12.4, -28.9), (-42.2, -21.3, 37.6))
TURNS = (0, 20, 40)  # hundredths of a degree: other phases of the bead against the pixels


def bead_widths(rough: Body, there: list[Contestant], folder: Path) -> list[dict[str, Any]]:
    """Per program: mean ratio of widths to the referee's and the largest deviation from 1, over places, views and axes."""
    views = [pose.turned(n).view(SIZE) for pose in (STRAIGHT, OBLIQUE) for n in TURNS]
    ratios: dict[str, list[float]] = {one.key: [] for one in there}
    plain = {(one.key, n): one.image(view, folder) for one in there for n, view in enumerate(views)}
    for place in PLACES_MM:
        beaded = with_bead(rough, np.array(place))
        write_body(beaded, folder)
        for one in there:
            one.prepare(folder)
        for n, view in enumerate(views):
            column, row = (round(x) for x in view.project(place))
            window = np.s_[row - HALF_WINDOW : row + HALF_WINDOW + 1, column - HALF_WINDOW : column + HALF_WINDOW + 1]
            true = _widths(line_integrals(beaded, view, window) - line_integrals(rough, view, window))
            for one in there:
                seen = one.image(view, folder)[window].astype(np.float64) - plain[one.key, n][window]
                ratios[one.key] += [ours / referee for ours, referee in zip(_widths(seen), true, strict=True)]
    return [
        {
            "program": key,
            "mean_ratio": float(np.mean(found)),
            "largest_deviation": float(np.abs(np.array(found) - 1).max()),
            "widths": len(found),
        }
        for key, found in ratios.items()
    ]


def _widths(bead: np.ndarray) -> tuple[float, float]:
    """Full width at half maximum across columns and across rows, in pixels."""
    return _full_width(bead.sum(axis=0)), _full_width(bead.sum(axis=1))


def _full_width(profile: np.ndarray) -> float:
    half = profile.max() / 2
    inside = np.flatnonzero(profile > half)
    first, last = int(inside[0]), int(inside[-1])
    left = first - (profile[first] - half) / (profile[first] - profile[first - 1])
    right = last + (profile[last] - half) / (profile[last] - profile[last + 1])
    return float(right - left)
