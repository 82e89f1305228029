"""Straight ways to a goal: which directions are free of bone and slide into the cleft, by sampling along the rays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body
from sijoint.frames import ReceptorTilt
from sijoint.guidance.goals import Goals
from sijoint.guidance.rule import Limits, Search

_FINE_MM, _COARSE_MM = 0.5, 1.0  # steps near the tip and further out


@dataclass(frozen=True, eq=False)
class Ways:
    """Pairs of goal and direction, as columns of equal length m."""

    goal: NDArray[np.intp]  # (m,) row of the goals
    direction: NDArray[np.float64]  # (m, 3) unit, skin to target
    plane_angle_deg: NDArray[np.float64]  # (m,)
    clearance_mm: NDArray[np.float64]  # (m,) needle axis to bone, outside the opening
    opening_clearance_mm: NDArray[np.float64]  # (m,) the same in the last stretch

    def __len__(self) -> int:
        return len(self.goal)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Ways":
        return Ways(
            self.goal[rows],
            self.direction[rows],
            self.plane_angle_deg[rows],
            self.clearance_mm[rows],
            self.opening_clearance_mm[rows],
        )

    def of_goal(self, goal: int) -> "Ways":
        """The same ways, all to one goal."""
        return Ways(np.full(len(self), goal), *self._measures())

    @staticmethod
    def together(parts: Sequence["Ways"]) -> "Ways":
        return Ways(
            np.concatenate([part.goal for part in parts]),
            *(np.concatenate(columns) for columns in zip(*(part._measures() for part in parts), strict=True)),
        )

    def _measures(self) -> tuple[NDArray[np.float64], ...]:
        return self.direction, self.plane_angle_deg, self.clearance_mm, self.opening_clearance_mm


def needle_directions(limit_deg: float, step_deg: float, centre: ReceptorTilt | None = None) -> NDArray[np.float64]:
    """Unit needle directions (n, 3): the reverse of receptor tilts on a square grid round straight, or round ``centre``."""
    middle = centre or ReceptorTilt(0.0, 0.0)
    steps = np.arange(-limit_deg, limit_deg + 1e-6, step_deg)
    tilts = [ReceptorTilt(middle.left_deg + left, middle.cephalad_deg + up) for left in steps for up in steps]
    return np.array([-tilt.direction for tilt in tilts])


def straight_ways(body: Body, goals: Goals, directions: NDArray[np.float64], search: Search, limits: Limits) -> Ways:
    """Every pair of goal and direction whose angle to the cleft's plane is within the limit, with its distance to bone."""
    sine = np.abs(goals.normal @ directions.T)  # goals x directions
    angle = np.degrees(np.arcsin(np.clip(sine, 0, 1)))
    goal, direction = np.nonzero(angle <= limits.plane_angle_deg)
    return judged_for_bone(body, goals, goal, directions[direction], angle[goal, direction], search, limits)


def judged_for_bone(
    body: Body,
    goals: Goals,
    goal: NDArray[np.intp],
    direction: NDArray[np.float64],
    plane_angle_deg: NDArray[np.float64],
    search: Search,
    limits: Limits,
) -> Ways:
    """The ways with the least distance of their axis to bone, in the opening and outside it."""
    if not len(goal):
        nothing = np.empty(0)
        return Ways(goal, direction.reshape(-1, 3), plane_angle_deg, nothing, nothing)
    opening = float(goals.inside_mm.max()) + limits.opening_mm
    back = np.concatenate([np.arange(0, opening, _FINE_MM), np.arange(opening, search.path_mm, _COARSE_MM)])
    points = goals.tip_mm[goal][:, None, :] - back[None, :, None] * direction[:, None, :]
    distance = body.bone_distance_mm(points.reshape(-1, 3)).reshape(len(goal), len(back))
    in_opening = back[None, :] < (goals.inside_mm[goal] + limits.opening_mm)[:, None]
    return Ways(
        goal,
        direction,
        plane_angle_deg,
        np.where(in_opening, np.inf, distance).min(axis=1),
        np.where(in_opening, distance, np.inf).min(axis=1),
    )
