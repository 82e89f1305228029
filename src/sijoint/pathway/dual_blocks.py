"""Two blocks of one joint with anaesthetics of different length: what they say together, in words.

- concordant: both positive, relief longer with the longer-acting anaesthetic, each no longer than its drug explains;
- concordant-prolonged: both positive and longer with the longer-acting one, and at least one outlasted its drug;
- discordant: both positive, and relief longer with the shorter-acting one;
- negative: one of the two was negative, so a first positive is not confirmed;
- indeterminate: one of them could not be read, both drugs act equally long, or relief that was still there at the last
  answer ("at least x h") leaves open which was longer.
"""

from dataclasses import replace
from datetime import datetime

from sijoint.formulary import ActionWindow
from sijoint.model import DualValue, DualVerdict, OrderKind, Session, Verdict, VerdictValue
from sijoint.pathway.block_rule import rule_of
from sijoint.pathway.injections import drug_given, given_agents
from sijoint.pathway.policy import Policy
from sijoint.pathway.verdict_words import CLOSING, TARGET_WORDS, first_positive

MEANING = {
    DualValue.CONCORDANT: "Both blocks relieved, longer with the longer-acting anaesthetic: the first positive is confirmed for this target.",
    DualValue.CONCORDANT_PROLONGED: "Both blocks relieved, longer with the longer-acting anaesthetic, and longer than a drug explains: confirmed with less certainty.",
    DualValue.DISCORDANT: "Both blocks relieved, but longer with the shorter-acting anaesthetic: the drugs do not explain it, and the first positive is not confirmed.",
    DualValue.NEGATIVE: "Only one of two blocks relieved: the first positive is not confirmed for this target.",
    DualValue.INDETERMINATE: "The two blocks cannot be compared: neither confirmed nor refuted.",
}
BOTH_NEGATIVE = "Neither of two blocks relieved: this target is less likely to be what hurts."


class NothingToCompare(ValueError):
    """These are not two judged blocks of one joint and target."""


def block_before(session: Session, earlier: tuple[Session, ...], policy: Policy) -> Session | None:
    """The last block of the same side and target on an earlier day that could be read; None where there is none."""
    given = drug_given(session)
    found = [
        one
        for one in earlier
        if one.verdict is not None
        and one.verdict.verdict is not VerdictValue.INDETERMINATE
        and one.order.kind is OrderKind.DIAGNOSTIC
        and (one.order.side, one.order.target) == (session.order.side, session.order.target)
        and (at := drug_given(one)) is not None
        and given is not None
        and policy.day(at) < policy.day(given)
    ]
    return max(found, key=lambda one: drug_given(one) or one.order.at, default=None)


def judge_pair(first: Session, second: Session, policy: Policy, now: datetime) -> DualVerdict:
    """What two judged blocks say together; ``first`` was given before ``second``. Raises NothingToCompare."""
    one, other = first.verdict, second.verdict
    if one is None or other is None or first.procedure is None or second.procedure is None:
        raise NothingToCompare("both blocks need a verdict before they are compared")
    if (first.order.side, first.order.target) != (second.order.side, second.order.target):
        raise NothingToCompare("two blocks are compared at one side and target only")
    value, reasons = _value(first, second, one, other, policy)
    where = f"{second.order.side}, {TARGET_WORDS[second.order.target]}"
    both_negative = one.verdict is other.verdict is VerdictValue.NEGATIVE
    card = (
        f"Two blocks {value} for this target ({where}).",
        BOTH_NEGATIVE if both_negative else MEANING[value],
        *(f"{reason[:1].upper()}{reason[1:]}." for reason in reasons),
    )
    return DualVerdict(value, first.order.id, second.order.id, reasons, card, now)


def with_pair(verdict: Verdict, pair: DualVerdict, policy: Policy) -> Verdict:
    """The second block's card with what both say, in the place of the words on a single positive; why stands with the pair."""
    own = [one for one in verdict.card if one not in (CLOSING, first_positive(policy))]
    return replace(verdict, card=(*own, *pair.card[:2], CLOSING))


def _value(
    first: Session, second: Session, one: Verdict, other: Verdict, policy: Policy
) -> tuple[DualValue, tuple[str, ...]]:
    told = (f"first {_told(first, one)}", f"second {_told(second, other)}")
    if VerdictValue.INDETERMINATE in (one.verdict, other.verdict):
        return DualValue.INDETERMINATE, (*told, "an indeterminate block neither confirms nor refutes")
    if VerdictValue.NEGATIVE in (one.verdict, other.verdict):
        return DualValue.NEGATIVE, told
    windows = _window(first, policy), _window(second, policy)
    if windows[0] is None or windows[1] is None:
        return DualValue.INDETERMINATE, (*told, "the window of one anaesthetic is not known")
    if windows[0].longest_min == windows[1].longest_min:
        why = "both anaesthetics act equally long, so the length of relief tells nothing"
        return DualValue.INDETERMINATE, (*told, why)
    short, long = (one, other) if windows[0].longest_min < windows[1].longest_min else (other, one)
    longer = _lasted_longer(long, short)
    if longer is None:
        return DualValue.INDETERMINATE, (*told, "the answers leave open which relief was longer")
    if not longer:
        return DualValue.DISCORDANT, told
    outlasted = any(
        verdict.relieved_until_min is not None and verdict.relieved_until_min > window.longest_min
        for verdict, window in zip((one, other), (windows[0], windows[1]), strict=True)
    )
    return (DualValue.CONCORDANT_PROLONGED if outlasted else DualValue.CONCORDANT), told


def _lasted_longer(one: Verdict, other: Verdict) -> bool | None:
    """Whether one relief surely lasted longer than another, by the answers between which each ended; None: left open."""
    if one.relieved_until_min is None or other.relieved_until_min is None:
        return None
    if other.gone_by_min is not None and one.relieved_until_min >= other.gone_by_min:
        return True
    if one.gone_by_min is not None and other.relieved_until_min >= one.gone_by_min:
        return False
    return None


def _window(session: Session, policy: Policy) -> ActionWindow | None:
    return rule_of(session.order.rule, policy).window_of(session.procedure) if session.procedure else None


def _told(session: Session, verdict: Verdict) -> str:
    agents = given_agents(session.procedure) if session.procedure else ()
    names = " and ".join(one.name for one, _ in agents if one.anaesthetic is not None) or "no anaesthetic"
    lasted = f", relief {verdict.relief_duration}" if verdict.verdict is VerdictValue.POSITIVE else ""
    return f"block {verdict.verdict} with {names}{lasted}"
