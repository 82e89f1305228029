"""After the needle: recovery, discharge, diary, verdict, and whether it may be repeated."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import AnswerDiary, AskRepeat, DischargePatient, JudgeBlock, RecordRecovery
from sijoint.clinic.situation import Change, CommandRefused, Situation, require_clear, stepped
from sijoint.model import Answer, DiaryEntry, Session
from sijoint.pathway import Step, check_discharge, discharge_sheet, judge_block, may_repeat, next_state, red_flags
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
def _(command: AnswerDiary, now: Situation) -> Change:
    """Late answers are kept, too; whether they count is the verdict's business."""
    state = next_state(now.episode.state, Step.ANSWER_DIARY)
    entry = command.entry
    if entry.answered > now.now or entry.received > now.now:
        raise CommandRefused("the entry comes from the future: check the clock of the phone and send it again")
    sessions = list(now.episode.sessions)
    number = next((n for n in reversed(range(len(sessions))) if _answers(entry, sessions[n])), None)
    if number is None:
        raise CommandRefused("the diary did not ask this question: use the link of a prompt")
    session = sessions[number]
    if any(one.id == entry.id for one in session.entries):
        raise CommandRefused("an entry with this id is kept already: send a new answer under a new id")
    sessions[number] = replace(session, entries=(*session.entries, entry))
    episode = replace(now.episode, state=state, sessions=tuple(sessions))
    return Change(episode, Tag.DIARY_ANSWERED, red_flags(entry, sessions[number], now.policy))


def _answers(entry: DiaryEntry, session: Session) -> bool:
    """Whether the session asked this, or the patient pressed the button "my pain is back", which needs no question."""
    if not entry.prompt_id:
        return bool(session.prompts) and entry.pain_is_back.answer is Answer.YES
    return any(prompt.id == entry.prompt_id for prompt in session.prompts)


@carry_out.register
def _(command: JudgeBlock, now: Situation) -> Change:
    session = replace(now.session, verdict=judge_block(now.session, now.policy, now.now))
    return Change(stepped(now, Step.JUDGE, session), Tag.BLOCK_JUDGED)


@carry_out.register
def _(command: AskRepeat, now: Situation) -> Change:
    answer = may_repeat(now.episode, now.policy, command.on, command.kind)
    answers = (*now.episode.repeat_answers, answer)
    return Change(stepped(now, Step.ASK_REPEAT, repeat_answers=answers), Tag.REPEAT_ASKED)
