"""The preparation sheet, made from the answers. A hold of a blood thinner is never on it without a signed answer."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files

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
from sijoint.pathway.antithrombotics import antithrombotics_taken, hold_signed, last_contact
from sijoint.pathway.doses import known_agent, steroid_agents
from sijoint.pathway.policy import Policy
from sijoint.pathway.screening import glucose_watch_days, may_be_diabetic, pregnancy_applies, takes

MG_DL_PER_MMOL_L = Decimal("18.016")  # molar mass of glucose, g/mol, over ten


def glucose_mmol_l(mg_dl: Decimal) -> Decimal:
    """The same glucose in the other unit, one decimal."""
    return (mg_dl / MG_DL_PER_MMOL_L).quantize(Decimal("0.1"), ROUND_HALF_UP)


class NothingToPrepare(ValueError):
    """A sheet needs a booked session and screening answers."""


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    text = files("sijoint.pathway").joinpath("texts", "preparation.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def preparation_sheet(episode: Episode, patient: Patient, policy: Policy, now: datetime) -> PreparationSheet:
    """The sheet of the current session. Raises NothingToPrepare."""
    session = episode.sessions[-1] if episode.sessions else None
    answers = episode.screening_answers
    if session is None or session.booking is None or answers is None:
        raise NothingToPrepare("a preparation sheet needs a booked session and screening answers: book first")
    items = (
        *_arrival(session),
        *_medicines(episode, answers),
        *_eating(session, answers, policy),
        *_diabetes(session, answers, policy),
        *_driver(session, answers, policy),
        *_pain_before(session, policy),
        *_what_happens(session, patient),
        *_afterwards(session, policy),
        *_call(session, policy),
    )
    return PreparationSheet(now, session.booking.at, items)


def _item(topic: SheetTopic, section: str, key: str, source: str = "", **blanks: object) -> SheetItem:
    words = {name: str(value) for name, value in blanks.items()}
    return SheetItem(topic, _sentences()[section][key].format(**words), source)


def _arrival(session: Session) -> list[SheetItem]:
    at = session.booking.at if session.booking else None
    if at is None:
        return []
    return [
        _item(SheetTopic.ARRIVAL, "arrival", "time", day=f"{at:%A %d %B %Y}", time=f"{at:%H:%M}"),
        _item(SheetTopic.ARRIVAL, "arrival", "side", side=session.order.side),
    ]


def _medicines(episode: Episode, answers: ScreeningAnswers) -> list[SheetItem]:
    topic, source = SheetTopic.MEDICINES, "Endres and Bogduk, Pain Med 2017;18:403"
    items = [_item(topic, "medicines", "general")]
    contacts = episode.prescriber_contacts
    for one in antithrombotics_taken(answers):
        signed, last = hold_signed(one.code, contacts), last_contact(one.code, contacts)
        if signed is not None:
            items.append(_item(topic, "medicines", "hold", source, agent=one.code, prescriber=signed.prescriber))
        elif last is not None and last.answer == "continue":
            items.append(_item(topic, "medicines", "keep_agreed", source, agent=one.code, prescriber=last.prescriber))
        else:
            items.append(_item(topic, "medicines", "keep", source, agent=one.code))
    if answers.antithrombotics.answer is not Answer.NO and not antithrombotics_taken(answers):
        items.append(_item(topic, "medicines", "contradiction", source))
    if answers.regular_opioid.answer is not Answer.NO:
        items.append(_item(topic, "medicines", "opioid"))
    for medicine in answers.medicines:
        if not (medicine.agent and medicine.accepted_by):
            items.append(_item(topic, "medicines", "unmatched", typed=medicine.typed))
    return items


def _eating(session: Session, answers: ScreeningAnswers, policy: Policy) -> list[SheetItem]:
    """With insulin or a sulfonylurea there is no fasting text until a clinician has set the dose."""
    topic, source = SheetTopic.EATING, policy.sources["fasting_light_hours"].source
    if session.order.sedation is Sedation.NONE:
        return [_item(topic, "eating", "none", "ASA statement: no sedation, no fasting")]
    on_insulin = answers.insulin.answer is not Answer.NO or takes(answers, "insulin") or takes(answers, "sulfonylurea")
    if on_insulin and may_be_diabetic(answers):
        return [_item(topic, "eating", "wait")]
    heavy, light, clear = policy.fasting_heavy_hours, policy.fasting_light_hours, policy.fasting_clear_hours
    return [_item(topic, "eating", "sedated", source, heavy=heavy, light=light, clear=clear)]


def _diabetes(session: Session, answers: ScreeningAnswers, policy: Policy) -> list[SheetItem]:
    topic, source = SheetTopic.DIABETES, "Ghaly 2023; PMC5712398"
    if not may_be_diabetic(answers):
        return []
    if not steroid_agents(session.order):
        return [_item(topic, "diabetes", "no_steroid")]
    limit = policy.glucose_stop_mg_dl
    days = glucose_watch_days(answers, steroid_agents(session.order), policy)
    return [
        _item(topic, "diabetes", "plan", source, days=days),
        _item(topic, "diabetes", "limit", source, limit=limit, mmol=glucose_mmol_l(limit)),
        _item(topic, "diabetes", "today"),
    ]


def _driver(session: Session, answers: ScreeningAnswers, policy: Policy) -> list[SheetItem]:
    topic, source = SheetTopic.DRIVER, policy.sources["driver"].source
    sedated = session.order.sedation is not Sedation.NONE
    key = "sedated" if sedated else "always" if policy.driver == "always" else "none"
    items = [_item(topic, "driver", key, source)]
    if key != "none" and answers.driver_arranged.answer is not Answer.YES:
        items.append(_item(topic, "driver", "missing"))
    return items


def _pain_before(session: Session, policy: Policy) -> list[SheetItem]:
    topic = SheetTopic.PAIN_BEFORE
    if session.order.kind is not OrderKind.DIAGNOSTIC:
        return [_item(topic, "pain_before", "therapy")]
    return [
        _item(topic, "pain_before", "test", hours=policy.rescue_analgesic_hours),
        _item(topic, "pain_before", "mild", nrs=policy.baseline_nrs),
    ]


def _what_happens(session: Session, patient: Patient) -> list[SheetItem]:
    topic = SheetTopic.WHAT_HAPPENS
    named = [(line.volume_ml, known_agent(line.agent), line.agent) for line in session.order.recipe.drug]
    drugs = ", ".join(f"{volume} mL {one.name if one else code}" for volume, one, code in named)
    key = "drug_therapy" if steroid_agents(session.order) else "drug_test"
    items = [
        _item(topic, "what_happens", "position"),
        _item(topic, "what_happens", "contrast"),
        _item(topic, "what_happens", key, drugs=drugs),
    ]
    if pregnancy_applies(patient):
        items.append(_item(topic, "what_happens", "pregnancy"))
    return items


def _afterwards(session: Session, policy: Policy) -> list[SheetItem]:
    topic = SheetTopic.AFTER
    items = [
        _item(topic, "afterwards", "stay", policy.sources["recovery_minutes"].source, minutes=policy.recovery_minutes),
        _item(topic, "afterwards", "diary"),
        _item(topic, "afterwards", "rest"),
    ]
    return [*items, _item(topic, "afterwards", "steroid")] if steroid_agents(session.order) else items


def _call(session: Session, policy: Policy) -> list[SheetItem]:
    at = session.booking.at if session.booking else None
    items = [_item(SheetTopic.CALL_US, "call", "number", phone=policy.clinic_phone)]
    return (
        items if at is None else [*items, _item(SheetTopic.CALL_US, "call", "moved", day=f"{at:%d %B %Y, %H:%M} UTC")]
    )
