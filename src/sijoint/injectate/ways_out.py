"""Where fluid can leave a joint: past the capsule at its yield, first at its weakest place, and by the known paths."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.injectate.asked_of_anatomy import Joint
from sijoint.injectate.causes import CapsularPath, Compartment
from sijoint.injectate.cleft import CleftSheet
from sijoint.injectate.flow_rules import FlowRules
from sijoint.injectate.thin_gap import SheetLaw

Vector = NDArray[np.float64]

OUTSIDE_MM = 2.0  # a depot begins so far beyond the rim


@dataclass(frozen=True, eq=False)
class WaysOut:
    """Ways by number; each has rows (m,): a cell, what it conducts there, and the back pressure."""

    places: tuple[tuple[Compartment, Vector], ...]  # where each way ends
    opens_kpa: Vector  # (ways,) tears open above; -inf: is open
    cell: NDArray[np.int64]
    way: NDArray[np.int64]
    ml_s_kpa: Vector
    back_kpa: Vector

    def law_of(self, sheet: CleftSheet) -> SheetLaw:
        """What the flow needs to know of a sheet with these ways out."""
        order = np.argsort(self.cell, kind="stable")
        start = np.searchsorted(self.cell[order], np.arange(len(sheet.full_ml) + 1))
        rules = sheet.rules
        return SheetLaw(
            neighbour=sheet.neighbour,
            weight=sheet.weight,
            full_ml=sheet.full_ml,
            area_mm2=sheet.area_mm2,
            fold_ml=sheet.fold_ml,
            lift_share=rules.opening_share,
            compliance_kpa=rules.compliance_kpa,
            fold_kpa=rules.fold_kpa,
            exit_from=start.astype(np.int64),
            exit_way=self.way[order],
            exit_ml_s_kpa=self.ml_s_kpa[order],
            exit_kpa=self.back_kpa[order],
        )


def no_way_out() -> WaysOut:
    """A closed chamber."""
    none = np.zeros(0)
    return WaysOut((), none, none.astype(np.int64), none.astype(np.int64), none, none)


def ways_out(
    joint: Joint, sheet: CleftSheet, paths: tuple[CapsularPath, ...], rules: FlowRules, rng: np.random.Generator
) -> WaysOut:
    """The rim, with a weakest place that is drawn, and the given paths."""
    spot_mm, to, end_mm = _weakest_place(joint, rules.cleft.ventral_overflow_share, rng)
    rim = np.flatnonzero(sheet.rim_mm > 0)
    away = np.linalg.norm(sheet.centre_mm[rim] - spot_mm, axis=1)
    stronger = np.minimum(rules.cleft.rim_rise_kpa_per_mm * away, rules.cleft.rim_rise_most_kpa)
    cells, ways = [rim], [np.zeros(len(rim), dtype=np.int64)]
    conducts = [rules.cleft.rim_ml_s_kpa_mm * sheet.rim_mm[rim]]
    backs = [rules.cleft.full_kpa + stronger]
    places, opens = [(to, end_mm)], [-np.inf]
    for number, path in enumerate(paths, start=1):
        near = sheet.cells_near(path.from_mm, rules.leak.mouth_mm)
        cells.append(near)
        ways.append(np.full(len(near), number))
        # By area of the mouth, so that the whole conducts the same on any grid.
        conducts.append(rules.leak.ml_s_kpa * sheet.area_mm2[near] / sheet.area_mm2[near].sum())
        backs.append(np.full(len(near), rules.leak.back_kpa))
        places.append((path.to, path.at_mm))
        opens.append(path.opens_at_kpa)
    return WaysOut(
        tuple(places),
        np.array(opens),
        np.concatenate(cells),
        np.concatenate(ways),
        np.concatenate(conducts),
        np.concatenate(backs),
    )


def _weakest_place(joint: Joint, ventral_share: float, rng: np.random.Generator) -> tuple[Vector, Compartment, Vector]:
    """A drawn point of the ventral or the dorsal border, what lies outside it, and where a depot begins."""
    ventral, place = rng.random() < ventral_share, rng.random()
    border = np.asarray(joint.ventral_border_mm if ventral else joint.dorsal_border_mm, dtype=np.float64)
    spot = border[min(int(place * len(border)), len(border) - 1)]
    outwards = joint.chart.axis_a * (OUTSIDE_MM if ventral else -OUTSIDE_MM)
    return spot, Compartment.VENTRAL if ventral else Compartment.LIGAMENT, np.asarray(spot + outwards)
