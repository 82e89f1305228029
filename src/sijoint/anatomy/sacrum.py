"""The sacrum from behind: its relief, its mid-line, and the dorsal foramina as holes in it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import center_of_mass, generate_binary_structure, grey_closing, label

from sijoint.anatomy.ct import Labels
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.landmark_numbers import landmark_number
from sijoint.anatomy.relief import Relief, relief
from sijoint.anatomy.rules import label_scheme
from sijoint.anatomy.surface import smooth_occupancy
from sijoint.frames import Grid

_BEHIND = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])  # across: left, along: cranial, towards: dorsal
_RASTER_MM, _COLUMN_MM = 2.0, 1.5
_LOCAL_MM = 1.0


@dataclass(frozen=True, eq=False)
class Foramen:
    """A dorsal sacral foramen: the middle (3,) of its opening, the unit vector (3,) into it, and its radius."""

    number: int
    opening_mm: NDArray[np.float64]
    inwards: NDArray[np.float64]
    radius_mm: float
    found_by: Literal["label", "landmark"]


@dataclass(frozen=True, eq=False)
class Sacrum:
    """The sacrum's share of each voxel on a crop of the CT, its relief from straight behind, and the height of its mid-line."""

    grid: Grid
    share: NDArray[np.float32]
    behind: Relief
    middle_x_mm: float

    def back_mm(self, x_mm: float, z_mm: float) -> NDArray[np.float64]:
        """The most posterior surface point (3,) within 3 mm of a place seen from behind, or at the nearest place that has bone."""
        return np.array([x_mm, self.behind.near_mm[self._column(x_mm, z_mm)].max(), z_mm])

    def front_mm(self, x_mm: float, z_mm: float) -> NDArray[np.float64]:
        """The most anterior surface point (3,) there."""
        return np.array([x_mm, self.behind.far_mm[self._column(x_mm, z_mm)].min(), z_mm])

    def _column(self, x_mm: float, z_mm: float) -> NDArray[np.bool_]:
        away = np.hypot(self.behind.across_mm[:, None] - x_mm, self.behind.along_mm - z_mm)
        away[np.isnan(self.behind.near_mm)] = np.inf
        return np.asarray(away <= max(3.0, float(away.min()) + 0.1))


@lru_cache(maxsize=2)
def sacrum_of(labels: Labels) -> Sacrum:
    """The sacrum of one patient; the last two are kept."""
    grid, share = smooth_occupancy(labels, label_scheme().sacrum)
    low, high = grid.corners_mm.min(axis=0), grid.corners_mm.max(axis=0)
    x, z = (np.arange(low[n], high[n], _RASTER_MM) for n in (0, 2))
    behind = relief(grid, share, np.zeros(3), _BEHIND, x, z, np.arange(low[1], high[1], _COLUMN_MM))
    bone = np.argwhere(share > 0.5)
    return Sacrum(grid, share, behind, float(np.median(grid.to_world(bone)[:, 0])))


@lru_cache(maxsize=4)
def dorsal_foramina(labels: Labels, joint: Joint) -> tuple[Foramen, ...]:
    """The dorsal foramina S1 to S3 on a joint's side, as holes in the labelled bone; where none is found, where they usually lie.

    A hole is a deep place of the sacrum's relief, seen at right angles to its back, medial of the joint, near the usual place.
    """
    sacrum = sacrum_of(labels)
    usual = [_usual_place(sacrum, joint, number) for number in (1, 2, 3)]
    slope = np.arctan2(usual[2][1] - usual[0][1], usual[0][2] - usual[2][2])
    towards = np.array([0.0, np.cos(slope), np.sin(slope)])
    axes = np.stack([_BEHIND[0], np.cross(_BEHIND[0], towards), towards])
    wide, high, deep = landmark_number("foramen_search_mm")
    local = relief(
        sacrum.grid,
        sacrum.share,
        usual[1],
        axes,
        *(np.arange(-half, half + 0.1, _LOCAL_MM) for half in (wide, high, deep)),
    )
    holes = _holes(local)
    (least, most), reach = landmark_number("foramen_radius_mm"), landmark_number("foramen_off_place_mm")
    found = []
    for number, place in enumerate(usual, 1):
        expected = local.local(place)[:2]
        off = [float(np.linalg.norm(hole.at[:2] - expected)) for hole in holes]
        if min(off, default=np.inf) <= reach:
            hole = holes[int(np.argmin(off))]
            radius = float(np.clip(hole.radius_mm, least, most))
            found.append(Foramen(number, local.world(*hole.at), -towards, radius, "label"))
        else:
            found.append(Foramen(number, place, -towards, 0.5 * (least + most), "landmark"))
    return tuple(found)


def _usual_place(sacrum: Sacrum, joint: Joint, number: int) -> NDArray[np.float64]:
    """Where a foramen lies by proportion, on the back of the sacrum."""
    border = joint.dorsal_border_mm
    low, high = border[0, 2], border[-1, 2]
    level = low + landmark_number("foramen_height_share")[number - 1] * (high - low)
    beside = border[np.abs(border[:, 2] - level).argmin(), 0]
    lateral = sacrum.middle_x_mm + landmark_number("foramen_lateral_share") * (beside - sacrum.middle_x_mm)
    return sacrum.back_mm(float(lateral), float(level))


@dataclass(frozen=True, eq=False)
class _Hole:
    at: NDArray[np.float64]  # across, along, height of the middle of its rim
    radius_mm: float


def _holes(local: Relief) -> list[_Hole]:
    """Places where the relief lies deeper than a disc rolled over it would reach; those at the raster's edge are no holes."""
    deepest, across = landmark_number("foramen_depth_mm"), landmark_number("foramen_widest_mm") / _LOCAL_MM
    floor = float(np.nanmin(local.far_mm)) - 2.0 * deepest if np.isfinite(local.far_mm).any() else 0.0
    near = np.where(np.isnan(local.near_mm), floor, local.near_mm)
    reach = int(np.ceil(0.5 * across))
    disc = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1]) <= 0.5 * across
    rim = grey_closing(near, footprint=disc)
    depth = np.minimum(rim - near, 3.0 * deepest)
    pieces, count = label(depth >= deepest, generate_binary_structure(2, 2))
    holes = []
    for number in range(1, count + 1):
        piece = pieces == number
        edge = piece[[0, -1]].any() or piece[:, [0, -1]].any()
        if not edge:
            piece &= depth >= 0.7 * depth[piece].max()  # S1 opens at the end of a wide groove, which is no part of it
            u, v = (float(n) * _LOCAL_MM for n in center_of_mass(piece))
            at = np.array([local.across_mm[0] + u, local.along_mm[0] + v, float(np.median(rim[piece]))])
            holes.append(_Hole(at, float(np.sqrt(piece.sum() / np.pi)) * _LOCAL_MM))
    return holes
