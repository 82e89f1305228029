"""The pedal held by a person: pulse after pulse until the hand lets go, while C-arm and needle may move.

What is done meanwhile takes no time of its own: time passes by the pulses, and the C-arm turns as far as its speed allows
between two of them.
"""

from dataclasses import replace

from sijoint.fluoroscopy import Frame, UnphysicalView
from sijoint.frames import CArmPose, UnreachablePose, interpolate_direction
from sijoint.model import ViewPurpose
from sijoint.room.commands import During, Press
from sijoint.room.events import CArmMoved
from sijoint.room.imaging import hold, iodine_layer, report_exposure
from sijoint.room.permission import Action
from sijoint.room.state import RoomState
from sijoint.room.timing import TIMING


def press_and_hold(session: RoomState, command: Press) -> None:
    """At least one pulse, and one after the last needle movement, so that the image that holds shows the needle as it lies."""
    if not session.permitted(Action.EXPOSURE):
        return
    hand, rng = session.hand, session.generator("pulse")
    locked = command.purpose is ViewPurpose.AFTER_CONTRAST
    frames: list[Frame] = []  # the last few since the needle moved
    during: list[During] = []
    pulses, seconds, kerma, area, seen = 0, 0.0, 0.0, 0.0, session.movement
    stopped = ""
    session.pressed = True
    try:
        while True:
            for one in hand.commands(pulses):
                during.append(During(pulses, one))
                session.do(one)
            down = seconds < TIMING.longest_press_s and hand.presses(pulses)
            if pulses and not down and session.movement == seen:
                break
            interval = 1.0 / session.settings.pulses_per_s
            turning = session.turn is not None
            _turn_on(session, interval)
            session.now_s += interval
            session.fluids.wait(interval)
            scope = session.fluoroscope
            try:
                frame = scope.pulse(
                    session.now_s,
                    rng,
                    session.metal,
                    iodine_layer(session),
                    locked=locked and not turning,
                    turning=turning,
                )
            except UnphysicalView as refusal:
                if not pulses:
                    raise
                stopped = str(refusal)
                break
            if session.movement != seen:
                frames.clear()
            frames, seen = [*frames, frame][-TIMING.last_image_frames :], session.movement
            pulses, seconds = pulses + 1, seconds + interval
            kerma += frame.kerma_reference_mgy or 0.0
            area += frame.dose_area_product_mgy_cm2 or 0.0
            session.onlooker.pulse(frame, sharp=scope.sharp)
    finally:
        session.pressed = False
    session.as_done = replace(command, pulses=pulses, during=tuple(during))
    session.onlooker.let_go(session.as_done)
    held = hold(frames)
    session.onlooker.held(held)
    total = replace(frames[-1], kerma_reference_mgy=kerma, dose_area_product_mgy_cm2=area)
    report_exposure(session, [total], ((held, command.purpose),), seconds, pulses=pulses)
    _arrive(session)
    if seconds >= TIMING.longest_press_s:
        stopped = (
            f"the pedal was held for {TIMING.longest_press_s:g} s, the longest at once: let go, look, and press again"
        )
    if stopped:
        session.refuse(None, stopped)


def _turn_on(session: RoomState, seconds: float) -> None:
    """The C-arm as far towards its goal as it comes in that time; it stops where something is in its way."""
    turn = session.turn
    if turn is None:
        return
    scope = session.fluoroscope
    degrees, millimetres = scope.distance(turn.direction, turn.isocentre_mm)
    needed_s = max(degrees / TIMING.gantry_deg_per_s, millimetres / TIMING.isocentre_mm_per_s)
    share = 1.0 if needed_s <= seconds else seconds / needed_s
    direction = turn.direction if share == 1.0 else interpolate_direction(scope.pose.direction, turn.direction, share)
    here = scope.pose.isocentre_mm
    isocentre = tuple(a + share * (b - a) for a, b in zip(here, turn.isocentre_mm, strict=True))
    try:
        scope.move(direction, isocentre)
    except UnreachablePose as refusal:
        session.turn = None
        _moved(session, scope.pose)
        session.refuse(None, f"the C-arm stopped on its way: {refusal}")
        return
    if share == 1.0:
        session.turn = None
        _moved(session, scope.pose)


def _arrive(session: RoomState) -> None:
    """With the pedal up the C-arm goes on to where it was sent, without X-rays."""
    turn = session.turn
    if turn is None:
        return
    degrees, millimetres = session.fluoroscope.distance(turn.direction, turn.isocentre_mm)
    session.now_s += degrees / TIMING.gantry_deg_per_s + millimetres / TIMING.isocentre_mm_per_s
    _turn_on(session, float("inf"))


def _moved(session: RoomState, pose: CArmPose) -> None:
    session.event(
        CArmMoved,
        primary_deg=pose.primary_deg,
        secondary_deg=pose.secondary_deg,
        isocentre_mm=pose.isocentre_mm,
        words=session.words_of(pose),
    )
