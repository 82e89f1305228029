"""The fluid in the joint: where each lies, at what pressure, and what leaves by tears, leaks or past the capsule."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.injectate.asked_of_anatomy import Joint
from sijoint.injectate.causes import CapsularPath, Compartment, Fluid, LeakPath
from sijoint.injectate.cleft import CleftSheet, cleft_sheet
from sijoint.injectate.filling import JointFilling, filling_of
from sijoint.injectate.flow_rules import FlowRules
from sijoint.injectate.thin_gap import OPEN, balanced, transported
from sijoint.injectate.ways_out import WaysOut, ways_out

Vector = NDArray[np.float64]

OWN_FLUID = "the joint's own fluid"
STILL_KPA_S = 2e-3  # slower than this, and nothing leaving: the fluid is at rest
REST_STEP_S = 0.25
HALVINGS = 6  # so often a step is halved that does not settle


@dataclass(frozen=True, eq=False)
class Outflow:
    """Fluid that leaves the joint: by which fluid, where to, where it comes out."""

    compartment: Compartment
    at_mm: Vector
    fluids_ml: dict[str, float]


class JointFluid:
    """What one joint holds, cell by cell and fluid by fluid; the drug pushes the contrast ahead of it."""

    def __init__(
        self,
        joint: Joint,
        capacity_ml: float,
        leaks: tuple[LeakPath | CapsularPath, ...],
        rules: FlowRules,
        rng: np.random.Generator,
    ) -> None:
        sheet = cleft_sheet(joint, capacity_ml, rules.cleft, rng)
        torn = tuple(leak for leak in leaks if isinstance(leak, CapsularPath))
        given = tuple(leak for leak in leaks if isinstance(leak, LeakPath))
        self._set_up(sheet, ways_out(joint, sheet, torn, rules, rng), rules, given)
        self._normal = np.asarray(joint.chart.normal, dtype=np.float64)
        self._places = _quarter_cells(joint, sheet.index)

    @classmethod
    def of_sheet(cls, sheet: CleftSheet, ways: WaysOut, rules: FlowRules) -> "JointFluid":
        """A joint that is its sheet alone, for referees: nothing is drawn."""
        fluid = cls.__new__(cls)
        fluid._set_up(sheet, ways, rules, ())
        return fluid

    def _set_up(self, sheet: CleftSheet, ways: WaysOut, rules: FlowRules, leaks: tuple[LeakPath, ...]) -> None:
        self.sheet, self._ways, self._rules = sheet, ways, rules
        self._law = ways.law_of(sheet)
        self._given_leaks = leaks
        count = len(sheet.full_ml)
        self._fluids = [Fluid(OWN_FLUID, rules.cleft.own_fluid_mpa_s)]
        self._parts = sheet.own_ml[None].copy()  # (fluids, n) mL
        self._state = np.where(sheet.moist, OPEN, 0)
        self._kpa = np.where(sheet.moist, rules.cleft.opening_least_kpa, 0.0)
        self._way_open = np.isneginf(ways.opens_kpa)
        self._link, self._conducts = np.zeros((count, 8)), np.zeros((count, 8), dtype=bool)
        self._sources: list[int] = []
        self._opening = sheet.opening_kpa
        self._entered_ml = 0.0
        self._resting = True

    @property
    def held_ml(self) -> dict[str, float]:
        """Volume in the joint by injected fluid."""
        held = zip(self._fluids[1:], self._parts[1:], strict=True)
        return {fluid.name: float(ml.sum()) for fluid, ml in held}

    @property
    def volume_ml(self) -> float:
        return float(self._parts[1:].sum())

    @property
    def pressure_kpa(self) -> float:
        """Pressure at the needle's opening, where it was last."""
        return float(self._kpa[self._sources[-1]]) if self._sources else 0.0

    @property
    def pressures_kpa(self) -> Vector:
        """Pressure (n,) of each open cell, 0 where it is closed."""
        return np.where(self._state == OPEN, self._kpa, 0.0)

    @property
    def cells_ml(self) -> Vector:
        """Volume (n,) of each cell, the joint's own fluid included."""
        return np.asarray(self._parts.sum(axis=0))

    def enter_at(self, tip_mm: Vector) -> None:
        """The needle's opening is at this point; a new place adds a source."""
        cell = self.sheet.cell_at(tip_mm)
        if cell in self._sources:
            self._sources.remove(cell)
            self._sources.append(cell)
            return
        self._sources.append(cell)
        self._opening = self.sheet.lifting_kpa(self._sources)
        if self._state[cell] != OPEN:
            self._state[cell], self._kpa[cell] = OPEN, self.sheet.rules.opening_least_kpa

    def take(self, fluid: Fluid, volume_ml: float, rate_ml_s: float) -> Iterator[Outflow]:
        """Let a volume in at this rate; yields what leaves meanwhile."""
        if not self._sources:
            raise ValueError("the needle has not entered the joint")
        if volume_ml <= 0:
            return
        row = self._row_of(fluid)
        parts = max(1, int(np.ceil(volume_ml / self._rules.numbers.sub_step_ml - 1e-9)))
        given = np.zeros_like(self._parts)
        given[row, self._sources[-1]] = rate_ml_s
        left = np.zeros((len(self._ways.places) + len(self._given_leaks), len(self._fluids)))
        for _ in range(parts):
            self._entered_ml += volume_ml / parts
            self._step(volume_ml / parts / rate_ml_s, given, left)
        self._resting = False
        yield from self._outflows(left)

    def rest(self, seconds: float) -> Iterator[Outflow]:
        """Time passes: pressures even out and open leaks run on until nothing moves."""
        if self._resting or not self._sources:
            return
        still = np.zeros_like(self._parts)
        left = np.zeros((len(self._ways.places) + len(self._given_leaks), len(self._fluids)))
        while seconds > 1e-9 and not self._resting:
            step = min(seconds, REST_STEP_S)
            before, gone = self._kpa.copy(), left.sum()
            self._step(step, still, left)
            seconds -= step
            self._resting = np.abs(self._kpa - before).max() < STILL_KPA_S * step and left.sum() - gone < 1e-9
        yield from self._outflows(left)

    def _step(self, seconds: float, given: Vector, left: Vector, halvings: int = HALVINGS) -> None:
        """One step in time; what does not settle in one is taken in two."""
        volumes = self._parts.sum(axis=0)
        drawn = self._drawn(given, volumes / seconds)
        before = self._state.copy(), self._kpa.copy(), self._way_open.copy()
        settled = balanced(
            self._law,
            self._opening,
            self._state,
            self._kpa,
            self._viscosity(volumes, given),
            volumes,
            seconds,
            given.sum(axis=0) - drawn.sum(axis=0),
            self._way_open,
            self._ways.opens_kpa,
            self._link,
            self._conducts,
        )
        if not settled:
            if halvings == 0:
                raise ArithmeticError("the pressures in the joint found no balance")
            self._state, self._kpa, self._way_open = before
            self._step(seconds / 2, given, left, halvings - 1)
            self._step(seconds / 2, given, left, halvings - 1)
            return
        transported(
            self._law,
            self._opening,
            self._state,
            self._kpa,
            self._parts,
            seconds,
            given,
            drawn,
            self._way_open,
            self._link,
            self._conducts,
            left,
        )

    def _viscosity(self, volumes: Vector, given: Vector) -> Vector:
        """Viscosity (n,) in mPa s of what each cell holds, mixed by logarithms; a dry cell has that of what is injected."""
        shares = self._parts / np.maximum(volumes, 1e-300)
        logs = np.log([fluid.viscosity_mpa_s for fluid in self._fluids])
        coming = 0 if given.sum() == 0 else int(given.sum(axis=1).argmax())
        return np.asarray(np.exp(np.where(volumes > 0, logs @ shares, logs[coming])))

    def _drawn(self, given: Vector, most: Vector) -> Vector:
        """What each leak that was set draws off (leaks, n) mL/s, from the open cells nearest to its way out.

        No cell gives up more than it holds, ``most`` (n,) mL/s: else no pressures would balance.
        """
        drawn = np.zeros((len(self._given_leaks), given.shape[1]))
        flowing = [(n, leak) for n, leak in enumerate(self._given_leaks) if self._entered_ml > leak.opens_above_ml]
        total = sum(leak.share for _, leak in flowing)
        for n, leak in flowing:
            away = np.sum((self.sheet.centre_mm - leak.at_mm) ** 2, axis=1)
            nearest = np.argsort(np.where(self._state == OPEN, away, np.inf))[: np.count_nonzero(self._state == OPEN)]
            there = most[nearest] * leak.share / total
            nearer = np.cumsum(there) - there
            drawn[n, nearest] = np.clip(given.sum() * leak.share / max(total, 1.0) - nearer, 0.0, there)
        return drawn

    def _row_of(self, fluid: Fluid) -> int:
        for row, known in enumerate(self._fluids):
            if known.name == fluid.name:
                return row
        self._fluids.append(fluid)
        self._parts = np.vstack([self._parts, np.zeros(self._parts.shape[1])])
        return len(self._fluids) - 1

    def _outflows(self, left: Vector) -> Iterator[Outflow]:
        places = (*self._ways.places, *((leak.to, leak.at_mm) for leak in self._given_leaks))
        for (to, at_mm), volumes in zip(places, left, strict=True):
            if volumes[1:].sum() > 0:  # the joint's own fluid goes unseen and uncounted
                names = (fluid.name for fluid in self._fluids[1:])
                yield Outflow(to, at_mm, dict(zip(names, volumes[1:].tolist(), strict=True)))

    def places(self, iodine: dict[str, float]) -> tuple[Vector, Vector]:
        """Points (20 m, 3), twenty to a wet cell through its thickness, and the mg at each, by mg/mL of each fluid."""
        strength = np.array([iodine.get(fluid.name, 0.0) for fluid in self._fluids])
        milligrams = strength @ self._parts
        wet = np.flatnonzero(milligrams > 0)
        # Along the chart's normal a sloping sheet is thicker than across it; its shadow on the chart is a cell.
        thickness_mm = 1000 * self.cells_ml[wet] / self.sheet.chart_cell_mm2
        layers = thickness_mm[:, None] * np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) / 5
        points = self._places[wet][:, None] + layers[..., None, None] * self._normal
        return points.reshape(-1, 3), np.repeat(milligrams[wet] / 20, 20)

    def filling(self) -> JointFilling:
        """What was injected, as it lies in the joint now."""
        return filling_of(self.sheet, self._parts[1:].sum(axis=0), self.cells_ml, self.pressures_kpa)

    def overfill_ml(self) -> float:
        return float(np.maximum(self.cells_ml - self.sheet.holds_most_ml, 0).sum())

    def fullest_share(self) -> float:
        """The largest share of what a cell can hold at all that any cell holds."""
        return float(np.max(self.cells_ml / self.sheet.holds_most_ml))


def _quarter_cells(joint: Joint, index: NDArray[np.int64]) -> Vector:
    """Four points (n, 4, 3) in each cell of the sheet, so that a picture of it has no raster."""
    chart = joint.chart
    quarters = np.array([(-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25)])
    places = (index[:, None, :] + quarters[None]) * chart.pitch_mm
    return np.asarray(chart.world(places[..., 0], places[..., 1]), dtype=np.float64)
