"""The joint as a compliant sheet of cells that open one after another, each at its own pressure.

In an open gap of 0.7 mm the viscous drop is 4-23 Pa while opening takes kilopascals, so it is the opening pressures that
decide where fluid goes, and thickness, length and haste that decide how much pressure it takes on the way. A cell's thickness
grows with pressure towards its full aperture, never past it and never below zero. Films and adhesions take some pressure
for every millimetre from the needle, so the front stays compact.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sijoint.injectate.asked_of_anatomy import Joint
from sijoint.injectate.flow_rules import CleftRules
from sijoint.injectate.invasion import invasion
from sijoint.injectate.opening_field import opening_field

Vector = NDArray[np.float64]

AROUND = np.array([(0, -1), (-1, 1), (-1, 0), (-1, -1), (0, 1), (1, -1), (1, 0), (1, 1)])
OPPOSITE = np.array([4, 5, 6, 7, 0, 1, 2, 3])


@dataclass(frozen=True, eq=False)
class CleftSheet:
    """Cells of one synovial cleft, in row-major order of the chart. Arrays are (n,) unless said."""

    index: NDArray[np.int64]  # (n, 2) cell of the chart
    number: NDArray[np.int64]  # (na, nb) cell number or -1
    pitch_mm: float
    centre_mm: Vector  # (n, 3)
    area_mm2: Vector  # with the slope of the chart
    full_ml: Vector  # at full aperture
    fold_ml: Vector  # what the capsule's fold beside a rim cell takes besides
    opening_kpa: Vector  # where it lifts
    moist: NDArray[np.bool_]  # lifted already: the joint's own fluid is there
    rim_mm: Vector  # length of the rim at the cell, 0 inside
    neighbour: NDArray[np.int64]  # (n, 8) as AROUND, -1 where there is none
    weight: Vector  # (n, 8) width of the common face over the distance of the centres
    rules: CleftRules

    @property
    def chart_cell_mm2(self) -> float:
        """Area of a cell on the chart's plane, whatever its slope."""
        return self.pitch_mm**2

    @cached_property
    def lift_ml(self) -> Vector:
        """What a cell takes before it is lifted."""
        return self.full_ml * self.rules.opening_share

    @cached_property
    def holds_most_ml(self) -> Vector:
        """What a cell can hold at all, with its fold."""
        return self.full_ml + self.fold_ml

    @cached_property
    def own_ml(self) -> Vector:
        """The joint's own fluid, before anything is injected."""
        return np.where(self.moist, self.lift_ml, 0.0)

    def cell_at(self, point_mm: Vector) -> int:
        """The cell whose centre is nearest to the point."""
        return int(np.argmin(np.sum((self.centre_mm - point_mm) ** 2, axis=1)))

    def cells_near(self, point_mm: Vector, radius_mm: float) -> NDArray[np.int64]:
        """The cells within a radius of a point, at least the nearest one."""
        away = np.linalg.norm(self.centre_mm - point_mm, axis=1)
        return np.flatnonzero(away <= max(radius_mm, float(away.min())))

    def volume_ml(self, kpa: float, lifting_kpa: Vector) -> Vector:
        """What each cell holds, once lifted, at one pressure everywhere; a cell that the pressure does not lift holds none."""
        rules = self.rules
        over = np.maximum(kpa - lifting_kpa, 0)
        gap = self.full_ml * (1 - (1 - rules.opening_share) * np.exp(-over / rules.compliance_kpa))
        fold = self.fold_ml * (1 - np.exp(-max(kpa - rules.fold_kpa, 0.0) / rules.compliance_kpa))
        return np.where(kpa < lifting_kpa, 0.0, gap + fold)

    def lifting_kpa(self, sources: list[int]) -> Vector:
        """Pressure that lifts each cell: its own opening and the way to it from the nearest needle; hardly any at the needle."""
        way = np.min([np.linalg.norm(self.centre_mm - self.centre_mm[cell], axis=1) for cell in sources], axis=0)
        lifting = np.where(self.moist, self.rules.opening_least_kpa, self.opening_kpa + self.rules.way_kpa_per_mm * way)
        lifting[sources] = self.rules.opening_least_kpa
        return np.asarray(lifting)

    def scaled_to(self, capacity_ml: float, recess: int) -> "CleftSheet":
        """The same sheet with apertures such that, filled from the recess to the capsule's yield, it takes this much more."""
        lifting = self.lifting_kpa([recess])
        order, needs = invasion(self, lifting, [recess])
        opened = order[needs <= self.rules.full_kpa]
        taken = self.volume_ml(self.rules.full_kpa, lifting)[opened].sum() - self.own_ml[opened].sum()
        scale = capacity_ml / taken
        return replace(self, full_ml=self.full_ml * scale, fold_ml=self.fold_ml * scale)


