"""What the images of contrast tell, as named numbers: how much is seen, whether it stays, where it lies, what shape it has."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation
from scipy.spatial import cKDTree

from sijoint.anatomy import Body
from sijoint.fluoroscopy import Frame
from sijoint.frames import Side, angle_between_deg
from sijoint.guidance.arthrogram_rule import ArthrogramRule
from sijoint.guidance.contrast_run import ContrastRun
from sijoint.guidance.iodine_map import IodineMap, iodine_map
from sijoint.guidance.placement import placed_iodine
from sijoint.guidance.zones import Zone, ZoneLattice, zone_lattice

Point = NDArray[np.float64]

FEATURES: tuple[str, ...] = (
    "seen_share",  # iodine seen at the end over iodine injected
    "washed_share",  # of the iodine seen at its peak, what is gone at the end
    "cleft",  # shares of the iodine at its peak, by where it stays ...
    "rim",
    "ligament",
    "muscle",
    "foramen",
    "ventral",
    "foramen_sign",  # the same two up to the share that is a leak beyond doubt, 0..1
    "ventral_sign",
    "thin",  # in the trajectory view: how much longer than wide, 0 round .. 1 a line
    "width",  # of the shadow across its long axis, cm (root mean square)
    "length",  # along its long axis, cm (root mean square)
    "cephalad",  # 95 % height of the placed iodine above the tip, cm
    "behind",  # mean distance of the placed iodine from the dorsal border of the cleft, cm
    "spread",  # root mean square distance of the placed iodine from the tip, cm
)


@dataclass(frozen=True, eq=False)
class ContrastEvidence:
    """The features by name, the maps they come from, and the placed iodine."""

    values: dict[str, float]
    maps: tuple[IodineMap, ...]
    lattice: ZoneLattice
    placed: NDArray[np.float64]  # (n,) at the lattice points


def contrast_evidence(
    runs: Sequence[ContrastRun], body: Body, side: Side, tip_mm: Point, rule: ArthrogramRule
) -> ContrastEvidence:
    """The features of one injection from its views; the first run with frames during injection tells about wash-out."""
    maps = tuple(iodine_map(run.before, _settled(run), tip_mm, rule.subtraction) for run in runs)
    lattice = zone_lattice(body, side, tip_mm, rule.zones)
    placed = placed_iodine(maps, lattice, np.ones(len(lattice.zone)), rule.zones.rounds)
    main = next((number for number, run in enumerate(runs) if run.during), 0)
    thin, width, length = _shape(maps[main])
    peak, end = _peak_and_end(runs[main], maps[main], tip_mm, rule)
    washed = float(np.clip(1 - end / peak, 0, 1)) if peak > 0 else 0.0
    shares = (1 - washed) * np.bincount(lattice.zone, placed, len(Zone))  # with what washed away they sum to one
    tip_height = float(
        body.joints[side].chart.coordinates(tip_mm)[1]
        - body.joints[side].chart.coordinates(body.joints[side].inferior_end_mm)[1]
    )
    values = {
        "seen_share": end / runs[main].injected_mg,
        "washed_share": washed,
        "cleft": shares[Zone.CLEFT],
        "rim": shares[Zone.RIM],
        "ligament": shares[Zone.LIGAMENT],
        "muscle": shares[Zone.MUSCLE],
        "foramen": shares[Zone.FORAMEN],
        "ventral": shares[Zone.VENTRAL] + shares[Zone.BELOW],
        "foramen_sign": min(1.0, shares[Zone.FORAMEN] / rule.sure_leak_share),
        "ventral_sign": min(1.0, (shares[Zone.VENTRAL] + shares[Zone.BELOW]) / rule.sure_leak_share),
        "thin": thin,
        "width": width / 10,
        "length": length / 10,
        "cephalad": (_quantile(lattice.height_mm, placed, 0.95) - tip_height) / 10,
        "spread": float(np.sqrt((placed * ((lattice.points_mm - tip_mm) ** 2).sum(axis=1)).sum())) / 10,
        "behind": _behind(lattice, placed, body.joints[side].dorsal_border_mm) / 10,
        "peak_share": peak / runs[main].injected_mg,
        "below": shares[Zone.BELOW],
        "views": float(_directions(runs, rule.second_view_deg)),
    }
    return ContrastEvidence({name: float(value) for name, value in values.items()}, maps, lattice, placed)


def _directions(runs: Sequence[ContrastRun], least_deg: float) -> int:
    """How many of the views see from truly different directions: two looks along one line tell no depth."""
    kept: list[Point] = []
    for run in runs:
        assert run.before.pose is not None  # checked before
        towards = run.before.pose.direction
        angles = [angle_between_deg(towards, other) for other in kept]
        if all(min(angle, 180 - angle) >= least_deg for angle in angles):
            kept.append(towards)
    return len(kept)


def _behind(lattice: ZoneLattice, placed: NDArray[np.float64], border_mm: NDArray[np.float64]) -> float:
    away, _ = cKDTree(border_mm).query(lattice.points_mm)
    return float((placed * away).sum())


def _settled(run: ContrastRun) -> tuple[Frame, ...]:
    """The frames that show what stays: those after the injection, else the last one of it."""
    return run.after or run.during[-1:]


def _peak_and_end(run: ContrastRun, settled: IodineMap, tip_mm: Point, rule: ArthrogramRule) -> tuple[float, float]:
    """Iodine in mg at its most and at the end, in the pixels that ever show contrast."""
    if not run.during:
        return settled.mass_mg, settled.mass_mg
    thirds = [part for part in np.array_split(np.arange(len(run.during)), 3) if len(part)]
    stages = [iodine_map(run.before, tuple(run.during[i] for i in part), tip_mm, rule.subtraction) for part in thirds]
    stages.append(settled)
    masses = [stage.mass_mg for stage in stages]
    return max(masses), masses[-1]


def _shape(view: IodineMap) -> tuple[float, float, float]:
    """Thinness 0..1 and root-mean-square width and length (mm) of the shadow, by its second moments."""
    mass = view.mg_per_cm2
    total = float(mass.sum())
    if total <= 0:
        return 0.0, 0.0, 0.0
    rows, columns = np.indices(mass.shape)
    weights = mass / total
    centre = np.array([(weights * rows).sum(), (weights * columns).sum()])
    away = np.stack([rows - centre[0], columns - centre[1]])
    moments = np.einsum("ixy,jxy,xy->ij", away, away, weights)
    small, large = np.sqrt(np.maximum(np.linalg.eigvalsh(moments), 1e-9)) * view.pixel_mm
    return float(1 - small / large), float(small), float(large)


def _quantile(values: NDArray[np.float64], weights: NDArray[np.float64], share: float) -> float:
    if weights.sum() <= 0:
        return 0.0
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, share * reached[-1])])


def share_in_footprint(view: IodineMap, points_mm: NDArray[np.float64], wider_mm: float) -> float:
    """Share of the seen iodine that lies in the shadow of body points (n, 3), widened by a distance at the tip's depth."""
    if view.mass_mg <= 0:
        return 0.0
    column, row = np.moveaxis(view.geometry.project(points_mm), -1, 0)
    rows, columns = view.mg_per_cm2.shape
    shadow = np.zeros((rows, columns), dtype=bool)
    keep = (column > -0.5) & (column < columns - 0.5) & (row > -0.5) & (row < rows - 0.5)
    shadow[np.rint(row[keep]).astype(int), np.rint(column[keep]).astype(int)] = True
    shadow = binary_dilation(shadow, iterations=max(1, round(wider_mm / view.pixel_mm)))
    return float(view.mg_per_cm2[shadow].sum() / view.mg_per_cm2.sum())
