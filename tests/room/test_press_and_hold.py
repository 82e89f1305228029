"""A person holds pedal and plunger for as long as he likes; the command as it was done replays to the same events."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from sijoint.model import SyringeUse, ViewPurpose
from sijoint.model.wire import from_wire, to_wire
from sijoint.room import Action, Permission, Session
from sijoint.room.commands import (
    AdvanceNeedle,
    ChangeSettings,
    ChooseNeedle,
    Collimate,
    InjectContrast,
    InjectDrug,
    InsertNeedle,
    MarkEntry,
    PositionCArm,
    Press,
    Pulse,
)
from sijoint.room.replay import CommandLog, LogKeeper, replay
from sijoint.room.timing import TIMING

NEEDLE = ViewPurpose.NEEDLE


class Person:
    """Holds for so many pulses and intervals, and does something at some of them."""

    def __init__(self, pulses=1, acts=None, intervals=99, watched=99):
        self.pulses, self.acts, self.intervals, self.watched = pulses, acts or {}, intervals, watched

    def commands(self, pulses):
        return self.acts.get(pulses, [])

    def presses(self, pulses):
        return pulses < self.pulses

    def pushes(self, intervals):
        return intervals < self.intervals

    def watches(self, pulses):
        return pulses < self.watched


class Watching:
    def __init__(self):
        self.frames, self.sharp, self.given, self.told, self.images = [], [], [], [], []

    def pulse(self, frame, *, sharp):
        self.frames.append(frame)
        self.sharp.append(sharp)

    def held(self, frame):
        self.images.append(frame)

    def plunger(self, use, intervals, given_ml, plunger_kpa):
        self.given.append((use, intervals, given_ml))

    def let_go(self, command):
        self.told.append(command)


@pytest.fixture
def live(setting, joint_plan):
    """A room with a person in it; everything is permitted."""

    class Live:
        def __init__(self):
            self.events, self.eye = [], Watching()
            self.keeper = LogKeeper(lambda request: Permission(True))
            self.session = Session(
                setting,
                seed=5,
                permit=self.keeper.permit,
                keep_image=lambda frame: str(frame.pixels.sum()),
                on_event=self.events.append,
                onlooker=self.eye,
            )
            self.session.start()
            self.plan = joint_plan
            self.n = 0

        def say(self, kind, **what):
            self.n += 1
            return kind(id=f"c{self.n}", at_s=round(self.session.now_s, 3), **what)

        def do(self, command, hand=None):
            events = self.session.do(command, hand)
            self.keeper.commands.append(self.session.as_done)
            return events

        def at(self, tilt):
            place = tuple(float(x) for x in self.plan.target_mm)
            return self.say(PositionCArm, left_deg=tilt[0], cephalad_deg=tilt[1], isocentre_mm=place)

        def needle_in(self, depth_mm):
            self.do(self.say(ChooseNeedle, code=self.plan.needle))
            self.do(self.say(InsertNeedle, entry_mm=tuple(self.plan.entry_mm), direction=tuple(self.plan.direction)))
            self.do(self.say(AdvanceNeedle, distance_mm=depth_mm))

        def played_again(self):
            log = from_wire(CommandLog, to_wire(self.keeper.log("p1", 5, {})))
            return replay(setting, log, lambda frame: str(frame.pixels.sum()))

    return Live()


def one(events, kind):
    return next(event for event in events if event.kind == kind)


def test_the_pedal_gives_pulses_until_it_is_up_and_one_image_is_kept(live):
    live.do(live.at((0, 0)))
    exposed = one(live.do(live.say(Press, purpose=NEEDLE), Person(pulses=6)), "exposed")
    assert exposed.pulses == len(live.eye.frames) == 6
    assert exposed.seconds == pytest.approx(6 / TIMING.fluoroscopy_pulses_per_s)
    assert exposed.kerma_reference_mgy == pytest.approx(
        sum(frame.kerma_reference_mgy for frame in live.eye.frames), abs=1e-6
    )
    assert len(exposed.images) == len(live.eye.images) == 1


def test_a_tap_is_one_pulse(live):
    live.do(live.at((0, 0)))
    assert one(live.do(live.say(Press, purpose=NEEDLE), Person(pulses=0)), "exposed").pulses == 1


def test_a_press_with_movements_of_all_kinds_replays_to_the_same_events(live):
    live.do(live.at((0, 0)))
    live.needle_in(20.0)
    acts = {
        1: [live.at((-8, 10))],
        3: [live.say(AdvanceNeedle, distance_mm=2.0), live.say(ChangeSettings, pulses_per_s=8.0)],
        6: [live.say(Collimate, half_width_mm=50.0, half_height_mm=40.0)],
    }
    live.do(live.say(Press, purpose=NEEDLE), Person(pulses=9, acts=acts))
    live.do(live.say(Pulse, pulses=2, purpose=NEEDLE))
    assert live.keeper.commands[-2].during[0].after_pulses == 1
    assert to_wire(live.played_again()) == to_wire(tuple(live.events))


def test_the_gantry_turns_at_its_speed_and_every_pulse_sees_where_it_is(live):
    live.do(live.at((0, 0)))
    live.do(live.say(Press, purpose=NEEDLE), Person(pulses=8, acts={2: [live.at((-10, 0))]}))
    poses = [frame.pose.primary_deg for frame in live.eye.frames]
    assert poses[0] == poses[1]
    steps = np.abs(np.diff(np.unwrap(np.radians(poses))))[1:5]
    most = np.radians(TIMING.gantry_deg_per_s / TIMING.fluoroscopy_pulses_per_s)
    assert 0 < steps.max() <= most + 1e-6
    assert live.eye.sharp[:2] == [True, True]
    assert not all(live.eye.sharp)
    assert live.eye.sharp[-1]  # it has arrived: sharp again
    assert one(live.events[::-1], "C-arm moved").primary_deg == pytest.approx(poses[-1])


def test_a_gantry_on_its_way_goes_on_to_where_it_was_sent_without_x_rays(live):
    live.do(live.at((0, 0)))
    events = live.do(live.say(Press, purpose=NEEDLE), Person(pulses=2, acts={1: [live.at((-30, 0))]}))
    assert [event.kind for event in events] == ["exposed", "C-arm moved"]
    assert one(events, "exposed").primary_deg != pytest.approx(one(events, "C-arm moved").primary_deg)
    assert to_wire(live.played_again()) == to_wire(tuple(live.events))


def test_brightness_goes_on_while_the_gantry_turns(live):
    """A new pose on the way does not begin with the tube's usual setting again: the picture would flash."""
    live.do(live.at((0, 0)))
    live.do(live.say(Press, purpose=NEEDLE), Person(pulses=12, acts={8: [live.at((-12, 0))]}))
    before, on_the_way = live.eye.frames[7].technique, live.eye.frames[9].technique
    assert abs(on_the_way.kvp - before.kvp) < 3


