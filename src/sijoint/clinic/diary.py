"""The diary and what belongs to reading it: answers, red flags answered, function before, what came with the block."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import AnswerDiary, AnswerRedFlag, RecordCall, RecordFunctionBaseline, RecordTestConditions
from sijoint.clinic.situation import Change, CommandRefused, Situation, stepped
from sijoint.model import Answer, DiaryEntry, Session
from sijoint.pathway import (
    Step,
    diary_notes,
    flags_of,
    next_state,
    pain_back_prompts,
    red_flags,
    same_answer,
    set_right,
)
from sijoint.records import Tag


@carry_out.register
def _(command: AnswerDiary, now: Situation) -> Change:
    """Late answers are kept, too; whether they count is the verdict's business. The server stamps when it received it.

    A phone that was offline sends again what it does not know to have arrived: the same answer is accepted and kept once.
    """
    state = next_state(now.episode.state, Step.ANSWER_DIARY)
    entry = set_right(command.entry, now.now, now.policy)
    if entry.answered > now.now:
        raise CommandRefused("the entry comes from the future: check the clock of the phone and send it again")
    sessions = list(now.episode.sessions)
    number = next((n for n in reversed(range(len(sessions))) if _asked(entry, sessions[n])), None)
    if number is None:
        raise CommandRefused("the diary did not ask this question: use the link of a prompt")
    kept = next((one for session in sessions for one in session.entries if one.id == entry.id), None)
    if kept is not None:
        if not same_answer(kept, entry):
            raise CommandRefused("an entry with this id is kept already: send a new answer under a new id")
        return Change(now.episode, Tag.DIARY_ANSWERED)
    session = sessions[number]
    prompts = (*session.prompts, *pain_back_prompts(entry, session, now.policy))
    session = replace(session, entries=(*session.entries, entry), prompts=prompts)
    sessions[number] = session
    episode = replace(now.episode, state=state, sessions=tuple(sessions))
    findings = (*red_flags(entry, session, now.policy), *diary_notes(entry, session, now.policy))
    return Change(episode, Tag.DIARY_ANSWERED, findings)


def _asked(entry: DiaryEntry, session: Session) -> bool:
    """Whether the session asked this, or the patient pressed the button "my pain is back", which needs no question."""
    if not entry.prompt_id:
        return bool(session.prompts) and entry.pain_is_back.answer is Answer.YES
    return any(prompt.id == entry.prompt_id for prompt in session.prompts)


@carry_out.register
def _(command: AnswerRedFlag, now: Situation) -> Change:
    """A word on the red flags of one entry; every word is kept, the last one says whether they are open."""
    state = next_state(now.episode.state, Step.ANSWER_RED_FLAG)
    answer = command.answer
    if answer.at > now.now:
        raise CommandRefused("the answer to the red flag comes from the future: enter when it was given")
    for number, session in enumerate(now.episode.sessions):
        entry = next((one for one in session.entries if one.id == answer.entry_id), None)
        if entry is None:
            continue
        if not flags_of(entry, session, now.policy):
            raise CommandRefused("this diary entry holds no red flag: choose the entry that does")
        if answer.at < entry.answered:
            raise CommandRefused("the red flag is answered before it was raised: check the time")
        sessions = list(now.episode.sessions)
        sessions[number] = replace(session, flag_answers=(*session.flag_answers, answer))
        return Change(replace(now.episode, state=state, sessions=tuple(sessions)), Tag.RED_FLAG_ANSWERED)
    raise CommandRefused("there is no diary entry of this id: choose the entry that holds the red flag")


@carry_out.register
def _(command: RecordCall, now: Situation) -> Change:
    """A call that was made; only one that reached the patient takes its reason off the list of calls."""
    state, call = next_state(now.episode.state, Step.RECORD_CALL), command.call
    if call.at > now.now:
        raise CommandRefused("the call comes from the future: enter when it was made")
    wanted = command.order_id or now.session.order.id
    number = next((n for n, one in enumerate(now.episode.sessions) if one.order.id == wanted), None)
    if number is None:
        raise CommandRefused("there is no order of this id in the episode: choose the session that the call was about")
    sessions = list(now.episode.sessions)
    sessions[number] = replace(sessions[number], calls_made=(*sessions[number].calls_made, call))
    return Change(replace(now.episode, state=state, sessions=tuple(sessions)), Tag.CALL_MADE)


@carry_out.register
def _(command: RecordFunctionBaseline, now: Situation) -> Change:
    """Daily life before the injection, to compare day 14 and weeks 4 and 12 with."""
    if command.baseline.at > now.now:
        raise CommandRefused("the baseline comes from the future: enter when it was asked")
    session = replace(now.session, function_baseline=command.baseline)
    return Change(stepped(now, Step.RECORD_FUNCTION, session), Tag.FUNCTION_RECORDED)


@carry_out.register
def _(command: RecordTestConditions, now: Situation) -> Change:
    if command.conditions.at > now.now:
        raise CommandRefused("what came with the block is told from the future: enter when it was asked")
    session = replace(now.session, test_conditions=command.conditions)
    return Change(stepped(now, Step.RECORD_TEST_CONDITIONS, session), Tag.TEST_CONDITIONS_RECORDED)
