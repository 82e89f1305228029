"""What pattern an injection truly made, from where its iodine lies: the labels that readings are trained and judged by.

The thresholds are those of ``docs/validation-plan.toml`` where it has them, else assumed, and fixed before the reader was fitted.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from sijoint.injectate import Compartment, FluidBody, cephalad_share

_SEEN = tomllib.loads((Path(__file__).parents[2] / "docs/validation-plan.toml").read_text(encoding="utf-8"))["seen"]
SEEN_ML = float(_SEEN["leak_on_fluoroscopy_ml"])  # a leak, or a vessel's part, that an image shows
CEPHALAD_SHARE = float(_SEEN["cephalad_share"])  # of the joint's height: above it is type I
MOSTLY_VESSEL = 0.6  # assumed: from here on vascular, below it mixed
NEAR_MM = 10.0  # assumed: contrast outside the joint of which half lies this close to the cleft is peri-articular, not in its ligaments


@dataclass(frozen=True)
class Truth:
    """Volumes at the end of the run, how high in the joint the fluid is, how far from the cleft the rest, iodine that is there."""

    volumes: dict[Compartment, float]
    height_share: float  # of the joint's height that the fluid in it reaches
    outside_mm: float  # median distance of iodine outside the cleft from it; nan without any
    iodine_mg: float

    @classmethod
    def of(cls, fluids: FluidBody, joint) -> "Truth":
        grid, mg = fluids.iodine()
        where = np.argwhere(mg > 0)
        points = grid.to_world(where)
        amount = mg[tuple(where.T)].astype(float)
        inside = joint.contains(points, slack_mm=1.0) if len(points) else np.zeros(0, bool)
        nodes = joint.chart.nodes_mm[joint.synovial]
        away = cKDTree(nodes).query(points)[0] if len(points) else np.zeros(0)
        voxel_ml = float(abs(np.linalg.det(grid.world_from_index[:3, :3]))) / 1000
        return cls(
            fluids.volumes_ml(),
            cephalad_share(fluids.joint_filling()),
            quantile(away[~inside], amount[~inside], 0.5),
            float(amount.sum()) * voxel_ml,
        )


def quantile(values, weights, share):
    if not weights.sum() > 0:
        return float("nan")
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, share * reached[-1])])


def true_class(truth: Truth) -> str:
    """The name of the ContrastPattern, in small letters."""
    ml = truth.volumes
    total = sum(ml.values())
    vessel = ml[Compartment.VESSEL] + ml[Compartment.WASHED_AWAY]
    if vessel >= MOSTLY_VESSEL * total:
        return "vascular"
    if truth.iodine_mg <= 0:
        return "none_seen"
    if vessel >= SEEN_ML:
        return "mixed_with_vascular"
    if ml[Compartment.FORAMEN] >= SEEN_ML:
        return "foraminal"
    if ml[Compartment.VENTRAL] + ml[Compartment.SCIATIC] >= SEEN_ML:
        return "ventral_leak"
    if ml[Compartment.JOINT] >= 0.5 * total:
        if total - ml[Compartment.JOINT] >= SEEN_ML:
            return "ia_capsular_leak"
        return "ia_type_i" if truth.height_share > CEPHALAD_SHARE else "ia_type_ii"
    if truth.outside_mm <= NEAR_MM:
        return "periarticular"
    return "ligament" if ml[Compartment.LIGAMENT] >= ml[Compartment.MUSCLE] else "muscle"
