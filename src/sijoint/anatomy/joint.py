"""One sacroiliac joint as a shape: mid-surface, width, synovial part, borders, targets."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import distance_transform_edt

from sijoint.anatomy.chart import Chart
from sijoint.anatomy.distance import DistanceField
from sijoint.anatomy.opening import DorsalOpening
from sijoint.frames import Side


@dataclass(frozen=True, eq=False)
class Joint:
    """One side's joint in LPS millimetres; maps (na, nb) lie on ``chart``.

    ``width_mm`` is clipped to 0.3..12 and NaN where not valid; read it as a width only when ``width_measurable``, as labels that
    touch falsify it (``touching_share``), and ``mean_width_mm`` is NaN then. ``synovial`` and ``ligamentous`` follow a labelled
    model (``modelled`` says so in sentences); ``area_band_cm2`` is its uncertainty.
    """

    side: Side
    chart: Chart
    valid: NDArray[np.bool_]
    synovial: NDArray[np.bool_]
    ligamentous: NDArray[np.bool_]
    width_mm: NDArray[np.float64]
    width_measurable: bool
    touching_share: float
    area_cm2: float
    area_band_cm2: tuple[float, float]
    mean_width_mm: float
    inferior_end_mm: NDArray[np.float64]
    inferior_recess_mm: NDArray[np.float64]  # target: just inside the dorsal border of the cleft, near its caudal end
    recess_out: NDArray[
        np.float64
    ]  # unit vector out of the back along the middle of the bone-free ways from the recess
    dorsal_border_mm: NDArray[np.float64]  # (n, 3), caudal first
    ventral_border_mm: NDArray[np.float64]  # (n, 3), caudal first
    capsule_rim_mm: NDArray[np.float64]  # (m, 3), closed: the last point is next to the first
    axial_angles_deg: tuple[float, ...]  # margin to margin, inferior to superior fifths, anterior end lateral positive
    ligament_target_mm: NDArray[np.float64]  # in the posterior ligamentous gap, middle third
    ligament_out: NDArray[np.float64]  # as recess_out, for the ligament target
    psis_mm: NDArray[np.float64]  # posterior superior iliac spine, by the shape of the hip bone
    dorsal_opening: DorsalOpening  # how wide the dorsal border stands open, seen from behind
    to_sacrum: DistanceField  # signed distance on a fine grid round the joint, exact near the surface
    to_hip: DistanceField
    doubts: tuple[str, ...]  # why this joint deserves less confidence, in sentences; empty when nothing does
    modelled: tuple[str, ...]

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def contains(self, points_mm: ArrayLike, slack_mm: float = 0.0) -> NDArray[np.bool_]:
        """Whether world points (..., 3) lie in the synovial cleft: inside its border and between the bones.

        ``slack_mm`` > 0 also accepts points that much beyond the border or the bone surfaces.
        """
        a, b, across = np.moveaxis(self.across_mm(points_mm), -1, 0)
        inside = self.chart.sample(self.beyond_border_mm, a, b) <= slack_mm
        half = self.chart.sample(self._half_width_mm, a, b)
        on_chart = self._on_chart(a, b)
        return on_chart & inside & (np.abs(across) <= half + slack_mm)

    def across_mm(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Chart a and b, and the distance at right angles off the mid-surface, of world points (..., 3)."""
        found = self.chart.coordinates(points_mm)
        found[..., 2] *= self.chart.sample(self.chart.slope_cosine, found[..., 0], found[..., 1])
        return found

    def from_psis_mm(self, point_mm: ArrayLike) -> tuple[float, float]:
        """How far a point (3,) lies caudal and lateral of the posterior superior iliac spine."""
        away = np.asarray(point_mm, dtype=np.float64) - self.psis_mm
        return float(-away[2]), float(away[0] * self.side.x_sign)

    @cached_property
    def beyond_border_mm(self) -> NDArray[np.float64]:
        """How far (na, nb) a node lies outside the synovial part on the chart; negative inside."""
        pitch = self.chart.pitch_mm
        outside = distance_transform_edt(~self.synovial) * pitch
        inside = distance_transform_edt(self.synovial) * pitch
        return np.where(self.synovial, 0.5 * pitch - inside, outside - 0.5 * pitch)

    @cached_property
    def dorsal_side(self) -> NDArray[np.bool_]:
        """Nodes (na, nb) outside the synovial part that lie nearer to its dorsal than to its ventral border."""
        dorsal, ventral = (self._nearest_on_chart(line) for line in (self.dorsal_border_mm, self.ventral_border_mm))
        return ~self.synovial & (dorsal < ventral)

    def mid_surface_mesh(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The synovial mid-surface as a mesh for pictures: vertices (n, 3), faces (m, 3)."""
        quads = self.synovial[:-1, :-1] & self.synovial[1:, :-1] & self.synovial[:-1, 1:] & self.synovial[1:, 1:]
        number = np.arange(self.synovial.size).reshape(self.synovial.shape)
        p, q, r, s = (n[quads] for n in (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]))
        faces = np.concatenate([np.stack([p, q, r], 1), np.stack([p, r, s], 1)])
        used, faces = np.unique(faces, return_inverse=True)
        return self.chart.nodes_mm.reshape(-1, 3)[used], faces.reshape(-1, 3)

    @cached_property
    def _half_width_mm(self) -> NDArray[np.float64]:
        """Half the width, carried beyond the valid part so that sampling near its edge stays finite."""
        nearest = distance_transform_edt(~self.valid, return_indices=True, return_distances=False)
        return 0.5 * self.width_mm[tuple(nearest)]

    def _on_chart(self, a_mm: NDArray, b_mm: NDArray) -> NDArray[np.bool_]:
        high = (np.array(self.chart.shape) - 1) * self.chart.pitch_mm
        return (a_mm >= 0) & (a_mm <= high[0]) & (b_mm >= 0) & (b_mm <= high[1])

    def _nearest_on_chart(self, line_mm: NDArray) -> NDArray[np.float64]:
        marked = np.ones(self.chart.shape, dtype=bool)
        nodes = np.rint(self.chart.coordinates(line_mm)[:, :2] / self.chart.pitch_mm).astype(int)
        nodes = np.clip(nodes, 0, np.array(self.chart.shape) - 1)
        marked[nodes[:, 0], nodes[:, 1]] = False
        return distance_transform_edt(marked)
