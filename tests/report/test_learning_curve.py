"""The learning curve: each person's rehearsals in the order of the clock, beside what is published."""

import re
from datetime import UTC, datetime, timedelta

import room_told
from sijoint.report.debrief_measures import debrief_measures
from sijoint.report.learning_curve import Practice, curve_figures, in_order
from sijoint.report.procedure_measures import procedure_measures
from sijoint.room.recorded import procedure_told

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def practice(number, by="one"):
    procedure = procedure_told(room_told.events(), BEGAN)
    measures = (*procedure_measures(procedure), *debrief_measures(room_told.truth(), procedure))
    return Practice(f"room-{number}", BEGAN + timedelta(days=number), by, "bundled CT, left side", measures)


def dots(picture):
    return len(re.findall("<circle", picture))


def test_one_dot_a_rehearsal_and_one_line_a_person():
    figures = dict(curve_figures([practice(1), practice(2), practice(3, "two")]))
    picture = figures["Fluoroscopy time"]
    assert dots(picture) == 3
    assert picture.count("<polyline") == 2
    assert ">one</text>" in picture
    assert ">two</text>" in picture


def test_a_single_person_is_not_named():
    assert ">one</text>" not in dict(curve_figures([practice(1)]))["Fluoroscopy time"]


def test_the_published_value_stands_in_it_and_says_when_it_is_from_elsewhere():
    figures = dict(curve_figures([practice(1)]))
    assert "published 42.4<" in figures["Fluoroscopy time"]
    assert "published 7.6, elsewhere<" in figures["Tip from the planned target"]
    assert "published" not in figures["Needle passes"]


def test_nothing_is_drawn_of_nothing():
    assert curve_figures([]) == ()


def test_rehearsals_are_counted_by_the_clock():
    assert [one.id for one in in_order([practice(2), practice(1)])] == ["room-1", "room-2"]


def test_a_name_cannot_break_the_picture():
    picture = curve_figures([practice(1, "<b>"), practice(2, "two")])[0][1]
    assert "<b>" not in picture
