"""After the needle: recovery, discharge, verdict, and whether it may be repeated. The diary has a file of its own."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import AskRepeat, DischargePatient, JudgeBlock, RecordRecovery
from sijoint.clinic.situation import Change, Situation, require_clear, stepped
from sijoint.pathway import (
    Step,
    block_before,
    check_discharge,
    discharge_sheet,
    judge_block,
    judge_pair,
    may_repeat,
    with_pair,
)
from sijoint.records import Tag


@carry_out.register
def _(command: RecordRecovery, now: Situation) -> Change:
    session = replace(now.session, recovery=(*now.session.recovery, command.check))
    return Change(stepped(now, Step.RECOVERY_CHECK, session), Tag.RECOVERY_CHECKED)


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
def _(command: JudgeBlock, now: Situation) -> Change:
    """The block by itself, and together with an earlier one of the same joint where there is one."""
    session = replace(now.session, verdict=judge_block(now.session, now.policy, now.now), dual=None)
    first = block_before(session, now.episode.sessions[:-1])
    if first is not None and session.verdict is not None:
        pair = judge_pair(first, session, now.policy, now.now)
        session = replace(session, verdict=with_pair(session.verdict, pair, now.policy), dual=pair)
    return Change(stepped(now, Step.JUDGE, session), Tag.BLOCK_JUDGED)


@carry_out.register
def _(command: AskRepeat, now: Situation) -> Change:
    answer = may_repeat(now.episode, now.policy, command.on, command.kind)
    answers = (*now.episode.repeat_answers, answer)
    return Change(stepped(now, Step.ASK_REPEAT, repeat_answers=answers), Tag.REPEAT_ASKED)
