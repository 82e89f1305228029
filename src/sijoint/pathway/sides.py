"""The six-way side check. Absent is not agreement, and a mismatch is corrected, never overridden."""

from datetime import datetime

from sijoint.frames import Side
from sijoint.model import (
    Answer,
    AppointmentRequest,
    Assessed,
    Assessment,
    Consent,
    Finding,
    Order,
    Session,
    SignIn,
    SkinMark,
    TimeOut,
)
from sijoint.pathway.doses import all_lines
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy
from sijoint.pathway.sedation import check_sedation

SIGN_IN_ITEMS = {
    "skin_mark_seen": "skin mark seen",
    "allergies_read": "allergies read",
    "pregnancy_read": "pregnancy read",
    "vitals_taken": "vital signs taken",
    "resuscitation_kit_present": "resuscitation kit present",
    "lipid_present": "lipid emulsion present",
    "last_antithrombotic_dose_read": "last blood thinner dose read",
    "baseline_pain_read": "pain now read",
}


def check_sides(
    request: AppointmentRequest | None,
    assessment: Assessment | None,
    order: Order,
    consent: Consent | None,
    skin_mark: SkinMark | None,
    time_out: TimeOut | None,
    image_side: Side | None = None,
) -> Assessed:
    """Request, examination, order, consent, skin mark and time-out name one side, and so does the image where given."""
    said: dict[str, Side | None] = {
        "request": _of_both(request, order.side),
        "examination": _of_both(assessment, order.side),
        "order": order.side,
        "consent": consent.side if consent else None,
        "skin mark": skin_mark.side if skin_mark else None,
        "time-out": time_out.side if time_out else None,
    }
    if image_side is not None:
        said["image"] = image_side
    findings: list[Finding] = []
    missing = [name for name, side in said.items() if side is None]
    if missing:
        findings.append(found("side.missing", where=", ".join(missing)))
    if len({side for side in said.values() if side is not None}) > 1:
        findings.append(found("side.mismatch", what=", ".join(f"{name} {side}" for name, side in said.items() if side)))
    if skin_mark is not None and skin_mark.patient_awake.answer is not Answer.YES:
        findings.append(found("side.mark-asleep", answer=skin_mark.patient_awake.answer))
    return assessed(findings)


def _of_both(told: AppointmentRequest | Assessment | None, ordered: Side) -> Side | None:
    """Where both joints were named, the ordered one is among them; otherwise the one side named."""
    if told is None:
        return None
    return ordered if told.bilateral else told.side


def check_sign_in(sign_in: SignIn | None, session: Session, policy: Policy, now: datetime) -> Assessed:
    """Two identifiers, skin mark, allergies, last blood thinner dose, pregnancy, vital signs, pain now, resuscitation kit and
    lipid; before a sedative fasting, escort and what was taken at home."""
    if sign_in is None:
        return assessed([found("signin.missing")])
    findings: list[Finding] = []
    if sign_in.two_identifiers.answer is not Answer.YES:
        findings.append(found("signin.identity", answer=sign_in.two_identifiers.answer))
    if session.skin_mark is None:
        findings.append(found("signin.no-mark"))
    for name, words in SIGN_IN_ITEMS.items():
        fact = getattr(sign_in, name)
        if fact.answer is not Answer.YES:
            findings.append(found("signin.item", of=name, what=words, answer=fact.answer))
    return assessed([*findings, *check_sedation(sign_in.sedation, session.order, policy, now).findings])


def check_time_out(
    time_out: TimeOut | None,
    session: Session,
    request: AppointmentRequest | None,
    assessment: Assessment | None,
    policy: Policy,
    now: datetime,
) -> Assessed:
    """Labels read, everybody agrees, and all sides are one."""
    if time_out is None:
        return assessed([found("timeout.missing")])
    sides = check_sides(request, assessment, session.order, session.consent, session.skin_mark, time_out)
    findings = list(sides.findings)
    if time_out.target != session.order.target:
        findings.append(found("timeout.target", time_out=time_out.target, order=session.order.target))
    if time_out.labels_read_aloud.answer is not Answer.YES:
        findings.append(found("timeout.labels", answer=time_out.labels_read_aloud.answer))
    if time_out.all_agree.answer is not Answer.YES:
        findings.append(found("timeout.disagree", answer=time_out.all_agree.answer))
    return assessed([*findings, *_labels(time_out, session.order)])


def _labels(time_out: TimeOut, order: Order) -> list[Finding]:
    """The labels that were read, against the syringes that the order asks for."""
    ordered = dict.fromkeys(line.agent for line in all_lines(order.recipe))
    missing = [code for code in ordered if code not in time_out.labels_read]
    others = [code for code in dict.fromkeys(time_out.labels_read) if code not in ordered]
    findings = [found("timeout.label-missing", agents=", ".join(missing))] if missing else []
    return [*findings, found("timeout.label-not-ordered", agents=", ".join(others))] if others else findings


def check_operator(operator: str, session: Session) -> Assessed:
    """The skin is marked by the one who injects."""
    mark = session.skin_mark
    return assessed([found("side.mark-not-operator")] if mark is not None and mark.by != operator else [])
