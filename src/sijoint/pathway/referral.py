"""Request and assessment: is this the joint, is it time, and is there something to compare with later?"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sijoint.model import (
    Answer,
    AppointmentRequest,
    Assessed,
    Assessment,
    Cause,
    Finding,
    ProvocationTest,
    Referral,
)
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy
from sijoint.pathway.span import Span

EXAMINED = {
    "power_normal": "power",
    "reflexes_normal": "reflexes",
    "sensation_normal": "sensation",
    "straight_leg_raise_positive": "straight-leg raise",
    "imaging_reviewed": "imaging",
    "spondyloarthritis_suspected": "spondyloarthritis",
    "sacral_insufficiency_fracture_suspected": "sacral insufficiency fracture",
    "radicular_pain": "radicular pain",
    "pain_above_l5": "pain above L5",
}
UNANSWERED = (Answer.UNKNOWN, Answer.NOT_ASKED)


def assess_referral(
    request: AppointmentRequest, assessment: Assessment | None, policy: Policy, now: datetime
) -> Assessed:
    """What stands between a request and an order."""
    findings: list[Finding] = []
    if request.side is None:
        findings.append(found("request.no-side"))
    if Cause.SCIATICA in request.causes:
        findings.append(found("request.duplicate-cause"))
    if request.pain_since is None or Span(policy.pain_months, True).after(request.pain_since) > now.date():
        findings.append(found("referral.pain-too-short", months=policy.pain_months))
    if assessment is None:
        return assessed([*findings, found("referral.not-examined", of="all", what="any examination")])
    findings += _judgement(assessment)
    findings += _examination(assessment)
    findings += _provocations(assessment, policy)
    if conservative_weeks(assessment, now.date()) < policy.conservative_weeks:
        findings.append(found("referral.care-too-short", weeks=policy.conservative_weeks))
    findings += _baselines(assessment, policy)
    return assessed(findings)


def conservative_weeks(assessment: Assessment, on: date) -> Decimal:
    """Weeks of conservative care that did not help, each day counted once however many kinds were tried."""
    days: set[date] = set()
    for care in assessment.conservative_care:
        end = min(care.ended or on, on)
        if not care.helped and care.began <= end:
            days |= {care.began + timedelta(days=n) for n in range((end - care.began).days + 1)}
    return Decimal(len(days)) / 7


def positive_provocations(assessment: Assessment) -> frozenset[ProvocationTest]:
    """Provocation tests that were positive on the side assessed."""
    return frozenset(
        one.test for one in assessment.provocations if one.side == assessment.side and one.result.answer is Answer.YES
    )


def _judgement(assessment: Assessment) -> list[Finding]:
    findings = []
    if assessment.red_flag.answer is Answer.YES:
        findings.append(found("referral.red-flag"))
    elif assessment.red_flag.answer in UNANSWERED:
        findings.append(found("referral.red-flag-unknown"))
    if assessment.referral is not Referral.ACCEPT:
        findings.append(
            found(
                "referral.declined",
                how=f"{assessment.referral} was chosen",
                how_patient="Another way of care fits you better; your doctor explains it.",
            )
        )
    if not assessment.working_diagnosis.strip():
        findings.append(found("referral.no-diagnosis"))
    return findings


def _examination(assessment: Assessment) -> list[Finding]:
    findings = []
    for name, words in EXAMINED.items():
        if getattr(assessment, name).answer in UNANSWERED:
            findings.append(found("referral.not-examined", of=name, what=words))
    if assessment.side is None:
        findings.append(found("referral.not-examined", of="side", what="the side"))
    for name in ("power_normal", "reflexes_normal", "sensation_normal"):
        if getattr(assessment, name).answer is Answer.NO:
            findings.append(found("referral.nerve-deficit", of=name, what=EXAMINED[name].capitalize()))
    if Answer.YES in (assessment.radicular_pain.answer, assessment.straight_leg_raise_positive.answer):
        findings.append(found("referral.radicular"))
    if assessment.pain_above_l5.answer is Answer.YES:
        findings.append(found("referral.pain-above-l5"))
    if assessment.sacral_insufficiency_fracture_suspected.answer is Answer.YES:
        findings.append(found("referral.fracture-suspected"))
    if assessment.spondyloarthritis_suspected.answer is Answer.YES:
        findings.append(found("referral.spondyloarthritis"))
    return findings


def _provocations(assessment: Assessment, policy: Policy) -> list[Finding]:
    positive = len(positive_provocations(assessment))
    if positive >= policy.provocation_tests:
        return []
    side = assessment.side or "side not stated"
    return [found("referral.few-provocations", positive=positive, needed=policy.provocation_tests, side=side)]


def _baselines(assessment: Assessment, policy: Policy) -> list[Finding]:
    nrs = assessment.baseline_nrs
    if nrs is None or assessment.baseline_peg is None or not assessment.index_movement.strip():
        return [found("referral.no-baseline")]
    return [found("referral.mild-pain", nrs=nrs, needed=policy.baseline_nrs)] if nrs < policy.baseline_nrs else []
