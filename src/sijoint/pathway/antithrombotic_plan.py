"""The plan of each antithrombotic, computed from the appointment every time: nothing of it is stored.

A pause reaches the patient only where the prescriber answered hold and a physician signed for the time of this
appointment: moving it changes the dates, so it takes the signature away. Else the patient keeps taking the medicine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from types import MappingProxyType

from sijoint.formulary import (
    Advice,
    AntithromboticRow,
    Column,
    ListedMedicine,
    PauseLength,
    antithrombotic_row,
    medicine,
)
from sijoint.model import Answer, Booking, PrescriberContact, ScreeningAnswers
from sijoint.pathway.antithrombotics import HOLD, antithrombotics_taken, hold_signed, last_contact
from sijoint.pathway.policy import Policy


class NothingToSign(ValueError):
    """A pause that no physician can sign as things are; the text says what is missing."""


@dataclass(frozen=True)
class Pause:
    """When the last dose is taken at the latest, and from when it is taken again.

    ``by_day``: whole days without a dose; ``last_dose_by`` is then the midnight that begins the first of them.
    """

    agent: str
    last_dose_by: datetime
    by_day: bool
    restart_at: datetime
    length: PauseLength

    @property
    def last_dose_day(self) -> datetime:
        """A moment of the last day with a dose."""
        return self.last_dose_by - timedelta(seconds=1) if self.by_day else self.last_dose_by


@dataclass(frozen=True)
class AntithromboticLine:
    """One medicine. ``advice`` is the column's, before anybody was asked; ``proposed`` are the dates that a hold would have.

    ``pause`` are those that reach the patient; None means: keep taking it.
    """

    medicine: ListedMedicine
    advice: Advice
    length: PauseLength | None
    restart_hours: int | None
    restart_source: str
    contact: PrescriberContact | None
    proposed: Pause | None
    pause: Pause | None


def planned_medicines(answers: ScreeningAnswers, policy: Policy) -> tuple[ListedMedicine, ...]:
    """The antithrombotics taken, and painkillers that the policy's column would pause as well."""
    column = Column(policy.antithrombotic_column)
    listed = (medicine(one.agent) for one in answers.medicines)
    others = (
        one
        for one in listed
        if one is not None
        and not one.antithrombotic
        and (row := antithrombotic_row(one)) is not None
        and row.advice[column] is not Advice.CONTINUE
    )
    return tuple(dict.fromkeys((*antithrombotics_taken(answers), *others)))


def antithrombotic_plan(
    answers: ScreeningAnswers,
    contacts: tuple[PrescriberContact, ...],
    booking: Booking | None,
    policy: Policy,
    zone: tzinfo | None = None,
) -> tuple[AntithromboticLine, ...]:
    """One line for every medicine that is or may be paused, by the clinic's clock or another ``zone`` that ends its days."""
    zone = zone or policy.zone
    return tuple(_line(one, answers, contacts, booking, policy, zone) for one in planned_medicines(answers, policy))


def paused(plan: tuple[AntithromboticLine, ...]) -> Mapping[str, Pause]:
    """The pauses that reach the patient, by medicine."""
    return MappingProxyType({line.medicine.code: line.pause for line in plan if line.pause is not None})


def hold_to_sign(
    agent: str,
    answers: ScreeningAnswers | None,
    contacts: tuple[PrescriberContact, ...],
    booking: Booking | None,
    policy: Policy,
    now: datetime,
    signed_by: str,
) -> PrescriberContact:
    """The prescriber's answer as signed now for this appointment. Raises NothingToSign."""
    plan = () if answers is None else antithrombotic_plan(answers, contacts, booking, policy)
    line = next((one for one in plan if one.medicine.code == agent), None)
    if line is None:
        raise NothingToSign(f"{agent} is not among the blood thinners on the list: correct the list of medicines first")
    if line.contact is None or line.contact.answer != HOLD:
        raise NothingToSign(f"the prescriber of {agent} has not answered hold: ask the prescriber first")
    if booking is None:
        raise NothingToSign("a pause is signed for an appointment: book first, then sign its dates")
    if line.proposed is None:
        raise NothingToSign(
            f"how long {agent} is paused, or when it is taken again, stands nowhere: enter the hours that the prescriber named"
        )
    if line.proposed.last_dose_by < now:
        raise NothingToSign(
            f"the last dose of {agent} would have been due before now: move the appointment, or ask the prescriber again"
        )
    if not signed_by.strip():
        raise NothingToSign("a pause is signed by a physician: name who signs")
    return replace(line.contact, signed_by=signed_by, signed_at=now, signed_for=booking.at)


