"""Every command with any facts at all, from wherever an episode has come to: it is done by the rules or refused in words.

The facts are made from the types alone, so a new command is tried as soon as it is one.
"""

import shutil
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from clinic_course import EPISODE, START, Course, course_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sijoint.clinic import AnswerScreening, ClinicCommand, Command
from sijoint.model import Episode, ScreeningAnswers
from sijoint.model.wire import from_wire, to_wire
from sijoint.pathway import TRANSITIONS
from sijoint.records import Tag, open_store, verify

LEGAL = {(before, after) for (before, _), to in TRANSITIONS.items() for after in to}
STARTS = (
    "requested",
    "cleared",
    "booked",
    "consented",
    "confirmed",
    "timed_out",
    "in_procedure",
    "recovering",
    "discharged",
)

st.register_type_strategy(datetime, st.integers(-400, 400).map(lambda hours: START + timedelta(hours=hours)))
st.register_type_strategy(date, st.integers(-400, 400).map(lambda days: START.date() + timedelta(days=days)))
st.register_type_strategy(Decimal, st.decimals(-10, 400, places=1))
st.register_type_strategy(float, st.floats(-400, 400))
st.register_type_strategy(
    str, st.sampled_from(["", "dr-a", "bupivacaine_0.5_percent", "warfarin", "ü\u0000 'x'", "0" * 64])
)


def fields(command: type[ClinicCommand]) -> st.SearchStrategy[ClinicCommand]:
    return st.builds(
        command,
        id=st.just("any"),
        by=st.just("dr-a"),
        episode_id=st.just(EPISODE),
        seen_version=st.sampled_from([None, None, 3]),
    )


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A clinic's folder for each place that an episode may have come to."""
    folders = {}
    for start in STARTS:
        folders[start] = tmp_path_factory.mktemp(start)
        course = course_in(folders[start])
        getattr(course, start)()
        folders[start, "clock"] = course.clock.now
        course.store.close()
    return folders


def tried(begun, folder, start: str, command: ClinicCommand) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(begun[start], folder)
    course = Course(open_store(folder / "clinic.db"))
    course.clock.now = begun[start, "clock"]
    before, lines = course.store.episode(EPISODE), len(course.store.ledger())
    outcome = course.send(command)
    after = course.store.episode(EPISODE)
    (line,) = course.store.ledger()[lines:]
    if outcome.accepted:
        assert (before.state, after.state) in LEGAL
        assert after.version == before.version + 1
        assert outcome.episode == after
    else:
        assert after == before
        assert outcome.refusal.strip()
        assert line.tag == Tag.COMMAND_REFUSED
    assert from_wire(Episode, to_wire(after)) == after
    assert course.send(command) == outcome  # the same id and contents: the first answer
    assert verify(folder / "clinic.db").intact
    course.store.close()


def try_all(begun, folder, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(start=st.sampled_from(STARTS), command=st.sampled_from(get_args(Command)).flatmap(fields))
    def any_command(start, command):
        tried(begun, folder, start, command)

    any_command()


def test_any_command_with_any_facts_is_done_by_the_rules_or_refused_in_words(begun, tmp_path):
    try_all(begun, tmp_path / "here", 25)


@pytest.mark.deep
def test_thousands_of_commands_with_any_facts_are_done_by_the_rules_or_refused_in_words(begun, tmp_path):
    try_all(begun, tmp_path / "here", 5000)


def test_a_number_that_is_not_kept_exactly_is_refused_in_a_sentence(begun, tmp_path):
    shutil.copytree(begun["booked"], tmp_path / "here")
    course = Course(open_store(tmp_path / "here" / "clinic.db"))
    before = course.store.episode(EPISODE)
    outcome = course.send(
        AnswerScreening(id="any", by="n", episode_id=EPISODE, answers=ScreeningAnswers(blood_pressure_systolic=2**53))
    )
    assert not outcome.accepted
    assert "too large to be kept" in outcome.refusal
    assert course.store.episode(EPISODE) == before
    course.store.close()
