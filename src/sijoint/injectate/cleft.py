"""The joint as a compliant sheet of cells that open one after another, each at its own pressure.

In an open gap of 0.7 mm the viscous drop is 4-23 Pa while opening takes kilopascals, so pressure is the same all over the
wet part and filling is an invasion: of all dry cells next to wet ones, the one that opens at the lowest pressure is next.
A cell's thickness then grows with pressure towards its full aperture, never past it and never below zero. Films and
adhesions take some pressure for every millimetre from the needle, so the front stays compact.
"""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sijoint.injectate.asked_of_anatomy import Joint
from sijoint.injectate.flow_rules import CleftRules

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CleftSheet:
    """Cells of one synovial cleft. All arrays (n,): `full_ml` at full aperture, `opening_kpa` where it lifts."""

    index: NDArray[np.int64]  # (n, 2) cell of the chart
    number: NDArray[np.int64]  # (na, nb) cell number or -1
    pitch_mm: float
    centre_mm: Vector  # (n, 3)
    area_mm2: Vector
    full_ml: Vector
    opening_kpa: Vector
    rules: CleftRules

    @property
    def chart_cell_mm2(self) -> float:
        """Area of a cell on the chart's plane, whatever its slope."""
        return self.pitch_mm**2

    def cell_at(self, point_mm: Vector) -> int:
        """The cell whose centre is nearest to the point."""
        return int(np.argmin(np.sum((self.centre_mm - point_mm) ** 2, axis=1)))

    def thickness_share(self, over_kpa: Vector) -> Vector:
        """Thickness of an open cell as share of its aperture, by how far the pressure is above its opening."""
        least = self.rules.opening_share
        return np.where(
            over_kpa < 0, 0.0, 1 - (1 - least) * np.exp(-np.maximum(over_kpa, 0) / self.rules.compliance_kpa)
        )

    def lifting_kpa(self, sources: list[int]) -> Vector:
        """Pressure (n,) at the needle that lifts each cell: its own opening and the way to it; nothing at the needle."""
        way = np.min([np.linalg.norm(self.centre_mm - self.centre_mm[cell], axis=1) for cell in sources], axis=0)
        lifting = self.opening_kpa + self.rules.way_kpa_per_mm * way
        lifting[sources] = 0.0
        return np.asarray(lifting)

    def invasion(self, lifting_kpa: Vector, sources: list[int]) -> tuple[NDArray[np.int64], Vector]:
        """Cell numbers in the order in which they open from these sources, and the pressure (n,) each needs in turn."""
        seen = np.zeros(len(self.full_ml), dtype=bool)
        waiting: list[tuple[float, int]] = []
        for cell in sources:
            if not seen[cell]:
                seen[cell] = True
                heapq.heappush(waiting, (0.0, cell))
        order, reached, highest = [], [], 0.0
        rows, columns = self.number.shape
        lifting = lifting_kpa.tolist()
        places = self.index.tolist()
        number = self.number.tolist()
        while waiting:
            need, cell = heapq.heappop(waiting)
            highest = max(highest, need)
            order.append(cell)
            reached.append(highest)
            i, j = places[cell]
            for k in range(max(i - 1, 0), min(i + 2, rows)):
                for m in range(max(j - 1, 0), min(j + 2, columns)):
                    other = number[k][m]
                    if other >= 0 and not seen[other]:
                        seen[other] = True
                        heapq.heappush(waiting, (lifting[other], other))
        return np.array(order), np.array(reached)


