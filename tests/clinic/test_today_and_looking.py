"""The day at a glance: the light, the one worst reason, what comes next, what is offered; and looking on the record."""

from dataclasses import replace
from datetime import timedelta

import pytest
from clinic_course import EPISODE, course_in

from sijoint.clinic import AnswerScreening, ConfirmToday, MarkSkin, PlaceOrder, RequestAppointment, commands
from sijoint.clinic.looking import Looking
from sijoint.clinic.offers import STEPS, offered
from sijoint.clinic.searching import matches
from sijoint.clinic.standing import standing_findings
from sijoint.clinic.today import Light, in_order, is_of_today, today_row
from sijoint.frames import Side
from sijoint.model import EpisodeState, Role, SkinMark
from sijoint.pathway import TRANSITIONS, commands_of, named_commands
from sijoint.records import Purpose, StoreRefused


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def row(course):
    episode = course.store.episode(EPISODE)
    return today_row(episode, course.store.patient(episode.patient_id), course.policy, course.clock())


def test_a_new_request_waits_for_the_visit(course):
    told = row(course.requested())
    assert (told.light, told.step) == (Light.AMBER, commands.Assess)
    assert told.side is Side.LEFT
    assert told.may_lead_on(Role.PHYSICIAN)
    assert not told.may_lead_on(Role.FRONT_DESK)


def test_a_stop_is_red_with_its_own_sentence_and_waits_for_a_decision(course):
    course.cleared()
    course.accepted(AnswerScreening, answers=course.answers(infection=course.yes()))
    told = row(course)
    assert told.light is Light.RED
    assert told.reason.startswith("A current infection")
    assert told.step is commands.OverrideFinding


def test_what_is_absolute_is_corrected_and_not_decided(course):
    course.cleared()
    course.accepted(AnswerScreening, answers=course.answers(pregnancy=course.yes()))
    assert row(course).step is commands.AnswerScreening


def test_cleared_is_not_checked_today(course):
    course.consented()
    assert row(course).light is Light.GREEN
    course.clock.forward(days=7)
    told = row(course)
    assert (told.light, told.reason) == (Light.AMBER, "Cleared, not checked today: no X-ray is accepted yet.")
    assert is_of_today(told, course.policy, course.clock())
    course.accepted(ConfirmToday, confirmation=course.confirmation())
    assert row(course).light is Light.GREEN
    assert row(course).step is commands.MarkSkin
    course.accepted(MarkSkin, skin_mark=SkinMark(course.clock(), "dr-a", Side.LEFT, course.yes()))
    assert row(course).step is commands.SignInPatient


def test_an_appointment_that_passed_is_told(course):
    course.consented()
    course.clock.forward(days=9)
    assert row(course).reason == "The appointment has passed and nothing of the day is on record."


def test_in_recovery_the_light_follows_what_holds_the_patient_and_never_what_is_told_with_the_discharge(course):
    course.recovering()
    course.clock.forward(minutes=15)
    told = row(course)
    assert told.light is Light.AMBER
    assert told.step is commands.RecordRecovery
    episode = course.store.episode(EPISODE)
    patient = course.store.patient(episode.patient_id)
    codes = {one.code for one in standing_findings(episode, patient, course.policy, course.clock()).findings}
    assert codes
    assert not codes & {"discharge.no-escort", "discharge.no-sheet"}


def test_a_call_that_nobody_made_turns_red(course):
    course.discharged()
    assert row(course).light is Light.GREY
    course.clock.forward(days=5)
    told = row(course)
    assert told.light is Light.RED
    assert told.reason.startswith("Call overdue")
    assert told.may_lead_on(Role.NURSE)


def test_the_list_begins_with_the_appointments_in_order_of_the_clock(course):
    course.consented()
    early = row(course)
    late = replace(early, episode_id="late", appointment=early.appointment + timedelta(hours=2))
    unbooked = replace(early, episode_id="unbooked", appointment=None)
    assert [one.episode_id for one in in_order((unbooked, late, early))] == [EPISODE, "late", "unbooked"]


