"""The command log with its seed and its permissions gives the same events again."""

from decimal import Decimal
from hashlib import sha256

import pytest

from sijoint.fluoroscopy import encode
from sijoint.model import ContrastPattern, ViewPurpose
from sijoint.model.wire import from_wire, to_wire
from sijoint.room import Action, Permission, Session
from sijoint.room.commands import InjectContrast, JudgeContrast, Pulse, WithdrawNeedle
from sijoint.room.replay import CommandLog, LogDiffers, LogKeeper, replay
from sijoint.room.truth import read_truth, write_truth


def keep(frame):
    return sha256(encode(frame)[0]).hexdigest()


@pytest.fixture
def logged(setting, room):
    """A short procedure with its log and its events."""
    events = []
    keeper = LogKeeper(lambda request: Permission(request.action is not Action.DRUG))
    session = Session(setting, seed=9, permit=keeper.permit, keep_image=keep, on_event=events.append)
    session.start()
    do = session.do

    def told(command):
        keeper.commands.append(command)
        return do(command)

    session.do = told
    room.session = session
    room.see(room.plan.receptor)
    room.do(Pulse, pulses=2, purpose=ViewPurpose.SCOUT)
    room.needle_to(room.plan.depth_mm)
    room.do(InjectContrast, volume_ml=Decimal("0.2"), rate_ml_s=0.1, watch_s=1.0)
    room.do(JudgeContrast, pattern=ContrastPattern.IA_TYPE_II, by="Dr Test")
    return keeper.log("p1", 9, {}), tuple(events), session.truth


def test_a_replay_gives_the_same_events_byte_for_byte(setting, logged):
    log, events, _ = logged
    log = from_wire(CommandLog, to_wire(log))  # as it comes from a file
    assert to_wire(replay(setting, log, keep)) == to_wire(events)


def test_another_seed_gives_other_images(setting, logged):
    log, events, _ = logged
    other = CommandLog(log.procedure_id, log.seed + 1, {}, log.commands, log.permissions)
    assert to_wire(replay(setting, other, keep)) != to_wire(events)


def test_a_log_without_its_permissions_is_refused(setting, logged):
    log, _, _ = logged
    with pytest.raises(LogDiffers):
        replay(setting, CommandLog(log.procedure_id, log.seed, {}, log.commands, ()), keep)


def test_truth_is_a_file_of_its_own(tmp_path, logged):
    _, _, truth = logged
    write_truth(tmp_path / "truth", truth)
    assert read_truth(tmp_path / "truth", "p1") == truth
    assert read_truth(tmp_path / "truth", "p2") is None
    assert abs(sum(truth.injections[0].volumes_ml.values()) - 0.2) < 1e-9


def test_truth_keeps_the_needle_as_it_lay_when_it_is_out_again(room):
    room.needle_to(room.plan.depth_mm)
    room.do(InjectContrast, volume_ml=Decimal("0.2"), rate_ml_s=0.1, watch_s=1.0)
    tip_mm = tuple(float(x) for x in room.session.needle.tip_mm)
    room.do(WithdrawNeedle, distance_mm=200.0)
    assert room.session.truth.needle_path_mm[-1] == tip_mm == room.session.truth.injections[-1].tip_mm
