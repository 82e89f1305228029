"""Half an hour of watching: checks, sedatives, discharge, and leaving before it."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import DischargePatient, RecordLeftEarly, RecordRecovery, RecordSedative
from sijoint.clinic.situation import Change, CommandRefused, Situation, require_clear, stepped
from sijoint.clinic.written_down import finished
from sijoint.pathway import (
    NotEarly,
    Step,
    UnusableCheck,
    check_discharge,
    check_recovery,
    discharge_sheet,
    late_entry,
    left_early,
    sedative_findings,
)
from sijoint.records import Tag


@carry_out.register
def _(command: RecordRecovery, now: Situation) -> Change:
    """Kept with the time it was made and the time it was written down."""
    try:
        check_recovery(command.check, now.session, now.policy, now.now)
    except UnusableCheck as refusal:
        raise CommandRefused(str(refusal)) from None
    check = replace(command.check, entered_at=now.now)
    session = replace(now.session, recovery=(*now.session.recovery, check))
    return Change(
        stepped(now, Step.RECOVERY_CHECK, session), Tag.RECOVERY_CHECKED, late_entry(check.at, now.policy, now.now)
    )


@carry_out.register
def _(command: RecordSedative, now: Situation) -> Change:
    sedative = command.sedative
    if sedative.at > now.now:
        raise CommandRefused("the sedative was given in the future: correct the time")
    if not (sedative.name.strip() and sedative.dose.strip()):
        raise CommandRefused("a sedative is written down with its name and its dose: add what is missing")
    session = replace(now.session, sedatives=(*now.session.sedatives, replace(sedative, entered_at=now.now)))
    if session.procedure is not None and session.procedure.ended_at is not None:
        session = finished(session, now)
    findings = (*sedative_findings(sedative, session, now.policy), *late_entry(sedative.at, now.policy, now.now))
    return Change(stepped(now, Step.RECORD_SEDATIVE, session), Tag.SEDATIVE_RECORDED, findings)


@carry_out.register
def _(command: DischargePatient, now: Situation) -> Change:
    """Thirty minutes is the plan, not an exit: the rules look at the leg, the gait and the vital signs. The sheet is kept as given."""
    session = replace(now.session, discharge=command.discharge)
    episode = stepped(now, Step.DISCHARGE, session)
    check = check_discharge(session, now.policy, now.now)
    require_clear("not yet to be discharged", check)
    sheet = discharge_sheet(episode, now.patient, now.policy, now.now)
    kept = (*episode.sessions[:-1], replace(session, discharge_sheet=sheet))
    return Change(replace(episode, sessions=kept), Tag.PATIENT_DISCHARGED, check.findings)


@carry_out.register
def _(command: RecordLeftEarly, now: Situation) -> Change:
    """What was outstanding is kept; the sheet is made all the same, to be given or sent."""
    try:
        leaving, discharge = left_early(command.leaving, now.session, now.policy, now.now)
    except NotEarly as refusal:
        raise CommandRefused(str(refusal)) from None
    session = replace(now.session, left_early=leaving, discharge=discharge)
    episode = stepped(now, Step.LEAVE_EARLY, session)
    sheet = discharge_sheet(episode, now.patient, now.policy, now.now)
    kept = (*episode.sessions[:-1], replace(session, discharge_sheet=sheet))
    findings = (*leaving.outstanding, *late_entry(leaving.at, now.policy, now.now))
    return Change(replace(episode, sessions=kept), Tag.PATIENT_LEFT_EARLY, findings)
