"""What note, letter and card have in common: who a patient is, and facts told as facts, also where nobody recorded them."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from sijoint.model import Answer, Episode, Fact, Patient, Provocation
from sijoint.report.paper import Words
from sijoint.report.words import day, joined, moment

NOT_RECORDED = "not recorded"
DISCLAIMER = (
    "Made with SIJoint from the record: education, research; not a certified medical device; the physician decides."
)
VIRTUAL = "VIRTUAL PATIENT, SIMULATED IMAGES"


class NoSuchPaper(ValueError):
    """The facts for this paper are not there yet; the text says which."""


def person(patient: Patient) -> str:
    return f"{patient.given_name} {patient.family_name}, {patient.sex.value}, born {day(patient.birth_date)} · patient {patient.id}"


def notices(patient: Patient) -> tuple[str, ...]:
    return (VIRTUAL,) if patient.virtual else ()


def foot(made_at: datetime, zone: tzinfo) -> tuple[str, ...]:
    return (f"Written {moment(made_at, zone)} ({zone}).", DISCLAIMER)


def told(fact: Fact) -> str:
    """The answer; not asked is told as such."""
    return NOT_RECORDED if fact.answer is Answer.NOT_ASKED else fact.answer.value


def or_not_recorded(text: object) -> str:
    return str(text) if text not in (None, "") else NOT_RECORDED


def positive_tests(provocations: Iterable[Provocation], side: object) -> str:
    """The provocation tests that were positive on a side, and how many were done there."""
    done = [one for one in provocations if one.side == side and one.result.answer in (Answer.YES, Answer.NO)]
    positive = [str(one.test) for one in done if one.result.answer is Answer.YES]
    if not done:
        return f"no provocation test is recorded on the {side} side"
    return f"{len(positive)} of {len(done)} provocation tests positive on the {side} side" + (
        f" ({joined(positive)})" if positive else ""
    )


def indication(episode: Episode, side: object) -> tuple[Words, ...]:
    """Why there is an injection: the working diagnosis, the tests and the pain before."""
    visit = episode.assessment
    if visit is None:
        return (Words(f"Request: {or_not_recorded(episode.request.reason)}. No assessment is recorded."),)
    since = f"Pain since {day(episode.request.pain_since)}. " if episode.request.pain_since else ""
    worst = f"Pain {visit.baseline_nrs}/10" if visit.baseline_nrs is not None else f"Pain before: {NOT_RECORDED}"
    movement = f" on {visit.index_movement}" if visit.index_movement else ""
    return (
        Words(f"Working diagnosis: {or_not_recorded(visit.working_diagnosis)}."),
        Words(f"{since}{worst}{movement}; {positive_tests(visit.provocations, side)}."),
    )
