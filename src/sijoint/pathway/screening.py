"""Screening: every safety fact of the patient against the order. Unknown is not no.

Replacing an answer by unknown never makes the decision safer than ``stop`` would, and adding a risk never does at all:
the tests turn every answer of random patients to see it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.formulary import Agent
from sijoint.model import (
    Answer,
    Assessed,
    Booking,
    Fact,
    Finding,
    Order,
    Patient,
    PrescriberContact,
    ScreeningAnswers,
    Sedation,
    Severity,
    Sex,
)
from sijoint.pathway.allergies import allergy_findings, reaction_findings
from sijoint.pathway.antithrombotic_findings import antithrombotic_findings
from sijoint.pathway.doses import steroid_agents
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.medicines import medicine_findings, taken_of_class, takes
from sijoint.pathway.policy import Policy
from sijoint.pathway.steroid_history import steroid_findings
from sijoint.pathway.units import believed_answers, weight_findings
from sijoint.pathway.vaccines import vaccine_findings

PREGNANCY_FACTS = ("pregnancy", "could_be_pregnant")


@dataclass(frozen=True)
class FactRule:
    """What the answers of one fact lead to; empty codes mean no finding here."""

    name: str
    label: str
    unknown: Severity
    yes: str
    yes_with_steroid: str
    no: str


@cache
def fact_rules() -> tuple[FactRule, ...]:
    """One rule for every yes-or-no fact of ``ScreeningAnswers``."""
    text = files("sijoint.pathway").joinpath("screening_facts.toml").read_text(encoding="utf-8")
    return tuple(
        FactRule(
            name,
            row["label"],
            Severity(row["unknown"]),
            row.get("yes", ""),
            row.get("yes_with_steroid", row.get("yes", "")),
            row.get("no", ""),
        )
        for name, row in tomllib.loads(text).items()
    )


def screen(
    answers: ScreeningAnswers | None,
    order: Order,
    patient: Patient,
    contacts: tuple[PrescriberContact, ...],
    policy: Policy,
    now: datetime,
    booking: Booking | None = None,
) -> Assessed:
    """Everything that screening says about this patient, this order and, once there is one, this appointment."""
    if answers is None:
        return assessed([found("screening.not-answered")])
    answers, findings = believed_answers(answers)
    findings += weight_findings(patient) if patient.weight_kg is not None else [found("order.no-weight")]
    for rule in fact_rules():
        findings += _fact(rule, getattr(answers, rule.name), patient, bool(steroid_agents(order)))
    findings += medicine_findings(answers, order)
    findings += allergy_findings(answers, order) + reaction_findings(answers, order)
    findings += antithrombotic_findings(answers, patient, contacts, policy, now, booking)
    findings += _bleeding(answers, policy)
    findings += _kidney(answers)
    findings += _hardware(answers, order)
    injection_on = policy.day(now if booking is None else booking.at)  # without an appointment not before today
    findings += steroid_findings(answers, order, policy, injection_on)
    findings += vaccine_findings(answers, order, injection_on, booked=booking is not None)
    findings += _cyp3a4(answers, order)
    findings += _diabetes_contradicted(answers) + _diabetes(answers, order, policy)
    findings += _blood_pressure(answers, policy)
    findings += _sedation_and_driver(answers, order, policy)
    return assessed(findings)


def pregnancy_applies(patient: Patient) -> bool:
    """Pregnancy is asked of everybody but men; a man's yes is still taken at its word."""
    return patient.sex is not Sex.MALE


def unanswered(name: str, label: str, fact: Fact, severity: Severity) -> Finding:
    """The finding of a fact that is unknown or was not asked."""
    capital = label[:1].upper() + label[1:]
    return found("answer.unknown", of=name, severity=severity, Label=capital, label=label, answer=fact.answer)


def _fact(rule: FactRule, fact: Fact, patient: Patient, steroid: bool) -> list[Finding]:
    if fact.answer is Answer.YES:
        code = rule.yes_with_steroid if steroid else rule.yes
        return [found(code, of=_subject(code, rule), **_words(rule))] if code else []
    if rule.name in PREGNANCY_FACTS and not pregnancy_applies(patient):
        return []
    if fact.answer is Answer.NO:
        return [found(rule.no)] if rule.no else []
    return [unanswered(rule.name, rule.label, fact, rule.unknown)]


def _subject(code: str, rule: FactRule) -> str:
    return rule.name if code == "ibuprofen.not-advised" else ""


def _words(rule: FactRule) -> Mapping[str, Any]:
    return {"label": rule.label, "Label": rule.label[:1].upper() + rule.label[1:]}


def _bleeding(answers: ScreeningAnswers, policy: Policy) -> list[Finding]:
    count = answers.platelets_10e9_l
    if count is None or count >= policy.platelets_minimum_10e9_l:
        return []
    return [found("platelets.low", value=count, limit=policy.platelets_minimum_10e9_l)]


