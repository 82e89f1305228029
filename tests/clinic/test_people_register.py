"""The register of people: who may change it, that every change is one line, and that there is always an administrator."""

from datetime import UTC, date, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from sijoint.clinic import handle
from sijoint.clinic.audit import AuditAsked, audit_page
from sijoint.clinic.commands import RequestAppointment
from sijoint.clinic.diary_links import diary_link, diary_links_of, is_born_in, make_diary_link, take_back_diary_link
from sijoint.clinic.passwords import fits, hashed
from sijoint.clinic.people import (
    account,
    accounts,
    add_person,
    change_person,
    close_person,
    register_of,
    role_of,
    set_password,
)
from sijoint.clinic.register_rules import who_may
from sijoint.clinic.situation import CommandRefused
from sijoint.frames import Side
from sijoint.model import AppointmentRequest, BodyZone, Patient, Person, RequestedBy, Role, Sex, StoreKind
from sijoint.pathway import load_policy
from sijoint.records import ErasureReason, Tag, open_store, verify

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOOD, OTHER = "four quiet lanterns", "a heron on the roof"


@pytest.fixture
def store(tmp_path):
    return with_an_administrator(tmp_path / "clinic.db")


@pytest.fixture
def on_each_engine(address):
    return with_an_administrator(address)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    monkeypatch.setattr("sijoint.clinic.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=64))


def with_an_administrator(address):
    made = open_store(address, StoreKind.VIRTUAL, create=True, at=NOON)
    add_person(made, Person("dr-a", "Dr A", Role.PHYSICIAN, administers=True), by="console", at=NOON, console=True)
    return made


def request(store, number):
    """An episode e1 of patient p1, and so on."""
    patient = Patient(f"p{number}", "Family", "Given", date(1960, 1, number), Sex.FEMALE, "none", None, None, True)
    asked = AppointmentRequest(RequestedBy.PATIENT, NOON, Side.LEFT, "pain", (BodyZone.BUTTOCK, BodyZone.HIP))
    command = RequestAppointment(id=f"r{number}", by="visitor", episode_id=f"e{number}", patient=patient, request=asked)
    answer = handle(command, store, load_policy("clinic"), lambda: NOON, lambda code: role_of(store, code))
    assert answer.accepted, answer.refusal


def nurse(store, code="n-b"):
    return add_person(store, Person(code, "Nurse B", Role.NURSE), by="dr-a", at=NOON)


def test_a_store_without_people_holds_nobody_back_and_one_with_people_does(tmp_path):
    empty = open_store(tmp_path / "clinic.db", StoreKind.VIRTUAL, create=True, at=NOON)
    assert register_of(empty) is None
    add_person(empty, Person("n-b", "Nurse B", Role.NURSE), by="console", at=NOON, console=True)
    known = register_of(empty)
    assert (known("n-b"), known("nobody"), known("room"), known("diary link")) == (
        Role.NURSE,
        None,
        Role.ROOM,
        Role.PATIENT,
    )


def test_every_change_of_the_register_is_one_line_that_names_who_made_it(on_each_engine):
    store = on_each_engine
    before = store.ledger_end().sequence
    nurse(store)
    change_person(store, "n-b", name="Nurse Bee", role=Role.RADIOGRAPHER, administers=False, by="dr-a", at=NOON)
    set_password(store, "n-b", GOOD, by="dr-a", at=NOON)
    close_person(store, "n-b", by="dr-a", at=NOON)
    tags = [line.tag for line in store.ledger()[before:]]
    assert tags == [Tag.PERSON_ADDED, Tag.PERSON_CHANGED, Tag.PASSWORD_SET, Tag.PERSON_CLOSED]
    told = audit_page(store, AuditAsked(by="dr-a")).lines
    assert [one.what for one in told] == [
        "account n-b, radiographer",
        "account n-b, radiographer",
        "account n-b, radiographer",
        "account n-b, nurse",
    ]
    assert verify(store.place.address).intact


def test_a_name_or_a_password_never_stands_in_the_ledger(store):
    add_person(store, Person("n-b", "Ottilie Wunderlich", Role.NURSE), by="dr-a", at=NOON, password=GOOD)
    text = str(store.ledger())
    assert "Ottilie" not in text
    assert account(store, "n-b").password not in text


@pytest.mark.parametrize("role", [Role.PHYSICIAN, Role.FRONT_DESK, Role.AUDITOR])
def test_nobody_but_an_administrator_changes_the_register(store, role):
    add_person(store, Person("x-y", "X Y", role), by="dr-a", at=NOON)
    nurse(store)
    steps = (
        lambda: add_person(store, Person("n-c", "Nurse C", Role.NURSE), by="x-y", at=NOON),
        lambda: change_person(store, "n-b", name="B", role=Role.PHYSICIAN, administers=True, by="x-y", at=NOON),
        lambda: change_person(store, "x-y", name="B", role=Role.PHYSICIAN, administers=True, by="x-y", at=NOON),
        lambda: set_password(store, "n-b", GOOD, by="x-y", at=NOON),
        lambda: close_person(store, "n-b", by="x-y", at=NOON),
    )
    before = store.ledger_end()
    for step in steps:
        with pytest.raises(CommandRefused, match="this takes administrator"):
            step()
    assert store.ledger_end() == before


def test_an_act_that_the_table_does_not_name_is_nobodys():
    assert who_may("MakeEverybodyPhysician") == frozenset()


def test_the_last_administrator_stays(store):
    with pytest.raises(CommandRefused, match="last administrator"):
        close_person(store, "dr-a", by="dr-a", at=NOON)
    with pytest.raises(CommandRefused, match="last administrator"):
        change_person(store, "dr-a", name="Dr A", role=Role.PHYSICIAN, administers=False, by="dr-a", at=NOON)
    add_person(store, Person("d-z", "Desk Z", Role.FRONT_DESK, administers=True), by="dr-a", at=NOON)
    close_person(store, "dr-a", by="d-z", at=NOON)
    assert role_of(store, "dr-a") is None


def test_a_closed_code_is_not_given_again_and_changes_no_more(store):
    nurse(store)
    close_person(store, "n-b", by="dr-a", at=NOON)
    with pytest.raises(CommandRefused, match="code is taken"):
        nurse(store)
    with pytest.raises(CommandRefused, match="nobody of this code"):
        set_password(store, "n-b", GOOD, by="dr-a", at=NOON)
    assert [one.active for one in accounts(store)] == [True, False]


@pytest.mark.parametrize("code", ["room", "diary link", "visitor", "a", "x" * 41, "a/b", " ab", "a\nb"])
def test_a_code_is_plain_and_never_the_programs_own(store, code):
    with pytest.raises(CommandRefused, match="code"):
        add_person(store, Person(code, "Somebody", Role.NURSE), by="dr-a", at=NOON)


def test_nobody_becomes_the_room(store):
    with pytest.raises(CommandRefused, match="the program's own"):
        add_person(store, Person("n-c", "Somebody", Role.ROOM), by="dr-a", at=NOON)


def test_a_patients_account_is_bound_to_a_record_and_stays_a_patients(store):
    request(store, 1)
    with pytest.raises(CommandRefused, match="bound to a patient's record"):
        add_person(store, Person("p1", "Given Family", Role.PATIENT), by="dr-a", at=NOON)
    with pytest.raises(CommandRefused, match="no such patient"):
        add_person(store, Person("p9", "Given Family", Role.PATIENT, "p9"), by="dr-a", at=NOON)
    nurse(store)
    add_person(store, Person("p1", "Given Family", Role.PATIENT, "p1"), by="n-b", at=NOON)
    with pytest.raises(CommandRefused, match="stays a patient's"):
        change_person(store, "p1", name="x", role=Role.PHYSICIAN, administers=False, by="dr-a", at=NOON)
    assert account(store, "p1").person.patient_id == "p1"


def test_an_erased_patients_account_goes_and_the_chain_still_verifies(on_each_engine):
    store = on_each_engine
    request(store, 1)
    add_person(store, Person("p1", "Given Family", Role.PATIENT, "p1"), by="dr-a", at=NOON, password=GOOD)
    link = make_diary_link(store, "e1", NOON + timedelta(days=7), by="dr-a", at=NOON)
    with store.unit_of_work() as work:
        work.erase_patient("p1", "dr-a", ErasureReason.PATIENT_ASKED)
        work.commit(Tag.PATIENT_ERASED, at=NOON)
    assert account(store, "p1") is None
    assert diary_link(store, link.id) is None
    assert verify(store.place.address).intact


@pytest.mark.parametrize(
    "password",
    ["short", "password2026!", "Qwertyuiop123", "111111111111", "nurse-b-nurse-b", "Nurse2026Nurse", "x" * 201],
)
def test_a_password_that_is_short_or_guessed_first_is_refused(store, password):
    with pytest.raises(CommandRefused, match="password"):
        add_person(store, Person("nurse-b", "Nurse B", Role.NURSE), by="dr-a", at=NOON, password=password)
    assert account(store, "nurse-b") is None


def test_somebody_sets_their_own_password_with_the_present_one_alone(store):
    add_person(store, Person("n-b", "Nurse B", Role.NURSE), by="dr-a", at=NOON, password=GOOD)
    with pytest.raises(CommandRefused, match="present password"):
        set_password(store, "n-b", OTHER, by="n-b", at=NOON, old="not this one at all")
    set_password(store, "n-b", OTHER, by="n-b", at=NOON, old=GOOD)
    kept = account(store, "n-b").password
    assert (fits(kept, OTHER), fits(kept, GOOD), fits("", OTHER)) == (True, False, False)


def test_a_password_is_kept_by_argon2id_at_the_costs_of_rfc_9106(monkeypatch):
    monkeypatch.undo()
    kept = hashed(GOOD, Person("n-b", "Nurse B", Role.NURSE))
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_diary_link_is_given_out_and_taken_back_on_the_record(on_each_engine):
    store = on_each_engine
    request(store, 1)
    nurse(store)
    until = NOON + timedelta(days=14)
    link = make_diary_link(store, "e1", until, by="n-b", at=NOON)
    assert diary_link(store, link.id) == link
    assert take_back_diary_link(store, link.id, by="n-b", at=NOON).taken_back
    assert [one.taken_back for one in diary_links_of(store, "e1")] == [True]
    with pytest.raises(CommandRefused, match="taken back before"):
        take_back_diary_link(store, link.id, by="n-b", at=NOON)
    assert [line.line.tag for line in store.story("e1")][1:] == [Tag.DIARY_LINK_MADE, Tag.DIARY_LINK_TAKEN_BACK]
    assert "e1" not in link.id
    assert verify(store.place.address).intact


def test_a_diary_link_takes_somebody_who_may_a_later_day_and_an_episode(store):
    request(store, 1)
    add_person(store, Person("b-b", "Biller B", Role.BILLER), by="dr-a", at=NOON)
    later = NOON + timedelta(days=1)
    with pytest.raises(CommandRefused, match="this takes front desk or nurse or physician"):
        make_diary_link(store, "e1", later, by="b-b", at=NOON)
    with pytest.raises(CommandRefused, match="no such episode"):
        make_diary_link(store, "e9", later, by="dr-a", at=NOON)
    with pytest.raises(CommandRefused, match="over already"):
        make_diary_link(store, "e1", NOON, by="dr-a", at=NOON)


def test_the_year_of_birth_of_an_unknown_episode_is_no_year(store):
    request(store, 1)
    assert is_born_in(store, "e1", 1960)
    assert not is_born_in(store, "e1", 1961)
    assert not is_born_in(store, "e9", 1960)


def test_the_audit_finds_by_person_subject_and_day_and_goes_on_where_it_stopped(on_each_engine):
    store = on_each_engine
    for number in range(1, 4):
        request(store, number)
    nurse(store)
    subjects = [one.line.tag for one in audit_page(store, AuditAsked(subject="episode")).lines]
    assert subjects == [Tag.EPISODE_REQUESTED] * 3
    assert len(audit_page(store, AuditAsked(by="visitor", episode="e2")).lines) == 1
    assert audit_page(store, AuditAsked(first_day=date(2026, 3, 3))).lines == ()
    newest = audit_page(store, AuditAsked()).lines[0].line.sequence
    assert audit_page(store, AuditAsked(), before=newest).lines[0].line.sequence == newest - 1


def test_the_audit_of_a_look_says_who_and_how_many_and_not_whom(store):
    request(store, 1)
    with store.read_as("dr-a", "care", NOON) as view:
        view.episode("e1")
        view.patient("p1")
    (look,) = audit_page(store, AuditAsked(subject="record")).lines
    assert (look.by, look.what) == ("dr-a", "care: 1 patient")
    assert "p1" not in str(look)
