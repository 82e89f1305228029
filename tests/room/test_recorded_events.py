"""What the room tells becomes facts, the same for a rehearsal as for a procedure in care."""

from datetime import UTC, datetime, timedelta

import pytest

import room_told
from sijoint.model import ProcedureKind
from sijoint.room.recorded import NotBegun, procedure_told
from sijoint.room.truth_moment import append_moment, last_moment, read_track

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_rehearsal_is_told_whole():
    procedure = procedure_told(room_told.events(), BEGAN)
    assert procedure.kind is ProcedureKind.REHEARSAL
    assert procedure.ended_at == BEGAN + timedelta(seconds=100)
    assert [one.pulses for one in procedure.exposures] == [4, 26]
    assert procedure.needle.passes == 1
    assert procedure.needle.gives_felt == 1
    assert procedure.needle.depth_mm == 34
    assert procedure.familiar_pain_on_filling is True
    assert [str(one.volume_ml) for one in procedure.administrations] == ["0.5", "1.0"]
    assert procedure.gate_answers[0].allowed


def test_an_image_counts_the_movements_before_it():
    procedure = procedure_told(room_told.events(), BEGAN)
    assert [image.after_movement for image in procedure.images] == [0, 2]


def test_a_course_that_does_not_begin_is_refused():
    with pytest.raises(NotBegun, match="do not begin"):
        procedure_told(room_told.events()[1:], BEGAN)
    with pytest.raises(NotBegun):
        procedure_told((), BEGAN)


def test_the_track_of_the_truth_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "track.jsonl"
    assert (read_track(path), last_moment(path)) == ((), None)
    for moment in room_told.track():
        append_moment(path, moment)
    assert read_track(path) == room_told.track()
    assert last_moment(path) == room_told.track()[-1]


def test_a_line_that_a_crash_cut_is_left_out(tmp_path):
    path = tmp_path / "track.jsonl"
    for moment in room_told.track():
        append_moment(path, moment)
    with path.open("a", encoding="utf-8") as track:
        track.write('{"at_s": 60.0, "needle')
    assert read_track(path) == room_told.track()
    assert last_moment(path) == room_told.track()[-1]
