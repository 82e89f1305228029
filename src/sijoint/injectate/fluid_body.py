"""One joint and its surroundings as the fluid finds them: the tip decides where it goes, physics decides how far."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames import Grid, Side
from sijoint.injectate.asked_of_anatomy import Body
from sijoint.injectate.causes import CapsularPath, Compartment, Fluid, LeakPath, Vessel
from sijoint.injectate.depot import Depot
from sijoint.injectate.filling import JointFilling
from sijoint.injectate.flow_rules import flow_rules
from sijoint.injectate.iodine_map import iodine_grid
from sijoint.injectate.joint_fluid import JointFluid, Outflow
from sijoint.injectate.needle_pressure import needle_pressure_kpa
from sijoint.injectate.surroundings import Surroundings
from sijoint.injectate.vessel_stream import VesselStream, distance_to_vessel_mm

Vector = NDArray[np.float64]


class RefusedInjection(ValueError):
    """Nothing can be injected here: the tip lies in bone or outside the patient, or the syringe asks for nonsense."""


class HollowNeedle(Protocol):
    """What the flow asks of a needle."""

    @property
    def bore_mm(self) -> float: ...
    @property
    def length_mm(self) -> float: ...


@dataclass(frozen=True)
class FlowStep:
    """One push: the volume that left the needle, the pressure it took in needle and site, and where most of it went."""

    injected_ml: float
    needle_kpa: float
    site_kpa: float
    compartment: Compartment

    @property
    def plunger_kpa(self) -> float:
        """What the thumb pushes against."""
        return self.needle_kpa + self.site_kpa


class FluidBody:
    """All fluid of one procedure at one side; volumes by fluid and compartment always sum to what was injected.

    Opening pressures, contact patches, the first overflow and the texture of the tissues are drawn from `rng` when the
    object is made; what happens afterwards is determined.
    """

    def __init__(
        self,
        body: Body,
        side: Side,
        *,
        capacity_ml: float,
        vessels: Sequence[Vessel] = (),
        leaks: Sequence[LeakPath | CapsularPath] = (),
        rng: np.random.Generator,
    ) -> None:
        self._rules = flow_rules()
        self._joint = body.joints[side]
        self._around = Surroundings(body, self._joint, side, self._rules, int(rng.integers(2**63)))
        self._in_joint = JointFluid(self._joint, capacity_ml, tuple(leaks), self._rules, rng)
        self._vessels = tuple(vessels)
        self._streams: list[VesselStream] = []
        self._depots: list[tuple[Depot, dict[str, float]]] = []
        self._fluids: dict[str, Fluid] = {}

    def inject(
        self,
        tip_mm: ArrayLike,
        needle: HollowNeedle,
        fluid: Fluid,
        volume_ml: float,
        rate_ml_s: float,
    ) -> FlowStep:
        """Push a volume through the tip (3,); time goes on by volume over rate.

        Raises RefusedInjection when the tip lies in bone or in air, or volume or rate make no sense.
        """
        if not (math.isfinite(volume_ml) and math.isfinite(rate_ml_s)) or volume_ml < 0 or rate_ml_s <= 0:
            raise RefusedInjection("An injection needs a volume of 0 mL or more and a rate above 0 mL/s.")
        known = self._fluids.get(fluid.name)
        if known is not None and known != fluid:
            raise RefusedInjection(f"Two different fluids are both called {fluid.name!r}; give each its own name.")
        tip = np.asarray(tip_mm, dtype=np.float64).reshape(3)
        duration = volume_ml / rate_ml_s
        into_needle = needle_pressure_kpa(needle.bore_mm, needle.length_mm, fluid.viscosity_mpa_s, rate_ml_s)

        vessel = self._vessel_at(tip)
        inside = vessel is None and bool(self._joint.contains(tip, slack_mm=self._rules.cleft.tip_slack_mm))
        if vessel is None and not inside:
            refusal = self._around.refusal_at(tip)
            if refusal:
                raise RefusedInjection(refusal)
        self._fluids[fluid.name] = fluid
        if vessel is not None:
            stream = self._stream_in(vessel, tip)
            self._let_vessels_flow(duration, skip=stream)
            stream.flow(duration, fluid.name, volume_ml)
            self._let_out(self._in_joint.rest(duration))
            site = self._rules.vessel.yield_kpa + self._rules.vessel.resistance_kpa_s_ml * rate_ml_s
            return FlowStep(volume_ml, into_needle, site, Compartment.VESSEL)
        self._let_vessels_flow(duration)
        if inside:
            return self._into_joint(tip, fluid, volume_ml, rate_ml_s, into_needle)
        self._let_out(self._in_joint.rest(duration))
        where = self._around.compartment_at(tip)
        self._into_depot(where, tip, {fluid.name: volume_ml})
        tissue = self._around.rules_of(where)
        site = tissue.yield_kpa + tissue.resistance_kpa_s_ml * rate_ml_s
        return FlowStep(volume_ml, into_needle, site, where)

    def wait(self, seconds: float) -> None:
        """Time passes without injecting: vessels wash out, pressure in the joint evens out, open leaks run on."""
        if not seconds >= 0:
            raise RefusedInjection("Time does not run backwards; wait 0 s or more.")
        self._let_vessels_flow(seconds)
        self._let_out(self._in_joint.rest(seconds))

    def volumes_ml(self, fluid_name: str | None = None) -> dict[Compartment, float]:
        """Volume in mL by compartment, of one fluid or of all; the sum is what was injected."""
        total = dict.fromkeys(Compartment, 0.0)

        def add(where: Compartment, held: Mapping[str, float]) -> None:
            total[where] += sum(ml for name, ml in held.items() if fluid_name in (None, name))

        add(Compartment.JOINT, self._in_joint.held_ml)
        for depot, held in self._depots:
            add(depot.compartment, held)
        for stream in self._streams:
            add(Compartment.VESSEL, stream.held_ml)
            add(Compartment.WASHED_AWAY, stream.gone_ml)
        return total

    def iodine(self) -> tuple[Grid, NDArray[np.float32]]:
        """Iodine that X-rays see now, mg/mL on a local grid; an empty body gives a grid of zeros at the joint."""
        points, milligrams = [], []

        def add(where: Vector, ml_share: Vector, held: Mapping[str, float]) -> None:
            mg = sum(ml * self._fluids[name].iodine_mg_ml for name, ml in held.items())
            if mg > 0:
                points.append(where)
                milligrams.append(ml_share * mg)

        where, mg = self._in_joint.places({name: fluid.iodine_mg_ml for name, fluid in self._fluids.items()})
        if len(where):
            points.append(where)
            milligrams.append(mg)
        for depot, held in self._depots:
            volume = sum(held.values())
            if volume > 0:
                where, ml = depot.places(volume)
                add(where, ml / ml.sum(), held)
        for stream in self._streams:
            add(*stream.streak(), stream.held_ml)
        numbers = self._rules.numbers
        if not points:
            here = np.asarray(self._joint.inferior_recess_mm, dtype=np.float64)[None, :]
            return iodine_grid(here, np.zeros(1), numbers.iodine_voxel_mm, numbers.iodine_voxels_most)
        return iodine_grid(
            np.concatenate(points), np.concatenate(milligrams), numbers.iodine_voxel_mm, numbers.iodine_voxels_most
        )

    def joint_overfill_ml(self) -> float:
        """By how much the fullest cells of the cleft exceed what they can hold, summed: a check, 0 when all is well."""
        return self._in_joint.overfill_ml()

    def joint_fullest_share(self) -> float:
        """The largest share of what a cell of the cleft can hold that any cell holds: a check, 1 but for a few hundredths of a step."""
        return self._in_joint.fullest_share()

    def joint_filling(self) -> JointFilling:
        """How the joint is filled: what was injected, cell by cell of its surface."""
        return self._in_joint.filling()

    def joint_covered_share(self) -> float:
        """Share of the cleft's surface that is wet."""
        return self._in_joint.filling().covered_share

    def _into_joint(
        self, tip: Vector, fluid: Fluid, volume_ml: float, rate_ml_s: float, into_needle: float
    ) -> FlowStep:
        self._in_joint.enter_at(tip)
        left = self._let_out(self._in_joint.take(fluid, volume_ml, rate_ml_s))
        left[Compartment.JOINT] = volume_ml - sum(left.values())
        most = max(left, key=lambda where: left[where])
        return FlowStep(volume_ml, into_needle, self._in_joint.pressure_kpa, most)

    def _let_out(self, outflows: Iterable[Outflow]) -> dict[Compartment, float]:
        """Volume by where it went: into a vessel that runs where the capsule gave, else into the tissue there."""
        left: dict[Compartment, float] = {}
        for out in outflows:
            vessel = self._vessel_at(out.at_mm, self._rules.vessel.torn_reach_mm)
            where = out.compartment if vessel is None else Compartment.VESSEL
            if vessel is None:
                self._into_depot(where, out.at_mm, out.fluids_ml)
            else:
                for name, ml in out.fluids_ml.items():
                    self._stream_in(vessel, out.at_mm).flow(0.0, name, ml)
            left[where] = left.get(where, 0.0) + sum(out.fluids_ml.values())
        return left

    def _vessel_at(self, point_mm: Vector, slack_mm: float = 0.0) -> Vessel | None:
        return next((v for v in self._vessels if distance_to_vessel_mm(v, point_mm) <= v.radius_mm + slack_mm), None)

    def _into_depot(self, where: Compartment, at_mm: Vector, fluids_ml: Mapping[str, float]) -> None:
        near = self._rules.numbers.same_depot_mm
        held = next(
            (
                held
                for depot, held in self._depots
                if depot.compartment is where and np.linalg.norm(depot.origin_mm - at_mm) <= near
            ),
            None,
        )
        if held is None:
            held = {}
            self._depots.append((self._around.new_depot(where, at_mm, len(self._depots)), held))
        for name, ml in fluids_ml.items():
            held[name] = held.get(name, 0.0) + ml

    def _stream_in(self, vessel: Vessel, tip: Vector) -> VesselStream:
        for stream in self._streams:
            if stream.vessel is vessel and np.linalg.norm(stream.tip_mm - tip) <= self._rules.numbers.same_depot_mm:
                return stream
        self._streams.append(VesselStream(vessel, tip, self._rules.vessel.seen_length_mm))
        return self._streams[-1]

    def _let_vessels_flow(self, seconds: float, skip: VesselStream | None = None) -> None:
        for stream in self._streams:
            if stream is not skip:
                stream.flow(seconds)
