"""How the room carries out each command."""

from dataclasses import fields
from functools import singledispatch
from typing import Any

import numpy as np

from sijoint.formulary import needle as needle_by_code
from sijoint.frames import ReceptorTilt, UnreachablePose
from sijoint.needle import EVEN, RefusedMovement, insert, push, redirect, rotate_bevel, withdraw
from sijoint.room.commands import (
    AdvanceNeedle,
    ChangeSettings,
    ChooseNeedle,
    Collimate,
    EndProcedure,
    InjectContrast,
    InjectDrug,
    InjectSkin,
    InsertNeedle,
    JudgeContrast,
    MarkEntry,
    PositionCArm,
    Press,
    Pulse,
    RedirectNeedle,
    RotateBevel,
    Wait,
    WithdrawNeedle,
)
from sijoint.room.events import (
    CArmMoved,
    Collimated,
    Ended,
    EntryMarked,
    Felt,
    GateAnswered,
    Judged,
    NeedleChosen,
    NeedleMoved,
    SettingsChanged,
)
from sijoint.room.imaging import press_pedal
from sijoint.room.pain_of_needle import worst_pain
from sijoint.room.permission import Action
from sijoint.room.pressing import press_and_hold
from sijoint.room.settings import RoomSettings
from sijoint.room.state import ImpossibleCommand, RoomState, Turn
from sijoint.room.syringes import inject_contrast, inject_drug, inject_skin
from sijoint.room.timing import TIMING

RESISTANCE_EVERY_MM = 0.5


@singledispatch
def perform(command: Any, session: RoomState) -> None:
    raise ImpossibleCommand(f"the room does not know the command {type(command).__name__}")


@perform.register
def _(command: PositionCArm, session: RoomState) -> None:
    scope = session.fluoroscope
    before = scope.pose
    tilt = ReceptorTilt(command.left_deg, command.cephalad_deg, behind=session.setting.position.prone)
    try:
        if session.pressed:  # it turns from pulse to pulse
            scope.reached(tilt.direction, command.isocentre_mm)
            session.turn = Turn(tilt.direction, command.isocentre_mm)
            return
        pose = scope.move(tilt.direction, command.isocentre_mm)
    except UnreachablePose as refusal:
        raise ImpossibleCommand(str(refusal)) from None
    degrees, millimetres = scope.travel(before)
    session.now_s += TIMING.gantry_start_s + degrees / TIMING.gantry_deg_per_s + millimetres / TIMING.isocentre_mm_per_s
    session.event(
        CArmMoved,
        primary_deg=pose.primary_deg,
        secondary_deg=pose.secondary_deg,
        isocentre_mm=pose.isocentre_mm,
        words=tilt.words,
    )


@perform.register
def _(command: Collimate, session: RoomState) -> None:
    if not (command.half_width_mm > 0 and command.half_height_mm > 0):
        raise ImpossibleCommand("a collimated field has a width and a height above zero")
    session.fluoroscope.collimate(command.half_width_mm, command.half_height_mm)
    session.event(Collimated, half_width_mm=command.half_width_mm, half_height_mm=command.half_height_mm)


@perform.register
def _(command: Pulse, session: RoomState) -> None:
    press_pedal(session, command.pulses, command.purpose)


@perform.register
def _(command: Press, session: RoomState) -> None:
    press_and_hold(session, command)


@perform.register
def _(command: ChangeSettings, session: RoomState) -> None:
    asked = {each.name: getattr(command, each.name) for each in fields(RoomSettings)}
    settings = session.settings.changed(command.automatic, **asked)
    session.fluoroscope.choose(settings.pulses_per_s, settings.zoom, settings.kvp, settings.ma)
    session.settings = settings
    session.event(SettingsChanged, settings=settings)


@perform.register
def _(command: MarkEntry, session: RoomState) -> None:
    session.pointer_mm = command.at_mm
    session.takes(TIMING.needle_handling_s)
    session.event(EntryMarked, at_mm=command.at_mm)


@perform.register
def _(command: ChooseNeedle, session: RoomState) -> None:
    if session.needle is not None:
        raise ImpossibleCommand("take the needle out before choosing another one")
    needle = needle_by_code(command.code)
    session.needle_code = command.code
    session.event(NeedleChosen, code=command.code, gauge=needle.gauge, length_mm=needle.length_mm, tip=needle.tip)


