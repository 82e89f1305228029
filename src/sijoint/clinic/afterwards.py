"""After recovery: the verdict, and whether it may be repeated. Recovery and the diary have files of their own."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import AskRepeat, JudgeBlock
from sijoint.clinic.situation import Change, Situation, stepped
from sijoint.pathway import (
    Step,
    block_before,
    judge_block,
    judge_pair,
    may_repeat,
    with_pair,
)
from sijoint.records import Tag


@carry_out.register
def _(command: JudgeBlock, now: Situation) -> Change:
    """The block by itself, and together with an earlier one of the same joint where there is one."""
    session = replace(now.session, verdict=judge_block(now.session, now.ordered_policy, now.now, now.policy), dual=None)
    first = block_before(session, now.episode.sessions[:-1], now.policy)
    if first is not None and session.verdict is not None:
        pair = judge_pair(first, session, now.ordered_policy, now.now)
        session = replace(session, verdict=with_pair(session.verdict, pair, now.ordered_policy), dual=pair)
    return Change(stepped(now, Step.JUDGE, session), Tag.BLOCK_JUDGED)


@carry_out.register
def _(command: AskRepeat, now: Situation) -> Change:
    """Counted over all episodes of the patient; blocks and relief are this episode's."""
    others = now.others_of_patient()
    answer = may_repeat(now.episode, now.policy, command.on, command.kind, command.side, command.target, others)
    answers = (*now.episode.repeat_answers, answer)
    return Change(stepped(now, Step.ASK_REPEAT, repeat_answers=answers), Tag.REPEAT_ASKED)
