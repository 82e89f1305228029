"""A procedure is driven by commands and told by events; nothing happens without permission or beyond what can be done."""

from dataclasses import replace
from decimal import Decimal

import numpy as np

from sijoint.fluoroscopy import decode, encode
from sijoint.model import ContrastPattern, SyringeUse, ViewPurpose
from sijoint.model.wire import from_wire, to_wire
from sijoint.room import Action
from sijoint.room.commands import (
    AdvanceNeedle,
    EndProcedure,
    InjectContrast,
    InjectDrug,
    InjectSkin,
    JudgeContrast,
    PositionCArm,
    Pulse,
    RedirectNeedle,
    WithdrawNeedle,
)
from sijoint.room.events import Event

CONTRAST = {"volume_ml": Decimal("0.3"), "rate_ml_s": 0.15, "watch_s": 1.0}


def kinds(events):
    return [event.kind for event in events]


def test_no_pulse_without_permission(room):
    room.refused = {Action.EXPOSURE}
    events = room.do(Pulse, pulses=4, purpose=ViewPurpose.SCOUT)
    assert kinds(events) == ["refused"]
    assert not room.session.frames


def test_permission_is_asked_before_every_exposure_and_injection(room):
    room.needle_to(room.plan.depth_mm)
    room.asked.clear()
    room.do(Pulse, pulses=1, purpose=ViewPurpose.NEEDLE)
    room.do(InjectSkin, volume_ml=Decimal("1"))
    room.do(InjectContrast, **CONTRAST)
    room.do(InjectDrug, volume_ml=Decimal("1.5"), rate_ml_s=0.1)
    assert room.asked == [Action.EXPOSURE, Action.SKIN, Action.CONTRAST, Action.EXPOSURE, Action.DRUG]


def test_a_refused_drug_leaves_nothing_in_the_body_and_no_administration(room):
    room.needle_to(room.plan.depth_mm)
    room.refused = {Action.DRUG}
    events = room.do(InjectDrug, volume_ml=Decimal("1.5"), rate_ml_s=0.1)
    assert kinds(events) == ["refused"]
    assert sum(room.session.fluids.volumes_ml().values()) == 0


def test_the_drug_is_recorded_line_by_line_and_adds_up(room):
    room.needle_to(room.plan.depth_mm)
    events = room.do(InjectDrug, volume_ml=Decimal("1.5"), rate_ml_s=0.1)
    given = [event for event in events if event.kind == "injected"]
    assert [event.use for event in given] == [SyringeUse.DRUG, SyringeUse.DRUG]
    assert sum(event.volume_ml for event in given) == Decimal("1.500")
    assert abs(sum(room.session.fluids.volumes_ml("drug").values()) - 1.5) < 1e-9


def test_the_gate_answers_after_every_judgement(room):
    room.needle_to(room.plan.depth_mm)
    room.refused = {Action.DRUG}
    room.do(InjectContrast, **CONTRAST)
    events = room.do(JudgeContrast, pattern=ContrastPattern.VASCULAR, by="Dr Test")
    assert kinds(events) == ["judged", "gate answered"]
    assert not events[1].allowed


def test_contrast_belongs_to_the_place_of_the_needle(room):
    """What was seen before a movement proves nothing about where the tip is after it."""
    room.needle_to(room.plan.depth_mm)
    run = room.do(InjectContrast, **CONTRAST)
    assert room.session.runs
    assert any(image.after_contrast for event in run if event.kind == "exposed" for image in event.images)
    moved = room.do(WithdrawNeedle, distance_mm=2.0)
    assert not room.session.runs
    seen = room.do(Pulse, pulses=1, purpose=ViewPurpose.NEEDLE)
    assert not seen[0].images[0].after_contrast
    assert seen[0].images[0].after_movement == moved[0].movement


def test_contrast_darkens_the_image_where_the_tip_is(room):
    room.see(room.plan.receptor)
    room.do(Pulse, pulses=8, purpose=ViewPurpose.TRAJECTORY)
    room.needle_to(room.plan.depth_mm)
    room.do(InjectContrast, **CONTRAST)
    run = room.session.runs[0]
    before, after = run.before.linear(), run.after[-1].linear()
    middle = np.s_[56:72, 56:72]
    assert (after[middle] / before[middle]).min() < 0.85


def test_a_command_given_twice_happens_once(room):
    room.see(room.plan.receptor)
    command = Pulse(id="again", at_s=room.session.now_s, pulses=2, purpose=ViewPurpose.SCOUT)
    first = room.session.do(command)
    said = len(room.events)
    assert room.session.do(command) == first
    assert len(room.events) == said


def test_a_view_out_of_reach_is_one_sentence_and_moves_nothing(room):
    scope = room.session.fluoroscope
    before, now_s = scope.pose, room.session.now_s
    scope.carm = replace(scope.carm, orbital_deg=(-20.0, 20.0))
    (refused,) = room.do(PositionCArm, left_deg=45.0, cephalad_deg=0.0, isocentre_mm=(0.0, 0.0, 0.0))
    assert refused.kind == "refused"
    assert "of -20..20°" in refused.sentence
    assert (scope.pose, room.session.now_s) == (before, now_s)


def test_contrast_without_a_needle_costs_no_dose(room):
    """No pulse is made for what cannot be done: a dose that no event names would be lost."""
    pulses = []
    room.session.fluoroscope.pulse = lambda *args, **kwargs: pulses.append(args)
    assert kinds(room.do(InjectContrast, **CONTRAST)) == ["refused"]
    assert kinds(room.do(InjectDrug, volume_ml=Decimal("1"), rate_ml_s=0.1)) == ["refused"]
    assert pulses == []


def test_bone_stops_the_needle(room):
    plan = room.plan
    medially = np.array(plan.direction) + 0.25 * np.array([-1.0, 0.0, 0.0])
    room.needle_to(5.0)
    room.do(RedirectNeedle, direction=tuple(medially / np.linalg.norm(medially)))
    events = room.do(AdvanceNeedle, distance_mm=80.0)
    moved = next(event for event in events if event.kind == "needle moved")
    assert moved.bone_contacts == 1
    assert moved.felt[-1].what == "bone"
    assert moved.depth_mm < 84


def test_nothing_is_done_after_the_end(room):
    room.do(EndProcedure)
    assert kinds(room.do(Pulse, pulses=1, purpose=ViewPurpose.SCOUT)) == ["refused"]


def test_impossible_wishes_are_sentences(room):
    for kind, what in [
        (AdvanceNeedle, {"distance_mm": 5.0}),
        (InjectContrast, CONTRAST),
        (Pulse, {"pulses": 0, "purpose": ViewPurpose.SCOUT}),
        (InjectDrug, {"volume_ml": Decimal("9"), "rate_ml_s": 0.1}),
    ]:
        events = room.do(kind, **what)
        assert kinds(events) == ["refused"], kind
        assert len(events[0].sentence) > 10


def test_events_survive_the_wire_and_carry_no_truth(room):
    room.needle_to(room.plan.depth_mm)
    room.do(InjectContrast, **CONTRAST)
    for event in room.events:
        plain = to_wire(event, Event)
        assert from_wire(Event, plain) == event
        assert not {"tip_mm", "compartment", "in_cleft", "volumes_ml"} & set(plain)


def test_stored_frames_come_back_as_they_were(room):
    room.see(room.plan.receptor)
    room.do(Pulse, pulses=1, purpose=ViewPurpose.SCOUT)
    (frame,) = room.session.frames.values()
    again = decode(*encode(frame))
    assert np.array_equal(again.pixels, frame.pixels)
    assert again.pose == frame.pose
    assert again.technique == frame.technique