@perform.register
def _(command: InsertNeedle, session: RoomState) -> None:
    if not session.needle_code:
        raise ImpossibleCommand("choose a needle first")
    if session.needle is not None:
        raise ImpossibleCommand("the needle is already in the skin: redirect it or take it out")
    session.needle = insert(
        needle_by_code(session.needle_code),
        np.array(command.entry_mm),
        np.array(command.direction),
        command.bevel_clock_deg,
        previous=session.needle_out,
        grain=EVEN if session.setting.causes.even_tissue else None,
    )
    session.takes(TIMING.needle_handling_s)
    if session.pointer_mm is not None:  # the hand needs its place
        session.pointer_mm = None
        session.event(EntryMarked, at_mm=None)
    _moved(session, "insert", ())


@perform.register
def _(command: AdvanceNeedle, session: RoomState) -> None:
    if not command.distance_mm > 0:
        raise ImpossibleCommand("advance by a distance above zero; to go back, withdraw")
    state = session.held_needle
    causes = session.setting.causes
    pushed = push(
        state,
        command.distance_mm,
        session.setting.body,
        turn_deg=command.turn_deg,
        false_give=causes.false_give,
        target_mm=np.array(session.setting.target_mm),
        rng=session.generator("advance"),
    )
    session.needle = pushed.state
    session.takes(command.distance_mm / TIMING.needle_mm_per_s)
    felt = tuple(Felt(feel.kind, round(feel.depth_mm, 1), round(feel.force_n, 2)) for feel in pushed.feels)
    resistance = tuple(round(newtons, 2) for newtons in pushed.trace.every(RESISTANCE_EVERY_MM))
    _moved(session, "advance", felt, resistance)
    session.hurts(worst_pain(session, state.depth_mm, pushed))


@perform.register
def _(command: WithdrawNeedle, session: RoomState) -> None:
    state = session.held_needle
    if not command.distance_mm > 0:
        raise ImpossibleCommand("withdraw by a distance above zero")
    session.takes(min(command.distance_mm, state.depth_mm) / TIMING.needle_mm_per_s)
    session.needle = withdraw(state, command.distance_mm)
    if session.needle.in_skin:
        _moved(session, "withdraw", ())
    else:
        _moved(session, "out", ())
        session.needle, session.needle_out = None, session.needle


@perform.register
def _(command: RedirectNeedle, session: RoomState) -> None:
    try:
        session.needle = redirect(session.held_needle, np.array(command.direction))
    except RefusedMovement as refusal:
        raise ImpossibleCommand(str(refusal)) from None
    session.takes(TIMING.needle_handling_s)
    _moved(session, "redirect", ())


@perform.register
def _(command: RotateBevel, session: RoomState) -> None:
    session.needle = rotate_bevel(session.held_needle, command.clock_deg)
    _moved(session, "rotate", ())


@perform.register
def _(command: InjectSkin, session: RoomState) -> None:
    inject_skin(session, command)


@perform.register
def _(command: InjectContrast, session: RoomState) -> None:
    inject_contrast(session, command)


@perform.register
def _(command: InjectDrug, session: RoomState) -> None:
    inject_drug(session, command)


@perform.register
def _(command: JudgeContrast, session: RoomState) -> None:
    """The operator's word on what was seen; then the gate's answer for the drug, in plain sight."""
    session.now_s += TIMING.judgement_s
    session.event(
        Judged,
        movement=session.movement,
        pattern=command.pattern,
        by=command.by,
        virtual_operator=session.setting.virtual_operator,
        image_sha256=session.run_images,
    )
    answer = session.permission(Action.DRUG)
    session.event(GateAnswered, movement=session.movement, allowed=answer.allowed, findings=answer.findings)


@perform.register
def _(command: Wait, session: RoomState) -> None:
    if command.seconds < 0:
        raise ImpossibleCommand("time does not run backwards")
    session.fluids.wait(command.seconds)
    session.now_s += command.seconds


@perform.register
def _(command: EndProcedure, session: RoomState) -> None:
    session.ended = True
    session.event(Ended, abandoned_because=command.abandoned_because)


def _moved(session: RoomState, how: str, felt: tuple[Felt, ...], resistance_n: tuple[float, ...] = ()) -> None:
    session.needle_moved()
    state = session.held_needle
    session.event(
        NeedleMoved,
        movement=session.movement,
        how=how,
        depth_mm=round(state.depth_mm, 2),
        passes=state.passes,
        redirections=state.redirections,
        bone_contacts=state.bone_contacts,
        felt=felt,
        resistance_n=resistance_n,
    )
