"""How a plan stands small errors of the hand: sampled executions of one way and the share that ends inside."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sijoint.anatomy import Body
from sijoint.frames import Side
from sijoint.frames.transform import unit
from sijoint.guidance.plans import needle_axes
from sijoint.guidance.rule import Executions

Inside = Callable[[NDArray[np.float64]], NDArray[np.bool_]]


def hand_errors(rule: Executions) -> NDArray[np.float64]:
    """(count, 5) in -1..1: entry left and cephalad, angle left and cephalad, depth. A Halton sequence: no chance in it,
    so that two plans meet the same hand."""
    return np.asarray(2 * qmc.Halton(5, scramble=False).random(rule.count + 1)[1:] - 1)


def executed_tips(
    body: Body,
    entry_mm: NDArray[np.float64],
    target_mm: NDArray[np.float64],
    side: Side,
    rule: Executions,
) -> NDArray[np.float64]:
    """Tip positions (count, 3), mirrored between the sides: from a shifted entry the needle is aimed at the target, misses by an angle, goes to a
    depth that is a little wrong, and stops at the first bone."""
    errors = hand_errors(rule)
    depth = float(np.linalg.norm(target_mm - entry_mm))
    _, left, cephalad = needle_axes(target_mm - entry_mm)
    lateral = side.x_sign * left
    start = entry_mm + rule.entry_mm * (errors[:, :1] * lateral + errors[:, 1:2] * cephalad)
    aimed = target_mm - start
    aimed /= np.linalg.norm(aimed, axis=1, keepdims=True)
    miss = np.tan(np.radians(rule.angle_deg)) * (errors[:, 2:3] * lateral + errors[:, 3:4] * cephalad)
    direction = np.array([unit(d) for d in aimed + miss])
    ends = depth + rule.depth_mm * errors[:, 4]
    steps = np.concatenate([np.arange(0, depth - 15, 1.0), np.arange(max(depth - 15, 0), depth + rule.depth_mm, 0.5)])
    points = start[:, None, :] + steps[None, :, None] * direction[:, None, :]
    in_bone = body.bone_distance_mm(points.reshape(-1, 3)).reshape(rule.count, len(steps)) <= 0
    first = np.where(in_bone.any(axis=1), steps[np.argmax(in_bone, axis=1)] - 0.5, np.inf)
    return np.asarray(start + np.minimum(ends, first)[:, None] * direction)


def share_inside(
    body: Body,
    entry_mm: NDArray[np.float64],
    target_mm: NDArray[np.float64],
    side: Side,
    inside: Inside,
    rule: Executions,
) -> float:
    """Share (0..1) of the sampled executions whose tip is inside."""
    return float(np.mean(inside(executed_tips(body, entry_mm, target_mm, side, rule))))
