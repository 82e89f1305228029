"""Half an hour of watching: when vital signs and the index movement are due, and what a check can be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sijoint.model import Finding, OrderKind, RecoveryCheck, Session
from sijoint.pathway.findings import found
from sijoint.pathway.injections import injected_at
from sijoint.pathway.plausible import plausible, plausible_ranges
from sijoint.pathway.policy import Policy
from sijoint.pathway.sedatives import is_sedated

MARKS = range(3)  # of each of the five lines of a discharge score


class DueState(StrEnum):
    LATER = "later"
    DUE = "due now"
    DONE = "done"
    MISSED = "missed"


@dataclass(frozen=True)
class RecoveryDue:
    """One moment of the schedule; ``index_movement``: pain on the index movement is asked for then."""

    minutes: int
    at: datetime
    index_movement: bool
    state: DueState
    checked_at: datetime | None = None


class UnusableCheck(ValueError):
    """A check that cannot be; the text says what to measure again or to correct."""


def recovery_began(session: Session) -> datetime | None:
    """From when recovery counts: the last drug, or the end of the procedure where none was given."""
    procedure = session.procedure
    if procedure is None:
        return None
    return injected_at(procedure) or procedure.ended_at


def minutes_after(session: Session, at: datetime) -> int | None:
    """Whole minutes of recovery at a moment; None before it began."""
    began = recovery_began(session)
    return None if began is None else int((at - began) / timedelta(minutes=1))


def recovery_schedule(session: Session, policy: Policy, now: datetime) -> tuple[RecoveryDue, ...]:
    """What is due when, and what came of it; sedation makes it denser. Empty before recovery began."""
    began = recovery_began(session)
    if began is None:
        return ()
    index = policy.index_minutes if session.order.kind is OrderKind.DIAGNOSTIC else ()
    vitals = policy.vitals_minutes_sedated if is_sedated(session) else policy.vitals_minutes
    return tuple(_due(minutes, minutes in index, began, session, policy, now) for minutes in sorted({*vitals, *index}))


def check_recovery(check: RecoveryCheck, session: Session, policy: Policy, now: datetime) -> None:
    """Raises UnusableCheck for values that no patient has and for times that do not fit together."""
    if check.at > now or check.vitals.at > now:
        raise UnusableCheck("the check comes from the future: correct the time")
    began = recovery_began(session)
    slack = timedelta(minutes=policy.recovery_slack_minutes)
    if began is not None and check.at < began - slack:
        raise UnusableCheck("the check is from before the injection: correct the time")
    meant = minutes_after(session, check.at)
    if meant is not None and abs(meant - check.minutes) > policy.recovery_slack_minutes:
        raise UnusableCheck(
            f"the check says {check.minutes} min after the injection, its time says {meant}: correct one"
        )
    vitals = check.vitals
    for name, value in (
        ("systolic", vitals.systolic),
        ("diastolic", vitals.diastolic),
        ("pulse", vitals.pulse),
        ("spo2", vitals.spo2),
        ("pain", check.index_nrs),
        ("pain", check.rest_nrs),
    ):
        if not plausible(name, value):
            limits = plausible_ranges()[name]
            raise UnusableCheck(f"{name} {value}: {limits.low} to {limits.high} {limits.unit} can be; measure again")
    if vitals.diastolic >= vitals.systolic:
        raise UnusableCheck(f"blood pressure {vitals.systolic}/{vitals.diastolic}: the first number is the higher one")
    if check.score is not None and any(mark not in MARKS for mark in check.score.marks):
        raise UnusableCheck("each line of the discharge score has 0, 1 or 2 marks: correct it")


def late_entry(at: datetime, policy: Policy, now: datetime) -> tuple[Finding, ...]:
    """What is written down long after it was made keeps both times and says so."""
    minutes = int((now - at) / timedelta(minutes=1))
    if minutes <= policy.late_entry_minutes:
        return ()
    return (found("recovery.late-entry", at=policy.clock(at), minutes=minutes),)


def baseline_systolic(session: Session) -> Decimal | None:
    """Systolic pressure as it was on the day before the needle."""
    confirmed = session.confirmation
    systolic = confirmed.blood_pressure_systolic if confirmed else None
    return None if systolic is None else Decimal(systolic)


def _due(minutes: int, index: bool, began: datetime, session: Session, policy: Policy, now: datetime) -> RecoveryDue:
    """Done by the check nearest to it within the slack; a check without the movement does not answer for it."""
    at, slack = began + timedelta(minutes=minutes), timedelta(minutes=policy.recovery_slack_minutes)
    near = [one for one in session.recovery if abs(one.at - at) <= slack and (not index or one.index_nrs is not None)]
    if near:
        nearest = min(near, key=lambda one: abs(one.at - at))
        return RecoveryDue(minutes, at, index, DueState.DONE, nearest.at)
    state = DueState.LATER if now < at else DueState.DUE if now <= at + slack else DueState.MISSED
    return RecoveryDue(minutes, at, index, state)
