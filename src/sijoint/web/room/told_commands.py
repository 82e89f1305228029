"""A page's message as the room's command: time stamped, what was left out filled in from what is there, wrong fields refused.

Pages speak of pixels and aims; the room knows places and directions. What a message may not say (how long a pedal was held,
who judged) is never read from it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy import Frame
from sijoint.frames import ReceptorTilt, unit
from sijoint.model.wire import UnreadableRecord, from_wire
from sijoint.needle import NeedleState
from sijoint.room import Session
from sijoint.room.aim import NoSkinThere, at_isocentre_depth, clicked_pixel, skin_mark
from sijoint.room.commands import Command, Press, RoomCommand
from sijoint.web.room.limits import LIMITS
from sijoint.web.room.on_screen import orientation, strip_rows
from sijoint.web.room.told_state import shaft_direction
from sijoint.web.room.wire import BadMessage

Vector = NDArray[np.float64]
NAMES = {"move": "position", "mark skin": "mark entry"}
NEVER_READ = frozenset({"id", "kind", "at_s", "by", "stopped_after", "watched", "pulses_made", "during"})


class Mark:
    """The skin mark that the page works with: it stays when the pointer is taken away."""

    def __init__(self) -> None:
        self.at_mm: tuple[float, float, float] | None = None


def room_command(
    message: Mapping[str, Any], session: Session, mark: Mark, shown: Frame | None, by: str, at_s: float
) -> RoomCommand:
    """What the room is told. Raises BadMessage with the sentence that the person reads."""
    name = str(message["id"])
    kind = NAMES.get(message["kind"], message["kind"])
    fields = {key: value for key, value in message.items() if key not in NEVER_READ}
    try:
        _filled_in(kind, fields, session, mark, shown)
        if kind == "judge contrast":
            fields["by"] = by
        if kind == "wait" and not 0 <= float(fields.get("seconds", 0)) <= LIMITS.longest_wait_s:
            raise BadMessage(f"waiting is between 0 and {LIMITS.longest_wait_s:g} s", name)
        told: RoomCommand = from_wire(Command, {**fields, "kind": kind, "id": name, "at_s": at_s})
    except UnreadableRecord as wrong:
        raise BadMessage(f"this command cannot be carried out: {wrong}", name) from None
    except (TypeError, ValueError, OverflowError, NoSkinThere) as wrong:
        raise BadMessage(wrong.sentence if isinstance(wrong, BadMessage) else str(wrong), name) from None
    _refuse_endless(told, name)
    return told


def press(message: Mapping[str, Any], at_s: float) -> Press:
    """The pedal going down. Raises BadMessage."""
    name = str(message["id"])
    try:
        told: Press = from_wire(Press, {"id": name, "at_s": at_s, "purpose": message.get("purpose")})
    except UnreadableRecord as wrong:
        raise BadMessage(f"the pedal needs the purpose of the image: {wrong}", name) from None
    return told


def _filled_in(kind: str, fields: dict[str, Any], session: Session, mark: Mark, shown: Frame | None) -> None:
    if kind == "position" and "column" in fields:
        frame, place = _shown_place(fields.pop("column"), fields.pop("row", None), session, shown)
        assert frame.pose is not None
        fields["isocentre_mm"] = list(at_isocentre_depth(frame.pose, frame.detector, *place))
    elif kind == "position" and fields.get("isocentre_mm") is None:
        goal = session.turn.isocentre_mm if session.turn is not None else session.fluoroscope.pose.isocentre_mm
        fields["isocentre_mm"] = list(goal)
    elif kind == "mark entry" and "column" in fields:
        fields["at_mm"] = list(_entry_at(fields.pop("column"), fields.pop("row", None), session, shown))
    elif kind == "insert needle":
        _insertion(fields, session, mark)
    elif kind == "redirect":
        state = session.needle
        asked = _aim(fields, session)
        if asked is not None and state is not None:
            fields["direction"] = _listed(_turned_as(state, asked))


def _entry_at(column: Any, row: Any, session: Session, shown: Frame | None) -> tuple[float, float, float]:
    """The skin under a pixel of the picture that is on the screen."""
    frame, place = _shown_place(column, row, session, shown)
    assert frame.pose is not None
    return skin_mark(session.setting.body, frame.pose, frame.detector, *place).entry_mm


def _shown_place(column: Any, row: Any, session: Session, shown: Frame | None) -> tuple[Frame, tuple[float, float]]:
    """The frame on the screen, and the stored pixel under a pixel of the picture. Raises NoSkinThere."""
    if shown is None or shown.pose is None:
        raise NoSkinThere("there is no image yet to choose a place on: press the pedal first")
    if not all(isinstance(one, int | float) for one in (column, row)):
        raise NoSkinThere("a place on the image is a column and a row: give two numbers")
    display = orientation(shown.pose, session.settings)
    rows, columns = shown.detector.rows, shown.detector.columns
    width = rows if display.quarter_turns % 2 else columns
    return shown, clicked_pixel((float(column), float(row) - strip_rows(width)), shown.detector, display)


def _insertion(fields: dict[str, Any], session: Session, mark: Mark) -> None:
    if fields.get("entry_mm") is None:
        if mark.at_mm is None:
            raise NoSkinThere("mark the skin first: the needle goes in there")
        fields["entry_mm"] = list(mark.at_mm)
    asked = _aim(fields, session)
    if asked is None and fields.get("direction") is None:
        entry = np.asarray(fields["entry_mm"], dtype=np.float64)
        asked = unit(entry - session.fluoroscope.pose.source_mm) * -1.0
    if asked is not None:
        fields["direction"] = _listed(asked)


def _aim(fields: dict[str, Any], session: Session) -> Vector | None:
    """The direction into the body of an aim in the receptor's words; None where there is none."""
    left, cephalad = fields.pop("left_deg", None), fields.pop("cephalad_deg", None)
    if left is None and cephalad is None:
        return None
    tilt = ReceptorTilt(float(left or 0.0), float(cephalad or 0.0), behind=session.setting.position.prone)
    return -tilt.direction


def _turned_as(state: NeedleState, asked: Vector) -> Vector:
    """The tip turned as the part outside the skin is: a needle that has bent on its way is not bent back."""
    return np.asarray(unit(state.direction + asked - shaft_direction(state)))


def _refuse_endless(command: RoomCommand, name: str) -> None:
    """Infinities and numbers beyond any room, which JSON can carry as 1e999."""
    for value in vars(command).values():
        numbers = value if isinstance(value, tuple) else (value,)
        if any(isinstance(one, float) and not abs(one) < 1e6 for one in numbers):
            raise BadMessage("a number of this command is beyond anything in the room: nothing was done", name)


def _listed(direction: Vector) -> list[float]:
    return [round(float(x), 6) for x in direction]