def cleft_sheet(joint: Joint, capacity_ml: float, rules: CleftRules, rng: np.random.Generator) -> CleftSheet:
    """The sheet of one joint, scaled so that at the capsule's yield it holds `capacity_ml` filled from its recess."""
    index = np.argwhere(joint.synovial)
    if not len(index):
        raise ValueError("the joint has no synovial cleft to fill")
    number = np.full(joint.synovial.shape, -1, dtype=np.int64)
    number[tuple(index.T)] = np.arange(len(index))
    pitch = joint.chart.pitch_mm
    centre = np.asarray(joint.chart.world(index[:, 0] * pitch, index[:, 1] * pitch), dtype=np.float64)
    width = _smoothed_width(joint, rules)[tuple(index.T)]
    opening, contact_rank = _opening_field(joint, index, width, rules, rng)
    share = float(np.clip(rng.normal(rules.contact_share_mean, rules.contact_share_sd), 0.0, 0.6))
    away = np.linalg.norm(centre - joint.inferior_recess_mm, axis=1) / rules.recess_radius_mm
    near_recess = away <= 1
    area = _areas_mm2(joint)[tuple(index.T)]
    aperture = area * width / 1000

    while True:  # fewer contact patches until the joint can open far enough to be a joint that takes its capacity
        contact = (contact_rank < share) & ~near_recess
        pressed = np.where(contact, opening * np.exp(rules.contact_log_step), opening)
        sheet = CleftSheet(index, number, pitch, centre, area, aperture, pressed, rules)
        source = [sheet.cell_at(joint.inferior_recess_mm)]
        lifts = sheet.lifting_kpa(source)
        order, needs = sheet.invasion(lifts, source)
        opened = order[needs <= rules.full_kpa]
        if len(opened) >= rules.open_share_least * len(index) or share == 0.0:
            break
        share = share - 0.05 if share > 0.05 else 0.0
    thickness = sheet.thickness_share(rules.full_kpa - lifts)
    filled = aperture * thickness
    # The recess bulges: thickest in its middle, and in all it holds its share.
    pouch = np.where(np.isin(np.arange(len(index)), opened), np.maximum(1 - away**2, 0), 0)
    if (pouch * filled).sum() > 0:
        pouch *= rules.recess_share / (1 - rules.recess_share) * filled[opened].sum() / (pouch * filled).sum()
        aperture = aperture * (1 + pouch)
        filled = aperture * thickness
    return CleftSheet(index, number, pitch, centre, area, aperture * capacity_ml / filled[opened].sum(), pressed, rules)


def _smoothed_width(joint: Joint, rules: CleftRules) -> Vector:
    """Width over one cell's neighbourhood, cut to where CT can be believed: it is position that is robust, not width."""
    usable = np.isfinite(joint.width_mm) & joint.synovial
    width = np.where(usable, np.clip(joint.width_mm, rules.width_low_mm, rules.width_high_mm), 0.0)
    weight = ndimage.gaussian_filter(usable.astype(float), 1.0)
    smooth = ndimage.gaussian_filter(width, 1.0) / np.maximum(weight, 1e-9)
    return np.asarray(np.clip(smooth, rules.width_low_mm, rules.width_high_mm))


def _areas_mm2(joint: Joint) -> Vector:
    """True area of each chart cell: the height field's slope makes it larger than the pitch squared."""
    pitch = joint.chart.pitch_mm
    height = np.array(joint.chart.height_mm, dtype=np.float64)
    height = np.where(np.isfinite(height), height, np.nanmean(height) if np.isfinite(height).any() else 0.0)
    along_a, along_b = np.gradient(height, pitch)
    return np.asarray(pitch**2 * np.sqrt(1 + np.minimum(along_a**2 + along_b**2, 9.0)))


def _opening_field(
    joint: Joint, index: NDArray[np.int64], width_mm: Vector, rules: CleftRules, rng: np.random.Generator
) -> tuple[Vector, Vector]:
    """Opening pressure (n,) in kPa, correlated, and each cell's rank (n,) 0..1 in the field of contact patches."""
    pitch = joint.chart.pitch_mm
    place = tuple(index.T)
    resistance = _correlated(joint.synovial.shape, rules.correlation_mm / pitch, rng)[place]
    touching = _correlated(joint.synovial.shape, rules.correlation_mm / pitch, rng)[place]
    cranial = (index[:, 1] - index[:, 1].mean()) * pitch / 30.0
    log_kpa = (
        np.log(rules.opening_median_kpa)
        + rules.opening_log_sd * resistance
        - rules.width_log_slope_per_mm * (width_mm - width_mm.mean())
        + rules.cranial_log_sd_per_30_mm * rng.normal() * cranial
    )
    rank = np.argsort(np.argsort(-touching)) / len(touching)
    return np.exp(log_kpa), rank


def _correlated(shape: tuple[int, ...], sigma_cells: float, rng: np.random.Generator) -> Vector:
    """A random field of mean 0 and standard deviation 1 with this correlation length."""
    field = ndimage.gaussian_filter(rng.normal(size=shape), sigma_cells / 2, mode="reflect")
    return np.asarray((field - field.mean()) / max(float(field.std()), 1e-12))