def test_a_needle_moved_by_the_last_pulse_is_seen_where_it_lies(live):
    live.do(live.at((0, 0)))
    live.needle_in(20.0)
    acts = {3: [live.say(AdvanceNeedle, distance_mm=3.0)]}
    exposed = one(live.do(live.say(Press, purpose=NEEDLE), Person(pulses=3, acts=acts)), "exposed")
    assert exposed.pulses == 4
    assert exposed.images[0].after_movement == live.session.movement
    assert live.eye.images[-1].averaged == 1  # nothing of the needle as it lay before


def test_the_pedal_is_not_held_for_ever(live, monkeypatch):
    monkeypatch.setattr("sijoint.room.pressing.TIMING", replace(TIMING, longest_press_s=1.0))
    live.do(live.at((0, 0)))
    events = live.do(live.say(Press, purpose=NEEDLE), Person(pulses=10_000))
    assert [event.kind for event in events] == ["exposed", "refused"]
    assert events[0].seconds == pytest.approx(1.0)
    assert to_wire(live.played_again()) == to_wire(tuple(live.events))


def test_a_field_closed_under_the_pedal_ends_the_press_with_its_dose(live):
    live.do(live.at((0, 0)))
    acts = {2: [live.say(Collimate, half_width_mm=0.01, half_height_mm=0.01)]}
    events = live.do(live.say(Press, purpose=NEEDLE), Person(pulses=6, acts=acts))
    assert one(events, "exposed").pulses == 2
    assert "collimator" in one(events, "refused").sentence


