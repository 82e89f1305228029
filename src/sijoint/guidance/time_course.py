"""How contrast in one view comes and goes: maps of the thirds of a run and of what is seen after it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.guidance.arthrogram_rule import SubtractionRule
from sijoint.guidance.contrast_run import ContrastRun
from sijoint.guidance.iodine_map import IodineMap, iodine_map, lit_field
from sijoint.guidance.still_frames import still

THIRDS = 3


@dataclass(frozen=True, eq=False)
class TimeCourse:
    """Maps of a run: its thirds during the injection (few or none), the first and the last half of what came after, and all of that.

    ``given`` (n,) is the share of the contrast that had been injected, on average, in each third.
    """

    during: tuple[IodineMap, ...]
    given: tuple[float, ...]
    early: IodineMap
    late: IodineMap
    settled: IodineMap

    @property
    def peak_mg(self) -> float:
        """The most iodine seen at once."""
        return max(each.mass_mg for each in (*self.during, self.early, self.late, self.settled))

    @property
    def washed_share(self) -> float:
        """Of the iodine seen at its most, what is gone at the end."""
        return float(np.clip(1 - self.late.mass_mg / self.peak_mg, 0, 1)) if self.peak_mg > 0 else 0.0

    @property
    def fading(self) -> float:
        """Of the iodine seen just after the injection, what is gone seconds later."""
        return float(np.clip(1 - self.late.mass_mg / self.early.mass_mg, 0, 1)) if self.early.mass_mg > 0 else 0.0

    @property
    def lagging(self) -> float:
        """How far what is seen falls behind what is injected between the middle and the end of the run, -1..1.

        Zero for contrast that stays, about a third and more when half of the later contrast is carried off.
        """
        if len(self.during) < THIRDS or self.during[1].mass_mg <= 0 or self.during[2].mass_mg <= 0:
            return 0.0
        middle, last = (self.during[n].mass_mg / self.given[n] for n in (1, 2))
        return float((middle - last) / (middle + last))

    @property
    def widening(self) -> float:
        """Growth of the shadow's area against that of the volume, as a power: two thirds for a ball, one for a sheet."""
        shown = [
            (share, each.area_mm2) for share, each in zip(self.given, self.during, strict=True) if each.area_mm2 > 0
        ]
        if len(shown) < 2:
            return 0.0
        (share, area), (last_share, last_area) = shown[0], shown[-1]
        return float(np.log(last_area / area) / np.log(last_share / share))


def time_course(run: ContrastRun, near_mm: NDArray[np.float64], rule: SubtractionRule) -> TimeCourse:
    """The maps of a run; one that was taken only before and after is the same throughout."""
    live = still(run.before, (*run.during, *run.after), lit_field(run.before))
    pushed = live[: len(run.during)]
    parts = [part for part in np.array_split(np.arange(len(pushed)), THIRDS) if len(part)]
    during = tuple(iodine_map(run.before, tuple(pushed[n] for n in part), near_mm, rule) for part in parts)
    given = tuple(float(np.mean(part + 1)) / len(pushed) for part in parts)
    after = live[len(run.during) :] or pushed[-1:]
    settled = iodine_map(run.before, after, near_mm, rule)
    if len(after) < 2:
        return TimeCourse(during, given, settled, settled, settled)
    half = len(after) // 2
    early, late = (iodine_map(run.before, part, near_mm, rule) for part in (after[:half], after[half:]))
    return TimeCourse(during, given, early, late, settled)
