"""Numbers and angles read as people write them."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.frames import positioner_angles, receptor_direction
from sijoint.report import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("2.00"), "2"),
        (Decimal("1.50"), "1.5"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.0"), "0"),
        (Decimal("-3.10"), "−3.1"),
        (100, "100"),
        (np.float64(2.5), "2.5"),
        (None, "–"),
    ],
)
def test_a_number_has_no_noise(value, text):
    assert words.number(value) == text


def test_rounding_is_half_up_and_zero_has_no_sign():
    assert words.number(Decimal("0.25"), 1) == "0.3"
    assert words.number(-0.04, 1) == "0"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_a_printed_number_is_the_number(value):
    assert Decimal(words.number(value).replace("−", "-")) == value


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(1, "1 min"), (90, "90 min"), (120, "2 h"), (2880, "2 days"), (14 * 1440, "2 weeks"), (152 * 1440, "5 months")],
)
def test_a_span_is_told_in_its_own_unit(minutes, text):
    assert words.span(minutes) == text


def test_lists_read_as_sentences():
    assert words.joined([]) == ""
    assert words.joined(["a", "", "b"]) == "a and b"
    assert words.joined(["a", "b", "c"]) == "a, b and c"


@given(st.floats(-180, 180), st.floats(-89, 89))
def test_a_direction_always_says_receptor_and_keeps_its_raw_numbers(primary, secondary):
    told = words.receptor(primary, secondary)
    assert told.startswith("receptor ")
    raw = [float(part.strip("°").replace("−", "-")) for part in told[told.rindex("(") + 1 : -1].split("/")]
    assert raw == pytest.approx([primary, secondary], abs=0.051)


@given(st.floats(-85, 85), st.floats(-60, 60))
def test_words_of_a_prone_patients_receptor_are_those_of_its_tilt(left, up):
    from sijoint.frames import ReceptorTilt

    tilt = ReceptorTilt(left, up)
    again = words.tilt(*positioner_angles(tilt.direction))
    assert again.direction == pytest.approx(tilt.direction, abs=1e-9)
    assert again.behind


def test_a_receptor_in_front_of_the_patient_is_not_called_behind():
    assert receptor_direction(0, 0)[1] == -1
    assert words.receptor(0, 0).startswith("receptor straight in front of the patient")
    assert words.receptor(180, 0).startswith("receptor straight behind the patient")


@pytest.mark.parametrize(
    ("said", "finished"),
    [
        ("gait at baseline", "Gait at baseline."),
        ("Done.", "Done."),
        ("Refused: no weight. (weight measured)", "Refused: no weight. (weight measured)"),
        ("a note (of the nurse)", "A note (of the nurse)."),
        ("", ""),
    ],
)
def test_a_sentence_ends_with_one_full_stop(said, finished):
    assert words.finished(said) == finished


def test_a_date_of_a_policy_is_written_as_people_write_it():
    assert words.calendar_day("2026-05-21") == "21 May 2026"
    assert words.calendar_day("since spring") == "since spring"
