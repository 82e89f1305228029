"""Request and assessment: is this the joint, is it time, and is there something to compare with later?"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

from sijoint.frames import Side
from sijoint.model import (
    Answer,
    AppointmentRequest,
    Assessed,
    Assessment,
    ConservativeCare,
    ConservativeKind,
    Finding,
    ProvocationTest,
    Referral,
    RequestedBy,
)
from sijoint.pathway.body_map import body_map_findings
from sijoint.pathway.causes import cause_findings
from sijoint.pathway.exclusions import conditions_suspected, exclusion_findings, redirect_within
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy
from sijoint.pathway.span import Span

NERVES = {"power_normal": "power", "reflexes_normal": "reflexes", "sensation_normal": "sensation"}
UNANSWERED = (Answer.UNKNOWN, Answer.NOT_ASKED)
SCALE = (0, 10)  # of NRS and PEG


def check_request(
    request: AppointmentRequest, policy: Policy, now: datetime, assessment: Assessment | None = None
) -> Assessed:
    """What a request leaves open; an assessment may have answered it since. Nothing here refuses a request."""
    findings: list[Finding] = []
    if request.side is None and not request.bilateral:
        findings.append(found("request.no-side"))
    if request.bilateral:
        findings.append(found("request.two-targets"))
    if not request.reason.strip():
        findings.append(found("request.no-reason"))
    if request.requested_by is RequestedBy.REFERRER and (request.referrer is None or not request.referrer.name.strip()):
        findings.append(found("request.no-referrer"))
    findings += cause_findings(request.causes)
    if request.pain_since is None or Span(policy.pain_months, True).after(request.pain_since) > policy.day(now):
        findings.append(found("referral.pain-too-short", months=policy.pain_months))
    if request.pain_since is not None and request.pain_since > policy.day(now):
        findings.append(found("referral.impossible-date", of="pain since", what="the day since when it hurts"))
    findings += _care_dates(request.conservative_care, policy.day(now))
    return assessed([*findings, *body_map_findings(request, assessment)])


def assess_referral(
    request: AppointmentRequest,
    assessment: Assessment | None,
    policy: Policy,
    now: datetime,
    care_log: tuple[ConservativeCare, ...] = (),
) -> Assessed:
    """What stands between a request and an order."""
    findings = list(check_request(request, policy, now, assessment).findings)
    if assessment is None:
        return assessed([*findings, found("referral.not-examined", of="all", what="any examination")])
    findings += exclusion_findings(assessment)
    findings += _decision(assessment)
    findings += _examination(assessment)
    findings += _dates(assessment, policy.day(now), now)
    for side in sides_assessed(assessment) or (None,):
        findings += _provocations(assessment, side, policy)
    care = (*request.conservative_care, *care_log)
    if conservative_weeks(assessment, policy.day(now), care) < policy.conservative_weeks:
        findings.append(found("referral.care-too-short", weeks=policy.conservative_weeks))
    return assessed([*findings, *_baselines(assessment, policy)])


def sides_assessed(assessment: Assessment) -> tuple[Side, ...]:
    """The joints that the assessment names: one, both, or none where no side was stated."""
    if assessment.bilateral:
        return tuple(Side)
    return () if assessment.side is None else (assessment.side,)


def conservative_weeks(assessment: Assessment, on: date, more: tuple[ConservativeCare, ...] = ()) -> Decimal:
    """Weeks of conservative care that did not help, each day counted once however many kinds were tried."""
    return Decimal(len(set().union(*_days((*assessment.conservative_care, *more), on).values()))) / 7


def weeks_by_kind(care: tuple[ConservativeCare, ...], on: date) -> dict[ConservativeKind, Decimal]:
    """Weeks of each kind of care that did not help; a payer may ask for certain kinds."""
    return {kind: Decimal(len(days)) / 7 for kind, days in _days(care, on).items()}


def positive_provocations(assessment: Assessment, side: Side | None = None) -> frozenset[ProvocationTest]:
    """Provocation tests that were positive on a side, by default the one assessed."""
    where = side or assessment.side
    return frozenset(
        one.test for one in assessment.provocations if one.side == where and one.result.answer is Answer.YES
    )


def _days(care: tuple[ConservativeCare, ...], on: date) -> dict[ConservativeKind, set[date]]:
    days: dict[ConservativeKind, set[date]] = defaultdict(set)
    for one in care:
        end = min(one.ended or on, on)
        if not one.helped and one.began <= end:
            days[one.kind] |= {one.began + timedelta(days=n) for n in range((end - one.began).days + 1)}
    return days


def _decision(assessment: Assessment) -> list[Finding]:
    """Declined or redirected: why, where to and how soon. What is dangerous is never just declined."""
    if assessment.referral is Referral.ACCEPT:
        return []
    how = f"{assessment.referral} was chosen"
    patient = "Another way of care fits you better; your doctor explains it."
    findings = [found("referral.declined", how=how, how_patient=patient)]
    if not assessment.reason.strip():
        findings.append(found("referral.no-reason"))
    dangerous = [one.label for one in conditions_suspected(assessment) if one.dangerous]
    if assessment.referral is Referral.DECLINE:
        return [*findings, found("referral.red-flag-declined", what=", ".join(dangerous))] if dangerous else findings
    within, stated = redirect_within(assessment), assessment.redirect_urgency
    if not assessment.redirect_to.strip() or stated is None:
        to = (
            ", ".join(dict.fromkeys(one.to for one in conditions_suspected(assessment) if one.to))
            or "the place that fits"
        )
        findings.append(found("referral.redirect-incomplete", to=to, within=within or "a stated time"))
    elif within is not None and stated.rank > within.rank:
        findings.append(found("referral.redirect-too-slow", stated=stated, within=within))
    return findings


def _examination(assessment: Assessment) -> list[Finding]:
    findings = []
    if assessment.imaging_reviewed.answer is not Answer.YES:
        findings.append(found("referral.not-examined", of="imaging_reviewed", what="imaging"))
    for name, words in NERVES.items():
        if getattr(assessment, name).answer in UNANSWERED:
            findings.append(found("referral.not-examined", of=name, what=words))
    if not sides_assessed(assessment):
        findings.append(found("referral.not-examined", of="side", what="the side"))
    if not assessment.history.strip():
        findings.append(found("referral.not-examined", of="history", what="the history"))
    if assessment.order_kind is None or assessment.order_target is None:
        findings.append(found("referral.no-order-type"))
    if not assessment.working_diagnosis.strip():
        findings.append(found("referral.no-diagnosis"))
    if assessment.imaging_reviewed.answer is Answer.YES and not assessment.imaging:
        findings.append(found("referral.imaging-not-named"))
    for name, words in NERVES.items():
        if getattr(assessment, name).answer is Answer.NO:
            findings.append(found("referral.nerve-deficit", of=name, what=words.capitalize()))
    return findings


def _provocations(assessment: Assessment, side: Side | None, policy: Policy) -> list[Finding]:
    """Each test by side: enough of them positive, none both ways, and the other side not worse."""
    here = [one for one in assessment.provocations if one.side == side]
    said = {test: {one.result.answer for one in here if one.test is test} for test in ProvocationTest}
    findings = [
        found("referral.test-contradicts", of=test, side=side, test=test)
        for test, answers in said.items()
        if len(answers) > 1
    ]
    undone = [str(test) for test, answers in said.items() if not answers & {Answer.YES, Answer.NO}]
    if undone:
        findings.append(found("referral.tests-missing", side=side or "unstated", tests=", ".join(undone)))
    positive = len({test for test, answers in said.items() if Answer.YES in answers})
    if positive < policy.provocation_tests:
        where = side or "side not stated"
        findings.append(
            found("referral.few-provocations", positive=positive, needed=policy.provocation_tests, side=where)
        )
    return [*findings, *_other_side(assessment, side, positive, policy)]


def _other_side(assessment: Assessment, side: Side | None, positive: int, policy: Policy) -> list[Finding]:
    """A test of the other side that nobody made may have been positive."""
    if side is None or assessment.bilateral:
        return []
    there = side.opposite
    other = len(positive_provocations(assessment, there))
    if other > positive:
        return [found("referral.other-side-worse", here=side, there=there, more=other)]
    denied = {one.test for one in assessment.provocations if one.side == there and one.result.answer is Answer.NO}
    if len(set(ProvocationTest) - denied) > positive:
        return [found("referral.other-side-not-tested", there=there)]
    return [found("referral.both-sides-positive")] if other >= policy.provocation_tests else []


def _baselines(assessment: Assessment, policy: Policy) -> list[Finding]:
    nrs, peg = assessment.baseline_nrs, assessment.baseline_peg
    low, high = SCALE
    outside = [
        name
        for name, score in (("pain score", nrs), ("PEG", peg))
        if score is not None and not (Decimal(score).is_finite() and low <= score <= high)
    ]
    if outside:
        return [found("referral.impossible-score", what=" and ".join(outside))]
    if nrs is None or peg is None or not assessment.index_movement.strip():
        return [found("referral.no-baseline")]
    return [found("referral.mild-pain", nrs=nrs, needed=policy.baseline_nrs)] if nrs < policy.baseline_nrs else []


def _dates(assessment: Assessment, today: date, now: datetime) -> list[Finding]:
    findings = _care_dates(assessment.conservative_care, today)
    if assessment.at > now:
        findings.append(found("referral.impossible-date", of="visit", what="the visit"))
    for picture in assessment.imaging:
        if picture.on > today:
            findings.append(found("referral.impossible-date", of="imaging", what=f"the {picture.kind}"))
    return findings


def _care_dates(care: tuple[ConservativeCare, ...], today: date) -> list[Finding]:
    wrong = dict.fromkeys(
        one.kind for one in care if one.began > today or (one.ended is not None and one.ended < one.began)
    )
    return [found("referral.impossible-date", of=kind, what=f"{kind} among the care tried") for kind in wrong]
