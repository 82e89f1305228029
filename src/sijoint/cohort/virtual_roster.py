"""Who works and who is treated in the virtual clinic, as `virtual_clinic.toml` has them. All persons are invented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib import resources
from tomllib import loads
from typing import Any

from sijoint.cohort.scenario import Causes, causes_of
from sijoint.frames import Side
from sijoint.model import (
    Cause,
    ComplicationGrade,
    ComplicationKind,
    OrderKind,
    Patient,
    Person,
    Referral,
    RequestedBy,
    Role,
    Urgency,
)
from sijoint.model.wire import from_wire


class Until(StrEnum):
    """The last step that a course takes, where it does not go on until now."""

    REQUESTED = "requested"
    ASSESSED = "assessed"
    ORDERED = "ordered"
    SCREENED = "screened"
    BOOKED = "booked"
    PREPARED = "prepared"
    TIMED_OUT = "timed out"
    IN_THE_ROOM = "in the room"  # contrast is in, nobody has judged it yet
    NOW = "now"


class Ending(StrEnum):
    """What a course comes to in place of a procedure and a discharge."""

    NO_SHOW = "no-show"
    CANCELLED = "cancelled"
    LEFT_EARLY = "left early"
    NONE = ""


@dataclass(frozen=True)
class ComplicationPlan:
    kind: ComplicationKind
    grade: ComplicationGrade
    hours: int
    action: str


@dataclass(frozen=True, kw_only=True)
class VisitPlan:
    """A treatment day, so many days from today at an hour (UTC) or so many minutes from now; labels name diary questions."""

    days: int | None = None
    hour: int = 9
    minutes: int = 0
    kind: OrderKind = OrderKind.DIAGNOSTIC
    images: bool = False
    drug_reaches: Mapping[str, float] = field(default_factory=lambda: {"joint": 1.0})
    answers_until: str = ""
    skips: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    offline: tuple[str, ...] = ()
    fever_at: str = ""
    complication: ComplicationPlan | None = None
    other_injection: bool = False  # elsewhere on the same day, which spoils the test
    note: bool = False

    def at(self, now: datetime) -> datetime:
        """The appointment; five-minute steps, so that it reads like one."""
        if self.days is not None:
            return datetime.combine(now.date() + timedelta(days=self.days), time(self.hour), UTC)
        anchor = now - timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond)
        return anchor + timedelta(minutes=self.minutes)


@dataclass(frozen=True, kw_only=True)
class Treated:
    """One invented person and how far the course goes."""

    given: str
    family: str
    side: Side
    reason: str
    causes: Causes
    side_stated: bool = True
    asked_hours: int = 0
    asked_by: RequestedBy = RequestedBy.PATIENT
    request_causes: tuple[Cause, ...] = (Cause.CARTILAGE_WEAR,)
    until: Until = Until.NOW
    ends: Ending = Ending.NONE
    referral: Referral = Referral.ACCEPT
    referral_reason: str = ""
    redirect_to: str = ""
    redirect_urgency: Urgency | None = None
    pauses: str = ""
    inr: Decimal | None = None
    not_known: tuple[str, ...] = ()  # screening questions to which the answer is "I do not know"
    consent_days_before: int = 0
    visits: tuple[VisitPlan, ...] = ()
    pain_back_days: int | None = None
    repeat_days: int | None = None
    payer: str = ""


@dataclass(frozen=True)
class Roster:
    staff: tuple[Person, ...]
    treated: tuple[Treated, ...]


@cache
def roster() -> Roster:
    text = resources.files("sijoint.cohort").joinpath("virtual_clinic.toml").read_text(encoding="utf-8")
    table = loads(text)
    staff = tuple(
        Person(code=one["code"], name=one["name"], role=Role(one["role"]), **_more(one)) for one in table["staff"]
    )
    return Roster(staff, tuple(_treated(one) for one in table["person"]))


def _more(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"administers": True} if row.get("administers") else {}


def _treated(row: dict[str, Any]) -> Treated:
    one: Treated = from_wire(Treated, {**row, "causes": causes_of(row.get("causes", {}))})
    return one


def identity(seed: int, number: int, what: str) -> str:
    """An id that says nothing of whom it names; the same seed gives the same."""
    return sha256(f"{seed} {what} {number}".encode()).hexdigest()[:10]


def patient_of(treated: Treated, seed: int, number: int) -> Patient:
    person = treated.causes.person
    return Patient(
        id=f"p-{identity(seed, number, 'patient')}",
        family_name=treated.family,
        given_name=treated.given,
        birth_date=person.born,
        sex=person.sex,
        contact="invented person, no contact",
        weight_kg=Decimal(person.weight_kg),
        height_cm=Decimal(person.height_cm),
        virtual=True,
    )


def people_of_virtual_clinic(seed: int) -> tuple[Person, ...]:
    """Staff first, then everybody who is treated, each with the code that commands carry; a patient's is the id."""
    patients = [patient_of(one, seed, number) for number, one in enumerate(roster().treated)]
    own = (Person(one.id, f"{one.given_name} {one.family_name}", Role.PATIENT, one.id) for one in patients)
    return (*roster().staff, *own)
