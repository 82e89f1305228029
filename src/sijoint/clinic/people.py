"""The register of people: who is added, changed and closed, by whom; each is one line in the ledger.

Changes take somebody whom the table names; whoever holds the machine and the store's file (``console``) needs no leave of
a table that they could write over, and is on record by name.
"""

from dataclasses import replace
from datetime import datetime

from sijoint.clinic.passwords import fits, hashed
from sijoint.clinic.register_rules import require_may, without_an_account
from sijoint.clinic.situation import CommandRefused, RoleOf
from sijoint.model import Person, Role
from sijoint.records import Account, Store, Tag, UnitOfWork, people

NAMES_NOBODY = "nobody of this code is in the register: look at the list of people again"


def register_of(store: Store) -> RoleOf | None:
    """What commands ask for roles; None while the register is empty, when nobody is held back by role."""
    with store.reading() as connection:
        if not people.accounts(connection):
            return None
    return lambda code: role_of(store, code)


def role_of(store: Store, code: str) -> Role | None:
    """The role that somebody holds now; None for nobody known, or no longer active."""
    own = without_an_account(code)
    if own is not None:
        return own
    found = account(store, code)
    return found.person.role if found is not None and found.active else None


def account(store: Store, code: str) -> Account | None:
    """Somebody's account as it is now, also one that was closed."""
    with store.reading() as connection:
        return people.account(connection, code)


def accounts(store: Store) -> tuple[Account, ...]:
    """Every account, by code."""
    with store.reading() as connection:
        return people.accounts(connection)


def add_person(
    store: Store, person: Person, *, by: str, at: datetime, password: str = "", console: bool = False
) -> Account:
    """A new account; without a password nobody signs in to it yet. Raises CommandRefused."""
    kept = hashed(password, person) if password else ""
    with store.unit_of_work() as work:
        if not console:
            act = "AddPatientAccount" if person.role is Role.PATIENT else "AddPerson"
            require_may(act, work.account(by))
        _require_possible(person, work)
        if work.account(person.code) is not None:
            raise CommandRefused("this code is taken, perhaps by an account that was closed: choose another")
        made = Account(person, 0, True, kept, by)
        work.save_account(made)
        work.commit(Tag.PERSON_ADDED, at=at)
    return made


def change_person(
    store: Store, code: str, *, name: str, role: Role, administers: bool, by: str, at: datetime, console: bool = False
) -> Account:
    """Another name, role or duty; it counts from the next click on. Raises CommandRefused."""
    with store.unit_of_work() as work:
        if not console:
            require_may("ChangePerson", work.account(by))
        before = _kept(work, code)
        if (before.person.role is Role.PATIENT) != (role is Role.PATIENT):
            raise CommandRefused("a patient's account stays a patient's: add an account of its own for other work")
        person = replace(before.person, name=name, role=role, administers=administers)
        _require_possible(person, work)
        after = replace(before, person=person, version=before.version + 1, by=by)
        _require_an_administrator(work, after)
        work.save_account(after)
        work.commit(Tag.PERSON_CHANGED, at=at)
    return after


def set_password(
    store: Store, code: str, password: str, *, by: str, at: datetime, old: str | None = None, console: bool = False
) -> Account:
    """A new password; all sessions of the account end. Whoever changes their own gives the ``old`` one. Raises CommandRefused."""
    before = account(store, code)
    if before is None or not before.active:
        raise CommandRefused(NAMES_NOBODY)
    if by == code and not console and not fits(before.password, old or ""):
        raise CommandRefused("the present password is not this one: nothing was changed")
    kept = hashed(password, before.person)
    with store.unit_of_work() as work:
        if not console:
            act = "SetPatientPassword" if before.person.role is Role.PATIENT else "SetPassword"
            require_may(act, work.account(by), code)
        after = replace(_kept(work, code), password=kept, by=by)
        after = replace(after, version=after.version + 1)
        work.save_account(after)
        work.commit(Tag.PASSWORD_SET, at=at)
    people.end_sessions_of(store, code)
    return after


def close_person(store: Store, code: str, *, by: str, at: datetime, console: bool = False) -> Account:
    """Close an account at once: its sessions end; what it did stays under its code. Raises CommandRefused."""
    with store.unit_of_work() as work:
        before = _kept(work, code)
        if not console:
            act = "ClosePatientAccount" if before.person.role is Role.PATIENT else "ClosePerson"
            require_may(act, work.account(by))
        after = replace(before, active=False, password="", version=before.version + 1, by=by)
        _require_an_administrator(work, after)
        work.save_account(after)
        work.commit(Tag.PERSON_CLOSED, at=at)
    people.end_sessions_of(store, code)
    return after


def _kept(work: UnitOfWork, code: str) -> Account:
    found = work.account(code)
    if found is None or not found.active:
        raise CommandRefused(NAMES_NOBODY)
    return found


def _require_possible(person: Person, work: UnitOfWork) -> None:
    if not 2 <= len(person.code) <= 40 or not all(one.isalnum() or one in "-_. " for one in person.code):
        raise CommandRefused("a code has 2 to 40 letters, digits, points or hyphens: choose another")
    if person.code != person.code.strip() or without_an_account(person.code) is not None or person.role is Role.ROOM:
        raise CommandRefused("this code or role is the program's own: choose another")
    if not 0 < len(person.name.strip()) <= 120 or not person.name.isprintable():
        raise CommandRefused("the name is missing, or longer than 120 characters: correct it")
    if (person.role is Role.PATIENT) != (person.patient_id is not None):
        raise CommandRefused(
            "an account of a patient, and no other, is bound to a patient's record: choose whose it is"
        )
    if person.role is Role.PATIENT and person.administers:
        raise CommandRefused("a patient does not keep the register of people: choose another role")
    if person.patient_id is not None and not work.holds_patient(person.patient_id):
        raise CommandRefused("there is no such patient: look the patient up again")


def _require_an_administrator(work: UnitOfWork, after: Account) -> None:
    """Somebody has to be able to add the next one."""
    others = [one for one in work.accounts() if one.person.code != after.person.code]
    if not any(one.active and one.person.administers for one in (*others, after)):
        had = work.account(after.person.code)
        if had is not None and had.active and had.person.administers:
            raise CommandRefused("this is the last administrator: make another one first")
