"""The room obeys stored facts: no X-ray before the time-out, no drug without the gate, and what was done is recorded."""

from dataclasses import replace

import pytest
from clinic_course import EPISODE, course_in

from sijoint.clinic import BeginProcedure, NotRecorded, permit_for, recorder_for
from sijoint.frames import Side
from sijoint.model import ContrastPattern, EpisodeState, ImageOrigin, ProcedureKind, StoreKind, SyringeUse
from sijoint.records import Tag, verify
from sijoint.room import Action, PermissionRequest
from sijoint.room.events import Ended, Refused


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path).in_procedure()


@pytest.mark.parametrize("until", ["requested", "cleared", "booked", "consented", "confirmed", "timed_out"])
def test_no_exposure_before_the_procedure_has_begun(tmp_path, until):
    course = course_in(tmp_path)
    getattr(course, until)()
    permit = permit_for(EPISODE, course.store, course.policy, course.clock)
    for action in Action:
        answer = permit(PermissionRequest(action, "procedure-1", 0.0))
        assert not answer.allowed
        assert answer.findings


def test_exposure_and_skin_are_allowed_once_it_has_begun(course):
    assert course.may(Action.EXPOSURE)
    assert course.may(Action.SKIN)
    assert not course.may(Action.DRUG)


def test_another_procedures_room_gets_no_permission(course):
    assert not course.permit(PermissionRequest(Action.EXPOSURE, "procedure-2", 0.0)).allowed


def test_permission_lapses_with_the_day(course):
    course.clock.forward(days=2)
    assert not course.may(Action.EXPOSURE)


def test_the_drug_is_allowed_after_contrast_judgement_and_two_views_and_not_before(course):
    events = course.events_to_the_drug()
    for event in events[:7]:
        assert not course.may(Action.DRUG)
        course.record(event)
    assert course.may(Action.DRUG)


def test_a_needle_movement_shuts_the_gate_again(course):
    for event in course.events_to_the_drug()[:7]:
        course.record(event)
    course.record(course.moved(75, 2))
    assert not course.may(Action.DRUG)


def test_a_movement_that_repeats_its_number_still_counts(course):
    for event in course.events_to_the_drug()[:7]:
        course.record(event)
    course.record(course.moved(75, 1))
    assert not course.may(Action.DRUG)


def test_a_judgement_of_a_movement_to_come_opens_nothing(course):
    events = course.events_to_the_drug()
    course.record(events[1])
    course.record(course.judged(25, 1))
    course.record(course.injected(26, 1, SyringeUse.CONTRAST, "iohexol_240", "0.5"))
    for event in (events[2], events[3], events[5]):
        course.record(event)
    assert not course.may(Action.DRUG)


def test_the_rooms_own_word_on_the_gate_is_not_taken(course):
    course.record(course.moved(30, 1))
    course.record(course.gate(40, 1, allowed=True))
    answer = course.store.episode(EPISODE).sessions[-1].procedure.gate_answers[-1]
    assert not answer.allowed
    assert "gate.no-contrast" in {finding.code for finding in answer.findings}
    assert course.store.ledger()[-1].tag == Tag.GATE_REFUSED


def test_the_gate_answer_allowed_is_a_line_of_its_own(course):
    for event in course.events_to_the_drug()[:8]:
        course.record(event)
    assert course.store.ledger()[-1].tag == Tag.GATE_ALLOWED


def test_a_drug_given_against_the_gate_is_recorded_and_carries_a_deviation(course):
    course.record(course.moved(30, 1))
    course.record(course.drug(40, 1))
    course.record(Ended(at_s=50))
    episode = course.store.episode(EPISODE)
    procedure = episode.sessions[-1].procedure
    assert episode.state is EpisodeState.PROCEDURE_ENDED
    assert procedure.administrations[-1].use is SyringeUse.DRUG
    assert "deviation.gate-not-open" in {finding.code.split(":")[0] for finding in procedure.deviations}


