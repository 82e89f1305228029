"""Where contrast may lie round a joint: a coarse lattice of points in the body, each with the name of its place."""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import binary_dilation
from scipy.spatial import cKDTree

from sijoint.anatomy import Body, Joint, Tissue
from sijoint.frames import Side
from sijoint.guidance.arthrogram_rule import ZoneRule

Points = NDArray[np.float64]


class Zone(IntEnum):
    """A point's place, coarser than its tissue and wider than the cleft by what a registration may be wrong."""

    CLEFT = 0
    RIM = 1  # round the cleft, where a capsular leak or peri-articular contrast lies
    LIGAMENT = 2
    MUSCLE = 3  # muscle and fat behind the bones
    FORAMEN = 4
    VENTRAL = 5  # in front of the joint and the sacrum
    BELOW = 6  # towards the sciatic notch


@dataclass(frozen=True, eq=False)
class ZoneLattice:
    """Lattice points (n, 3) outside dense bone, with zones (n,) and the pitch between them."""

    points_mm: NDArray[np.float64]
    zone: NDArray[np.uint8]
    height_share: NDArray[np.float64]  # (n,) above the inferior end of the joint, along it, over the joint's height
    off_mm: NDArray[np.float64]  # (n,) from the mid-surface, towards the ilium positive
    away_mm: NDArray[np.float64]  # (n,) from the nearest place of the cleft
    behind_mm: NDArray[np.float64]  # (n,) from the dorsal border of the cleft
    pitch_mm: float


def zone_lattice(body: Body, side: Side, centre_mm: ArrayLike, rule: ZoneRule) -> ZoneLattice:
    """Points within ``reach_mm`` of a centre that can hold fluid, named by where they lie relative to the joint.

    The last few are kept: the images of one injection are read again and again.
    """
    x, y, z = (float(value) for value in np.asarray(centre_mm, dtype=np.float64))
    return _lattice(body, side, (x, y, z), rule)


@lru_cache(maxsize=4)
def _lattice(body: Body, side: Side, centre_mm: tuple[float, float, float], rule: ZoneRule) -> ZoneLattice:
    joint, pitch = body.joints[side], rule.pitch_mm
    steps = np.arange(-rule.reach_mm, rule.reach_mm + pitch / 2, pitch)
    offsets = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    ball = np.linalg.norm(offsets, axis=1) <= rule.reach_mm
    points = np.asarray(centre_mm, dtype=np.float64) + offsets[ball]
    coordinates = joint.chart.coordinates(points)
    tissue = body.tissue_at(points)
    zone = np.full(len(points), 255, dtype=np.uint8)
    soft = np.isin(tissue, [Tissue.FAT, Tissue.MUSCLE, Tissue.VESSEL, Tissue.NERVE, Tissue.BOWEL, Tissue.SKIN])
    lowest = float(joint.chart.coordinates(joint.inferior_end_mm)[1])
    ventral_side = _ventral_to_joint(joint, coordinates)
    zone[soft & ~ventral_side] = Zone.MUSCLE
    zone[soft & ventral_side] = Zone.VENTRAL
    zone[soft & (coordinates[:, 1] < lowest - rule.rim_mm)] = Zone.BELOW
    zone[_near_ligament(tissue, ball, (len(steps),) * 3, rule) & ~ventral_side] = Zone.LIGAMENT
    for name in ("foramen_s1", "foramen_s2", "foramen_s3"):
        try:
            at = np.asarray(body.landmark(name, side).point_mm)
        except (KeyError, ValueError):
            continue  # not shown by this CT: no foraminal zone there
        zone[np.linalg.norm(points - at, axis=1) <= rule.foramen_mm] = Zone.FORAMEN
    rim, cleft = _cleft_and_rim(joint, coordinates, rule)
    zone[rim & ((tissue != Tissue.BONE) | (zone != 255))] = Zone.RIM
    zone[cleft] = Zone.CLEFT
    kept = zone != 255
    points, coordinates = points[kept], coordinates[kept]
    nodes = joint.chart.nodes_mm[joint.synovial]
    highest = float(joint.chart.coordinates(nodes)[:, 1].max())
    return ZoneLattice(
        points,
        zone[kept],
        (coordinates[:, 1] - lowest) / (highest - lowest),
        coordinates[:, 2],
        cKDTree(nodes).query(points)[0],
        cKDTree(joint.dorsal_border_mm).query(points)[0],
        pitch,
    )


def _near_ligament(
    tissue: NDArray[np.uint8], ball: NDArray[np.bool_], shape: tuple[int, int, int], rule: ZoneRule
) -> NDArray[np.bool_]:
    """Ligament, and soft tissue that a small error of registration would move into it."""
    cube = np.zeros(ball.size, dtype=bool)
    cube[ball] = tissue == Tissue.LIGAMENT
    steps = round(rule.ligament_wider_mm / rule.pitch_mm)
    wider = binary_dilation(cube.reshape(shape), iterations=steps).ravel()[ball] if steps else cube[ball]
    return np.asarray(wider & np.isin(tissue, [Tissue.LIGAMENT, Tissue.MUSCLE, Tissue.FAT]))


def _cleft_and_rim(joint: Joint, coordinates: Points, rule: ZoneRule) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The rim beside the cleft, and the cleft widened by what a registration may be wrong, at chart coordinates (n, 3)."""
    chart = joint.chart
    inside = chart.sample(joint.synovial.astype(float), coordinates[:, 0], coordinates[:, 1]) > 0.5
    wider = binary_dilation(joint.synovial, iterations=max(1, round(rule.rim_mm / chart.pitch_mm)))
    near = chart.sample(wider.astype(float), coordinates[:, 0], coordinates[:, 1]) > 0.5
    off = np.abs(coordinates[:, 2])
    cleft = inside & (off <= rule.cleft_half_mm)
    return near & ~cleft & (off <= rule.rim_mm + rule.cleft_half_mm) & ~inside, cleft


def _ventral_to_joint(joint: Joint, coordinates: Points) -> NDArray[np.bool_]:
    """Whether points lie in front of the ventral border at their height, or of its ends beyond them."""
    border = joint.chart.coordinates(joint.ventral_border_mm)
    order = np.argsort(border[:, 1], kind="stable")
    at_height = np.interp(coordinates[:, 1], border[order, 1], border[order, 0])
    return np.asarray(coordinates[:, 0] > at_height)
