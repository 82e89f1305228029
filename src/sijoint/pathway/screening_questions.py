"""The questions of screening as a patient reads them: one topic a page, each fact asked once."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sijoint.model import Patient
from sijoint.pathway.screening import PREGNANCY_FACTS, pregnancy_applies

LISTS = {"medicines": "medicines_asked", "allergies": "allergies_asked"}  # the fact that says that the list is whole


@dataclass(frozen=True)
class ScreeningQuestion:
    """``fact`` is a name of ``ScreeningAnswers``."""

    fact: str
    words: str


@dataclass(frozen=True)
class ScreeningTopic:
    key: str
    title: str
    questions: tuple[ScreeningQuestion, ...]


@cache
def every_topic() -> tuple[ScreeningTopic, ...]:
    text = files("sijoint.pathway").joinpath("screening_questions.toml").read_text(encoding="utf-8")
    return tuple(
        ScreeningTopic(
            key, row["title"], tuple(ScreeningQuestion(fact, words) for fact, words in row.items() if fact != "title")
        )
        for key, row in tomllib.loads(text).items()
    )


def topics_for(patient: Patient) -> tuple[ScreeningTopic, ...]:
    """The topics of this patient, in the order of the pages: a man is not asked whether he is pregnant."""
    return tuple(
        one
        for one in every_topic()
        if pregnancy_applies(patient) or not {question.fact for question in one.questions} & set(PREGNANCY_FACTS)
    )
