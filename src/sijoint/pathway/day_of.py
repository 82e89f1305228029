"""The answers that may have changed, asked again on the day. Until then: cleared, not checked today."""

from datetime import datetime, timedelta

from sijoint.model import (
    Answer,
    Assessed,
    DayOfConfirmation,
    Fact,
    Finding,
    OrderKind,
    Patient,
    PrescriberContact,
    ScreeningAnswers,
    Sedation,
    Session,
)
from sijoint.pathway.antithrombotics import antithrombotics_taken
from sijoint.pathway.day_antithrombotics import antithrombotics_today
from sijoint.pathway.doses import steroid_agents
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy
from sijoint.pathway.screening import may_be_diabetic, pregnancy_applies
from sijoint.pathway.units import believed_today


def confirm_today(
    confirmation: DayOfConfirmation | None,
    session: Session,
    answers: ScreeningAnswers | None,
    patient: Patient,
    policy: Policy,
    now: datetime,
    contacts: tuple[PrescriberContact, ...] = (),
) -> Assessed:
    """Whether what was cleared still holds today. Without a confirmation of today it does not."""
    if answers is None:
        return assessed([found("screening.not-answered")])
    if confirmation is None:
        return assessed([found("today.not-confirmed")])
    confirmation, findings = believed_today(confirmation)
    findings += confirmed_when(confirmation, policy, now)
    if confirmation.changed:
        findings.append(found("today.changed", what=", ".join(confirmation.changed)))
    findings += _asked_again(confirmation, patient)
    findings += _temperature(confirmation, policy)
    findings += _pregnancy_test(confirmation, answers, patient)
    findings += _premedication(confirmation, session, answers)
    findings += antithrombotics_today(confirmation, session, answers, contacts, policy)
    findings += _glucose(confirmation, session, answers, policy)
    findings += _blood_pressure(confirmation, policy)
    if policy.driver == "always" or session.order.sedation is not Sedation.NONE:
        findings += _must("driver_present", "the driver", confirmation.driver_present, no="today.no-driver")
    if session.order.kind is OrderKind.DIAGNOSTIC:
        findings += _something_to_measure(confirmation, policy)
    return assessed(findings)


def confirmed_when(confirmation: DayOfConfirmation, policy: Policy, now: datetime) -> list[Finding]:
    """A confirmation is of today when it is at most the policy's hours old; the UTC date may turn during a day's list."""
    age = now - confirmation.at
    if timedelta(0) <= age <= timedelta(hours=policy.confirmation_hours):
        return []
    return [found("today.other-day", on=policy.day(confirmation.at))]


def _must(name: str, label: str, fact: Fact, yes: str = "", no: str = "") -> list[Finding]:
    code = {Answer.YES: yes, Answer.NO: no}.get(fact.answer)
    if code is None:
        capital = label[:1].upper() + label[1:]
        return [found("today.unknown", of=name, Label=capital, label=label, answer=fact.answer)]
    return [found(code)] if code else []


def _asked_again(confirmation: DayOfConfirmation, patient: Patient) -> list[Finding]:
    findings = [
        *_must("fever", "fever", confirmation.fever, yes="today.fever"),
        *_must("antibiotics", "antibiotics", confirmation.antibiotics, yes="today.antibiotics"),
        *_must("new_medicines", "new medicines", confirmation.new_medicines, yes="today.new-medicines"),
        *_must("allergies_unchanged", "allergies", confirmation.allergies_unchanged, no="today.allergies-changed"),
    ]
    if confirmation.pregnancy.answer is Answer.YES:
        findings.append(found("pregnancy.confirmed"))
    elif pregnancy_applies(patient):
        findings += _must("pregnancy", "pregnancy", confirmation.pregnancy)
    return findings


def _temperature(confirmation: DayOfConfirmation, policy: Policy) -> list[Finding]:
    value = confirmation.temperature_c
    return [found("today.fever-measured", value=value)] if value is not None and value >= policy.fever_c else []


