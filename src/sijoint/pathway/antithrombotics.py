"""Antithrombotics: the default is to continue. A hold needs the prescriber's answer and a physician's signature."""

from datetime import date, datetime, timedelta

from sijoint.formulary import ListedMedicine, medicine
from sijoint.model import Answer, Finding, Patient, PrescriberContact, ScreeningAnswers
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy


def antithrombotics_taken(answers: ScreeningAnswers) -> tuple[ListedMedicine, ...]:
    """The antithrombotics on the patient's list, each once."""
    known = (medicine(one.agent) for one in answers.medicines)
    return tuple(dict.fromkeys(one for one in known if one is not None and one.antithrombotic))


def hold_signed(agent: str, contacts: tuple[PrescriberContact, ...]) -> PrescriberContact | None:
    """The last prescriber's answer on an agent, where it is a hold that a physician has signed."""
    last = last_contact(agent, contacts)
    return last if last is not None and last.answer == "hold" and last.signed_by.strip() else None


def last_contact(agent: str, contacts: tuple[PrescriberContact, ...]) -> PrescriberContact | None:
    return max((one for one in contacts if one.agent == agent), key=lambda one: one.at, default=None)


def antithrombotic_findings(
    answers: ScreeningAnswers,
    patient: Patient,
    contacts: tuple[PrescriberContact, ...],
    policy: Policy,
    now: datetime,
) -> list[Finding]:
    """What is known and still to be asked of every antithrombotic."""
    taken = antithrombotics_taken(answers)
    if not taken:
        return [found("antithrombotic.which-one")] if answers.antithrombotics.answer is Answer.YES else []
    findings = []
    why = _raised_by(answers, patient, len(taken), policy, now.date())
    for one in taken:
        if answers.antithrombotics.answer is Answer.NO:
            findings.append(found("antithrombotic.contradiction", of=one.code, agent=one.code))
        findings += _one(one, contacts, why)
        if one.class_name == "vitamin K antagonist":
            findings += _inr(one.code, answers, policy, now.date())
    return findings


def _one(taken: ListedMedicine, contacts: tuple[PrescriberContact, ...], why: str) -> list[Finding]:
    contact = last_contact(taken.code, contacts)
    if contact is not None and contact.answer == "hold":
        code = "antithrombotic.hold-agreed" if hold_signed(taken.code, contacts) else "antithrombotic.hold-unsigned"
        return [
            found(
                code,
                of=taken.code,
                agent=taken.code,
                prescriber=contact.prescriber,
                signed=contact.signed_by or "nobody",
            )
        ]
    if contact is not None and contact.answer == "continue" and contact.prescriber.strip():
        agreed = found("antithrombotic.continue-agreed", of=taken.code, agent=taken.code, prescriber=contact.prescriber)
        return [agreed, found("antithrombotic.continue", of=taken.code, agent=taken.code)]
    if why:
        return [found("antithrombotic.raised", of=taken.code, agent=taken.code, why=why)]
    code = "antithrombotic.continue" if taken.low_risk_default == "continue" else "antithrombotic.ask"
    return [found(code, of=taken.code, agent=taken.code)]


def _raised_by(answers: ScreeningAnswers, patient: Patient, taken: int, policy: Policy, today: date) -> str:
    """Why the class is raised, in words; "" where nothing raises it. Unknown bleeding, liver or kidney raises."""
    reasons = []
    if age_years(patient.birth_date, today) >= policy.antithrombotic_age_years:
        reasons.append(f"age {age_years(patient.birth_date, today)}")
    if taken > 1:
        reasons.append("a second antithrombotic")
    if answers.bleeding_disorder.answer is not Answer.NO:
        reasons.append(f"a bleeding disorder ({answers.bleeding_disorder.answer})")
    if answers.liver_or_kidney_disease.answer is not Answer.NO:
        reasons.append(f"liver or kidney disease ({answers.liver_or_kidney_disease.answer})")
    return " and ".join(reasons)


def age_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _inr(agent: str, answers: ScreeningAnswers, policy: Policy, today: date) -> list[Finding]:
    if answers.inr is None or answers.inr_on is None or answers.inr_on > today:
        return [found("inr.missing", of=agent, agent=agent)]
    findings = []
    if answers.inr > policy.inr_maximum:
        findings.append(found("inr.high", of=agent, value=answers.inr, limit=policy.inr_maximum))
    if today - answers.inr_on > timedelta(days=policy.inr_days):
        findings.append(found("inr.old", of=agent, on=answers.inr_on, days=policy.inr_days))
    return findings
