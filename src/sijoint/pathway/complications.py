"""Complications: what is said when one is recorded, when it is asked after next, and how often each kind was seen."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from sijoint.model import (
    Complication,
    ComplicationGrade,
    ComplicationKind,
    ComplicationOutcome,
    Finding,
    Grade,
    Session,
)
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy

SERIOUS = frozenset(
    {
        ComplicationGrade.SEVERE,
        ComplicationGrade.LIFE_THREATENING,
        ComplicationGrade.FATAL,
        ComplicationGrade.NOT_GRADED,
    }
)
OPEN = frozenset({ComplicationOutcome.ONGOING, ComplicationOutcome.UNKNOWN})


@dataclass(frozen=True)
class Incidence:
    """How often a kind was seen: ``events`` of ``cases``; both None where no rate is known, which ``source`` then says."""

    kind: ComplicationKind
    events: int | None
    cases: int | None
    interval: str
    source: str
    year: int
    grade: Grade


@cache
def incidences() -> Mapping[ComplicationKind, Incidence]:
    """The table of published rates, one row for every kind."""
    rows = tomllib.loads(files("sijoint.pathway").joinpath("complications.toml").read_text(encoding="utf-8"))
    found_rows = {
        ComplicationKind(kind): Incidence(
            ComplicationKind(kind),
            row.get("events"),
            row.get("cases"),
            row.get("interval", ""),
            row["source"],
            row["year"],
            Grade(row["grade"]),
        )
        for kind, row in rows.items()
    }
    return MappingProxyType({kind: found_rows[kind] for kind in ComplicationKind})


def grade_now(complication: Complication) -> ComplicationGrade:
    """The grade as last judged."""
    judged = [one.grade for one in complication.follow_ups if one.grade is not None]
    return judged[-1] if judged else complication.grade


def outcome_now(complication: Complication) -> ComplicationOutcome:
    return complication.follow_ups[-1].outcome if complication.follow_ups else complication.outcome


def is_open(complication: Complication) -> bool:
    """Still to be followed: ongoing, or nobody knows."""
    return outcome_now(complication) in OPEN


def next_follow_up(complication: Complication, policy: Policy) -> datetime | None:
    """When it is to be asked after next; None where it is closed."""
    if not is_open(complication):
        return None
    grade = grade_now(complication)
    hours = policy.complication_follow_hours_mild
    if grade in SERIOUS:
        hours = policy.complication_follow_hours_severe
    elif grade is ComplicationGrade.MODERATE:
        hours = policy.complication_follow_hours_moderate
    seen = complication.follow_ups[-1].at if complication.follow_ups else complication.recorded_at
    return seen + timedelta(hours=hours)


def complication_findings(complication: Complication, session: Session) -> tuple[Finding, ...]:
    """What a clinician reads when a complication is recorded or followed, worst first."""
    return tuple(sorted(_findings(complication, session), key=lambda one: -one.severity.rank))


def _findings(complication: Complication, session: Session) -> Iterator[Finding]:
    kind, grade = complication.kind, grade_now(complication)
    yield found("complication.recorded", kind=kind, grade=grade)
    if grade in SERIOUS:
        yield found("complication.serious", kind=kind, grade=grade)
    if grade is ComplicationGrade.NOT_GRADED:
        yield found("complication.not-graded", kind=kind)
    if kind is ComplicationKind.INFECTION:
        yield found("complication.infection")
    if kind in (ComplicationKind.NERVE_DAMAGE, ComplicationKind.LEG_WEAKNESS):
        yield found("complication.nerve", kind=kind)
    if kind is ComplicationKind.ALLERGIC_REACTION:
        yield found("complication.allergy", suspected=complication.suspected)
    if not complication.action.strip() and grade is not ComplicationGrade.MILD:
        yield found("complication.no-action", kind=kind)
    started = session.procedure.started_at if session.procedure else None
    if started is not None and complication.onset < started:
        yield found("complication.before-procedure", kind=kind)
