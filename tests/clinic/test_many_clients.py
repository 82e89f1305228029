"""Two people at once, one command twice: on both engines one wins, the other is told, and nothing happens twice."""

from threading import Barrier, Thread

import pytest
from clinic_course import EPISODE, START, Course

from sijoint.clinic import AnswerScreening, Assess, CloseEpisode, PlaceOrder
from sijoint.clinic.erasing import due_for_erasure, erase_patient
from sijoint.clinic.situation import CommandRefused
from sijoint.records import ErasureReason, StoreRefused, open_store, verify


@pytest.fixture
def course(address) -> Course:
    return Course(open_store(address, "virtual", create=True, at=START))


def at_once(*deeds):
    """What each deed came to, begun together, each over a connection of its own."""
    ready, answers = Barrier(len(deeds)), {}

    def carry_out(number, deed):
        ready.wait()
        answers[number] = deed()

    threads = [Thread(target=carry_out, args=one) for one in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in range(len(deeds))]


def client(course: Course) -> Course:
    return Course(open_store(course.store.place.address), clock=course.clock, policies=course.policies)


def test_the_same_command_sent_by_four_clients_at_once_happens_once(course):
    course.requested()
    command = Assess(id="phone-1", by="dr-a", episode_id=EPISODE, assessment=course.assessment())
    clients = [client(course) for _ in range(4)]
    answers = at_once(*(lambda one=one: one.send(command) for one in clients))
    assert all(answer.accepted for answer in answers)
    assert len({answer.episode.version for answer in answers}) == 1
    assert [one.id for one in course.store.commands(EPISODE)].count("phone-1") == 1
    assert verify(course.store.place.address).intact


def test_the_same_id_with_other_contents_is_refused(course):
    course.requested()
    first = Assess(id="phone-1", by="dr-a", episode_id=EPISODE, assessment=course.assessment())
    assert course.send(first).accepted
    other = client(course).send(CloseEpisode(id="phone-1", by="dr-a", episode_id=EPISODE, reason="another"))
    assert not other.accepted
    assert "used before with other contents" in other.refusal


def test_of_two_who_saw_the_same_version_one_is_told_to_look_again(course):
    course.requested()
    course.accepted(Assess, assessment=course.assessment())
    course.accepted(PlaceOrder, **course.order())
    seen = course.store.episode(EPISODE).version
    people = [client(course), client(course)]
    commands = [
        AnswerScreening(id=f"s{number}", by="nurse", episode_id=EPISODE, seen_version=seen, answers=course.answers())
        for number in range(2)
    ]
    answers = at_once(*(lambda one=one, said=said: one.send(said) for one, said in zip(people, commands, strict=True)))
    (lost,) = [answer for answer in answers if not answer.accepted]
    assert f"changed by somebody else meanwhile (version {seen + 1}, you saw {seen})" in lost.refusal
    assert course.store.episode(EPISODE).version == seen + 1
    assert verify(course.store.place.address).intact


def test_a_whole_episode_is_the_same_on_both_engines(course):
    course.discharged()
    report = verify(course.store.place.address)
    assert report.intact, report.sentences
    assert str(course.store.episode(EPISODE).state) == "discharged"
    assert report.lines == len(course.store.ledger())


def test_nobody_is_erased_while_in_the_house(course):
    course.in_procedure()
    with pytest.raises(CommandRefused, match="nothing is erased before discharge"):
        erase_patient(course.store, "patient-1", "officer", ErasureReason.PATIENT_ASKED, course.policy, course.clock())


def test_a_record_is_kept_as_long_as_the_policy_asks_and_no_day_less(course):
    course.requested()
    years = course.policy.record_retention_years
    just_not = START.replace(year=START.year + years)
    over = just_not.replace(day=START.day + 1)
    assert due_for_erasure(course.store, course.policy, just_not) == ()
    with pytest.raises(CommandRefused, match=f"younger than {years} years"):
        erase_patient(course.store, "patient-1", "officer", ErasureReason.RETENTION_OVER, course.policy, just_not)
    assert [kept.patient_id for kept in due_for_erasure(course.store, course.policy, over)] == ["patient-1"]
    erase_patient(course.store, "patient-1", "officer", ErasureReason.RETENTION_OVER, course.policy, over)
    with pytest.raises(StoreRefused, match="no such patient"):
        erase_patient(course.store, "patient-1", "officer", ErasureReason.PATIENT_ASKED, course.policy, over)
    assert verify(course.store.place.address).intact
