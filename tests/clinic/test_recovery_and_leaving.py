"""Recovery as commands: late entries keep both times, sedatives are always recorded, leaving early is no discharge refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from clinic_course import EPISODE, course_in

from sijoint.clinic import DischargePatient, RecordLeftEarly, RecordRecovery, RecordSedative
from sijoint.model import Discharge, EpisodeState, LeftEarly, SedativeGiven, SedativeRoute
from sijoint.records import Tag


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def codes(findings):
    return {one.code.partition(":")[0] for one in findings}


def session_of(course):
    return course.store.episode(EPISODE).sessions[-1]


def test_a_check_written_down_late_keeps_the_time_it_was_made(course):
    course.recovering()
    course.clock.forward(minutes=15)
    made = course.check(15, 2)
    course.clock.forward(minutes=20)
    told = course.accepted(RecordRecovery, check=made)
    assert codes(told.findings) == {"recovery.late-entry"}
    kept = session_of(course).recovery[-1]
    assert (kept.at, kept.entered_at) == (made.at, course.clock())


def test_a_check_that_cannot_be_changes_nothing(course):
    course.recovering()
    course.clock.forward(minutes=15)
    refused = course.give(RecordRecovery, check=course.check(45, 2))
    assert "its time says" in refused.refusal
    assert session_of(course).recovery == ()


def sedative(course, **changes) -> SedativeGiven:
    one = SedativeGiven(course.clock(), "nurse", "midazolam", "2 mg", SedativeRoute.INTRAVENOUS)
    return replace(one, **changes)


@pytest.mark.parametrize(
    "until", ["confirmed", "timed_out", "in_procedure", "procedure_ended", "recovering", "discharged"]
)
def test_a_sedative_given_can_always_be_recorded(course, until):
    getattr(course, until)()
    course.accepted(RecordSedative, sedative=sedative(course))
    assert session_of(course).sedatives[-1].entered_at == course.clock()


def test_a_sedative_that_was_not_ordered_is_a_deviation_of_the_record(course):
    course.recovering()
    course.accepted(RecordSedative, sedative=sedative(course))
    assert "deviation.sedative" in codes(session_of(course).procedure.deviations)
    told = course.accepted(RecordSedative, sedative=sedative(course, at=course.clock() - timedelta(days=8)))
    assert "sedation.before-consent" in codes(told.findings)


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"name": ""}, "name and its dose"), ({"dose": " "}, "name and its dose"), ({"ahead": 5}, "future")],
)
def test_half_a_sedative_is_refused(course, changes, says):
    course.recovering()
    ahead = changes.pop("ahead", 0)
    one = sedative(course, at=course.clock() + timedelta(minutes=ahead), **changes)
    assert says in course.give(RecordSedative, sedative=one).refusal


def test_an_unordered_sedative_holds_the_patient_until_its_time_and_score(course):
    course.recovering()
    course.clock.forward(minutes=15)
    course.accepted(RecordRecovery, check=course.check(15, 1))
    course.accepted(RecordSedative, sedative=sedative(course))
    course.clock.forward(minutes=15)
    course.accepted(RecordRecovery, check=course.check(30, 1))
    leaving = Discharge(course.clock(), "nurse", course.yes(), course.yes())
    refused = course.give(DischargePatient, discharge=leaving)
    assert {"discharge.sedation", "discharge.score"} <= codes(refused.findings)


def leaving(course, **changes) -> LeftEarly:
    yes = course.yes()
    one = LeftEarly(course.clock(), "nurse", "does not want to wait", yes, yes, yes, yes, yes)
    return replace(one, **changes)


@pytest.mark.parametrize("until", ["procedure_ended", "recovering"])
def test_a_patient_who_leaves_early_is_recorded_with_the_sheet_and_what_was_outstanding(course, until):
    getattr(course, until)()
    course.clock.forward(minutes=5)
    told = course.accepted(RecordLeftEarly, leaving=leaving(course))
    assert {"discharge.too-early", "left-early.call"} <= codes(told.findings)
    session = session_of(course)
    assert course.store.episode(EPISODE).state is EpisodeState.DISCHARGED
    assert session.left_early.outstanding
    assert session.left_early.call_by > course.clock()
    assert session.discharge.at == course.clock()
    assert session.discharge_sheet is not None
    assert course.store.ledger()[-1].tag == Tag.PATIENT_LEFT_EARLY


def test_who_could_be_discharged_is_discharged(course):
    course.recovering()
    for minutes in (15, 30):
        course.clock.forward(minutes=15)
        course.accepted(RecordRecovery, check=course.check(minutes, 1))
    refused = course.give(RecordLeftEarly, leaving=leaving(course))
    assert "discharge the patient" in refused.refusal