def test_no_pulse_without_permission(live):
    live.keeper._permit = lambda request: Permission(request.action is not Action.EXPOSURE)
    events = live.do(live.say(Press, purpose=NEEDLE), Person(pulses=3))
    assert [event.kind for event in events] == ["refused"]
    assert not live.eye.frames


def test_a_hand_off_the_plunger_stops_contrast_and_what_went_in_is_said(live):
    live.do(live.at((0, 0)))
    live.needle_in(live.plan.depth_mm)
    told = live.say(InjectContrast, volume_ml=Decimal("0.5"), rate_ml_s=0.1, watch_s=5.0)
    events = live.do(told, Person(intervals=3, watched=2))
    assert one(events, "injected").volume_ml == Decimal("0.15")
    assert live.eye.given[-1] == (SyringeUse.CONTRAST, 3, pytest.approx(0.15))
    assert live.eye.told[-1].stopped_after == 3
    assert live.eye.told[-1].watched == 2
    assert one(events, "exposed").pulses == len(live.eye.frames)
    assert to_wire(live.played_again()) == to_wire(tuple(live.events))


def test_a_hand_off_the_plunger_stops_the_drug(live):
    live.do(live.at((0, 0)))
    live.needle_in(live.plan.depth_mm)
    events = live.do(live.say(InjectDrug, volume_ml=Decimal("1.5"), rate_ml_s=0.1), Person(intervals=4))
    given = sum(event.volume_ml for event in events if event.kind == "injected")
    assert given == Decimal("0.200")
    assert to_wire(live.played_again()) == to_wire(tuple(live.events))


def test_a_pointer_on_the_skin_is_seen_and_gives_way_to_the_needle(live):
    live.do(live.at((0, 0)))
    live.do(live.say(Pulse, pulses=1, purpose=ViewPurpose.SCOUT))
    without = live.eye.frames[-1].linear()
    live.do(live.say(MarkEntry, at_mm=tuple(float(x) for x in live.plan.entry_mm)))
    live.do(live.say(Pulse, pulses=1, purpose=ViewPurpose.SCOUT))
    shadow = live.eye.frames[-1].linear() / live.eye.frames[-1].technique.mas < 0.7 * without / 14.0 / 0.008
    assert 20 < shadow.sum() < 2000
    live.do(live.say(ChooseNeedle, code=live.plan.needle))
    events = live.do(live.say(InsertNeedle, entry_mm=tuple(live.plan.entry_mm), direction=tuple(live.plan.direction)))
    assert [event.kind for event in events] == ["entry marked", "needle moved"]
    assert to_wire(live.played_again()) == to_wire(tuple(live.events))


def test_settings_are_kept_or_refused_whole(live):
    live.do(live.at((0, 0)))
    live.do(live.say(ChangeSettings, pulses_per_s=15.0, zoom=1.5, kvp=80.0, ma=5.0))
    exposed = one(live.do(live.say(Press, purpose=NEEDLE), Person(pulses=3)), "exposed")
    assert exposed.seconds == pytest.approx(0.2)
    assert (exposed.kvp, exposed.ma) == (80.0, 5.0)
    assert live.eye.frames[-1].detector.pixel_mm < live.session.setting.detector.pixel_mm
    for wrong in (
        {"pulses_per_s": 7.0},
        {"zoom": 3.0},
        {"kvp": 80.0, "ma": 5.0, "automatic": True},
        {"zoom": 1.0, "kvp": 120.0, "ma": 150.0},
        {"contrast": 0.0},
    ):
        assert [event.kind for event in live.do(live.say(ChangeSettings, **wrong))] == ["refused"], wrong
    assert live.session.settings.pulses_per_s == 15.0
    assert live.session.fluoroscope.detector.pixel_mm < live.session.setting.detector.pixel_mm  # still magnified
    live.do(live.say(ChangeSettings, automatic=True))
    assert live.session.settings.kvp is None
