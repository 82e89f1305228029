"""The card of a verdict: the sentences that a person reads, in order. Never "the joint is the source"."""

from sijoint.model import FrozenRule, Session, Target, VerdictValue
from sijoint.pathway.policy import Policy

STEROID_SENTENCE = "steroid given in the same shot: later relief does not confirm the block"
CLOSING = "The physician decides."

TARGET_WORDS = {
    Target.INTRA_ARTICULAR: "the sacroiliac joint cavity",
    Target.LIGAMENT: "the ligaments behind the sacroiliac joint",
}
NEGATIVE_WORDS = {
    Target.INTRA_ARTICULAR: "Intra-articular source less likely; ligaments not tested.",
    Target.LIGAMENT: "Ligament source less likely; the joint cavity not tested.",
}


def card(
    value: VerdictValue, session: Session, reasons: tuple[str, ...], frozen: tuple[str, ...], policy: Policy
) -> tuple[str, ...]:
    """Verdict, what it does and does not say, the sentence on steroid where it was given, and what has changed since."""
    target, side = session.order.target, session.order.side
    where = f"{side}, {TARGET_WORDS[target]}"
    sentences: list[str] = []
    if value is VerdictValue.INDETERMINATE:
        sentences.append(f"Block indeterminate for this target ({where}).")
        sentences += [f"{one[:1].upper()}{one[1:]}." for one in reasons if not _note(one)]
        sentences.append("Neither for nor against this target; a repeat needs a reason.")
    else:
        sentences.append(f"Block {value} for this target ({where}).")
        if value is VerdictValue.NEGATIVE:
            sentences.append(NEGATIVE_WORDS[target])
        else:
            sentences.append(first_positive(policy))
    sentences += [one for one in reasons if one == STEROID_SENTENCE]
    sentences += [f"{one[:1].upper()}{one[1:]}." for one in frozen]
    sentences.append(CLOSING)
    return tuple(sentences)


def first_positive(policy: Policy) -> str:
    """What a single positive block does not prove."""
    return f"About 1 in {policy.false_positive_one_in} first positives is not confirmed."


def frozen_sentence(rule: FrozenRule, changes: tuple[str, ...]) -> tuple[str, ...]:
    """What has changed since the order froze its rule; empty where nothing has."""
    if not changes:
        return ()
    told = ", ".join(changes)
    return (
        f"judged by the rule frozen with the order ({rule.threshold_percent} %, policy {rule.policy_id} of "
        f"{rule.policy_effective}); changed since: {told}",
    )


def hours(minutes: int) -> str:
    """Minutes as people say them: ``45 min``, ``2 h``, ``2.5 h``."""
    if minutes < 60:
        return f"{minutes} min"
    if minutes >= 48 * 60:
        return f"{round(minutes / 1440)} days"
    return f"{minutes / 60:.1f}".removesuffix(".0") + " h"


def counted_in_words(count: int, noun: str) -> str:
    """``1 answer``, ``2 answers``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _note(reason: str) -> bool:
    return reason.startswith("note:") or reason == STEROID_SENTENCE