def kidney_weak(row: AntithromboticRow, answers: ScreeningAnswers) -> bool:
    """Whether this medicine may leave the body slowly; without a value, kidney disease that is not denied counts."""
    if row.kidney_below_ml_min is None:
        return False
    if answers.egfr_ml_min is not None:
        return answers.egfr_ml_min < row.kidney_below_ml_min
    return any(one.answer is not Answer.NO for one in (answers.kidney_disease, answers.liver_or_kidney_disease))


def _line(
    one: ListedMedicine,
    answers: ScreeningAnswers,
    contacts: tuple[PrescriberContact, ...],
    booking: Booking | None,
    policy: Policy,
    zone: tzinfo,
) -> AntithromboticLine:
    row, contact = antithrombotic_row(one), last_contact(one.code, contacts)
    advice = row.advice[Column(policy.antithrombotic_column)] if row is not None else Advice.ASK
    length, (restart, source) = _length(one, row, answers, contact), _restart(row, contact)
    proposed = None
    if booking is not None and length is not None and restart is not None:
        proposed = _pause(one.code, booking.at, length, restart, zone)
    signed = hold_signed(one.code, contacts)
    reaches = (
        signed is not None
        and booking is not None
        and proposed is not None
        and signed.signed_for == booking.at
        and signature_time(signed) <= proposed.last_dose_by
    )
    pause = proposed if reaches else None
    return AntithromboticLine(one, advice, length, restart, source, contact, proposed, pause)


def signature_time(contact: PrescriberContact) -> datetime:
    return contact.signed_at or contact.at


def _pause(agent: str, appointment: datetime, length: PauseLength, restart_hours: int, zone: tzinfo) -> Pause:
    if length.days:
        first_without = appointment.astimezone(zone).date() - timedelta(days=length.count)
        last = datetime.combine(first_without, time(), zone).astimezone(UTC)
    else:
        last = appointment - timedelta(hours=length.count)
    return Pause(agent, last, length.days, appointment + timedelta(hours=restart_hours), length)


def _length(
    one: ListedMedicine,
    row: AntithromboticRow | None,
    answers: ScreeningAnswers,
    contact: PrescriberContact | None,
) -> PauseLength | None:
    """The prescriber's own hours, else the longest length of the row that applies."""
    if contact is not None and contact.hold_hours is not None:
        return PauseLength(contact.hold_hours, days=False)
    if row is None or row.pause is None:
        return None
    lengths = [row.pause]
    doses = (taken.treatment_dose for taken in answers.medicines if taken.agent == one.code)
    if row.pause_treatment is not None and any(dose.answer is not Answer.NO for dose in doses):
        lengths.append(row.pause_treatment)
    if row.pause_kidney is not None and kidney_weak(row, answers):
        lengths.append(row.pause_kidney)
    return max(lengths, key=lambda length: length.span)


def _restart(row: AntithromboticRow | None, contact: PrescriberContact | None) -> tuple[int | None, str]:
    """Hours after the needle, and who says so."""
    if contact is not None and contact.restart_hours is not None:
        return contact.restart_hours, f"{contact.prescriber}, {contact.at:%Y-%m-%d}"
    if row is None or row.restart_hours is None:
        return None, ""
    return row.restart_hours, row.evidence["restart_hours"].source
