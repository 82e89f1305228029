"""Which part of the gap is synovial and which is ligament: a labelled model, since no CT shows that border.

The auricular surface is an arm of nearly constant width round the ventral and caudal border of the thin part of the gap.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_closing,
    binary_fill_holes,
    distance_transform_edt,
    gaussian_filter,
    label,
    percentile_filter,
)
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from skimage.measure import find_contours
from skimage.morphology import disk

from sijoint.anatomy.chart import Chart
from sijoint.anatomy.cleft import Cleft
from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.rules import JointRule

# Moves to the 16 nearest distinct directions keep path lengths within 3 % of the true geodesic.
_MOVES = [(0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1)]


@dataclass(frozen=True, eq=False)
class Parts:
    """The gap split in two, on the chart; ``arm_distance_mm`` (na, nb) is the way to the ventral and caudal border.

    ``thin`` (na, nb) is the piece in which the synovial part is looked for, ``bridged`` (na, nb) the same with bays of its border
    closed.
    """

    thin: NDArray[np.bool_]
    bridged: NDArray[np.bool_]
    arm_distance_mm: NDArray[np.float64]
    synovial: NDArray[np.bool_]


def split_parts(cleft: Cleft, rule: JointRule) -> Parts:
    """Synovial: thin, and within D, along the surface, of the ventral and caudal border; the largest piece."""
    thin = thin_part(cleft, rule)
    bridged = cleft.valid & binary_fill_holes(_closed(thin, rule.bay_mm / cleft.chart.pitch_mm))
    distance = geodesic_mm(cleft.chart, bridged, _ventral_caudal_border(bridged, rule))
    return Parts(thin, bridged, distance, synovial_within(thin, distance, rule.arm_mm))


def synovial_within(thin: NDArray, arm_distance_mm: NDArray, arm_mm: float) -> NDArray[np.bool_]:
    """The synovial part for one width of the arm; a bay in the ventral or caudal border belongs to it, the notch behind does not."""
    return binary_fill_holes(_largest((thin | (arm_distance_mm <= 0.5 * arm_mm)) & (arm_distance_mm <= arm_mm)))


def thin_part(cleft: Cleft, rule: JointRule) -> NDArray[np.bool_]:
    """Where the gap is thinner than T, or hardly wider than round about: a wide joint has wide places, and ends where bones part."""
    gap = np.where(cleft.valid, np.clip(cleft.gap_mm, rule.narrowest_mm, rule.widest_mm), rule.widest_mm)
    gap = gaussian_filter(gap, 1.0 / cleft.chart.pitch_mm)
    around = percentile_filter(gap, 10, footprint=disk(round(rule.thin_reach_mm / cleft.chart.pitch_mm)))
    thin = cleft.valid & (gap < np.clip(around + rule.thin_rise_mm, rule.thin_mm, rule.thin_widest_mm))
    if not thin.any():
        raise UnsuitableAnatomy(
            "The gap between sacrum and hip bone is nowhere as thin as a joint; check the labels of this CT."
        )
    return binary_fill_holes(_largest(thin)) & cleft.valid


def _closed(mask: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    margin = int(radius) + 2
    return binary_closing(np.pad(mask, margin), disk(round(radius)))[margin:-margin, margin:-margin]


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    pieces, count = label(mask)
    return pieces == np.bincount(pieces.ravel())[1:].argmax() + 1 if count else mask


def _ventral_caudal_border(thin: NDArray[np.bool_], rule: JointRule) -> NDArray[np.int64]:
    """Nodes (n, 2) of the outline from the caudal tip over the caudal and ventral border to the cranial tip."""
    line = outline(thin)
    start = int((line @ np.array(rule.arm_start)).argmax())
    end = int((line @ np.array(rule.arm_end)).argmax())
    one, other = _two_ways(line, start, end)
    ventral = one if one[:, 0].mean() > other[:, 0].mean() else other
    inside = distance_transform_edt(~thin, return_indices=True, return_distances=False)
    nodes = np.clip(np.rint(ventral).astype(int), 0, np.array(thin.shape) - 1)
    return np.unique(inside[:, nodes[:, 0], nodes[:, 1]].T, axis=0)


def outline(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The longest closed outline (n, 2) of a mask in chart nodes, softened to less than a node's width."""
    lines = find_contours(gaussian_filter(np.pad(mask, 2).astype(np.float64), 0.8), 0.5)
    return max(lines, key=len)[:-1] - 2.0


def _two_ways(line: NDArray, start: int, end: int) -> tuple[NDArray, NDArray]:
    """Both ways round a closed line from one of its points to another."""
    forward = np.roll(line, -start, axis=0)
    turn = (end - start) % len(line)
    return forward[: turn + 1], np.concatenate([forward[:1], forward[: turn - 1 : -1]])


def split_outline(line: NDArray, lowest: int, highest: int) -> tuple[NDArray, NDArray]:
    """Dorsal and ventral part of a closed outline between its caudal and its cranial end, caudal first."""
    one, other = _two_ways(line, lowest, highest)
    return (one, other) if one[:, 0].mean() < other[:, 0].mean() else (other, one)


def geodesic_mm(chart: Chart, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Length (na, nb) of the shortest way on the mid-surface, inside the mask, to the nearest seed node (n, 2); inf outside."""
    number = np.full(mask.shape, -1)
    number[mask] = np.arange(mask.sum())
    rows, columns, lengths = [], [], []
    na, nb = mask.shape
    for da, db in _MOVES:
        here = np.s_[0 : na - da, max(0, -db) : nb - max(0, db)]
        there = np.s_[da:na, max(0, db) : nb - max(0, -db)]
        both = mask[here] & mask[there]
        for a, b in _passed(da, db):  # a long move must not jump over a slit one node wide
            both &= mask[_shifted(here, a, b)]
        rows.append(number[here][both])
        columns.append(number[there][both])
        lengths.append(np.linalg.norm(chart.nodes_mm[here][both] - chart.nodes_mm[there][both], axis=-1))
    graph = coo_matrix(
        (np.concatenate(lengths), (np.concatenate(rows), np.concatenate(columns))), shape=(mask.sum(), mask.sum())
    ).tocsr()
    found = dijkstra(graph, directed=False, indices=number[seeds[:, 0], seeds[:, 1]], min_only=True)
    distance = np.full(mask.shape, np.inf)
    distance[mask] = found
    return distance


def _passed(da: int, db: int) -> tuple[tuple[int, int], ...]:
    """The nodes between the ends of a knight's move; none for a move to a neighbour."""
    sign = 1 if db > 0 else -1
    if abs(db) == 2:
        return ((0, sign), (1, sign))
    return ((1, 0), (1, sign)) if da == 2 else ()


def _shifted(window: tuple[slice, slice], a: int, b: int) -> tuple[slice, slice]:
    rows, columns = window
    return slice(rows.start + a, rows.stop + a), slice(columns.start + b, columns.stop + b)
