"""How a plan stands the errors of a hand: sampled executions of one bent way and the share that ends inside.

The hand sets the needle on the skin beside the planned point, points it beside the planned direction, holds the bevel
beside the planned clock, bends a little more or less, meets a patient who has moved, and stops at its own idea of the
depth or at bone. It sees and feels nothing: no X-ray corrects it and no give stops it, so the share ranks ways; it is no
rate of success.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc

from sijoint.anatomy import Body
from sijoint.frames import Side
from sijoint.guidance.bent_ways import BentWay
from sijoint.guidance.plans import needle_axes
from sijoint.guidance.rule import Executions
from sijoint.needle.bending import DEFLECTION_MEASURED_AT_MM
from sijoint.needle.mechanics import mechanics

Inside = Callable[[NDArray[np.float64]], NDArray[np.bool_]]
Vectors = NDArray[np.float64]
FINE_FROM_END_MM = 15.0


@cache
def hand_errors(count: int) -> Vectors:
    """(count, 11) standard normal: entry left and cephalad, angle left and cephalad, depth, bevel, bending two ways, shift
    three ways. A Sobol sequence: no chance in it, so that two plans meet the same hand."""
    sequence = qmc.Sobol(11, scramble=False)
    sequence.fast_forward(1)  # its first point is the corner
    return np.asarray(norm.ppf(sequence.random(count)))


def executed_tips(body: Body, way: BentWay, side: Side, rule: Executions) -> Vectors:
    """Tip positions (count, 3), mirrored between the sides."""
    errors = hand_errors(rule.count)
    mirrored = float(side.x_sign)
    along, left, cephalad = needle_axes(way.direction_at_skin)
    lateral = mirrored * left
    start = way.entry_mm + rule.entry_sd_mm * (errors[:, :1] * lateral + errors[:, 1:2] * cephalad)
    start = start + rule.shift_sd_mm * errors[:, 8:11] * [mirrored, 1.0, 1.0]
    miss = np.tan(np.radians(rule.angle_sd_deg)) * (errors[:, 2:3] * lateral + errors[:, 3:4] * cephalad)
    direction = along + miss
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    opening = bevel_openings(direction, way.bevel_clock_deg + mirrored * rule.bevel_sd_deg * errors[:, 5])
    ends = np.maximum(way.length_mm + rule.depth_sd_mm * errors[:, 4], 1.0)

    steps = np.concatenate(
        [
            np.arange(0, way.length_mm - FINE_FROM_END_MM, 2.0),
            np.arange(max(way.length_mm - FINE_FROM_END_MM, 0), ends.max(), 0.5),
        ]
    )
    scatter = mechanics().scatter_of(way.needle.tip)
    astray = scatter * (errors[:, 6:7] * lateral + errors[:, 7:8] * cephalad)
    points = _bent_points(way, start, direction, opening, np.broadcast_to(steps, (rule.count, len(steps))), astray)
    in_bone = body.bone_distance_mm(points.reshape(-1, 3)).reshape(rule.count, len(steps)) <= 0
    first = np.where(in_bone.any(axis=1), steps[np.argmax(in_bone, axis=1)] - 0.5, np.inf)
    stops = np.maximum(np.minimum(ends, first), 0.0)
    return _bent_points(way, start, direction, opening, stops[:, None], astray)[:, 0]


def share_inside(body: Body, way: BentWay, side: Side, inside: Inside, rule: Executions) -> float:
    """Share (0..1) of the sampled executions whose tip is inside."""
    return float(np.mean(inside(executed_tips(body, way, side, rule))))


def bevel_openings(directions: Vectors, clock_deg: NDArray[np.float64]) -> Vectors:
    """``needle.bevel_opening`` for directions (n, 3) and clocks (n,)."""
    up = np.array([0.0, 0.0, 1.0]) - directions[:, 2:] * directions
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    angle = np.radians(clock_deg)[:, None]
    return np.asarray(np.cos(angle) * up + np.sin(angle) * np.cross(directions, up))


def _bent_points(
    way: BentWay, start: Vectors, direction: Vectors, opening: Vectors, lengths: Vectors, astray: Vectors
) -> Vectors:
    """Points (n, m, 3) at lengths (n, m): bending as the planned way does through its layers, and straying (n, 3) at 80 mm."""
    forward, aside = way.forward_and_aside_mm(lengths)
    wandering = astray[:, None, :] * (lengths[..., None] / DEFLECTION_MEASURED_AT_MM) ** 1.5
    bent = forward[..., None] * direction[:, None, :] - aside[..., None] * opening[:, None, :]
    return np.asarray(start[:, None, :] + bent + wandering)
