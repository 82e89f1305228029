"""What one payer's policy asks for before an injection, requirement by requirement, with what the record shows."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sijoint.frames import Side
from sijoint.model import (
    Answer,
    Assessment,
    ConservativeCare,
    ConservativeKind,
    Episode,
    Fact,
    Met,
    Order,
    Requirement,
    Target,
)
from sijoint.pathway.authorisations import check_authorisation
from sijoint.pathway.doses import known_agent
from sijoint.pathway.exclusions import conditions_suspected, exclusions
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy
from sijoint.pathway.referral import conservative_weeks, positive_provocations
from sijoint.pathway.span import Span

NOTHING = "nothing"
PLACE = ("pain_above_l5", "radicular_pain")  # asked for by place, not among the other causes
ACTIVE = frozenset({ConservativeKind.PHYSIOTHERAPY, ConservativeKind.HOME_EXERCISE, ConservativeKind.MASSAGE})


def requirement(code: str, met: Met, policy: Policy, value: str = "", **blanks: Any) -> Requirement:
    """One requirement; ``value`` names the policy's value that it rests on, whose source then stands with it."""
    told = found(code, **blanks)
    source = policy.sources.get(value)
    if source is None:
        return Requirement(code, told.clinician, met, told.source, told.grade)
    return Requirement(code, told.clinician, met, source.source, source.grade)


def before_requirements(
    episode: Episode, order: Order | None, side: Side, target: Target, policy: Policy, on: date
) -> Iterator[Requirement]:
    """Everything but earlier injections, in the order in which a reviewer reads it."""
    assessment = episode.assessment
    care = (*episode.request.conservative_care, *episode.care_log)
    if assessment is not None:
        care = (*assessment.conservative_care, *care)
    yield _duration(episode, policy, on)
    yield _severity(assessment, policy)
    yield _place(assessment, policy)
    yield _tests(assessment, side, policy)
    yield _other_causes(assessment, policy)
    yield _weeks(assessment, care, policy, on)
    if policy.conservative_medicines_and_active:
        yield _kinds(care, policy)
    if policy.conservative_continues:
        yield _continues(care, policy, on)
    covered = target in policy.payer_targets
    yield requirement("payer.target", Met.YES if covered else Met.NO, policy, "payer_targets", shows=target)
    yield _contrast(order, policy)
    if policy.authorisation == "required":
        findings = check_authorisation(episode, on, policy).findings
        words = " ".join(one.clinician for one in findings) or "one covers this order on this day."
        yield requirement("payer.authorisation", Met.NO if findings else Met.YES, policy, "authorisation", shows=words)


def _duration(episode: Episode, policy: Policy, on: date) -> Requirement:
    since = episode.request.pain_since
    blanks: dict[str, Any] = {
        "months": policy.pain_months,
        "shows": "no day" if since is None else f"since {since.day} {since:%B %Y}",
    }
    if since is None:
        return requirement("payer.pain-duration", Met.NOT_SHOWN, policy, "pain_months", **blanks)
    long_enough = Span(policy.pain_months, True).after(since) <= on
    return requirement("payer.pain-duration", Met.YES if long_enough else Met.NO, policy, "pain_months", **blanks)


def _severity(assessment: Assessment | None, policy: Policy) -> Requirement:
    nrs = None if assessment is None else assessment.baseline_nrs
    met = Met.NOT_SHOWN if nrs is None else Met.YES if nrs >= policy.baseline_nrs else Met.NO
    shows = NOTHING if nrs is None else f"{nrs} of 10"
    return requirement("payer.pain-severity", met, policy, needed=policy.baseline_nrs, shows=shows)


def _place(assessment: Assessment | None, policy: Policy) -> Requirement:
    if assessment is None:
        return requirement("payer.pain-place", Met.NOT_SHOWN, policy, shows=NOTHING)
    above, root = assessment.pain_above_l5.answer, assessment.radicular_pain.answer
    shows = f"pain above L5 {above}, pain from a nerve root {root}"
    return requirement(
        "payer.pain-place", _all_no(assessment.pain_above_l5, assessment.radicular_pain), policy, shows=shows
    )


