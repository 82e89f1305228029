"""Metal in the CT: screws, plates and hips whose grey values say nothing about bone or joint."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from sijoint.anatomy.body import Body
from sijoint.anatomy.landmark_numbers import landmark_number
from sijoint.frames import Side


@dataclass(frozen=True, eq=False)
class Metal:
    """Middles (n, 3) of the voxels of metal near a joint; ``note`` is the sentence for a person, "" where there is none."""

    points_mm: NDArray[np.float64]
    to_joint_mm: float
    note: str

    def distance_mm(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Distance (...,) of world points (..., 3), such as those of a path, to the nearest voxel of metal; infinite without any."""
        points = np.asarray(points_mm, dtype=np.float64)
        if not len(self.points_mm):
            return np.full(points.shape[:-1], np.inf)
        return np.asarray(cKDTree(self.points_mm).query(points)[0])


def metal_near(body: Body, side: Side) -> Metal:
    """Metal (3000 HU and more) within reach of a joint, and a warning where it lies so near that the joint itself is in doubt.

    A single voxel is noise and is left out.
    """
    grid, joint = body.patient.ct.grid, body.joints[side]
    found = grid.to_world(np.argwhere(body.patient.ct.hu >= landmark_number("metal_from_hu")))
    nodes = joint.chart.nodes_mm[joint.valid]
    away, _ = cKDTree(nodes).query(found) if len(found) else (np.zeros(0), None)
    near = away <= landmark_number("metal_reach_mm")
    points, away = found[near], away[near]
    if len(points) < landmark_number("metal_fewest_voxels"):
        return Metal(np.zeros((0, 3)), float("inf"), "")
    closest = float(away.min())
    if closest > landmark_number("metal_in_joint_mm"):
        note = f"Metal lies {closest:.0f} mm from the {side.value} joint; no path may cross it."
    else:
        note = (
            f"Metal lies in or next to the {side.value} joint ({closest:.0f} mm): its streaks may have falsified the bone labels there, "
            "so what is measured on this side has lower confidence; look at the CT before a plan is used."
        )
    return Metal(points, closest, note)
