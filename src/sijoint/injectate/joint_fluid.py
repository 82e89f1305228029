"""The fluid in the joint: how much of each, where it lies, and what leaves by leaks or past a full capsule."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.injectate.asked_of_anatomy import Joint
from sijoint.injectate.causes import Compartment, LeakPath
from sijoint.injectate.cleft import cleft_sheet
from sijoint.injectate.filling import Filling, Invasion
from sijoint.injectate.flow_rules import FlowRules

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outflow:
    """Fluid that leaves the joint: by which fluid, where to, where it comes out."""

    compartment: Compartment
    at_mm: Vector
    fluids_ml: dict[str, float]


class JointFluid:
    """What one joint holds. Fluids in it are well mixed: what leaves has the mixture's composition (assumed)."""

    def __init__(
        self, joint: Joint, capacity_ml: float, leaks: tuple[LeakPath, ...], rules: FlowRules, rng: np.random.Generator
    ) -> None:
        self._sheet = cleft_sheet(joint, capacity_ml, rules.cleft, rng)
        self._leaks = leaks
        self._sources: list[int] = []
        self._invasion: Invasion | None = None
        self._entered_ml = 0.0
        self._overflow_to, self._overflow_at = _first_overflow(joint, rules.cleft.ventral_overflow_share, rng)
        self._normal = np.asarray(joint.chart.normal, dtype=np.float64)
        self._places = _quarter_cells(joint, self._sheet.index)
        self.held_ml: dict[str, float] = {}

    @property
    def volume_ml(self) -> float:
        return sum(self.held_ml.values())

    @property
    def pressure_kpa(self) -> float:
        return self._filling().pressure_kpa

    def enter_at(self, tip_mm: Vector) -> None:
        """The needle's opening is at this point; a new place adds a source."""
        cell = self._sheet.cell_at(tip_mm)
        if cell in self._sources:
            return
        self._sources.append(cell)
        invasion = Invasion(self._sheet, self._sources)
        # A second source may leave the first ones' order short of room for what is held already; it never shrinks.
        if self._invasion is None or invasion.holds_ml >= self.volume_ml:
            self._invasion = invasion

    def take(self, fluid: str, volume_ml: float) -> Iterator[Outflow]:
        """Let a small volume in; yields what leaves meanwhile."""
        if self._invasion is None:
            raise ValueError("the needle has not entered the joint")
        if volume_ml <= 0:
            return
        self._entered_ml += volume_ml
        self.held_ml[fluid] = self.held_ml.get(fluid, 0.0) + volume_ml
        open_leaks = [leak for leak in self._leaks if self._entered_ml > leak.opens_above_ml and leak.share > 0]
        shares = sum(leak.share for leak in open_leaks)
        leaving = volume_ml * min(shares, 1.0)
        over = self.volume_ml - leaving - self._invasion.holds_ml
        if over > 0 and open_leaks:
            leaving, over = leaving + over, 0.0  # a path that is open already is the way of least resistance
        for leak in open_leaks:
            yield self._let_out(leak.to, leak.at_mm, leaving * leak.share / shares)
        if over > 0:
            yield self._let_out(self._overflow_to, self._overflow_at, over)

    def _let_out(self, to: Compartment, at_mm: Vector, volume_ml: float) -> Outflow:
        total = self.volume_ml
        out = {name: ml * volume_ml / total for name, ml in self.held_ml.items()}
        for name, ml in out.items():
            self.held_ml[name] -= ml
        return Outflow(to, at_mm, out)

    def _filling(self) -> Filling:
        if self._invasion is None:
            return Filling(np.zeros(len(self._sheet.full_ml)), 0.0)
        return self._invasion.filling(min(self.volume_ml, self._invasion.holds_ml))

    def places(self) -> tuple[Vector, Vector]:
        """Points (20 n, 3), twenty to a wet cell through its thickness, and the volume (20 n,) in mL at each."""
        cell_ml = self._filling().cell_ml
        wet = np.flatnonzero(cell_ml > 0)
        # Along the chart's normal a sloping sheet is thicker than across it; its shadow on the chart is a cell.
        thickness_mm = 1000 * cell_ml[wet] / self._sheet.chart_cell_mm2
        layers = thickness_mm[:, None] * np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) / 5
        points = self._places[wet][:, None] + layers[..., None, None] * self._normal
        return points.reshape(-1, 3), np.repeat(cell_ml[wet] / 20, 20)

    def overfill_ml(self) -> float:
        held = self._filling().cell_ml
        return float(np.maximum(held - self._sheet.full_ml, 0).sum()) + max(
            self.volume_ml - (0.0 if self._invasion is None else self._invasion.holds_ml), 0.0
        )

    def covered_share(self) -> float:
        return float(np.mean(self._filling().cell_ml > 0))


def _first_overflow(joint: Joint, ventral_share: float, rng: np.random.Generator) -> tuple[Compartment, Vector]:
    """Where a full capsule gives first: ventral or dorsal, at a drawn point of that border."""
    ventral, place = rng.random() < ventral_share, rng.random()
    border = joint.ventral_border_mm if ventral else joint.dorsal_border_mm
    to = Compartment.VENTRAL if ventral else Compartment.LIGAMENT
    outwards = joint.chart.axis_a * (2.0 if ventral else -2.0)
    return to, np.asarray(border[min(int(place * len(border)), len(border) - 1)] + outwards, dtype=np.float64)


def _quarter_cells(joint: Joint, index: NDArray[np.int64]) -> Vector:
    """Four points (n, 4, 3) in each cell of the sheet, so that a picture of it has no raster."""
    chart = joint.chart
    quarters = np.array([(-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25)])
    places = (index[:, None, :] + quarters[None]) * chart.pitch_mm
    return np.asarray(chart.world(places[..., 0], places[..., 1]), dtype=np.float64)
