"""The diary as a table for the person who wrote it: every answer with its clocks, as CSV and in plain words."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO

from sijoint.model import Answer, DiaryEntry, Episode, Fact, Session
from sijoint.pathway import on_time

COLUMNS = (
    "injection", "question", "due (UTC)", "opened (UTC)", "answered (UTC)", "received (UTC)", "in time",
    "pain on worst movement (0-10)", "pain at rest (0-10)", "painkiller taken", "asleep or resting", "leg weak",
    "pain is back", "temperature (C)", "blood sugar (mg/dL)", "blood pressure (mmHg)", "PEG (0-10)",
)  # fmt: skip


@dataclass(frozen=True)
class DiaryLine:
    """One answer, with the question it belongs to; ``in_time`` None where it answers none."""

    question: str
    due: datetime | None
    entry: DiaryEntry
    in_time: bool | None


def diary_lines(session: Session) -> tuple[DiaryLine, ...]:
    """Every answer of a session in the order in which it was given."""
    prompts = {one.id: one for one in session.prompts}
    lines = []
    for entry in sorted(session.entries, key=lambda one: one.answered):
        prompt = prompts.get(entry.prompt_id)
        label, due = ("my pain is back", None) if prompt is None else (prompt.label, prompt.due)
        lines.append(DiaryLine(label, due, entry, None if prompt is None else on_time(entry, prompt)))
    return tuple(lines)


def diary_csv(episodes: Iterable[Episode]) -> str:
    """All answers of a person as CSV with a header line; times in UTC, decimals with a point."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    sessions = (session for episode in episodes for session in episode.sessions)
    for number, session in enumerate(sessions, 1):
        for line in diary_lines(session):
            writer.writerow(_cells(number, line))
    return out.getvalue()


def _cells(number: int, line: DiaryLine) -> tuple[object, ...]:
    entry = line.entry
    pressure = (entry.blood_pressure_systolic, entry.blood_pressure_diastolic)
    return (
        number,
        line.question,
        _time(line.due),
        _time(entry.opened),
        _time(entry.answered),
        _time(entry.received),
        "" if line.in_time is None else "yes" if line.in_time else "no",
        _known(entry.index_nrs),
        _known(entry.rest_nrs),
        _answer(entry.analgesic_taken),
        _answer(entry.asleep_or_resting),
        _answer(entry.leg_weak),
        _answer(entry.pain_is_back),
        _known(entry.temperature_c),
        _known(entry.glucose_mg_dl),
        "" if pressure == (None, None) else "/".join("?" if one is None else str(one) for one in pressure),
        _known(entry.function.peg if entry.function else None),
    )


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _answer(fact: Fact) -> str:
    return "" if fact.answer is Answer.NOT_ASKED else str(fact.answer)


def _known(value: object) -> str:
    return "" if value is None else str(value)
