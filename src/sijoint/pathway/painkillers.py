"""What to take for a sore place: ibuprofen only where everything that speaks against it is answered no, and never
inside the test window of a diagnostic block; else paracetamol; else ice and a question. Unknown is not no."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from sijoint.formulary import allergy_words, medicine
from sijoint.model import (
    Answer,
    DayOfConfirmation,
    Grade,
    OrderKind,
    Painkiller,
    Patient,
    ScreeningAnswers,
    Session,
)
from sijoint.pathway.antithrombotics import age_years
from sijoint.pathway.injections import action_window, injected_at
from sijoint.pathway.medicines import matched, takes
from sijoint.pathway.policy import Policy
from sijoint.pathway.screening import PREGNANCY_FACTS, pregnancy_applies

PARACETAMOL = "paracetamol"  # code in the medicines list
IBUPROFEN_LIKE = ("NSAID", "aspirin")  # classes of the medicines list


@dataclass(frozen=True)
class AgainstIbuprofen:
    """One condition of the rule: the screening answers that have to be no, and classes of medicines that speak against.

    ``together``: groups of classes that do so where a medicine of each group is taken.
    """

    label: str
    facts: tuple[str, ...]
    classes: tuple[str, ...]
    together: tuple[tuple[str, ...], ...]
    source: str
    grade: Grade


@dataclass(frozen=True)
class PainkillerAdvice:
    """``test_until`` is the end of the test window, None where no test runs; no painkiller is advised before it."""

    painkiller: Painkiller
    test_until: datetime | None
    ibuprofen_held_back_by: tuple[str, ...]


@cache
def against_ibuprofen() -> tuple[AgainstIbuprofen, ...]:
    """The listed conditions."""
    text = files("sijoint.pathway").joinpath("ibuprofen.toml").read_text(encoding="utf-8")
    return tuple(
        AgainstIbuprofen(
            row["label"],
            tuple(row["facts"]),
            tuple(row.get("classes", ())),
            tuple(tuple(group) for group in row.get("together", ())),
            row["source"],
            Grade(row["grade"]),
        )
        for row in tomllib.loads(text).values()
    )


def painkiller_advice(
    session: Session, answers: ScreeningAnswers | None, patient: Patient, policy: Policy, now: datetime
) -> PainkillerAdvice:
    """What may be printed on the sheet of this session."""
    reasons = ibuprofen_held_back_by(answers, session.confirmation, patient, policy, now)
    until = end_of_test(session)
    if until is None and session.order.kind is OrderKind.DIAGNOSTIC and injected_at(session.procedure) is not None:
        reasons = (*reasons, "the test window is not known")
    if not reasons:
        painkiller = Painkiller.IBUPROFEN
    elif paracetamol_allowed(answers):
        painkiller = Painkiller.PARACETAMOL
    else:
        painkiller = Painkiller.ASK_FIRST
    return PainkillerAdvice(painkiller, until if until is not None and until > now else None, reasons)


def end_of_test(session: Session) -> datetime | None:
    """When relief can no longer be the anaesthetic's; None for therapy, and where no anaesthetic was given."""
    given = injected_at(session.procedure)
    window = action_window(session.procedure) if session.procedure else None
    if session.order.kind is not OrderKind.DIAGNOSTIC or given is None or window is None:
        return None
    return given + timedelta(minutes=window.longest_min)


def ibuprofen_held_back_by(
    answers: ScreeningAnswers | None,
    confirmation: DayOfConfirmation | None,
    patient: Patient,
    policy: Policy,
    now: datetime,
) -> tuple[str, ...]:
    """Everything that keeps ibuprofen off the sheet, in words; empty only where all of it is answered no."""
    if answers is None:
        return ("the safety questions are not answered",)
    return tuple(
        dict.fromkeys(
            (
                *_conditions(answers, patient),
                *_age(patient, policy, now),
                *_lists(answers),
                *_today(confirmation, patient),
            )
        )
    )


def paracetamol_allowed(answers: ScreeningAnswers | None) -> bool:
    """No liver disease, no allergy that is or may be to it; without these answers a person is asked first."""
    if answers is None or answers.liver_or_kidney_disease.answer is not Answer.NO:
        return False
    if answers.allergies_asked.answer is not Answer.YES:
        return False
    known = (allergy_words().get(one.agent.strip().casefold()) for one in answers.allergies if one.matched)
    return all(one.matched for one in answers.allergies) and not {PARACETAMOL, None} & set(known)


def _conditions(answers: ScreeningAnswers, patient: Patient) -> Iterator[str]:
    for condition in against_ibuprofen():
        for name in condition.facts:
            answer = getattr(answers, name).answer
            clear = _no_to_pregnancy(patient) if name in PREGNANCY_FACTS else (Answer.NO,)
            if answer is Answer.YES:
                yield condition.label
            elif answer not in clear:
                yield f"{condition.label}: {answer}"
        if any(takes(answers, one) for one in condition.classes):
            yield condition.label
        groups = [any(takes(answers, one) for one in group) for group in condition.together]
        if groups and all(groups):
            yield condition.label


def _age(patient: Patient, policy: Policy, now: datetime) -> Iterator[str]:
    age = age_years(patient.birth_date, policy.day(now))
    if age >= policy.ibuprofen_age_years:
        yield f"age {age}"


def _lists(answers: ScreeningAnswers) -> Iterator[str]:
    """A medicine or allergy that nobody has matched may be any of them."""
    if answers.medicines_asked.answer is not Answer.YES:
        yield "the list of medicines was not asked for"
    if any(matched(one) is None for one in answers.medicines):
        yield "a medicine that is not matched to the list"
    if answers.allergies_asked.answer is not Answer.YES:
        yield "allergies were not asked for"
    for allergy in answers.allergies:
        word = allergy_words().get(allergy.agent.strip().casefold())
        known = medicine(word) if word is not None else None
        if not allergy.matched or word is None:
            yield "an allergy that is not matched to the list"
        elif (known.class_name if known is not None else word) in IBUPROFEN_LIKE:
            yield "asthma from aspirin, or allergy to ibuprofen-like drugs"


def _no_to_pregnancy(patient: Patient) -> tuple[Answer, ...]:
    """Where pregnancy does not apply nobody asks; but once asked, unknown is not no, or it would outweigh a yes."""
    return (Answer.NO,) if pregnancy_applies(patient) else (Answer.NO, Answer.NOT_ASKED)


def _today(confirmation: DayOfConfirmation | None, patient: Patient) -> Iterator[str]:
    """What was asked again on the day has to be as screened."""
    if confirmation is None:
        yield "nothing was confirmed on the day"
        return
    if confirmation.new_medicines.answer is not Answer.NO:
        yield f"new medicines today: {confirmation.new_medicines.answer}"
    if confirmation.antithrombotics_as_planned.answer is not Answer.YES:
        yield f"blood thinners as planned: {confirmation.antithrombotics_as_planned.answer}"
    if confirmation.allergies_unchanged.answer is not Answer.YES:
        yield f"allergies unchanged today: {confirmation.allergies_unchanged.answer}"
    if confirmation.pregnancy.answer not in _no_to_pregnancy(patient):
        yield f"pregnancy today: {confirmation.pregnancy.answer}"
    if confirmation.changed:
        yield "an answer changed on the day"