def cleft_sheet(joint: Joint, capacity_ml: float, rules: CleftRules, rng: np.random.Generator) -> CleftSheet:
    """The sheet of one joint with drawn opening pressures, scaled so that it takes `capacity_ml` to the capsule's yield."""
    bare = bare_sheet(joint, rules)
    away = np.linalg.norm(bare.centre_mm - joint.inferior_recess_mm, axis=1)
    width = smoothed_width(joint, rules)[tuple(bare.index.T)]
    from_rim = ndimage.distance_transform_edt(np.pad(joint.synovial, 1))[1:-1, 1:-1][tuple(bare.index.T)]
    from_rim = (from_rim - 0.5) * bare.pitch_mm
    field = opening_field(
        bare.index.astype(np.float64) * bare.pitch_mm, width, from_rim, away, bare.area_mm2, rules, rng
    )
    near_recess = away <= rules.recess_radius_mm
    aperture = bare.area_mm2 * width / 1000
    # The recess is a pouch: thickest in its middle, and in all it holds its share; the fold goes along the rim.
    pouch = np.maximum(1 - (away / rules.recess_radius_mm) ** 2, 0) * aperture
    if pouch.sum() > 0:
        pouch *= rules.recess_share * aperture.sum() / pouch.sum()
    fold = bare.rim_mm * rules.fold_share * aperture.sum() / max(float(bare.rim_mm.sum()), 1e-12)

    share, recess = field.contact_share, bare.cell_at(joint.inferior_recess_mm)
    while True:  # fewer contact patches until the joint can open far enough to be a joint that takes its capacity
        contact = (field.contact_rank < share) & ~near_recess
        pressed = np.where(contact, field.opening_kpa * np.exp(rules.contact_log_step), field.opening_kpa)
        sheet = replace(bare, full_ml=aperture + pouch, fold_ml=fold, opening_kpa=pressed, moist=field.moist & ~contact)
        order, needs = invasion(sheet, sheet.lifting_kpa([recess]), [recess])
        open_mm2 = sheet.area_mm2[order[needs <= rules.full_kpa]].sum()
        if open_mm2 >= rules.open_share_least * sheet.area_mm2.sum() or share == 0.0:
            return sheet.scaled_to(capacity_ml, recess)
        share = share - 0.05 if share > 0.05 else 0.0


def bare_sheet(joint: Joint, rules: CleftRules) -> CleftSheet:
    """The geometry of a joint's cleft alone: cells of 1 mm aperture that lift at the least pressure."""
    index = np.argwhere(joint.synovial)
    if not len(index):
        raise ValueError("the joint has no synovial cleft to fill")
    number = np.full(joint.synovial.shape, -1, dtype=np.int64)
    number[tuple(index.T)] = np.arange(len(index))
    pitch = joint.chart.pitch_mm
    centre = np.asarray(joint.chart.world(index[:, 0] * pitch, index[:, 1] * pitch), dtype=np.float64)
    along_a, along_b = (slope[tuple(index.T)] for slope in _slopes(joint))
    area = pitch**2 * np.sqrt(1 + along_a**2 + along_b**2)
    padded = np.pad(number, 1, constant_values=-1)
    neighbour = np.stack([padded[tuple((index + 1 + step).T)] for step in AROUND], axis=1)
    # Length of the rim by counting crossings along four directions (Cauchy and Crofton), so that steps do not lengthen it.
    missing = neighbour < 0
    crossings = missing[:, AROUND.any(axis=1) & (AROUND == 0).any(axis=1)].sum(axis=1)
    diagonal = missing[:, (AROUND != 0).all(axis=1)].sum(axis=1)
    rim = np.pi / 8 * pitch * (crossings + diagonal / np.sqrt(2)) * np.sqrt(area / pitch**2)
    count = len(index)
    return CleftSheet(
        index=index,
        number=number,
        pitch_mm=pitch,
        centre_mm=centre,
        area_mm2=area,
        full_ml=area / 1000,
        fold_ml=np.zeros(count),
        opening_kpa=np.full(count, rules.opening_least_kpa),
        moist=np.zeros(count, dtype=bool),
        rim_mm=rim,
        neighbour=neighbour,
        weight=_face_weights(along_a, along_b, neighbour),
        rules=rules,
    )


def _face_weights(along_a: Vector, along_b: Vector, neighbour: NDArray[np.int64]) -> Vector:
    """Conductance (n, 8) of the faces for unit mobility: the surface's Laplacian on the chart with diagonal faces.

    sqrt(g) times the inverse metric, split over the axes and the diagonal that keeps all weights positive (slopes up to 58°).
    """
    root = np.sqrt(1 + along_a**2 + along_b**2)
    aa, bb, ab = (1 + along_b**2) / root, (1 + along_a**2) / root, -along_a * along_b / root
    slant = np.minimum(np.abs(ab), np.minimum(aa, bb))
    cells = np.zeros((len(aa), 8))
    for d, (i, j) in enumerate(AROUND):
        if j == 0:
            cells[:, d] = aa - slant
        elif i == 0:
            cells[:, d] = bb - slant
        else:
            cells[:, d] = np.where(np.sign(ab) == i * j, slant, 0.0)
    weight = np.zeros_like(cells)
    for d in range(8):
        there = np.flatnonzero(neighbour[:, d] >= 0)
        weight[there, d] = (cells[there, d] + cells[neighbour[there, d], OPPOSITE[d]]) / 2
    return weight


def smoothed_width(joint: Joint, rules: CleftRules) -> Vector:
    """Width over a millimetre's neighbourhood, cut to where CT can be believed: it is position that is robust, not width."""
    usable = np.isfinite(joint.width_mm) & joint.synovial
    width = np.where(usable, np.clip(joint.width_mm, rules.width_low_mm, rules.width_high_mm), 0.0)
    cells = 1.0 / joint.chart.pitch_mm
    weight = ndimage.gaussian_filter(usable.astype(float), cells)
    smooth = ndimage.gaussian_filter(width, cells) / np.maximum(weight, 1e-9)
    return np.asarray(np.clip(smooth, rules.width_low_mm, rules.width_high_mm))


def _slopes(joint: Joint) -> tuple[Vector, Vector]:
    """Slope of the chart's height along a and b (na, nb), cut at 60°."""
    height = np.array(joint.chart.height_mm, dtype=np.float64)
    height = np.where(np.isfinite(height), height, np.nanmean(height) if np.isfinite(height).any() else 0.0)
    along_a, along_b = np.gradient(height, joint.chart.pitch_mm)
    return np.asarray(np.clip(along_a, -1.7, 1.7)), np.asarray(np.clip(along_b, -1.7, 1.7))
