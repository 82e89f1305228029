"""The preparation sheet, made from the answers. A hold of a blood thinner is never on it without a signed answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sijoint.model import (
    Answer,
    Episode,
    OrderKind,
    Patient,
    PreparationSheet,
    ScreeningAnswers,
    Sedation,
    Session,
    SheetItem,
    SheetTopic,
)
from sijoint.pathway.antithrombotic_plan import antithrombotic_plan
from sijoint.pathway.antithrombotics import antithrombotics_taken
from sijoint.pathway.doses import known_agent, steroid_agents
from sijoint.pathway.languages import ENGLISH, Language, language, sentence_source
from sijoint.pathway.medicines import takes
from sijoint.pathway.policy import Policy
from sijoint.pathway.screening import glucose_watch_days, lowers_sugar, may_be_diabetic, pregnancy_applies
from sijoint.pathway.units import glucose_mmol_l


class NothingToPrepare(ValueError):
    """A sheet needs a booked session and screening answers."""


@dataclass(frozen=True)
class Visit:
    """What the parts of the sheet are written from; ``zone`` is the clinic's clock."""

    episode: Episode
    session: Session
    at: datetime
    answers: ScreeningAnswers
    patient: Patient
    policy: Policy
    language: Language
    zone: tzinfo

    @property
    def sedated(self) -> bool:
        return self.session.order.sedation is not Sedation.NONE

    def item(self, topic: SheetTopic, section: str, key: str, **blanks: object) -> SheetItem:
        text = self.language.sentence("preparation", section, key, **blanks)
        sources = {
            "fasting": self.policy.sources["fasting_light_hours"].source,
            "driver": self.policy.sources["driver"].source,
            "recovery": self.policy.sources["recovery_minutes"].source,
        }
        return SheetItem(topic, text, sentence_source("preparation", section, key, **sources), f"{section}.{key}")

    def hours_before(self, hours: int) -> str:
        return self.language.moment(self.at - timedelta(hours=hours), self.zone)


def preparation_sheet(
    episode: Episode,
    patient: Patient,
    policy: Policy,
    now: datetime,
    zone: tzinfo | None = None,
    language_code: str = ENGLISH,
) -> PreparationSheet:
    """The sheet of the current session, by the clinic's clock. Raises NothingToPrepare and UnknownLanguage."""
    session = episode.sessions[-1] if episode.sessions else None
    answers = episode.screening_answers
    if session is None or session.booking is None or answers is None:
        raise NothingToPrepare("a preparation sheet needs a booked session and screening answers: book first")
    at = session.booking.at
    visit = Visit(episode, session, at, answers, patient, policy, language(language_code), zone or policy.zone)
    items = (
        *_arrival(visit),
        *_medicines(visit),
        *_eating(visit),
        *_diabetes(visit),
        *_driver(visit),
        *_pain_before(visit),
        *_what_happens(visit),
        *_afterwards(visit),
        *_call(visit),
    )
    return PreparationSheet(now, at, items, language_code, str(visit.zone))


def _arrival(visit: Visit) -> Iterator[SheetItem]:
    topic, told = SheetTopic.ARRIVAL, visit.language
    yield visit.item(
        topic, "arrival", "time", day=told.weekday(visit.at, visit.zone), time=told.time(visit.at, visit.zone)
    )
    yield visit.item(topic, "arrival", "side", side=visit.session.order.side)


def _medicines(visit: Visit) -> Iterator[SheetItem]:
    """Whatever is not known to be paused by a signed answer is kept on."""
    topic, answers, contacts = SheetTopic.MEDICINES, visit.answers, visit.episode.prescriber_contacts
    yield visit.item(topic, "medicines", "general")
    taken = antithrombotics_taken(answers)
    for line in antithrombotic_plan(answers, contacts, visit.session.booking, visit.policy, visit.zone):
        agent, last = visit.language.medicine(line.medicine.code), line.contact
        if last is not None and line.pause is not None:
            pause = line.pause
            day = visit.language.weekday if pause.by_day else visit.language.moment
            yield visit.item(
                topic,
                "medicines",
                "hold",
                agent=agent,
                prescriber=last.prescriber,
                last=day(pause.last_dose_day, visit.zone),
                restart=visit.language.moment(pause.restart_at, visit.zone),
            )
        elif last is not None and last.answer == "continue" and last.prescriber.strip():
            yield visit.item(topic, "medicines", "keep_agreed", agent=agent, prescriber=last.prescriber)
        else:
            yield visit.item(topic, "medicines", "keep", agent=agent)
    if answers.antithrombotics.answer is not Answer.NO and not taken:
        yield visit.item(topic, "medicines", "contradiction")
    if any(one.class_name == "vitamin K antagonist" for one in taken):
        yield visit.item(topic, "medicines", "inr", days=visit.policy.inr_days)
    if answers.regular_opioid.answer is not Answer.NO:
        yield visit.item(topic, "medicines", "opioid")
    for medicine in answers.medicines:
        if not (medicine.agent and medicine.accepted_by):
            yield visit.item(topic, "medicines", "unmatched", typed=medicine.typed)
    if answers.medicines_asked.answer is not Answer.YES:
        yield visit.item(topic, "medicines", "unasked")


