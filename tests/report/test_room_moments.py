"""A course looked back at: every moment in words, how the room stood after it, and the picture of it."""

from datetime import UTC, datetime

import made_up_episode as made_up
import room_told
from sijoint.report.course_figure import course_figure
from sijoint.report.room_moments import recorded_moments, room_moments
from sijoint.room.recorded import procedure_told

MOMENTS = room_moments(room_told.events())


def of_kind(kind):
    return [moment for moment in MOMENTS if moment.kind == kind]


def test_every_moment_is_a_sentence_in_the_order_of_the_clock():
    assert [moment.at_s for moment in MOMENTS] == sorted(moment.at_s for moment in MOMENTS)
    assert all(moment.words[0].isupper() and moment.words.endswith((".", "!", "?", ")")) for moment in MOMENTS)


def test_what_was_felt_and_said_stands_in_it():
    (felt,) = of_kind("felt")
    assert felt.words == "Needle advanced to 34 mm; felt: a give at 33 mm (0.8 N)."
    assert felt.then.resistance_n == (1.0, 2.5, 1.2)
    assert felt.marks == ("give",)
    assert of_kind("patient")[1].words == "Patient: pain 6/10, familiar, buttock, this is my pain."
    assert of_kind("refused")[0].words == "Refused: no contrast run yet."


def test_the_room_then_adds_up():
    end = MOMENTS[-1].then
    assert (end.presses, end.fluoroscopy_s, end.dose_area_mgy_cm2) == (2, 14.0, 80.0)
    assert (end.contrast_ml, end.drug_ml) == (0.5, 1.0)
    assert end.depth_mm is None
    assert end.image == room_told.RUN


def test_an_image_keeps_the_view_that_it_was_taken_in():
    scout = of_kind("image")[0]
    assert scout.images == (room_told.SCOUT,)
    assert scout.then.image_receptor == "receptor straight behind the patient (180°/0°)"
    assert of_kind("image")[1].then.image_receptor == "receptor 3° to the patient's left (177.5°/0°)"


def test_the_record_alone_tells_the_same_but_positions_forces_and_words():
    procedure = procedure_told(room_told.events(), datetime(2026, 3, 2, tzinfo=UTC))
    told = recorded_moments(procedure)
    kept = ("begin", "image", "fluid", "judged", "gate", "end")
    assert [moment.words for moment in told] == [moment.words for moment in MOMENTS if moment.kind in kept]


def test_a_procedure_of_an_episode_is_told_from_its_record():
    procedure = made_up.episode().sessions[0].procedure
    told = recorded_moments(procedure)
    assert told[0].kind == "begin"
    assert told[-1].kind == "end"
    shown = [sha256 for moment in told for sha256 in moment.images]
    assert sorted(shown) == sorted(image.sha256 for image in procedure.images)


def test_the_time_line_marks_what_happened_and_runs_no_style_of_its_own():
    picture = course_figure(MOMENTS)
    assert 'data-lasts="100.000"' in picture
    assert picture.count("<title>0:50") == 3  # X-rays, contrast, pain
    assert "style" not in picture
    assert "script" not in picture


def test_a_course_of_nothing_is_drawn_too():
    assert course_figure(()).startswith("<svg")
