"""Metal in the CT: screws, plates and hips whose grey values say nothing about bone or joint."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from sijoint.anatomy.ct import CT
from sijoint.anatomy.landmark_numbers import landmark_number
from sijoint.frames import Side

if TYPE_CHECKING:  # a body is made of joints, whose doubts ask for metal
    from sijoint.anatomy.body import Body


@dataclass(frozen=True, eq=False)
class Metal:
    """Middles (n, 3) of the voxels of metal near a joint; ``note`` is the sentence for a person, "" where there is none."""

    points_mm: NDArray[np.float64]
    to_joint_mm: float
    in_joint: bool  # so near that labels and measures of this side are in doubt
    note: str

    def distance_mm(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Distance (...,) of world points (..., 3), such as those of a path, to the nearest voxel of metal; infinite without any."""
        points = np.asarray(points_mm, dtype=np.float64)
        if not len(self.points_mm):
            return np.full(points.shape[:-1], np.inf)
        return np.asarray(cKDTree(self.points_mm).query(points)[0])


def metal_near(body: "Body", side: Side) -> Metal:
    """Metal (3000 HU and more) within reach of a joint of a body."""
    joint = body.joints[side]
    return metal_round(body.patient.ct, joint.chart.nodes_mm[joint.valid], side)


def metal_round(ct: CT, nodes_mm: NDArray[np.float64], side: Side) -> Metal:
    """Metal within reach of a joint's mid-surface (n, 3), and a warning where it lies so near that the joint itself is in doubt.

    A single voxel is noise and is left out.
    """
    found = ct.grid.to_world(np.argwhere(ct.hu >= landmark_number("metal_from_hu")))
    away, _ = cKDTree(nodes_mm).query(found) if len(found) else (np.zeros(0), None)
    near = away <= landmark_number("metal_reach_mm")
    points, away = found[near], away[near]
    if len(points) < landmark_number("metal_fewest_voxels"):
        return Metal(np.zeros((0, 3)), float("inf"), False, "")
    closest = float(away.min())
    if closest > landmark_number("metal_in_joint_mm"):
        return Metal(
            points, closest, False, f"Metal lies {closest:.0f} mm from the {side.value} joint; no path may cross it."
        )
    note = (
        f"Lower confidence: metal lies in or next to the {side.value} joint ({closest:.0f} mm), and its streaks may have falsified the "
        "bone labels there; look at the CT before a plan is used."
    )
    return Metal(points, closest, True, note)
