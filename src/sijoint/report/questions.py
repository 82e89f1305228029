"""Facts and their questions: what was answered, in the words in which it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sijoint.model import Answer, Assessment, Fact, Provocation, ProvocationTest, ScreeningAnswers
from sijoint.report.words import in_words, sentence_case

WORDS: Mapping[str, str] = {
    "ace_or_arb_with_diuretic": "ACE inhibitor or ARB with a diuretic",
    "allergies_asked": "allergies asked about",
    "antibiotics": "antibiotics now or recently",
    "antithrombotics": "blood thinner (antithrombotic)",
    "antithrombotics_as_planned": "blood thinner taken as planned",
    "aspirin_asthma_or_nsaid_allergy": "aspirin asthma or NSAID allergy",
    "could_be_pregnant": "could be pregnant",
    "cyp3a4_inhibitor": "strong CYP3A4 inhibitor",
    "glp1_drug": "GLP-1 drug",
    "hip_or_spine_surgery_3_months": "hip or spine surgery within 3 months",
    "implant_or_fusion_at_joint": "implant or fusion at the joint",
    "other_nsaid": "another NSAID",
    "rescue_analgesic_within_6_h": "rescue painkiller within 6 h",
    "septic_joint_suspected": "septic joint suspected",
    "severe_hypertension_or_heart_failure": "severe hypertension or heart failure",
    "skin_at_site_broken": "skin at the site broken",
    "steroid_last_3_months": "steroid within 3 months",
    "ulcer": "stomach or gut ulcer",
    "vaccine_last_2_weeks": "vaccine within 2 weeks",
    "vasovagal_history": "has fainted at needles",
    "pain_above_l5": "pain above L5",
    "red_flag": "red flag (cauda equina, cancer, infection, fracture)",
    "straight_leg_raise_positive": "straight-leg raise positive",
}


ASKED = frozenset({"Allergies asked about", "Medicines asked"})


@dataclass(frozen=True)
class Answered:
    question: str
    fact: Fact


@dataclass(frozen=True)
class AnswersSorted:
    """Answers as a reader needs them: what was said yes to, what nobody knows, and what was denied."""

    said_yes: tuple[Answered, ...]
    not_known: tuple[Answered, ...]
    said_no: tuple[Answered, ...]


@dataclass(frozen=True)
class ProvocationRow:
    """One test with the answers of both sides, ``not asked`` where it was not done."""

    test: ProvocationTest
    left: Fact
    right: Fact


def answered(record: Any) -> tuple[Answered, ...]:
    """Every fact of a record in the order of its fields."""
    named = ((part.name, getattr(record, part.name)) for part in fields(record))
    return tuple(
        Answered(sentence_case(WORDS.get(name, in_words(name))), value)
        for name, value in named
        if isinstance(value, Fact)
    )


def sorted_answers(record: ScreeningAnswers | Assessment) -> AnswersSorted:
    """Whether medicines and allergies were asked stands beside their lists, and here only where they were not."""
    every = tuple(one for one in answered(record) if one.question not in ASKED or one.fact.answer is not Answer.YES)
    return AnswersSorted(
        tuple(one for one in every if one.fact.answer is Answer.YES),
        tuple(one for one in every if one.fact.answer in (Answer.UNKNOWN, Answer.NOT_ASKED)),
        tuple(one for one in every if one.fact.answer is Answer.NO),
    )


def provocation_rows(provocations: tuple[Provocation, ...]) -> tuple[ProvocationRow, ...]:
    """All tests of the standard list, done or not."""
    found = {(one.test, str(one.side)): one.result for one in provocations}
    return tuple(
        ProvocationRow(test, found.get((test, "left"), Fact()), found.get((test, "right"), Fact()))
        for test in ProvocationTest
    )