def _tests(assessment: Assessment | None, side: Side, policy: Policy) -> Requirement:
    positive = frozenset() if assessment is None else positive_provocations(assessment, side)
    enough = len(positive) >= policy.provocation_tests
    met = Met.YES if enough else Met.NOT_SHOWN if assessment is None or not assessment.provocations else Met.NO
    names = ", ".join(sorted(positive))
    shows = f"{len(positive)} ({names})" if positive else "none"
    return requirement("payer.tests", met, policy, "provocation_tests", needed=policy.provocation_tests, shows=shows)


def _other_causes(assessment: Assessment | None, policy: Policy) -> Requirement:
    if assessment is None:
        return requirement("payer.other-causes", Met.NOT_SHOWN, policy, shows=NOTHING)
    suspected = [one.label for one in conditions_suspected(assessment) if one.name not in PLACE]
    asked = [one for one in exclusions() if one.name not in PLACE]
    open_questions = [one.label for one in asked if getattr(assessment, one.name).answer is not Answer.NO]
    reviewed = assessment.imaging_reviewed.answer is Answer.YES
    if suspected:
        return requirement("payer.other-causes", Met.NO, policy, shows=f"suspected: {', '.join(suspected)}")
    if open_questions or not reviewed:
        missing = [*open_questions, *([] if reviewed else ["imaging reviewed"])]
        return requirement("payer.other-causes", Met.NOT_SHOWN, policy, shows=f"not recorded: {', '.join(missing)}")
    return requirement("payer.other-causes", Met.YES, policy, shows="each was looked for and not found")


def _weeks(assessment: Assessment | None, care: tuple[ConservativeCare, ...], policy: Policy, on: date) -> Requirement:
    needed = policy.conservative_weeks
    if not care or assessment is None:
        return requirement(
            "payer.care-weeks", Met.NOT_SHOWN, policy, "conservative_weeks", needed=needed, shows="no care log"
        )
    weeks = conservative_weeks(assessment, on, care)
    met = Met.YES if weeks >= needed else Met.NO
    shows = f"{weeks:.1f} weeks"
    return requirement("payer.care-weeks", met, policy, "conservative_weeks", needed=needed, shows=shows)


def _kinds(care: tuple[ConservativeCare, ...], policy: Policy) -> Requirement:
    kinds = {one.kind for one in care}
    met = Met.YES if ConservativeKind.MEDICINES in kinds and kinds & ACTIVE else Met.NOT_SHOWN
    shows = ", ".join(sorted(kinds)) or NOTHING
    return requirement("payer.care-kinds", met, policy, "conservative_medicines_and_active", shows=shows)


def _continues(care: tuple[ConservativeCare, ...], policy: Policy, on: date) -> Requirement:
    going_on = sorted({one.kind for one in care if one.began <= on and (one.ended is None or one.ended >= on)})
    met = Met.YES if going_on else Met.NOT_SHOWN
    shows = ", ".join(going_on) or "no care that goes on"
    return requirement("payer.care-continues", met, policy, "conservative_continues", shows=shows)


def _contrast(order: Order | None, policy: Policy) -> Requirement:
    if order is None:
        return requirement("payer.contrast", Met.NOT_SHOWN, policy, shows="no order yet")
    agent = known_agent(order.recipe.contrast.agent)
    shown = agent is not None and agent.iodine_mg_ml > 0 and order.recipe.contrast.volume_ml > 0
    return requirement("payer.contrast", Met.YES if shown else Met.NO, policy, shows=agent.name if agent else "none")


def _all_no(*facts: Fact) -> Met:
    """Met where all are answered no; one yes is not met, anything else is not shown."""
    answers = [one.answer for one in facts]
    if Answer.YES in answers:
        return Met.NO
    return Met.YES if all(one is Answer.NO for one in answers) else Met.NOT_SHOWN
