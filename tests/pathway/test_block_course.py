"""The course of relief after a block, minute by minute: each limit of the rule on both of its sides."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sijoint.formulary import ActionWindow
from sijoint.model import ReliefLine, VerdictValue
from sijoint.pathway.block_course import Course, course_of, not_counted, verdict_by_course
from sijoint.pathway.relief import OUTSIDE, UNANSWERED

WINDOW = ActionWindow(latest_onset_min=30, shortest_min=60, longest_min=120)  # read from 90 minutes on
THRESHOLD = Decimal(75)
HIDDEN = "a painkiller was taken before"


def line(
    minutes: int, percent: int | None, why_not: str = "", label: str = "", inside: bool | None = None
) -> ReliefLine:
    within = minutes <= WINDOW.longest_min if inside is None else inside
    relief = None if percent is None else Decimal(percent)
    why = why_not or (UNANSWERED if percent is None else "" if within else OUTSIDE)
    return ReliefLine(
        label or f"{minutes} min", minutes, 8, None if percent is None else 1, relief, within, not why, why
    )


def lines(*answers) -> tuple[ReliefLine, ...]:
    return tuple(line(*one) for one in answers)


def course(*answers, needed: int = 2) -> Course:
    return course_of(lines(*answers), THRESHOLD, needed, WINDOW)


def judged(*answers, needed: int = 2, elapsed: int = 600):
    told = lines(*answers)
    read = course_of(told, THRESHOLD, needed, WINDOW)
    return verdict_by_course(read, told, THRESHOLD, needed, WINDOW, timedelta(minutes=elapsed))


def test_a_run_begins_with_its_first_answer_and_ends_before_the_first_below():
    read = course((15, 80), (30, 80), (60, 75), (90, 74), (120, 90))
    assert (read.began_min, read.last_relieved_min, read.gone_min) == (15, 60, 90)
    assert read.duration == "between 1 h and 1.5 h"


@pytest.mark.parametrize(("percent", "began"), [(75, 15), (74, None)])
def test_the_threshold_itself_is_relief(percent, began):
    assert course((15, percent), (30, percent), (60, 10), (90, 10)).began_min == began


def test_one_answer_is_no_run_and_needs_no_second_where_one_is_asked_for():
    assert course((15, 10), (30, 80), (60, 10), (90, 10)).began_min is None
    assert course((15, 10), (30, 80), (60, 10), (90, 10), needed=1).began_min == 30


def test_a_run_at_the_very_end_is_one():
    assert course((15, 10), (30, 10), (60, 80), (90, 80)).began_min == 60


def test_an_answer_between_that_does_not_count_breaks_a_run():
    read = course((15, 80), (30, 80, HIDDEN), (60, 80), (90, 10))
    assert (read.began_min, read.could_have_been) == (None, True)


def test_the_counted_answer_to_a_question_is_the_one_that_is_read():
    twice = (line(15, 10, HIDDEN, "first"), line(15, 80, "", "first"), line(30, 80, "", "second"))
    assert course_of(twice, THRESHOLD, 2, WINDOW).began_min == 15
    other = (line(15, 80, "", "first"), line(15, 10, HIDDEN, "first"), line(30, 80, "", "second"))
    assert course_of(other, THRESHOLD, 2, WINDOW).began_min == 15


# How many answers there were in time


def test_answers_up_to_the_end_of_what_the_drug_must_show_count_as_early():
    assert course((30, 10), (90, 10), (91, 10)).early_answers == 2
    assert course((30, 10), (90, None), (60, 10, HIDDEN)).early_answers == 1


@pytest.mark.parametrize(("minutes", "asked"), [(30, True), (31, False)])
def test_one_answer_has_to_be_there_by_the_latest_onset(minutes, asked):
    assert course((minutes, 10), (60, 10)).asked_by_onset is asked


@pytest.mark.parametrize(("elapsed", "reads"), [(89, False), (90, True)])
def test_the_block_is_read_from_onset_and_shortest_duration_on(elapsed, reads):
    told = judged((15, 80), (30, 80), (60, 80), elapsed=elapsed)
    assert (told.value is VerdictValue.POSITIVE) is reads
    assert ("asked 89 min after the injection: the block is read from 90 min on" in told.reasons) is not reads


@pytest.mark.parametrize(
    "answers",
    [
        ((15, 80), (100, 80)),  # one in time, of two
        ((40, 80), (60, 80), (90, 80)),  # none by the latest onset
    ],
)
def test_too_few_answers_in_time_are_not_read(answers):
    told = judged(*answers)
    assert told.value is VerdictValue.INDETERMINATE
    assert told.duration == "not judged"
    assert told.reasons[0].startswith(
        "fewer than 2 on-time answers while the anaesthetic must act (up to 1.5 h, one of them by 30"
    )


def test_two_answers_in_time_are_enough():
    assert judged((30, 10), (90, 10)).value is VerdictValue.NEGATIVE


# Negative, or nobody can say


def test_a_negative_names_the_best_that_was_reached():
    told = judged((15, 70), (30, 10), (60, 50), (90, 10, HIDDEN))
    assert told.value is VerdictValue.NEGATIVE
    assert told.reasons[0] == "relief never reached 75 % at 2 consecutive on-time answers (best 70 %)"
    assert told.reasons[1].startswith("note: answers inside the window that do not count: a painkiller")
    assert told.duration == "none"


@pytest.mark.parametrize(
    ("answers", "could"),
    [
        (((15, None), (30, None), (60, 10), (90, 10)), True),  # might have begun in time
        (((15, 10), (30, None), (60, None), (90, 10)), True),  # begins at the latest onset itself
        (((15, 10), (30, 10), (60, None), (90, None)), False),  # could only have begun later than the drug explains
        (((15, 10), (30, 10), (60, 80), (90, None)), True),  # one seen, the other missing
        (((15, 10), (30, 10), (60, None), (90, 80)), True),
        (((15, 10), (30, 80), (60, 10), (90, None)), False),
    ],
)
def test_missing_answers_that_could_have_made_a_run_leave_it_open(answers, could):
    read = course(*answers)
    assert read.began_min is None
    assert read.could_have_been is could


def test_what_could_have_been_is_not_negative():
    told = judged((15, 80), (30, 10, HIDDEN), (60, 10), (90, 10))
    assert told.value is VerdictValue.INDETERMINATE
    assert "75 % was not shown at 2 consecutive moments" in told.reasons[0]


# When relief ends


def test_an_answer_the_next_morning_closes_an_open_end():
    read = course((15, 80), (30, 80), (60, 80), (600, 10))
    assert (read.last_relieved_min, read.gone_min) == (60, 600)


def test_relief_that_goes_on_outside_the_window_lasts_as_long():
    read = course((15, 80), (30, 80), (60, 80), (600, 75), (700, 74), (800, 90))
    assert (read.last_relieved_min, read.gone_min) == (600, 700)
    assert course((15, 80), (30, 80), (600, 80)).gone_min is None


def test_what_is_gone_inside_the_window_is_not_brought_back_from_outside():
    read = course((15, 80), (30, 80), (60, 10), (600, 90))
    assert (read.last_relieved_min, read.gone_min) == (30, 60)


def test_an_answer_that_does_not_count_neither_ends_relief_nor_prolongs_it():
    read = course((15, 80), (30, 80), (60, 10, HIDDEN), (90, 80), (120, 80, HIDDEN))
    assert (read.last_relieved_min, read.gone_min) == (90, None)
    assert course((15, 80), (30, 80), (90, 90, HIDDEN)).last_relieved_min == 30


def test_a_missing_answer_does_not_end_relief():
    assert course((15, 80), (30, 80), (60, None), (90, 80)).last_relieved_min == 90


@pytest.mark.parametrize(("began", "value"), [(30, VerdictValue.POSITIVE), (31, VerdictValue.INDETERMINATE)])
def test_relief_begins_by_the_latest_onset_or_is_discordant(began, value):
    told = judged((15, 10), (began, 80), (60, 80), (90, 80))
    assert told.value is value
    assert ("discordant: relief began at 31 min" in told.reasons[0]) is (value is VerdictValue.INDETERMINATE)
    assert told.duration == "at least 1.5 h"


@pytest.mark.parametrize(("gone", "value"), [(60, VerdictValue.POSITIVE), (59, VerdictValue.INDETERMINATE)])
def test_relief_lasts_as_long_as_the_drug_must_or_is_discordant(gone, value):
    told = judged((15, 80), (30, 80), (gone, 10), (90, 10))
    assert told.value is value
    assert ("discordant: relief was gone by 59 min" in told.reasons[0]) is (value is VerdictValue.INDETERMINATE)


@pytest.mark.parametrize(("minutes", "prolonged"), [(120, False), (121, True)])
def test_relief_beyond_the_longest_duration_is_called_prolonged(minutes, prolonged):
    told = judged((15, 80), (30, 80), (minutes, 80))
    assert told.value is VerdictValue.POSITIVE
    assert any("concordant-prolonged" in one for one in told.reasons) is prolonged


def test_a_positive_says_how_long_and_notes_what_did_not_count():
    told = judged((15, 80), (30, 80), (60, 80), (90, 10, HIDDEN))
    assert told.reasons == (
        "relief of 75 % or more at 2 consecutive on-time answers inside the window: at least 1 h",
        f"note: answers inside the window that do not count: {HIDDEN} (90 min)",
    )


# What does not count


def test_answers_that_do_not_count_are_told_once_a_reason():
    told = lines((15, 10, HIDDEN), (30, 10, HIDDEN), (60, None), (90, 10, "late"), (600, 10))
    assert not_counted(told) == (
        f"answers inside the window that do not count: {HIDDEN} (15 min, 30 min); late (90 min)",
    )
    assert not_counted(lines((15, 10), (30, None), (600, 10, "late"))) == ()


def test_the_same_moment_is_named_once():
    told = (line(15, 10, HIDDEN, "first"), line(15, 20, HIDDEN, "first"))
    assert not_counted(told) == (f"answers inside the window that do not count: {HIDDEN} (first)",)


def test_without_relief_there_is_no_duration():
    assert course((15, 10), (30, 10)).duration == "none"
