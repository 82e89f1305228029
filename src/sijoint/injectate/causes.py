"""What is set from outside before anything is injected: the fluid, a vessel in the way, a path by which the joint leaks."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Compartment(StrEnum):
    """Where fluid can be."""

    JOINT = "joint"
    LIGAMENT = "ligament"
    MUSCLE = "muscle"
    VESSEL = "vessel"
    WASHED_AWAY = "washed away"
    FORAMEN = "foramen"
    SCIATIC = "sciatic"
    VENTRAL = "ventral"


@dataclass(frozen=True, eq=False)
class Vessel:
    """A vessel as a tube along points (n, 3) in the direction of flow, LPS."""

    points_mm: NDArray[np.float64]
    radius_mm: float
    flow_mm_s: float

    def __post_init__(self) -> None:
        points = np.array(self.points_mm, dtype=np.float64)
        if points.ndim != 2 or points.shape[0] < 2 or points.shape[1] != 3:
            raise ValueError(f"a vessel is a line of at least two points (n, 3), not {points.shape}")
        if self.radius_mm <= 0 or self.flow_mm_s <= 0:
            raise ValueError("a vessel has a positive radius and a positive flow")
        points.setflags(write=False)
        object.__setattr__(self, "points_mm", points)


@dataclass(frozen=True, eq=False)
class LeakPath:
    """A way out of the joint that opens once more than `opens_above_ml` has been put into the joint in all.

    From then on `share` (0..1) of what follows leaves by it, to a depot at `at_mm` (3,).
    """

    to: Compartment
    at_mm: NDArray[np.float64]
    opens_above_ml: float
    share: float

    def __post_init__(self) -> None:
        if self.to in (Compartment.JOINT, Compartment.VESSEL, Compartment.WASHED_AWAY):
            raise ValueError(f"a joint does not leak into {self.to.value}")
        if not 0 <= self.share <= 1 or self.opens_above_ml < 0:
            raise ValueError("a leak path has a share of 0 to 1 and a volume of 0 mL or more")
        point = np.array(self.at_mm, dtype=np.float64).reshape(3)
        point.setflags(write=False)
        object.__setattr__(self, "at_mm", point)


@dataclass(frozen=True, eq=False)
class CapsularPath:
    """A known weak place of the capsule: torn for good once the fluid beside `from_mm` (3,) presses with `opens_at_kpa`.

    From then on fluid leaves by it, as fast as the pressure drives it, to a depot at `at_mm` (3,).
    """

    to: Compartment
    from_mm: NDArray[np.float64]
    at_mm: NDArray[np.float64]
    opens_at_kpa: float

    def __post_init__(self) -> None:
        if self.to in (Compartment.JOINT, Compartment.VESSEL, Compartment.WASHED_AWAY):
            raise ValueError(f"a joint does not leak into {self.to.value}")
        if not self.opens_at_kpa > 0:
            raise ValueError("a path through the capsule opens at a pressure above 0 kPa")
        for name in ("from_mm", "at_mm"):
            point = np.array(getattr(self, name), dtype=np.float64).reshape(3)
            point.setflags(write=False)
            object.__setattr__(self, name, point)


@dataclass(frozen=True)
class Fluid:
    """What the syringe holds; fluids of one name are one fluid. `iodine_mg_ml` is 0 for a drug."""

    name: str
    viscosity_mpa_s: float
    iodine_mg_ml: float = 0.0

    def __post_init__(self) -> None:
        if self.viscosity_mpa_s <= 0 or self.iodine_mg_ml < 0:
            raise ValueError("a fluid has a positive viscosity and no negative iodine")
