"""The two sheets that a patient takes home, as papers: how to prepare, and what to do afterwards."""

from collections.abc import Iterable
from datetime import UTC, tzinfo

from sijoint.model import DischargeItem, DischargeSheet, Patient, PreparationSheet, SheetItem
from sijoint.pathway import Language, language
from sijoint.report.paper import Form, Paper, Part, Points, Words
from sijoint.report.sheet_topics import by_topic
from sijoint.report.words import sentence_case


def preparation_paper(sheet: PreparationSheet, patient: Patient, *, zone: tzinfo = UTC) -> Paper:
    """It names the visit that it was made for: moving the visit voids it."""
    told = language(sheet.language)
    visit = f"{told.weekday(sheet.for_booking_at, zone)}, {told.time(sheet.for_booking_at, zone)}"
    return Paper(
        title=told.word("papers", "prepare_title"),
        form=Form.PATIENT,
        parts=_topics(sheet.items, told),
        who=_person(patient, told),
        lead=(told.word("papers", "visit", visit=visit),),
        notices=notices(patient, told),
        foot=(told.word("papers", "made", at=told.stamp(sheet.made_at, zone)), told.word("papers", "disclaimer")),
        language=told.code,
    )


def discharge_paper(sheet: DischargeSheet, patient: Patient, *, zone: tzinfo = UTC) -> Paper:
    """One page: the reasons to call stand first and framed."""
    told = language(sheet.language)
    emergency = told.word("papers", "emergency", phone=sheet.emergency_phone)
    call = (Points(sheet.call_if), Words(told.word("papers", "call", phone=sheet.clinic_phone), strong=True))
    given = told.word("papers", "given")
    if sheet.given_at is not None:
        given = told.word("papers", "given_at", at=told.moment(sheet.given_at, zone))
    lines = tuple(sentence_case(line.words) for line in sheet.given)
    nothing = (Words(told.word("papers", "given_nothing")),)
    return Paper(
        title=told.word("papers", "home_title"),
        form=Form.ONE_PAGE,
        parts=(
            Part(emergency, (Points(sheet.emergency_if),), framed=True),
            Part(told.word("papers", "same_day"), call, framed=True),
            Part(given, (Points(lines),) if lines else nothing),
            *_topics(sheet.items, told),
        ),
        who=_person(patient, told),
        notices=notices(patient, told),
        foot=(
            told.word("papers", "unwatched"),
            told.word("papers", "made_home", at=told.stamp(sheet.made_at, zone)),
            told.word("papers", "disclaimer"),
        ),
        language=told.code,
    )


def notices(patient: Patient, told: Language) -> tuple[str, ...]:
    """What stands above everything: that the patient is virtual, that no clinician has reviewed the language."""
    virtual = (told.word("papers", "virtual").upper(),) if patient.virtual else ()
    return (*virtual, *((told.review,) if told.review else ()))


def _person(patient: Patient, told: Language) -> str:
    name = f"{patient.given_name} {patient.family_name}"
    return told.word("papers", "person", name=name, born=told.full_day(patient.birth_date))


def _topics(items: Iterable[SheetItem | DischargeItem], told: Language) -> tuple[Part, ...]:
    return tuple(
        Part(topic.heading, tuple(Words(sentence_case(item.text)) for item in topic.items))
        for topic in by_topic(items, told.code)
    )
