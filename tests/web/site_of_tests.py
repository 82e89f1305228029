"""What the sites of these tests are made of: the time, invented people, and what an own page's request says of itself."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sijoint.model import Patient, Person, Role, Sex
from sijoint.records import Tag

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OWN_PAGE = {"sec-fetch-site": "same-origin", "origin": "http://localhost"}
BASE = "http://localhost"
OWN = "p-own"  # the patient whose account is `patient`


class Clock:
    """The time as a test sets it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def keep_patient(store, identity):
    """An invented patient with a record and no episode."""
    birth_date = date(1961, 5, 4)
    with store.unit_of_work() as work:
        work.add_patient(Patient(identity, "Family", "Given", birth_date, Sex.FEMALE, "none", Decimal(70), None, True))
        work.commit(Tag.EPISODE_REQUESTED, at=NOON)


def add_person(site, role, code=None, patient_id=None, **more):
    """A person of a role, without a password: tests sign in by a session that is opened for them."""
    own = (patient_id or OWN) if role is Role.PATIENT else None
    site.people.add(Person(code or code_of(role), f"{role.value.title()} of tests", role, own, **more))


def code_of(role):
    return role.value.replace(" ", "-")
