"""The last dose really taken of each antithrombotic, against the plan that the patient was given."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sijoint.model import Answer, DayOfConfirmation, Finding, PrescriberContact, ScreeningAnswers, Session
from sijoint.pathway.antithrombotic_plan import AntithromboticLine, antithrombotic_plan
from sijoint.pathway.antithrombotics import antithrombotics_taken, hold_signed
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy


def antithrombotics_today(
    confirmation: DayOfConfirmation,
    session: Session,
    answers: ScreeningAnswers,
    contacts: tuple[PrescriberContact, ...],
    policy: Policy,
) -> Iterator[Finding]:
    """Nothing where no antithrombotic is taken and that is known."""
    taken = antithrombotics_taken(answers)
    if not taken and answers.antithrombotics.answer is Answer.NO:
        return
    as_planned = confirmation.antithrombotics_as_planned
    if as_planned.answer is Answer.NO:
        yield found("today.antithrombotic")
    elif as_planned.answer is not Answer.YES:
        yield found(
            "today.unknown",
            of="antithrombotics_as_planned",
            Label="Blood thinners",
            label="blood thinners",
            answer=as_planned.answer,
        )
    if not taken and _told(confirmation, "", alone=True) is None:
        yield found("today.antithrombotic-dose", agent="the antithrombotic")
    for line in antithrombotic_plan(answers, contacts, session.booking, policy):
        if line.medicine.antithrombotic:
            yield from _dose(line, _told(confirmation, line.medicine.code, alone=len(taken) == 1), confirmation, policy)
        if line.medicine.class_name == "vitamin K antagonist":
            yield from _inr(confirmation, policy)


def _told(confirmation: DayOfConfirmation, agent: str, *, alone: bool) -> datetime | None:
    """The last dose that was told of; the time that names no medicine counts where only one is taken."""
    named = [one.at for one in confirmation.last_doses if one.agent == agent]
    if not named and alone and confirmation.last_antithrombotic_dose_at is not None:
        named = [confirmation.last_antithrombotic_dose_at]
    newest = max(named, default=None)
    return None if newest is None or newest > confirmation.at else newest


def _dose(
    line: AntithromboticLine, dose: datetime | None, confirmation: DayOfConfirmation, policy: Policy
) -> Iterator[Finding]:
    code, name = line.medicine.code, line.medicine.name
    if dose is None:
        yield found("today.antithrombotic-dose", of=code, agent=name)
    elif line.pause is not None:
        if dose > line.pause.last_dose_by:
            yield found("today.dose-in-pause", of=code, agent=name)
    elif confirmation.at - dose > timedelta(hours=policy.antithrombotic_missed_hours):
        yield found("today.dose-missed", of=code, agent=name, hours=policy.antithrombotic_missed_hours)
    if line.pause is None and line.contact is not None and hold_signed(code, (line.contact,)):
        yield found("today.pause-unsigned", of=code, agent=name, prescriber=line.contact.prescriber)


def _inr(confirmation: DayOfConfirmation, policy: Policy) -> Iterator[Finding]:
    """Where it was measured today it counts; the dated one of screening is asked for there."""
    if confirmation.inr is not None and confirmation.inr > policy.inr_maximum:
        yield found("today.inr-high", value=confirmation.inr, limit=policy.inr_maximum)