def _kidney(answers: ScreeningAnswers) -> list[Finding]:
    """Metformin goes on: the contrast of a joint is far less than in a vein."""
    weak = answers.kidney_disease.answer is not Answer.NO or answers.liver_or_kidney_disease.answer is not Answer.NO
    return [found("kidney.metformin")] if weak and takes(answers, "metformin") else []


def _hardware(answers: ScreeningAnswers, order: Order) -> list[Finding]:
    """Metal or a fusion counts for the side it lies on; of a side that nobody named, for every side."""
    answer, sides = answers.implant_or_fusion_at_joint.answer, answers.hardware_sides
    if answer is Answer.YES:
        if not sides or order.side in sides:
            return [found("fusion.present")]
        return [found("fusion.other-side", told=" and ".join(str(one) for one in sides), ordered=order.side)]
    if not sides:
        return []
    code = "fusion.contradiction" if answer is Answer.NO else "fusion.present"
    return [found(code)]


def _cyp3a4(answers: ScreeningAnswers, order: Order) -> list[Finding]:
    ingredients = {one.ingredient.code for one in steroid_agents(order)}
    answer = answers.cyp3a4_inhibitor.answer
    if answer is Answer.YES or takes(answers, "strong CYP3A4 inhibitor"):
        if "triamcinolone" in ingredients:
            return [found("cyp3a4.triamcinolone")]
        return [found("cyp3a4.steroid" if ingredients else "cyp3a4.present")]
    if answer is not Answer.NO and "triamcinolone" in ingredients:
        return [found("cyp3a4.unknown")]
    return []


def lowers_sugar(answers: ScreeningAnswers) -> bool:
    """Whether a medicine is taken that makes fasting dangerous."""
    return any(takes(answers, one) for one in ("insulin", "sulfonylurea", "glinide"))


def may_be_diabetic(answers: ScreeningAnswers) -> bool:
    """Diabetes that is not answered is planned for."""
    return answers.diabetes.answer is not Answer.NO or lowers_sugar(answers)


def _diabetes_contradicted(answers: ScreeningAnswers) -> list[Finding]:
    if answers.diabetes.answer is not Answer.NO:
        return []
    classes = ("insulin", "sulfonylurea", "glinide", "metformin", "other diabetes medicine")
    taken = [one for class_name in classes for one in taken_of_class(answers, class_name)]
    return [found("diabetes.contradiction", of=one.code, medicine=one.name) for one in taken]


def _diabetes(answers: ScreeningAnswers, order: Order, policy: Policy) -> list[Finding]:
    steroids = steroid_agents(order)
    lowered = answers.insulin.answer is Answer.YES or lowers_sugar(answers)
    if answers.diabetes.answer is not Answer.YES and not lowered:
        return []
    if not steroids:
        findings = [found("diabetes.present")]
    else:
        days = glucose_watch_days(answers, steroids, policy)
        findings = [found("diabetes.glucose-plan", days=days, limit=policy.glucose_stop_mg_dl)]
        if answers.hba1c_percent is None:
            findings.append(found("diabetes.hba1c-unknown"))
        elif answers.hba1c_percent >= policy.hba1c_review_percent:
            limit = policy.hba1c_review_percent
            findings.append(found("diabetes.hba1c-high", value=answers.hba1c_percent, limit=limit))
    if order.sedation is not Sedation.NONE and lowered:
        findings.append(found("diabetes.fasting"))
    return findings


def glucose_watch_days(answers: ScreeningAnswers, steroids: tuple[Agent, ...], policy: Policy) -> int:
    """Days of home glucose checks after these steroids; longer with insulin, high or unknown HbA1c."""
    days = [one.steroid.glucose_watch_days for one in steroids if one.steroid is not None]
    on_insulin = answers.insulin.answer is not Answer.NO or takes(answers, "insulin")
    value = believed_answers(answers)[0].hba1c_percent
    high = value is None or value >= policy.hba1c_review_percent
    return max([*days, policy.glucose_long_days]) if on_insulin or high else max(days, default=0)


def _blood_pressure(answers: ScreeningAnswers, policy: Policy) -> list[Finding]:
    systolic, diastolic = answers.blood_pressure_systolic, answers.blood_pressure_diastolic
    if systolic is None or diastolic is None:
        return [found("blood-pressure.unknown")]
    if systolic >= policy.systolic_maximum or diastolic >= policy.diastolic_maximum:
        limit = f"{policy.systolic_maximum}/{policy.diastolic_maximum}"
        return [found("blood-pressure.high", value=f"{systolic}/{diastolic}", limit=limit)]
    return []


def _sedation_and_driver(answers: ScreeningAnswers, order: Order, policy: Policy) -> list[Finding]:
    findings = []
    sedated = order.sedation is not Sedation.NONE
    if answers.glp1_drug.answer is Answer.YES or takes(answers, "GLP-1 drug"):
        findings.append(found("glp1.sedation" if sedated else "glp1.present"))
    if answers.driver_arranged.answer is Answer.NO:
        asked = policy.driver == "always" or sedated
        findings.append(found("driver.missing", policy_driver=policy.driver) if asked else found("driver.noted"))
    return findings