def test_a_vascular_run_refuses_the_drug(course):
    for event in course.events_to_the_drug()[:6]:
        course.record(event)
    course.record(course.judged(70, 1, ContrastPattern.VASCULAR))
    assert not course.may(Action.DRUG)


def test_the_procedure_is_folded_from_its_events(course):
    for event in course.events_to_the_drug():
        course.record(event)
    session = course.store.episode(EPISODE).sessions[-1]
    procedure = session.procedure
    assert (procedure.movements, len(procedure.exposures), len(procedure.images)) == (1, 3, 3)
    assert [image.after_movement for image in procedure.images] == [0, 1, 1]
    assert (procedure.needle.gauge, procedure.needle.passes, procedure.needle.depth_mm) == (22, 1, 60.0)
    assert [given.use for given in procedure.administrations] == [SyringeUse.CONTRAST, SyringeUse.DRUG]
    assert [answer.allowed for answer in procedure.gate_answers] == [True]
    assert procedure.deviations == ()
    assert procedure.ended_at is not None
    assert session.prompts


def test_an_abandoned_procedure_asks_no_diary(course):
    course.record(Ended(at_s=5, abandoned_because="patient asked to stop"))
    session = course.store.episode(EPISODE).sessions[-1]
    assert session.prompts == ()
    assert session.procedure.abandoned_because


def test_events_recorded_again_are_kept_once(course):
    events = course.events_to_the_drug()
    for event in events:
        course.record(event)
    before = course.store.episode(EPISODE)
    again = recorder_for(EPISODE, course.store, course.policy, course.clock)
    for event in [course.started(), *events]:
        again(event)
    assert course.store.episode(EPISODE) == before


def test_nothing_is_recorded_after_the_end(course):
    course.record(Ended(at_s=5))
    with pytest.raises(NotRecorded, match="room event"):
        course.record(course.moved(6, 1))


@pytest.mark.parametrize(
    "other",
    [
        {"procedure_kind": ProcedureKind.REHEARSAL},
        {"side": Side.RIGHT},
        {"procedure_id": "procedure-2"},
    ],
)
def test_a_rehearsal_or_another_procedure_is_never_recorded_as_this_one(tmp_path, other):
    course = course_in(tmp_path).timed_out()
    course.accepted(BeginProcedure, procedure_id="procedure-1", operator="dr-a")
    record = recorder_for(EPISODE, course.store, course.policy, course.clock)
    with pytest.raises(NotRecorded, match="the record has begun"):
        record(course.started(**other))


def test_an_image_is_kept_before_an_event_names_it(course):
    event = course.exposed(10, 180.0)
    missing = replace(event.images[0], sha256="0" * 64)
    with pytest.raises(NotRecorded, match="is not kept for this episode"):
        course.record(replace(event, images=(missing,)))


def test_a_simulated_image_is_not_passed_off_as_received(course):
    event = course.exposed(10, 180.0)
    with pytest.raises(NotRecorded, match="is simulated, not received"):
        course.record(replace(event, images=(replace(event.images[0], origin=ImageOrigin.RECEIVED),)))


def test_a_care_store_refuses_simulated_images_and_takes_received_ones(tmp_path):
    course = course_in(tmp_path, StoreKind.CARE).in_procedure()
    with pytest.raises(NotRecorded, match="care store refuses simulated images"):
        course.record(course.exposed(10, 180.0))
    assert course.store.episode(EPISODE).sessions[-1].procedure.images == ()
    course.record(course.exposed(11, 180.0, origin=ImageOrigin.RECEIVED))
    assert len(course.store.episode(EPISODE).sessions[-1].procedure.images) == 1
    assert verify(course.store.path).intact


def test_a_refusal_of_the_room_is_on_record(course):
    course.record(Refused(at_s=3, action=Action.DRUG, sentence="no contrast"))
    assert course.store.ledger()[-1].tag == Tag.GATE_REFUSED
    assert course.store.commands(EPISODE)[-1].name == "RecordRoomEvent"
