"""From where: named views with the isocentre in the middle of the volume, and the slowest one that the C-arm reaches."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

from sijoint.frames import (
    CArmPose,
    Detector,
    PatientPosition,
    ProjectionGeometry,
    UnreachablePose,
    joints_for_direction,
    load_carm_model,
    receptor_direction,
)

SOURCE_DETECTOR_MM, SOURCE_ISOCENTRE_MM = 1020.0, 700.0
WIDTH_MM = 0.58 * 512  # the detector is as wide at every pixel count
TURN_DEG = 0.01  # between two timed frames, so that no cache answers
STEEPEST_DEG = 45.0  # towards head or feet
SEARCH_STEP_DEG = 15


@dataclass(frozen=True)
class Pose:
    name: str
    primary_deg: float
    secondary_deg: float

    def turned(self, times: int) -> "Pose":
        step = -TURN_DEG if self.primary_deg > 0 else TURN_DEG
        return replace(self, primary_deg=self.primary_deg + step * times)

    def view(self, size: int) -> ProjectionGeometry:
        at = CArmPose(self.primary_deg, self.secondary_deg, (0.0, 0.0, 0.0), SOURCE_DETECTOR_MM, SOURCE_ISOCENTRE_MM)
        return ProjectionGeometry.of(at, Detector(size, size, WIDTH_MM / size))

    @property
    def words(self) -> str:
        return f"{self.name} ({self.primary_deg:g}/{self.secondary_deg:g})"


STRAIGHT = Pose("straight", 0, 0)
OBLIQUE = Pose("oblique", 20, 15)
LATERAL = Pose("lateral", 90, 0)


def reachable_poses() -> list[Pose]:
    """Every direction on a coarse raster that the default C-arm reaches round a prone patient."""
    carm, found = load_carm_model(), []
    steep = int(STEEPEST_DEG)
    for primary, secondary in product(range(-180, 180, SEARCH_STEP_DEG), range(-steep, steep + 1, SEARCH_STEP_DEG)):
        try:
            joints_for_direction(receptor_direction(primary, secondary), PatientPosition.HFP, carm)
        except UnreachablePose:
            continue
        found.append(Pose("raster", primary, secondary))
    return found


def slowest(name: str, milliseconds: Callable[[Pose], float]) -> Pose:
    """The reachable pose whose frame takes longest; the longest ones are timed again before one is chosen."""
    poses = reachable_poses()
    milliseconds(poses[0])
    longest = sorted(poses, key=lambda pose: min(milliseconds(pose.turned(n)) for n in (0, 1)), reverse=True)[:8]
    return replace(max(longest, key=lambda pose: min(milliseconds(pose.turned(n)) for n in range(2, 9))), name=name)
