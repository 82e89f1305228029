"""One diary answer as a page or a phone sends it, read into a ``DiaryEntry``."""

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sijoint.model import (
    NOT_ASKED,
    Activity,
    ActivityScore,
    Answer,
    DiaryEntry,
    DiaryPrompt,
    Fact,
    Function,
)
from sijoint.pathway.diary_questions import SignAsked, peg
from sijoint.pathway.units import glucose_mg_dl
from sijoint.web.forms import Form

TOP = 10  # of every scale that is asked here, by definition
ENTRY_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
PAIN_BACK = "back"  # the question of the button "my pain is back", which no prompt asks
PEG_LABELS = {"peg_pain": "Pain", "peg_enjoyment": "Enjoying life", "peg_activity": "What you do each day"}
PEG = tuple(PEG_LABELS)
ACTIVITIES = {f"activity_{one.name.lower()}": one for one in Activity}
FIRST_YEAR, LAST_YEAR = 1970, 2200  # of a device's clock, however wrong; outside it is no clock
NONE_OF_THESE, SOME_OF_THESE = "none", "some"


def read_entry(
    form: Form, prompts: tuple[DiaryPrompt, ...], signs: tuple[SignAsked, ...], now: datetime, by: str, whole: bool
) -> DiaryEntry:
    """The answer; defects are noted in the form. ``whole``: the four questions must be answered, as a page asks them.

    A phone's queue is read as it is: it asked for all four itself, and what it kept must not be lost.
    """
    answered = _moment(form, "answered") or now
    index = _scale(form, "index", "Pain on your worst movement", needed=whole)
    rest = _scale(form, "rest", "Pain at rest", needed=whole)
    entry = DiaryEntry(
        id=_entry_id(form),
        prompt_id=_prompt_id(form, prompts),
        opened=_moment(form, "opened") or answered,
        answered=answered,
        received=now,
        index_nrs=index,
        rest_nrs=rest,
        analgesic_taken=_fact(form, "analgesic", "Painkiller", answered, by, needed=whole),
        asleep_or_resting=_fact(form, "resting", "Asleep or resting", answered, by, needed=whole),
        patient_stated_percent=form.whole("percent", "How much better", lowest=0, highest=100),
        temperature_c=form.number("temperature", "Temperature", lowest=Decimal(0), highest=Decimal(999)),
        glucose_mg_dl=_glucose(form),
        blood_pressure_systolic=form.whole("systolic", "Blood pressure, upper number", lowest=0, highest=999),
        blood_pressure_diastolic=form.whole("diastolic", "Blood pressure, lower number", lowest=0, highest=999),
        pain_is_back=Fact(Answer.YES, by, answered) if form.raw("prompt") == PAIN_BACK else NOT_ASKED,
        sent=_moment(form, "sent"),
        function=read_function(form),
    )
    told: dict[str, Any] = dict(_signs(form, signs, answered, by, needed=whole))
    return replace(entry, **told)


def read_function(form: Form, whole: bool = False) -> Function | None:
    """PEG where all three were answered, and the activities that were; None where nothing was. ``whole``: all are needed."""
    three = [_scale(form, name, PEG_LABELS[name], whole) for name in PEG]
    told = [
        (activity, _scale(form, name, f"{activity.value[:1].upper()}{activity.value[1:]}", whole))
        for name, activity in ACTIVITIES.items()
    ]
    activities = tuple(ActivityScore(activity, limited) for activity, limited in told if limited is not None)
    complete = [one for one in three if one is not None]
    score = peg(*complete) if len(complete) == len(PEG) else None
    return Function(score, activities) if score is not None or activities else None


def _entry_id(form: Form) -> str:
    given = form.raw("entry_id")
    if not ENTRY_ID.fullmatch(given):
        form.problem("index", "This page is too old to send: open the diary again.")
    return given


def _prompt_id(form: Form, prompts: tuple[DiaryPrompt, ...]) -> str:
    """The question answered; "" for the button. Whether the diary asked it is the clinic's to say."""
    given = form.raw("prompt")
    if given == PAIN_BACK:
        return ""
    if all(one.id != given for one in prompts):
        form.problem("prompt", "The diary did not ask this question: open the diary again.")
    return given


def _scale(form: Form, name: str, label: str, needed: bool = False) -> int | None:
    found = form.whole(name, label, lowest=0, highest=TOP)
    if needed and found is None and not form.raw(name):
        form.problem(name, f"{label}: choose a number from 0 to {TOP}.")
    return found


def _fact(form: Form, name: str, label: str, at: datetime, by: str, needed: bool = False) -> Fact:
    given = form.raw(name)
    if not given:
        if needed:
            form.problem(name, f"{label}: choose yes or no.")
        return NOT_ASKED
    if given not in (Answer.YES, Answer.NO, Answer.UNKNOWN):
        form.problem(name, f"{label}: choose one of the answers shown.")
        return NOT_ASKED
    return Fact(Answer(given), by, at)


def _signs(form: Form, signs: tuple[SignAsked, ...], at: datetime, by: str, needed: bool) -> dict[str, Fact]:
    """ "None of these", said under the whole list, is a no to each of it."""
    given = form.raw("signs")
    if given == NONE_OF_THESE:
        return {one.field: Fact(Answer.NO, by, at) for one in signs}
    told = {one.field: _fact(form, one.field, "Warning signs", at, by) for one in signs}
    if needed and not given:
        form.problem("signs", "Warning signs: say whether one of them is true for you now.")
    elif needed and all(one.answer is Answer.NOT_ASKED for one in told.values()):
        form.problem(signs[0].field, "Warning signs: say which one it is.")
    return told


def _glucose(form: Form) -> Decimal | None:
    value = form.number("glucose", "Blood sugar", lowest=Decimal(0), highest=Decimal(9999))
    if value is None:
        return None
    return glucose_mg_dl(value) if form.raw("glucose_unit") == "mmol/L" else value


def _moment(form: Form, name: str) -> datetime | None:
    """A time with its zone, as a phone's script writes it."""
    given = form.raw(name)
    if not given:
        return None
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        form.problem("index", "The time of this answer cannot be read: open the diary again.")
        return None
    return found
