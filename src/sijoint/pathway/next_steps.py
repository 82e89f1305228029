"""What may come instead, where an injection is not repeated and waiting alone will not change that."""

from collections.abc import Iterator

from sijoint.model import Finding, NextStep, OrderKind, Target
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy
from sijoint.pathway.relief_courses import GivenSession, relief_course

SHORT_RELIEF = frozenset({"repeat.relief-too-small", "repeat.relief-too-short"})
NOT_SHOWN = frozenset({"repeat.no-positive-block", "repeat.relief-unknown"})


def next_steps(
    codes: frozenset[str], given: tuple[GivenSession, ...], target: Target, policy: Policy
) -> tuple[NextStep, ...]:
    """Steps for these gaps, after the sessions given at this joint so far; the physician decides."""
    return tuple(
        NextStep(one.code, one.clinician, one.patient, one.source, one.grade)
        for one in dict.fromkeys(_steps(codes, given, target, policy))
    )


def _steps(codes: frozenset[str], given: tuple[GivenSession, ...], target: Target, policy: Policy) -> Iterator[Finding]:
    if "repeat.complication-open" in codes:
        yield found("next.complication-first")
    if codes & NOT_SHOWN:
        yield found("next.test-first" if "repeat.no-positive-block" in codes else "next.ask-relief")
    if "repeat.block-negative" in codes:
        yield found("next.test-ligaments" if target is Target.INTRA_ARTICULAR else "next.test-joint")
        yield found("next.other-source")
        if target is Target.INTRA_ARTICULAR:
            yield found("next.surgeon")
    if "repeat.block-not-confirmed" in codes:
        yield found("next.other-source")
    if "repeat.pain-not-returned" in codes:
        yield found("next.ask-relief" if codes & SHORT_RELIEF else "next.keep-diary")
    elif codes & SHORT_RELIEF:
        yield found("next.lateral-branches")
        yield found("next.physiotherapy")
        if _short_shots(given, policy) > 1:
            yield found("next.surgeon")
    if "repeat.diagnostic-after-therapy" in codes:
        yield found("next.judge-by-therapy")


def _short_shots(given: tuple[GivenSession, ...], policy: Policy) -> int:
    """How many shots with steroid did not bring relief for as long as a repeat asks."""
    shots = [one for one in given if one.kind is OrderKind.THERAPEUTIC and one.steroid_until is not None]
    last = max((one.on for one in given), default=None)
    if last is None:
        return 0
    count = 0
    for one in shots:
        needed = policy.repeat_relief_for.after(one.on)
        course = relief_course(one, policy, max(needed, last))
        if course.until is None or course.until < needed:
            count += 1
    return count
