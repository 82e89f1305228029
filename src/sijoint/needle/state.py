"""Where the needle is: its path in the body, and the movements that need no body: insert, withdraw, turn, redirect."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames import unit
from sijoint.needle.bending import SpinalNeedle, bevel_opening
from sijoint.needle.mechanics import mechanics

Vector = NDArray[np.float64]


class RefusedMovement(ValueError):
    """A movement that a hand would not or could not make with this needle here."""


@dataclass(frozen=True, eq=False)
class NeedleState:
    """A needle in (or at) the skin.

    `path_mm` (n, 3) runs from entry to tip, LPS; `direction` and `opening` are unit vectors at the tip. `passes` counts
    skin punctures, `redirections` turns after withdrawal. `tissue` names the layer the tip lies in as last felt.
    """

    needle: SpinalNeedle
    entry_mm: Vector
    path_mm: Vector
    direction: Vector
    opening: Vector
    bevel_clock_deg: float
    passes: int = 1
    redirections: int = 0
    bone_contacts: int = 0
    gives_felt: int = 0
    tissue: str = "air"
    on_bone: bool = False
    in_skin: bool = True
    _lengths: Vector = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("entry_mm", "path_mm", "direction", "opening"):
            array = np.array(getattr(self, name), dtype=np.float64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        steps = np.linalg.norm(np.diff(self.path_mm, axis=0), axis=1)
        object.__setattr__(self, "_lengths", np.concatenate([[0.0], np.cumsum(steps)]))

    @property
    def tip_mm(self) -> Vector:
        return np.asarray(self.path_mm[-1])

    @property
    def depth_mm(self) -> float:
        """Length of needle in the body, along its path."""
        return float(self._lengths[-1])

    @property
    def whole_path_mm(self) -> Vector:
        """Path (n, 3) from hub to tip: the part outside the skin runs straight back from the entry."""
        outside = self.needle.length_mm - self.depth_mm
        back = self.direction if len(self.path_mm) < 2 else unit(self.path_mm[1] - self.path_mm[0])
        if outside <= 1e-6:
            return self.path_mm
        return np.vstack([self.entry_mm - outside * back, self.path_mm])

    def point_at(self, depth_mm: float) -> Vector:
        """The point (3,) of the path at this length from the entry."""
        return np.array([np.interp(depth_mm, self._lengths, self.path_mm[:, axis]) for axis in range(3)])


def insert(
    needle: SpinalNeedle,
    entry_mm: ArrayLike,
    direction: ArrayLike,
    bevel_clock_deg: float = 0.0,
    *,
    previous: NeedleState | None = None,
) -> NeedleState:
    """A needle set on the skin at the entry, pointing along the direction; counts go on from `previous`, if given."""
    entry = np.asarray(entry_mm, dtype=np.float64)
    along = unit(direction)
    return NeedleState(
        needle=needle,
        entry_mm=entry,
        path_mm=entry[None, :],
        direction=along,
        opening=bevel_opening(along, bevel_clock_deg),
        bevel_clock_deg=bevel_clock_deg,
        passes=1 if previous is None else previous.passes + 1,
        redirections=0 if previous is None else previous.redirections,
        bone_contacts=0 if previous is None else previous.bone_contacts,
        gives_felt=0 if previous is None else previous.gives_felt,
    )


def withdraw(state: NeedleState, distance_mm: float) -> NeedleState:
    """The needle pulled back along its own path; at the skin or beyond it is out, and a new insertion counts a pass."""
    if distance_mm < 0:
        raise RefusedMovement("A withdrawal is a positive distance in millimetres; advance the needle instead.")
    left = state.depth_mm - distance_mm
    if left <= 1e-9:
        along = state.direction if len(state.path_mm) < 2 else unit(state.path_mm[1] - state.path_mm[0])
        return replace(
            state,
            path_mm=state.entry_mm[None, :],
            direction=along,
            opening=bevel_opening(along, state.bevel_clock_deg),
            tissue="air",
            on_bone=False,
            in_skin=False,
        )
    kept = state.path_mm[state._lengths < left - 1e-9]
    path = np.vstack([kept, state.point_at(left)])
    along = unit(path[-1] - path[-2])
    return replace(
        state,
        path_mm=path,
        direction=along,
        opening=unit(state.opening - (state.opening @ along) * along),
        tissue="" if distance_mm > 0 else state.tissue,  # felt anew on the next advance
        on_bone=False if distance_mm > 0 else state.on_bone,
    )


def redirect(state: NeedleState, direction: ArrayLike) -> NeedleState:
    """The needle turned about its entry to a new direction; refused when it lies too deep to turn."""
    limit = mechanics().turn_depth_mm
    if not state.in_skin:
        raise RefusedMovement("The needle is out of the skin; insert it again to choose a new direction.")
    if state.depth_mm > limit + 1e-6:
        raise RefusedMovement(
            f"The needle lies {state.depth_mm:.0f} mm deep; withdraw it to {limit:.0f} mm or less before redirecting it."
        )
    along = unit(direction)
    depth = state.depth_mm
    path = state.entry_mm[None, :] if depth == 0 else np.vstack([state.entry_mm, state.entry_mm + depth * along])
    return replace(
        state,
        path_mm=path,
        direction=along,
        opening=bevel_opening(along, state.bevel_clock_deg),
        redirections=state.redirections + 1,
        tissue="" if depth > 0 else "air",  # felt anew on the next advance
        on_bone=False,
    )


def rotate_bevel(state: NeedleState, bevel_clock_deg: float) -> NeedleState:
    """The needle turned about its own axis so that the bevel opening faces this clock angle; the path stays."""
    return replace(
        state, bevel_clock_deg=bevel_clock_deg % 360.0, opening=bevel_opening(state.direction, bevel_clock_deg)
    )