def _pregnancy_test(confirmation: DayOfConfirmation, answers: ScreeningAnswers, patient: Patient) -> list[Finding]:
    """Asked where a pregnancy was possible at screening; a positive test counts whoever took it."""
    test = confirmation.pregnancy_test_positive
    if test.answer is Answer.YES:
        return [found("pregnancy.confirmed", of="test")]
    if not pregnancy_applies(patient) or answers.could_be_pregnant.answer is Answer.NO:
        return []
    return _must("pregnancy_test", "the pregnancy test", test)


def _premedication(confirmation: DayOfConfirmation, session: Session, answers: ScreeningAnswers) -> list[Finding]:
    """Steroid against a reaction to contrast makes a test unreadable."""
    told = confirmation.steroid_premedication
    if session.order.kind is not OrderKind.DIAGNOSTIC:
        return []
    if told.answer is Answer.YES:
        return [found("today.premedication")]
    if answers.past_contrast_reaction.answer is Answer.NO:
        return []
    return _must("steroid_premedication", "steroid against a reaction to dye", told)


def _glucose(
    confirmation: DayOfConfirmation, session: Session, answers: ScreeningAnswers, policy: Policy
) -> list[Finding]:
    if not may_be_diabetic(answers):
        return []
    value = confirmation.glucose_mg_dl
    if value is None:
        return [found("today.glucose-missing")]
    if value >= policy.glucose_stop_mg_dl and steroid_agents(session.order):
        return [found("today.glucose-too-high", value=value, limit=policy.glucose_stop_mg_dl)]
    if value >= policy.glucose_review_mg_dl:
        return [found("today.glucose-high", value=value, limit=policy.glucose_review_mg_dl)]
    return []


def _blood_pressure(confirmation: DayOfConfirmation, policy: Policy) -> list[Finding]:
    systolic, diastolic = confirmation.blood_pressure_systolic, confirmation.blood_pressure_diastolic
    if systolic is None or diastolic is None:
        return [found("today.blood-pressure-missing")]
    if systolic >= policy.systolic_maximum or diastolic >= policy.diastolic_maximum:
        limit = f"{policy.systolic_maximum}/{policy.diastolic_maximum}"
        return [found("today.blood-pressure-high", value=f"{systolic}/{diastolic}", limit=limit)]
    return []


def _something_to_measure(confirmation: DayOfConfirmation, policy: Policy) -> list[Finding]:
    """Before a diagnostic block: enough pain on the index movement and no rescue analgesic."""
    findings = []
    if confirmation.index_nrs is None:
        findings.append(found("today.no-index-pain"))
    elif confirmation.index_nrs < policy.baseline_nrs:
        findings.append(found("today.little-pain", nrs=confirmation.index_nrs, needed=policy.baseline_nrs))
    rescue = confirmation.rescue_analgesic_within_6_h
    if rescue.answer is Answer.YES:
        findings.append(found("today.rescue-analgesic", hours=policy.rescue_analgesic_hours))
    else:
        findings += _must("rescue_analgesic", "painkillers taken today", rescue)
    return findings


def changed_today(confirmation: DayOfConfirmation, answers: ScreeningAnswers | None) -> tuple[str, ...]:
    """What is no longer as it was screened: any of it voids clearance, and screening is answered again."""
    asked = answers is None or answers.antithrombotics.answer is not Answer.NO or bool(antithrombotics_taken(answers))
    told = {
        "fever": confirmation.fever.answer is Answer.YES,
        "antibiotics": confirmation.antibiotics.answer is Answer.YES,
        "medicines": confirmation.new_medicines.answer is Answer.YES,
        "antithrombotics": asked and confirmation.antithrombotics_as_planned.answer is Answer.NO,
        "pregnancy": Answer.YES in (confirmation.pregnancy.answer, confirmation.pregnancy_test_positive.answer),
        "allergies": confirmation.allergies_unchanged.answer is Answer.NO,
    }
    return tuple(dict.fromkeys((*confirmation.changed, *(name for name, is_new in told.items() if is_new))))