def test_every_command_but_the_request_stands_in_the_table_of_offers():
    assert {one.__name__ for one in STEPS} | {"RequestAppointment", "FollowComplication"} >= set(named_commands())


def test_what_is_offered_is_legal_and_the_roles_own(course):
    course.discharged()
    last = course.store.episode(EPISODE)
    for version in range(0, last.version + 1, 3):
        episode = course.store.episode(EPISODE, version)
        for role in Role:
            for command in offered(episode, role, course.policy, course.clock()):
                assert command.__name__ in commands_of(role)
                assert any((episode.state, step) in TRANSITIONS for step in STEPS[command])


def test_the_next_step_is_always_offered_to_somebody(course):
    course.discharged()
    last = course.store.episode(EPISODE)
    for version in range(last.version + 1):
        episode = course.store.episode(EPISODE, version)
        step = today_row(episode, course.store.patient(last.patient_id), course.policy, course.clock()).step
        if step is None:
            continue
        somebody = {one for role in Role for one in offered(episode, role, course.policy, course.clock())}
        assert step in somebody, f"{step.__name__} while {episode.state}"


def test_a_record_of_the_room_leaves_no_place_for_the_form(course):
    course.in_procedure()
    assert commands.RecordProcedure in offered(course.store.episode(EPISODE), Role.NURSE, course.policy, course.clock())
    course.record(course.exposed(10, 180.0))
    assert commands.RecordProcedure not in offered(
        course.store.episode(EPISODE), Role.NURSE, course.policy, course.clock()
    )


def test_a_list_is_on_the_record_once_a_day_for_each_patient_and_an_episode_each_time(course):
    course.requested()
    looking, day = Looking(course.store), course.policy.day(course.clock())

    def looks():
        return len(course.store.accesses(EPISODE))

    for _ in range(3):
        (seen,) = looking.at_list("nurse", Purpose.CARE, course.clock(), day)
        assert seen.episode.state is EpisodeState.REQUESTED
    assert looks() == 1
    looking.at_list("dr-a", Purpose.CARE, course.clock(), day)
    looking.at_list("nurse", Purpose.CARE, course.clock(), day + timedelta(days=1))
    assert looks() == 3
    looking.at_episode("nurse", Purpose.CARE, EPISODE, course.clock())
    looking.at_episode("nurse", Purpose.CARE, EPISODE, course.clock())
    assert looks() == 5


def test_a_list_shows_what_has_changed_since_and_whoever_came_new(course):
    course.requested()
    looking, day = Looking(course.store), course.policy.day(course.clock())
    looking.at_list("nurse", Purpose.CARE, course.clock(), day)
    course.accepted(commands.Assess, assessment=course.assessment())
    course.accepted(PlaceOrder, **course.order())
    somebody = replace(course.patient(), id="patient-2", family_name="Another")
    course.send(
        RequestAppointment(id="new", by="dr-a", episode_id="episode-2", patient=somebody, request=course.request())
    )
    states = {one.episode.id: one.episode.state for one in looking.at_list("nurse", Purpose.CARE, course.clock(), day)}
    assert states == {EPISODE: EpisodeState.ORDERED, "episode-2": EpisodeState.REQUESTED}


def test_nobody_looks_without_a_name(course):
    course.requested()
    with pytest.raises(StoreRefused):
        Looking(course.store).at_episode(" ", Purpose.CARE, EPISODE, course.clock())


@pytest.mark.parametrize(
    ("name", "number", "fits"),
    [
        ("virtual", "", True),
        ("PATI virt", "", True),
        ("tual", "", False),
        ("virtual nobody", "", False),
        ("", "patient-1", True),
        ("", EPISODE, True),
        ("", "patient", False),
        (" ", " ", False),
    ],
)
def test_a_search_takes_beginnings_of_names_and_whole_numbers(course, name, number, fits):
    assert matches(course.patient(), EPISODE, name, None, number) is fits


def test_a_search_does_not_mind_accents_and_hyphens(course):
    patient = replace(course.patient(), given_name="Chloé-Anne")
    assert matches(patient, EPISODE, "chloe anne", None, "")
    assert not matches(patient, EPISODE, "chloe", patient.birth_date + timedelta(days=1), "")
