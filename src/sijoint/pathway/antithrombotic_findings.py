"""What is known and still to be asked of every antithrombotic: prescriber, class, kidney, INR, dates, other drugs beside it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from sijoint.formulary import Advice, ListedMedicine, antithrombotic_row
from sijoint.model import Answer, Assessed, Booking, Fact, Finding, Patient, PrescriberContact, ScreeningAnswers
from sijoint.pathway.antithrombotic_plan import AntithromboticLine, antithrombotic_plan, kidney_weak, signature_time
from sijoint.pathway.antithrombotics import CONTINUE, HOLD, age_years, antithrombotics_taken, hold_signed
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.medicines import taken_of_class
from sijoint.pathway.policy import Policy

VITAMIN_K = "vitamin K antagonist"


def antithrombotic_findings(
    answers: ScreeningAnswers,
    patient: Patient,
    contacts: tuple[PrescriberContact, ...],
    policy: Policy,
    now: datetime,
    booking: Booking | None = None,
) -> list[Finding]:
    """One or more findings for each; answers of a time to come do not count yet."""
    taken = antithrombotics_taken(answers)
    findings = []
    if not taken and answers.antithrombotics.answer is Answer.YES:
        findings.append(found("antithrombotic.which-one"))
    why = _raised_by(answers, patient, len(taken), policy, policy.day(now))
    past = tuple(one for one in contacts if one.at <= now and signature_time(one) <= now)
    for line in antithrombotic_plan(answers, past, booking, policy):
        one = line.medicine
        if one.antithrombotic and answers.antithrombotics.answer is Answer.NO:
            findings.append(found("antithrombotic.contradiction", of=one.code, agent=one.name))
        findings += _of(line, answers, why if one.antithrombotic else "", booking, policy)
        if one.class_name == VITAMIN_K:
            findings += _inr(one, answers, policy, policy.day(now))
    return [*findings, *_beside(taken, answers)]


def check_contact(contact: PrescriberContact, now: datetime) -> Assessed:
    """Whether a prescriber's answer can be written down as it stands."""
    findings = []
    if contact.answer not in (CONTINUE, HOLD):
        findings.append(found("prescriber.answer-unclear", answer=contact.answer))
    if not contact.prescriber.strip():
        findings.append(found("prescriber.nobody"))
    if max(contact.at, signature_time(contact)) > now:
        findings.append(found("prescriber.in-future"))
    if any(hours is not None and hours <= 0 for hours in (contact.hold_hours, contact.restart_hours)):
        findings.append(found("prescriber.hours"))
    return assessed(findings)


def _of(
    line: AntithromboticLine,
    answers: ScreeningAnswers,
    why: str,
    booking: Booking | None,
    policy: Policy,
) -> Iterator[Finding]:
    one, contact = line.medicine, line.contact
    if contact is not None and contact.answer == HOLD:
        yield from _held(line, contact, answers, booking, policy.zone)
        return
    if contact is not None and contact.answer == CONTINUE and contact.prescriber.strip():
        yield found("antithrombotic.continue-agreed", of=one.code, agent=one.name, prescriber=contact.prescriber)
        yield found("antithrombotic.continue", of=one.code, agent=one.name)
        return
    row = antithrombotic_row(one)
    weak = row is not None and kidney_weak(row, answers)
    if weak:
        yield found("antithrombotic.kidney", of=one.code, agent=one.name, value=_egfr(answers))
    if why:
        yield found("antithrombotic.raised", of=one.code, agent=one.name, why=why)
    elif line.advice is Advice.HOLD:
        length = line.length.words if line.length is not None else "for a time that the prescriber names"
        column = policy.antithrombotic_column
        yield found("antithrombotic.ask", of=one.code, agent=one.name, column=column, length=length)
    elif line.advice is Advice.ASK:
        yield found("antithrombotic.no-row", of=one.code, agent=one.name, column=policy.antithrombotic_column)
    elif not weak:
        yield found("antithrombotic.continue", of=one.code, agent=one.name)


