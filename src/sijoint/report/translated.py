"""A sheet that was given, in another language or by another clock: only while the facts still make the sheet that was given.

What a patient was given is kept as it was. Written anew from facts that have changed since, a translation would say
something else than the paper in the patient's hand.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TypeVar

from sijoint.model import DischargeSheet, Episode, Patient, PreparationSheet, Session
from sijoint.pathway import Policy, discharge_sheet, preparation_sheet, zone_named
from sijoint.report.clinician_words import NoSuchPaper

Sheet = TypeVar("Sheet", PreparationSheet, DischargeSheet)


def preparation_in(
    episode: Episode, number: int, patient: Patient, policy: Policy, now: datetime, language: str, zone: tzinfo
) -> PreparationSheet:
    """The preparation sheet of a session (counted from 1). Raises NothingToPrepare, NoSuchPaper, UnknownLanguage."""
    at_the_time = _until(episode, number)
    kept = at_the_time.sessions[-1].preparation

    def make(code: str, clock: tzinfo) -> PreparationSheet:
        return preparation_sheet(at_the_time, patient, policy, kept.made_at if kept else now, clock, code)

    return make(language, zone) if kept is None else _again(kept, make, language, zone)


def discharge_in(
    episode: Episode, number: int, patient: Patient, policy: Policy, now: datetime, language: str, zone: tzinfo
) -> DischargeSheet:
    """The discharge sheet of a session (counted from 1). Raises NothingToTakeHome, NoSuchPaper, UnknownLanguage."""
    at_the_time = _until(episode, number)
    kept = at_the_time.sessions[-1].discharge_sheet
    if kept is not None:
        at_the_time = _as_known(at_the_time, kept.made_at)

    def make(code: str, clock: tzinfo) -> DischargeSheet:
        return discharge_sheet(at_the_time, patient, policy, kept.made_at if kept else now, clock, code)

    return make(language, zone) if kept is None else _again(kept, make, language, zone)


def session_of(episode: Episode, number: int) -> Session:
    """Raises NoSuchPaper where there is no such session."""
    if not 1 <= number <= len(episode.sessions):
        count = len(episode.sessions)
        there = f"has {count}" if count else "has none: place an order first"
        raise NoSuchPaper(f"there is no session {number}: the episode {there}")
    return episode.sessions[number - 1]


def _until(episode: Episode, number: int) -> Episode:
    session_of(episode, number)
    return replace(episode, sessions=episode.sessions[:number])


def _as_known(episode: Episode, at: datetime) -> Episode:
    """The answers and the prescribers' words as they were at a moment."""
    answers = [one.answers for one in episode.screening_history if one.at <= at]
    contacts = tuple(one for one in episode.prescriber_contacts if one.at <= at)
    return replace(
        episode,
        screening_answers=answers[-1] if answers else episode.screening_answers,
        prescriber_contacts=contacts,
    )


def _again(kept: Sheet, make: Callable[[str, tzinfo], Sheet], language: str, zone: tzinfo) -> Sheet:
    if language == kept.language and str(zone) == kept.zone:
        return kept
    if _sentences(make(kept.language, zone_named(kept.zone))) != _sentences(kept):
        raise NoSuchPaper(
            "the facts or the rules have changed since this sheet was given, so it is not written anew: print it as it "
            f"was kept, with --language {kept.language} and --zone {kept.zone}"
        )
    return make(language, zone)


def _sentences(sheet: PreparationSheet | DischargeSheet) -> tuple[str, ...]:
    items = tuple(one.text for one in sheet.items)
    if isinstance(sheet, PreparationSheet):
        return items
    return (*items, *sheet.emergency_if, *sheet.call_if, *(one.words for one in sheet.given))
