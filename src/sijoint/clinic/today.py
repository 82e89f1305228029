"""The day at a glance: one row a patient with a light, the one worst reason beside it, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sijoint.clinic.command import ClinicCommand
from sijoint.clinic.next_step import next_command
from sijoint.clinic.standing import standing_findings
from sijoint.frames import Side
from sijoint.model import Episode, EpisodeState, OrderKind, Patient, Role, Severity, Target
from sijoint.pathway import Call, CallReason, DueState, Policy, calls_due, recovery_schedule, roles_for

S = EpisodeState


class Light(StrEnum):
    """Red: something stops it or somebody must act now. Amber: somebody has to decide or to do something. Green: it may
    go on. Grey: nothing to do now."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    GREY = "grey"

    @property
    def rank(self) -> int:
        return list(Light).index(self)


@dataclass(frozen=True)
class TodayRow:
    """``reason`` is the one worst thing said of the patient now, ``plain_reason`` the same for who sees no findings;
    ``step`` the command that leads on, None for none."""

    episode_id: str
    patient_id: str
    state: EpisodeState
    version: int
    side: Side | None
    bilateral: bool
    target: Target | None
    kind: OrderKind | None
    session: int
    appointment: datetime | None
    light: Light
    reason: str
    plain_reason: str
    step: type[ClinicCommand] | None
    calls: tuple[Call, ...]
    requested_at: datetime

    @property
    def flags(self) -> tuple[Call, ...]:
        return tuple(one for one in self.calls if one.reason is CallReason.RED_FLAG)

    @property
    def overdue(self) -> int:
        return sum(one.overdue for one in self.calls)

    def may_lead_on(self, role: Role) -> bool:
        """Whether the next step, or a call, is this role's to make."""
        if self.step is not None and role in roles_for(self.step.__name__):
            return True
        return (
            bool(self.calls) and role in roles_for("AnswerDiary") and (role is Role.PHYSICIAN or not self.all_physician)
        )

    @property
    def all_physician(self) -> bool:
        return all(one.physician for one in self.calls)


IN_THE_HOUSE = (S.CONFIRMED, S.SIGNED_IN, S.TIMED_OUT, S.IN_PROCEDURE, S.PROCEDURE_ENDED, S.RECOVERING)
WAITING = (S.REQUESTED, S.ACCEPTED, S.ORDERED, S.NEEDS_REVIEW, S.STOPPED, S.CLEARED, S.CANCELLED, S.NO_SHOW)
OVER = (S.CLOSED, S.DECLINED, S.REDIRECTED)
NOT_CHECKED_TODAY = "Cleared, not checked today: no X-ray is accepted yet."


def today_row(
    episode: Episode, patient: Patient, policy: Policy, now: datetime, others: tuple[Episode, ...] = ()
) -> TodayRow:
    """One episode as its row; ``others`` are the patient's other episodes, whose drugs count."""
    session = episode.sessions[-1] if episode.sessions else None
    calls = calls_due(episode, policy, now)
    said = _worst(episode, patient, policy, now, others, calls)
    return TodayRow(
        episode_id=episode.id,
        patient_id=episode.patient_id,
        state=episode.state,
        version=episode.version,
        side=session.order.side if session else episode.request.side,
        bilateral=episode.request.bilateral and session is None,
        target=session.order.target if session else None,
        kind=session.order.kind if session else None,
        session=len(episode.sessions),
        appointment=session.booking.at if session and session.booking and session.discharge is None else None,
        light=said.light,
        reason=said.reason,
        plain_reason=said.plain,
        step=next_command(episode, policy, now),
        calls=calls,
        requested_at=episode.request.at,
    )


def in_order(rows: Iterable[TodayRow]) -> tuple[TodayRow, ...]:
    """Red flags first, then by the hour of the appointment, then by light and how long they wait."""
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                not row.flags,
                row.appointment is None,
                row.appointment or row.requested_at,
                row.light.rank,
                row.episode_id,
            ),
        )
    )


