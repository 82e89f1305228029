"""The two sheets that a patient takes home: how to prepare, and what to do afterwards. A page to print, and plain text."""

from datetime import UTC, tzinfo
from textwrap import fill

from sijoint.model import DischargeSheet, Patient, PreparationSheet
from sijoint.report.page import page
from sijoint.report.sheet_topics import by_topic
from sijoint.report.words import day, moment, sentence_case

TEXT_WIDTH = 76
DISCLAIMER = "Made with SIJoint: education, research; not a certified medical device; the physician decides."


NOT_WATCHED = "This sheet and the diary are not watched live."


def render_preparation_sheet(sheet: PreparationSheet, patient: Patient, *, zone: tzinfo = UTC) -> str:
    """One printable HTML page. It names the visit that it was made for: moving the visit voids it."""
    return page("preparation.html.j2", zone, sheet=sheet, patient=patient, disclaimer=DISCLAIMER)


def render_discharge_sheet(sheet: DischargeSheet, patient: Patient, *, zone: tzinfo = UTC) -> str:
    """One printable HTML page."""
    return page("discharge.html.j2", zone, sheet=sheet, patient=patient, disclaimer=DISCLAIMER, watched=NOT_WATCHED)


def preparation_sheet_text(sheet: PreparationSheet, patient: Patient, *, zone: tzinfo = UTC) -> str:
    """The same sheet as plain text."""
    visit = moment(sheet.for_booking_at, zone)
    lines = [f"HOW TO PREPARE FOR YOUR VISIT ON {visit.upper()} ({zone})", _person(patient), ""]
    for topic in by_topic(sheet.items):
        lines += [topic.heading.upper(), *(_wrapped(item.text) for item in topic.items), ""]
    lines += [
        _wrapped(
            f"Made on {moment(sheet.made_at, zone)}. If the visit is moved or an answer changes, this sheet no longer holds: ask for a new one."
        ),
        "",
        _wrapped(DISCLAIMER),
    ]
    return "\n".join(lines) + "\n"


def discharge_sheet_text(sheet: DischargeSheet, patient: Patient, *, zone: tzinfo = UTC) -> str:
    """The same sheet as plain text."""
    made = moment(sheet.made_at, zone)
    lines = [f"AFTER YOUR INJECTION OF {day(sheet.made_at, zone).upper()}", _person(patient), "", "WHAT WAS GIVEN"]
    lines += [*(_wrapped(f"- {line.words}") for line in sheet.given), ""]
    for topic in by_topic(sheet.items):
        lines += [topic.heading.upper(), *(_wrapped(item.text) for item in topic.items), ""]
    lines += [
        f"EMERGENCY: CALL {sheet.emergency_phone} AT ONCE IF",
        *(_wrapped(f"- {flag}") for flag in sheet.emergency_if),
        "",
        "CALL US THE SAME DAY IF",
        *(_wrapped(f"- {flag}") for flag in sheet.call_if),
        _wrapped(f"Call: {sheet.clinic_phone}"),
        _wrapped(NOT_WATCHED),
        "",
        _wrapped(f"Made on {made} ({zone}). {DISCLAIMER}"),
    ]
    return "\n".join(lines) + "\n"


def _person(patient: Patient) -> str:
    virtual = " · VIRTUAL PATIENT" if patient.virtual else ""
    return f"{patient.given_name} {patient.family_name}, born {day(patient.birth_date)}{virtual}"


def _wrapped(text: str) -> str:
    indent = "  " if text.startswith("- ") else ""
    return fill(sentence_case(text), TEXT_WIDTH, subsequent_indent=indent)
