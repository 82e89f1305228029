"""Screening as the pages send it: read topic by topic, laid over what is on record, so that nothing else is touched."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sijoint.frames import Side
from sijoint.model import Answer, Fact, ScreeningAnswers
from sijoint.pathway.screening_questions import LISTS, ScreeningTopic
from sijoint.web.forms import Form
from sijoint.web.patient.listed_names import (
    Row,
    allergies_from,
    allergy_choices,
    allergy_fields,
    medicine_choices,
    medicine_fields,
    medicines_from,
    read_rows,
    typed_before,
)

ANSWERS = (Answer.YES, Answer.NO, Answer.UNKNOWN)
READINGS = "readings"  # the last topic: numbers, where the patient has them
READING_FIELDS = ("systolic", "diastolic", "inr", "inr_on", "hba1c", "hba1c_unit")
METAL = "implant_or_fusion_at_joint"


def fields_of(topic: ScreeningTopic) -> tuple[str, ...]:
    """All that the page of a topic may send."""
    facts = tuple(one.fact for one in topic.questions)
    if topic.key == READINGS:
        return READING_FIELDS
    more = {"medicines": medicine_fields(), "allergies": allergy_fields()}.get(topic.key, ())
    whole = (LISTS[topic.key],) if topic.key in LISTS else ()
    metal = ("metal_side",) if METAL in facts else ()
    return (*facts, *more, *whole, *metal)


def check_topic(form: Form, topic: ScreeningTopic, before: ScreeningAnswers, today: date) -> tuple[Row, ...]:
    """Notes what is missing; answers the rows of a list."""
    for one in topic.questions:
        if form.raw(one.fact) not in ANSWERS:
            form.problem(one.fact, f"“{one.words}” Choose an answer.")
    if topic.key == READINGS:
        read_readings(form, today)
    if topic.key not in LISTS:
        return ()
    rows = list_rows(form, topic.key, before)
    if form.raw(LISTS[topic.key]) not in (Answer.YES, Answer.UNKNOWN):
        form.problem(LISTS[topic.key], "Say whether the list is complete.")
    return rows


def list_rows(form: Form, key: str, before: ScreeningAnswers) -> tuple[Row, ...]:
    if key == "medicines":
        return read_rows(form, "medicine", lambda typed: medicine_choices(typed, before.medicines))
    return read_rows(form, "allergy", lambda typed: allergy_choices(typed, before.allergies))


def answers_from(
    form: Form, topics: tuple[ScreeningTopic, ...], before: ScreeningAnswers, now: datetime, by: str, today: date
) -> ScreeningAnswers:
    """The record's answers with those of the pages; numbers that were left empty stay as they are on record."""
    said: dict[str, Any] = {}
    for topic in topics:
        facts = (*(one.fact for one in topic.questions), *((LISTS[topic.key],) if topic.key in LISTS else ()))
        said |= {fact: Fact(Answer(form.raw(fact)), by, now) for fact in facts}
    said["medicines"] = medicines_from(list_rows(form, "medicines", before), before.medicines)
    said["allergies"] = allergies_from(list_rows(form, "allergies", before), before.allergies)
    metal = tuple(side for side in Side if form.says("metal_side", side)) if form.raw(METAL) == Answer.YES else ()
    said["hardware_sides"] = metal
    said |= {name: value for name, value in read_readings(form, today).items() if value is not None}
    return replace(before, **said)


def read_readings(form: Form, today: date) -> dict[str, Any]:
    most = Decimal(999)
    hba1c = form.number("hba1c", "HbA1c", lowest=Decimal(0), highest=most)
    percent = form.raw("hba1c_unit") != "mmol/mol"
    inr_on = form.day("inr_on", "Day of the INR")
    if inr_on is not None and inr_on > today:
        form.problem("inr_on", "Day of the INR: that is still to come.")
    return {
        "blood_pressure_systolic": form.whole("systolic", "Blood pressure, upper number", lowest=0, highest=999),
        "blood_pressure_diastolic": form.whole("diastolic", "Blood pressure, lower number", lowest=0, highest=999),
        "inr": form.number("inr", "INR", lowest=Decimal(0), highest=most),
        "inr_on": inr_on,
        "hba1c_percent": hba1c if percent else None,
        "hba1c_mmol_mol": None if percent else hba1c,
    }


def fields_before(answers: ScreeningAnswers) -> dict[str, tuple[str, ...]]:
    """What is on record, as the pages show it for the patient to confirm; what was not asked stays open."""
    fields: dict[str, tuple[str, ...]] = {}
    for name in answers.__dataclass_fields__:
        value = getattr(answers, name)
        if isinstance(value, Fact) and value.answer in ANSWERS:
            fields[name] = (str(value.answer),)
    for key in LISTS.values():
        fields.pop(key, None)  # whether the list is complete is asked anew each time
    sides = tuple(str(side) for side in answers.hardware_sides)
    return {**fields, **typed_before(answers), **({"metal_side": sides} if sides else {})}