def _held(
    line: AntithromboticLine,
    contact: PrescriberContact,
    answers: ScreeningAnswers,
    booking: Booking | None,
    zone: tzinfo,
) -> Iterator[Finding]:
    """A hold: unsigned, agreed but without dates that a physician has signed, or with them."""
    one = line.medicine
    of, agent, prescriber = one.code, one.name, contact.prescriber
    if answers.stent_stroke_or_clot_last_year.answer is not Answer.NO:
        answer = answers.stent_stroke_or_clot_last_year.answer
        yield found("antithrombotic.hold-after-clot", of=of, agent=agent, answer=answer)
    if one.class_name == VITAMIN_K:
        yield found("antithrombotic.bridging", of=of, agent=agent, said=contact.bridging or "nothing")
    if not hold_signed(one.code, (contact,)):
        yield found("antithrombotic.hold-unsigned", of=of, agent=agent, prescriber=prescriber)
    elif line.length is None or line.restart_hours is None:
        yield found("antithrombotic.hold-length", of=of, agent=agent, prescriber=prescriber)
    elif line.pause is not None:
        last = _moment(line.pause.last_dose_day, zone, by_day=line.pause.by_day)
        yield found(
            "antithrombotic.hold-dates",
            of=of,
            agent=agent,
            prescriber=prescriber,
            signed=contact.signed_by,
            last=last,
            restart=_moment(line.pause.restart_at, zone, by_day=False),
        )
    elif booking is None:
        yield found("antithrombotic.hold-agreed", of=of, agent=agent, prescriber=prescriber, signed=contact.signed_by)
    elif contact.signed_for == booking.at:  # signed for this appointment, and yet no pause
        yield found("antithrombotic.hold-too-late", of=of, agent=agent, prescriber=prescriber)
    else:
        yield found("antithrombotic.hold-dates-unsigned", of=of, agent=agent, prescriber=prescriber)


def _moment(at: datetime, zone: tzinfo, *, by_day: bool) -> str:
    local = at.astimezone(zone)
    day = f"{local:%A} {local.day} {local:%B %Y}"
    return day if by_day else f"{day}, {local:%H:%M} {local.tzname()}"


def _raised_by(answers: ScreeningAnswers, patient: Patient, taken: int, policy: Policy, today: date) -> str:
    """Why the class is raised, in words; "" where nothing raises it. What is unknown raises it as well."""
    reasons = []
    if age_years(patient.birth_date, today) >= policy.antithrombotic_age_years:
        reasons.append(f"age {age_years(patient.birth_date, today)}")
    if taken > 1:
        reasons.append("a second antithrombotic")
    if taken_of_class(answers, "NSAID") or answers.other_nsaid.answer is Answer.YES:
        reasons.append("an NSAID beside it")
    reasons += _not_denied("a serious bleeding before", answers.prior_bleeding)
    reasons += _not_denied("a bleeding disorder", answers.bleeding_disorder)
    reasons += _not_denied("liver or kidney disease", answers.liver_or_kidney_disease)
    reasons += _not_denied("kidney disease", answers.kidney_disease)
    return " and ".join(reasons)


def _not_denied(label: str, fact: Fact) -> list[str]:
    return [] if fact.answer is Answer.NO else [f"{label} ({fact.answer})"]


def _egfr(answers: ScreeningAnswers) -> str:
    return "not known" if answers.egfr_ml_min is None else f"{answers.egfr_ml_min} mL/min"


def _beside(taken: tuple[ListedMedicine, ...], answers: ScreeningAnswers) -> Iterator[Finding]:
    """What weakens platelets a little beside an antithrombotic."""
    if not taken:
        return
    for one in (*taken_of_class(answers, "SSRI"), *taken_of_class(answers, "SNRI")):
        yield found("serotonin.bleeding", of=one.code, medicine=one.name)
    for one in taken_of_class(answers, "herbal medicine that thins the blood"):
        yield found("herbal.bleeding", of=one.code, medicine=one.name)


def _inr(one: ListedMedicine, answers: ScreeningAnswers, policy: Policy, today: date) -> list[Finding]:
    if answers.inr is None or answers.inr_on is None or answers.inr_on > today:
        return [found("inr.missing", of=one.code, agent=one.name)]
    findings = []
    if answers.inr > policy.inr_maximum:
        findings.append(found("inr.high", of=one.code, value=answers.inr, limit=policy.inr_maximum))
    if today - answers.inr_on > timedelta(days=policy.inr_days):
        findings.append(found("inr.old", of=one.code, on=answers.inr_on, days=policy.inr_days))
    return findings