def _eating(visit: Visit) -> Iterator[SheetItem]:
    """No fasting text with insulin or a sulfonylurea until a clinician has set the dose, nor where the stomach may be slow."""
    topic, answers, policy = SheetTopic.EATING, visit.answers, visit.policy
    if not visit.sedated:
        yield visit.item(topic, "eating", "none")
        return
    if may_be_diabetic(answers) and (answers.insulin.answer is not Answer.NO or lowers_sugar(answers)):
        yield visit.item(topic, "eating", "wait")
        return
    if answers.glp1_drug.answer is not Answer.NO or takes(answers, "GLP-1 drug"):
        yield visit.item(topic, "eating", "wait_stomach")
        return
    yield visit.item(
        topic,
        "eating",
        "sedated",
        heavy=policy.fasting_heavy_hours,
        heavy_from=visit.hours_before(policy.fasting_heavy_hours),
        light=policy.fasting_light_hours,
        light_from=visit.hours_before(policy.fasting_light_hours),
        clear=policy.fasting_clear_hours,
        clear_from=visit.hours_before(policy.fasting_clear_hours),
    )


def _diabetes(visit: Visit) -> Iterator[SheetItem]:
    topic, steroids = SheetTopic.DIABETES, steroid_agents(visit.session.order)
    if not may_be_diabetic(visit.answers):
        return
    if not steroids:
        yield visit.item(topic, "diabetes", "no_steroid")
        return
    limit = visit.policy.glucose_stop_mg_dl
    yield visit.item(topic, "diabetes", "plan", days=glucose_watch_days(visit.answers, steroids, visit.policy))
    yield visit.item(topic, "diabetes", "limit", limit=limit, mmol=glucose_mmol_l(limit))
    yield visit.item(topic, "diabetes", "today")


def _driver(visit: Visit) -> Iterator[SheetItem]:
    topic = SheetTopic.DRIVER
    key = "sedated" if visit.sedated else "always" if visit.policy.driver == "always" else "none"
    yield visit.item(topic, "driver", key)
    if key != "none" and visit.answers.driver_arranged.answer is not Answer.YES:
        yield visit.item(topic, "driver", "missing")


def _pain_before(visit: Visit) -> Iterator[SheetItem]:
    topic = SheetTopic.PAIN_BEFORE
    if visit.session.order.kind is not OrderKind.DIAGNOSTIC:
        yield visit.item(topic, "pain_before", "therapy")
        return
    yield visit.item(topic, "pain_before", "test", hours=visit.policy.rescue_analgesic_hours)
    yield visit.item(topic, "pain_before", "mild", nrs=visit.policy.baseline_nrs)


def _what_happens(visit: Visit) -> Iterator[SheetItem]:
    topic, told, order = SheetTopic.WHAT_HAPPENS, visit.language, visit.session.order
    named = [(told.number(line.volume_ml), known_agent(line.agent), line.agent) for line in order.recipe.drug]
    drugs = ", ".join(f"{volume} mL {told.agent(one) if one else code}" for volume, one, code in named)
    yield visit.item(topic, "what_happens", "position")
    yield visit.item(topic, "what_happens", "contrast")
    yield visit.item(topic, "what_happens", "drug_therapy" if steroid_agents(order) else "drug_test", drugs=drugs)
    if pregnancy_applies(visit.patient):
        yield visit.item(topic, "what_happens", "pregnancy")


def _afterwards(visit: Visit) -> Iterator[SheetItem]:
    topic, policy = SheetTopic.AFTER, visit.policy
    yield visit.item(topic, "afterwards", "stay", minutes=policy.recovery_minutes)
    yield visit.item(topic, "afterwards", "diary")
    yield visit.item(topic, "afterwards", "rest", first=policy.soreness_days_from, last=policy.soreness_days_to)
    if steroid_agents(visit.session.order):
        yield visit.item(topic, "afterwards", "steroid")


def _call(visit: Visit) -> Iterator[SheetItem]:
    topic, told = SheetTopic.CALL_US, visit.language
    yield visit.item(topic, "call", "number", phone=told.site(visit.policy.clinic_phone))
    yield visit.item(
        topic, "call", "moved", day=told.full_day(visit.at, visit.zone), time=told.time(visit.at, visit.zone)
    )
