"""What the simulator knows at one moment of a running procedure: the needle's true way, and where fluid is.

The instructor watches it live, and the debrief lays it beside the course; the trainee's page and the record never hold it.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Tissue
from sijoint.model.wire import from_wire_text, to_wire
from sijoint.room.state import RoomState

Point = tuple[float, float, float]
SHAFT_POINTS = 24  # of the needle from hub to tip: its bend is smooth
CONTRAST_POINTS = 400  # of what X-rays see now, the densest first
LEAST_MG_ML = 5.0  # iodine below this is not drawn
LONGEST_LINES = 1 << 17  # bytes at the end of a track that hold its last two lines


@dataclass(frozen=True)
class TrueMoment:
    """After one command. Places in LPS millimetres; without a needle in the skin its fields are empty."""

    at_s: float
    command_id: str
    needle_mm: tuple[Point, ...] = ()  # hub to tip
    tip_mm: Point | None = None
    tip_tissue: str = ""
    tip_in_cleft: bool = False
    to_target_mm: float | None = None
    volumes_ml: Mapping[str, float] | None = None  # by compartment, all fluids
    contrast_mm: tuple[Point, ...] = ()  # where iodine is now


def true_moment(session: RoomState) -> TrueMoment:
    """The truth of a session as it stands."""
    body, side = session.setting.body, session.setting.side
    volumes = {str(place): round(ml, 4) for place, ml in session.fluids.volumes_ml().items() if ml > 0}
    needle = session.needle
    if needle is None:
        return TrueMoment(
            round(session.now_s, 3), session.command_id, volumes_ml=volumes, contrast_mm=_contrast(session)
        )
    whole = needle.whole_path_mm
    some = whole[np.unique(np.linspace(0, len(whole) - 1, SHAFT_POINTS).round().astype(int))]
    tip = needle.tip_mm
    return TrueMoment(
        at_s=round(session.now_s, 3),
        command_id=session.command_id,
        needle_mm=tuple(_point(place) for place in some),
        tip_mm=_point(tip),
        tip_tissue=Tissue(int(body.tissue_at(tip))).name.lower(),
        tip_in_cleft=bool(body.joints[side].contains(tip)),
        to_target_mm=round(float(np.linalg.norm(tip - np.asarray(session.setting.target_mm))), 2),
        volumes_ml=volumes,
        contrast_mm=_contrast(session),
    )


def _contrast(session: RoomState) -> tuple[Point, ...]:
    grid, milligrams = session.fluids.iodine()
    index = np.argwhere(milligrams >= LEAST_MG_ML)
    if len(index) > CONTRAST_POINTS:
        index = index[:: -(-len(index) // CONTRAST_POINTS)]
    return tuple(_point(place) for place in grid.to_world(index)) if len(index) else ()


def append_moment(path: Path, moment: TrueMoment) -> None:
    """Add a line to the track of a procedure's truth; an unfinished line after a crash is left out on reading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as track:
        track.write(json.dumps(to_wire(moment), separators=(",", ":")) + "\n")


def read_track(path: Path) -> tuple[TrueMoment, ...]:
    """The track, oldest first; empty where none was kept."""
    return tuple(_moments(path.read_text(encoding="utf-8").splitlines())) if path.exists() else ()


def last_moment(path: Path) -> TrueMoment | None:
    """The newest whole line of a track that is being written; None where there is none."""
    if not path.exists():
        return None
    with path.open("rb") as track:
        track.seek(0, os.SEEK_END)
        track.seek(max(0, track.tell() - LONGEST_LINES))
        lines = track.read().decode("utf-8", errors="ignore").split("\n")
    whole = [line for line in lines[-3:-1] if line.startswith("{")]
    return from_wire_text(TrueMoment, whole[-1].encode()) if whole else None


def _moments(lines: Iterable[str]) -> Iterator[TrueMoment]:
    for line in lines:
        if line.endswith("}"):
            yield from_wire_text(TrueMoment, line.encode())


def _point(place: NDArray[np.float64]) -> Point:
    return round(float(place[0]), 2), round(float(place[1]), 2), round(float(place[2]), 2)
