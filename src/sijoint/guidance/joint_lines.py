"""The two lines of the inferior joint in an image: its posterior and its anterior margin, and where they fall together.

At each level of the image the posterior line is the place of the synovial mid-surface that is nearest to the receptor
(which is behind the patient), the anterior line the place that is farthest away. Rays are taken as parallel: over 20 mm
of joint and its depth a C-arm's divergence moves one line against the other by less than half a millimetre.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from sijoint.anatomy import Joint
from sijoint.frames import unit
from sijoint.guidance.view_rule import LineWindow, load_view_rule

Points = NDArray[np.float64]
BEHIND = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, eq=False)
class JointLines:
    """Both lines at the levels of the image's inferior window, caudal first; levels (m,) that show no joint are left out."""

    posterior_mm: Points  # (m, 3) LPS
    anterior_mm: Points  # (m, 3) LPS


def joint_lines(joint: Joint, receptor: ArrayLike, window: LineWindow | None = None) -> JointLines:
    """The two lines as seen with the receptor in a direction (3,)."""
    nodes = _nodes(joint)
    rows = _line_rows(nodes, unit(receptor)[None], *_levels(window or load_view_rule().lines))[0]
    rows = rows[rows[:, 0] >= 0]
    return JointLines(nodes[rows[:, 0]], nodes[rows[:, 1]])


def line_separation_mm(joint: Joint, receptors: Points, window: LineWindow | None = None) -> NDArray[np.float64]:
    """Mean distance (n,) across the image from the posterior to the anterior line, for receptor directions (n, 3).

    Positive: the posterior line is the medial one; zero: the lines overlap; negative: it is the lateral one.
    """
    nodes = _nodes(joint)
    rows = _line_rows(nodes, np.ascontiguousarray(receptors), *_levels(window or load_view_rule().lines))
    shown = rows[..., 0] >= 0
    lateral = joint.side.x_sign * np.einsum("nmc,nc->nm", nodes[rows[..., 1]] - nodes[rows[..., 0]], _left(receptors))
    return np.asarray((lateral * shown).sum(axis=1) / np.maximum(shown.sum(axis=1), 1))


def overlap_angle_deg(joint: Joint, window: LineWindow | None = None) -> float:
    """The oblique angle at which the anterior and the posterior inferior margin overlap, receptor towards the other side
    positive, without tilt to the head.

    The measure of Cho et al., Korean J Pain 2009;22:47 (50 patients prone, the C-arm turned until the two margins of the
    inferior joint overlap): here the turn about the body's long axis at which the mean separation of the two lines in the
    window is zero.
    """
    lines = joint_lines(joint, BEHIND, window)
    across, depth, _ = (lines.anterior_mm - lines.posterior_mm).sum(axis=0)
    return float(np.degrees(np.arctan2(joint.side.x_sign * across, -depth)))


def _nodes(joint: Joint) -> Points:
    return np.ascontiguousarray(joint.chart.nodes_mm[joint.synovial], dtype=np.float64)


def _levels(window: LineWindow) -> tuple[float, float, int]:
    low, high = window.window_mm
    return low, window.level_mm, round((high - low) / window.level_mm)


def _left(receptors: Points) -> Points:
    """(n, 3) unit vectors across the image to the patient's left."""
    head = np.array([0.0, 0.0, 1.0]) - receptors[:, 2:] * receptors
    left = np.cross(receptors, head)
    return np.asarray(left / np.linalg.norm(left, axis=1, keepdims=True))


@njit(cache=True, nogil=True)
def _line_rows(nodes, receptors, low, step, count):
    """(directions, levels, 2) rows of the nodes nearest to and farthest from the receptor; -1 where a level has none."""
    found = np.full((receptors.shape[0], count, 2), -1, np.int64)
    for n in range(receptors.shape[0]):
        x, y, z = receptors[n]
        size = np.sqrt(1.0 - z * z)
        lowest = np.inf
        for row in range(nodes.shape[0]):
            depth = nodes[row, 0] * x + nodes[row, 1] * y + nodes[row, 2] * z
            lowest = min(lowest, (nodes[row, 2] - depth * z) / size)
        nearest, farthest = np.full(count, -np.inf), np.full(count, np.inf)
        for row in range(nodes.shape[0]):
            depth = nodes[row, 0] * x + nodes[row, 1] * y + nodes[row, 2] * z
            level = int(np.floor(((nodes[row, 2] - depth * z) / size - lowest - low) / step))
            if level < 0 or level >= count:
                continue
            if depth > nearest[level]:
                nearest[level] = depth
                found[n, level, 0] = row
            if depth < farthest[level]:
                farthest[level] = depth
                found[n, level, 1] = row
    return found
