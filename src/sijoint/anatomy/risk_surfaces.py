"""Surfaces that a needle must not pass: labelled vessels and bowel, and the front of joint and sacrum towards the pelvic cavity."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import griddata
from scipy.ndimage import binary_erosion, gaussian_filter, minimum_filter

from sijoint.anatomy.ct import Labels
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.label_numbers import labelled
from sijoint.anatomy.landmark_numbers import landmark_number
from sijoint.anatomy.sacrum import Sacrum
from sijoint.anatomy.structure_at_risk import StructureAtRisk

_CELL_MM = {"vessel": 4.0, "bowel": 6.0}  # surfaces are kept as one point in each such cell, flat within it
_SHEET_MM = 5.0


def labelled_structure(
    name: str, kind: Literal["vessel", "bowel"], labels: Labels, names: tuple[str, ...], joint: Joint, note: str
) -> StructureAtRisk | None:
    """The surface of labels within reach of a joint; None where the CT has none of them there."""
    middle = joint.chart.nodes_mm[joint.synovial].mean(axis=0)
    index = labels.grid.to_index(middle)
    reach = landmark_number("risk_reach_mm")
    steps = np.linalg.norm(labels.grid.index_from_world[:3, :3], axis=1) * reach
    low = np.maximum(np.floor(index - steps).astype(int), 0)
    high = np.minimum(np.ceil(index + steps).astype(int) + 1, labels.grid.shape)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    mask = labelled(Labels(labels.grid, labels.values[box]), *names)
    if not mask.any():
        return None
    rim = np.argwhere(mask & ~binary_erosion(mask, border_value=1))
    share = gaussian_filter(mask.astype(np.float32), 1.0)
    slope = np.stack([np.gradient(share, axis=n)[tuple(rim.T)] for n in range(3)], axis=-1)
    outward = -slope @ labels.grid.index_from_world[:3, :3]
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    spacing = float(labels.grid.spacing_mm.mean())
    points = labels.grid.to_world(rim + low) + 0.5 * spacing * outward
    near = np.linalg.norm(points - middle, axis=1) <= reach
    if not near.any():
        return None
    cell = max(_CELL_MM[kind], spacing)
    points, normals = _thinned(points[near], outward[near], cell)
    return StructureAtRisk(name, kind, joint.side, "label", points, 0.0, note, normals, cell)


def pelvic_cavity(sacrum: Sacrum, joint: Joint) -> StructureAtRisk:
    """A sheet in front of the joint's ventral capsule and of the sacrum, on one side; what lies ventral of it is the cavity."""
    lateral, border = joint.side.x_sign, joint.ventral_border_mm
    beside, below = landmark_number("cavity_beside_mm"), landmark_number("cavity_below_mm")
    outermost = float((border[:, 0] * lateral).max()) + beside
    x = np.arange(sacrum.middle_x_mm * lateral - beside, outermost + _SHEET_MM, _SHEET_MM) * lateral
    z = np.arange(border[:, 2].min() - below, border[:, 2].max() + _SHEET_MM, _SHEET_MM)
    places, front = _known_front(sacrum, joint)
    across, along = np.meshgrid(x, z, indexing="ij")
    y = griddata(places, front, (across, along), method="linear")
    nearest = griddata(places, front, (across, along), method="nearest")
    y = np.where(np.isnan(y), nearest, y)
    y = np.minimum(y, gaussian_filter(y, 0.6, mode="nearest"))
    y = np.minimum(y, _joint_front(joint, x, z)) - landmark_number("ventral_capsule_mm")
    slope_x, slope_z = np.gradient(y, _SHEET_MM * lateral, _SHEET_MM)
    normals = np.stack([-slope_x, np.ones_like(y), -slope_z], axis=-1).reshape(-1, 3)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points = np.stack([across, y, along], axis=-1).reshape(-1, 3)
    return StructureAtRisk(
        "pelvic_cavity",
        "pelvic cavity",
        joint.side,
        "landmark",
        points,
        0.0,
        "A sheet just in front of the joint's ventral border and of the sacrum; the capsule itself is not seen on a CT.",
        normals,
        _SHEET_MM,
    )


def _known_front(sacrum: Sacrum, joint: Joint) -> tuple[NDArray, NDArray]:
    """Places (n, 2) seen from the front and the height (n,) of the sacrum's front or the joint's ventral border there."""
    lateral, border = joint.side.x_sign, joint.ventral_border_mm
    behind = sacrum.behind
    across, along = np.meshgrid(behind.across_mm, behind.along_mm, indexing="ij")
    order = np.argsort(border[:, 2], kind="stable")
    edge = np.interp(along, border[order, 2], border[order, 0] * lateral)
    within = np.isfinite(behind.far_mm) & (across * lateral < edge) & (along > border[:, 2].min() - 60.0)
    places = [np.stack([across[within], along[within]], axis=1), border[:, [0, 2]]]
    front = [behind.far_mm[within], border[:, 1]]
    aside = border + np.array([2.0 * landmark_number("cavity_beside_mm") * lateral, 0.0, 0.0])
    return np.concatenate([*places, aside[:, [0, 2]]]), np.concatenate([*front, aside[:, 1]])


def _joint_front(joint: Joint, x: NDArray, z: NDArray) -> NDArray[np.float64]:
    """The most ventral place (n, m) of the cleft in and next to each cell of a raster; infinite where it is not."""
    nodes = joint.chart.nodes_mm[joint.synovial]
    column = np.stack([np.abs(nodes[:, 0] - x[0]) / _SHEET_MM, (nodes[:, 2] - z[0]) / _SHEET_MM], axis=1)
    cell = np.clip(np.rint(column).astype(int), 0, [len(x) - 1, len(z) - 1])
    front = np.full((len(x), len(z)), np.inf)
    np.minimum.at(front, (cell[:, 0], cell[:, 1]), nodes[:, 1])
    return np.asarray(minimum_filter(front, size=3, mode="nearest"))


def _thinned(points: NDArray, normals: NDArray, cell_mm: float) -> tuple[NDArray, NDArray]:
    """One mean point and normal for each cell of a cubic lattice."""
    cells = np.floor(points / cell_mm).astype(np.int64)
    _, member = np.unique(cells, axis=0, return_inverse=True)
    member = member.reshape(-1)
    count = np.bincount(member)
    middle = np.stack([np.bincount(member, points[:, n]) / count for n in range(3)], axis=1)
    mean = np.stack([np.bincount(member, normals[:, n]) for n in range(3)], axis=1)
    length = np.linalg.norm(mean, axis=1, keepdims=True)
    kept = length[:, 0] > 1e-6
    return middle[kept], mean[kept] / length[kept]
