"""Where the needle is: its path in the body, and the movements that need no body: insert, withdraw, turn, redirect."""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames import unit
from sijoint.needle.bending import SpinalNeedle, bevel_opening
from sijoint.needle.grain import Grain
from sijoint.needle.mechanics import mechanics

Vector = NDArray[np.float64]


class RefusedMovement(ValueError):
    """A movement that a hand would not or could not make with this needle here."""


@dataclass(frozen=True, eq=False)
class NeedleState:
    """A needle in (or at) the skin.

    `path_mm` (n, 3) runs from entry to tip, LPS; `direction` and `opening` are unit vectors at the tip. `passes` counts
    skin punctures, `redirections` turns after withdrawal. `tissue` names the layer the tip lies in as last felt; `layers` are
    those along the shaft, each with the depth at which it begins. `tip_n` is the force at the tip, `layer_n` what this layer
    asks of it once engaged (nan: not drawn yet). `flexed_mm` is how far bone has pushed the shaft aside. `track` is the state
    at the end of the track that a withdrawn needle has left ahead of its tip.
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
    layers: tuple[tuple[str, float], ...] = ()
    tip_n: float = 0.0
    layer_n: float = float("nan")
    flexed_mm: float = 0.0
    grain: Grain | None = None  # this patient's fine structure; drawn by the first advance
    track: Self | None = field(default=None, repr=False)
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

    def cut_to(self, depth_mm: float) -> Self:
        """The same needle with its tip at this lesser depth, above 0, of its own path."""
        kept = self.path_mm[self._lengths < depth_mm - 1e-9]
        path = np.vstack([kept, self.point_at(depth_mm)])
        along = unit(path[-1] - path[-2])
        layers = tuple(layer for layer in self.layers if layer[1] < depth_mm)
        return replace(
            self,
            path_mm=path,
            direction=along,
            opening=unit(self.opening - (self.opening @ along) * along),
            tissue=layers[-1][0] if layers else "",
            layers=layers,
            tip_n=0.0,
            layer_n=float("nan"),
            flexed_mm=0.0,
            on_bone=False,
        )


def insert(
    needle: SpinalNeedle,
    entry_mm: ArrayLike,
    direction: ArrayLike,
    bevel_clock_deg: float = 0.0,
    *,
    previous: NeedleState | None = None,
    grain: Grain | None = None,
) -> NeedleState:
    """A needle set on the skin at the entry, pointing along the direction.

    Counts and the patient's fine structure go on from `previous`, if given.
    """
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
        grain=grain if grain is not None or previous is None else previous.grain,
    )


def withdraw(state: NeedleState, distance_mm: float) -> NeedleState:
    """The needle pulled back along its own path; pushed again it follows the track that it leaves.

    At the skin or beyond it is out, and a new insertion counts a pass.
    """
    if distance_mm < 0:
        raise RefusedMovement("A withdrawal is a positive distance in millimetres; advance the needle instead.")
    if distance_mm == 0:
        return state
    left = state.depth_mm - distance_mm
    if left <= 1e-9:
        along = state.direction if len(state.path_mm) < 2 else unit(state.path_mm[1] - state.path_mm[0])
        return replace(
            state,
            path_mm=state.entry_mm[None, :],
            direction=along,
            opening=bevel_opening(along, state.bevel_clock_deg),
            tissue="air",
            layers=(),
            tip_n=0.0,
            layer_n=float("nan"),
            flexed_mm=0.0,
            on_bone=False,
            in_skin=False,
            track=None,
        )
    return replace(state.cut_to(left), track=state if state.track is None else state.track)


def redirect(state: NeedleState, direction: ArrayLike) -> NeedleState:
    """The needle turned to a new direction and out of its track.

    Near the skin all of it turns about its entry. Deeper the tissue holds the shaft: tilting the hub turns the tip by a share
    that falls with depth, and the tip goes on as far in the new direction as that brings it. Raises RefusedMovement for a
    needle out of the skin, and for a larger turn in the depth than a hand can tilt the hub.
    """
    rules = mechanics()
    if not state.in_skin:
        raise RefusedMovement("The needle is out of the skin; insert it again to choose a new direction.")
    along = unit(direction)
    if state.depth_mm > rules.turn_depth_mm + 1e-6:
        return _turned_in_depth(state, along)
    depth = state.depth_mm
    path = state.entry_mm[None, :] if depth == 0 else np.vstack([state.entry_mm, state.entry_mm + depth * along])
    return replace(
        state,
        path_mm=path,
        direction=along,
        opening=bevel_opening(along, state.bevel_clock_deg),
        redirections=state.redirections + 1,
        tissue="" if depth > 0 else "air",  # felt anew on the next advance
        tip_n=0.0,
        layer_n=float("nan"),
        flexed_mm=0.0,
        on_bone=False,
        track=None,
    )


def _turned_in_depth(state: NeedleState, along: Vector) -> NeedleState:
    rules = mechanics()
    asked = float(np.arccos(np.clip(state.direction @ along, -1.0, 1.0)))
    hub = np.radians(rules.turn_hub_deg)
    if asked > hub:
        raise RefusedMovement(
            f"The needle lies {state.depth_mm:.0f} mm deep; withdraw it to {rules.turn_depth_mm:.0f} mm or less before "
            f"redirecting it by {np.degrees(asked):.0f}°."
        )
    reached = hub * float(np.exp(-(state.depth_mm - rules.turn_depth_mm) / rules.turn_fades_mm))
    share = 1.0 if asked <= reached else reached / asked
    turned = unit((1 - share) * state.direction + share * along)
    return replace(
        state,
        direction=turned,
        opening=bevel_opening(turned, state.bevel_clock_deg),
        redirections=state.redirections + 1,
        flexed_mm=0.0,
        on_bone=False,
        track=None,
    )


def rotate_bevel(state: NeedleState, bevel_clock_deg: float) -> NeedleState:
    """The needle turned about its own axis so that the bevel opening faces this clock angle; the path stays.

    A withdrawn needle whose bevel is turned far leaves its old track.
    """
    clock = bevel_clock_deg % 360.0
    track = state.track
    if track is not None and _apart_deg(clock, track.bevel_clock_deg) > mechanics().track_turn_deg:
        track = None
    return replace(state, bevel_clock_deg=clock, opening=bevel_opening(state.direction, clock), track=track)


def _apart_deg(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)