def is_of_today(row: TodayRow, policy: Policy, now: datetime) -> bool:
    """In the house, expected today, or to be called."""
    expected = row.appointment is not None and policy.day(row.appointment) == policy.day(now)
    return row.state in IN_THE_HOUSE or expected or bool(row.calls)


@dataclass(frozen=True)
class _Said:
    """``plain`` is what somebody reads who sees no findings: that it is held, and never by what."""

    light: Light
    reason: str
    plain: str


def _worst(
    episode: Episode,
    patient: Patient,
    policy: Policy,
    now: datetime,
    others: tuple[Episode, ...],
    calls: tuple[Call, ...],
) -> _Said:
    flagged = next((one for one in calls if one.reason is CallReason.RED_FLAG), None)
    if flagged is not None:
        return _Said(Light.RED, f"Red flag not answered: {flagged.about[0]}", "Red flag not answered: a clinician's.")
    if episode.state in OVER and not calls:
        return _same(Light.GREY, f"The episode is {episode.state}.")
    found = standing_findings(episode, patient, policy, now, others).findings
    worst = found[0] if found and found[0].severity is not Severity.NOTE else None
    overdue = next((one for one in calls if one.overdue), None)
    if worst is not None and worst.severity.rank >= Severity.STOP.rank and episode.state is not S.RECOVERING:
        return _Said(Light.RED, worst.clinician, "Stopped: a clinician has to look at it.")
    if overdue is not None:
        return _to_call(Light.RED, "Call overdue", overdue)
    if (due := _check_due(episode, policy, now)) is not None:
        return due
    if worst is not None:
        return _Said(Light.AMBER, worst.clinician, "Held: a clinician decides.")
    if calls:
        return _to_call(Light.AMBER, "To be called", calls[0])
    return _by_state(episode, policy, now)


def _same(light: Light, words: str) -> _Said:
    return _Said(light, words, words)


def _to_call(light: Light, what: str, call: Call) -> _Said:
    return _Said(light, f"{what} ({call.reason}): {call.about[0]}", f"{what} ({call.reason}).")


def _check_due(episode: Episode, policy: Policy, now: datetime) -> _Said | None:
    """What the recovery schedule asks for now."""
    if episode.state is not S.RECOVERING:
        return None
    due = [one for one in recovery_schedule(episode.sessions[-1], policy, now) if one.state is DueState.DUE]
    return _same(Light.AMBER, f"The check at {due[0].minutes} min is due now.") if due else None


def _by_state(episode: Episode, policy: Policy, now: datetime) -> _Said:
    """Nothing stands against it: who or what it waits for."""
    session = episode.sessions[-1] if episode.sessions else None
    booking = session.booking if session else None
    if episode.state in (S.BOOKED, S.PREPARED, S.CONSENTED) and booking is not None:
        if policy.day(booking.at) == policy.day(now):
            return _same(Light.AMBER, NOT_CHECKED_TODAY)
        if booking.at < now:
            return _same(Light.AMBER, "The appointment has passed and nothing of the day is on record.")
    return _same(*_TOLD.get(episode.state, (Light.GREEN, "Nothing stands against the next step.")))


_TOLD = {
    S.REQUESTED: (Light.AMBER, "A new request: nobody has seen the patient yet."),
    S.ACCEPTED: (Light.AMBER, "Accepted: no order yet."),
    S.ORDERED: (Light.AMBER, "Ordered: the safety questions are not answered yet."),
    S.CLEARED: (Light.AMBER, "Cleared: no appointment yet."),
    S.CANCELLED: (Light.AMBER, "Cancelled: no new appointment yet."),
    S.NO_SHOW: (Light.AMBER, "Did not come: no new appointment yet."),
    S.PROCEDURE_ENDED: (Light.AMBER, "The needle is out: sign-out is open."),
    S.DISCHARGED: (Light.GREY, "At home, diary under way."),
    S.JUDGED: (Light.GREY, "Judged: what comes next is open."),
}
