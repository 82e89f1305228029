"""How a joint is filled, for those who look at it: how wet each place is, how it is graded, how far up it reaches."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.injectate.cleft import CleftSheet
from sijoint.injectate.flow_rules import flow_rules

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class JointFilling:
    """What was injected, as it lies in the joint. Arrays are (n,) by cell of the cleft."""

    index: NDArray[np.int64]  # (n, 2) place on the joint's chart
    centre_mm: Vector  # (n, 3)
    area_mm2: Vector
    rim_mm: Vector  # length of the rim at the cell, 0 inside
    injected_ml: Vector
    thickness_mm: Vector  # of all fluid, across the cleft
    wet_share: Vector  # 0 dry to 1: as much injected fluid as lifts the cell
    pressure_kpa: Vector

    @property
    def covered_share(self) -> float:
        """Share of the cleft's surface that is wet."""
        return float(np.average(self.wet_share, weights=self.area_mm2))

    @property
    def outlined_share(self) -> float:
        """Share of the joint's margin that is wet."""
        return float(np.average(self.wet_share, weights=self.rim_mm))


def filling_of(sheet: CleftSheet, injected_ml: Vector, cells_ml: Vector, pressure_kpa: Vector) -> JointFilling:
    """The filling of a sheet whose cells hold these volumes."""
    return JointFilling(
        index=sheet.index,
        centre_mm=sheet.centre_mm,
        area_mm2=sheet.area_mm2,
        rim_mm=sheet.rim_mm,
        injected_ml=injected_ml,
        thickness_mm=1000 * cells_ml / sheet.area_mm2,
        wet_share=np.minimum(injected_ml / sheet.lift_ml, 1.0),
        pressure_kpa=pressure_kpa,
    )


def arthrogram_grade(filling: JointFilling) -> int:
    """0 margin in part, 1 the whole margin, 2 most of the surface, 3 all of it.

    Source: the words of Pain Med 2020;21:2105; what counts as whole, most and all is set in `flow.toml` [seen], before any run.
    """
    seen = flow_rules().seen
    if filling.covered_share >= seen.grade_full_share:
        return 3
    if filling.covered_share >= seen.grade_substantial_share:
        return 2
    return 1 if filling.outlined_share >= seen.grade_margin_share else 0


def cephalad_share(filling: JointFilling) -> float:
    """How far up the joint the injected fluid reaches: 0 its lowest, 1 its highest point; 0 when nothing is there.

    The height above which `flow.toml` [seen] cephalad_mm2 of the surface are wet.
    """
    height = filling.centre_mm[:, 2]
    order = np.argsort(-height, kind="stable")
    wet_above = np.cumsum((filling.wet_share * filling.area_mm2)[order])
    enough = np.flatnonzero(wet_above >= flow_rules().seen.cephalad_mm2)
    if not len(enough):
        return 0.0
    return float((height[order[enough[0]]] - height.min()) / max(float(np.ptp(height)), 1e-9))


def is_type_one(filling: JointFilling) -> bool:
    """Whether the fluid spreads towards the head (type I) rather than staying low (type II)."""
    return cephalad_share(filling) > flow_rules().seen.cephalad_share
