"""May it be repeated? Relief documented long enough, pain back, counters, and no test while a steroid acts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sijoint.formulary import Agent, methylprednisolone_equivalent_mg
from sijoint.model import (
    Answer,
    Episode,
    Finding,
    Gap,
    OrderKind,
    RepeatAnswer,
    Session,
    VerdictValue,
)
from sijoint.pathway.diary import on_time
from sijoint.pathway.findings import found
from sijoint.pathway.injections import drug_given, given_agents
from sijoint.pathway.policy import Policy
from sijoint.pathway.relief import baseline_nrs, percent_relief


@dataclass(frozen=True)
class GivenSession:
    """A session that gave a drug to a patient, on a day. A session is a day: two sides on one day are one."""

    session: Session
    on: date
    at: datetime
    steroid_mpe_mg: Decimal
    steroid_until: date | None  # expected to act until the day before this one; None without steroid
    steroid_begun_by: date | None  # latest onset: pain before it is the numbing that wore off, not a return

    @property
    def kind(self) -> OrderKind:
        return self.session.order.kind


@dataclass(frozen=True)
class ReliefCourse:
    """Relief after a shot, in days: best percentage, documented until, and the day the pain was back (None: not yet)."""

    best_percent: Decimal | None
    until: date | None
    back_on: date | None


@dataclass(frozen=True)
class _Open:
    """A gap with the first day on which it is closed by time alone; None where time alone does not close it."""

    finding: Finding
    until: date | None


def given_sessions(episode: Episode) -> tuple[GivenSession, ...]:
    """Sessions in which a drug was given, oldest first; rehearsals do not count."""
    given = []
    for session in episode.sessions:
        at = drug_given(session)
        if at is None or session.procedure is None:
            continue
        agents = given_agents(session.procedure)
        days = [one.steroid.expected_days for one, _ in agents if one.steroid is not None]
        onset = [one.steroid.latest_onset_days for one, _ in agents if one.steroid is not None]
        dose = sum((methylprednisolone_equivalent_mg(one, ml) for one, ml in agents), Decimal(0))
        until = at.date() + timedelta(days=max(days)) if days else None
        begun = at.date() + timedelta(days=max(onset)) if onset else None
        given.append(GivenSession(session, at.date(), at, dose, until, begun))
    return tuple(sorted(given, key=lambda one: one.at))


def may_repeat(episode: Episode, policy: Policy, on: date, kind: OrderKind) -> RepeatAnswer:
    """Whether another injection of this kind may be given on a day, what is missing, and from when time allows it."""
    given = tuple(one for one in given_sessions(episode) if one.on <= on)
    if not given:
        return _answer([_Open(found("repeat.no-session"), None)], given, policy, on)
    gaps = _open_session(episode)
    gaps += _cap(given, policy, on, kind)
    gaps += _therapeutic(given, policy, on) if kind is OrderKind.THERAPEUTIC else _diagnostic(given, policy, on)
    return _answer(gaps, given, policy, on)


def relief_course(shot: GivenSession, policy: Policy, on: date) -> ReliefCourse:
    """How relief of the policy's repeat threshold ran after a shot, by the diary up to a day.

    The course begins when the threshold is first reached and ends with the first answer below it, or the button; answers
    before the steroid's latest onset do not end it, for the numbing wears off before the steroid works.
    """
    baseline = baseline_nrs(shot.session)
    best: Decimal | None = None
    until: date | None = None
    for day, nrs, says_back in _answers(shot, on):
        relief = percent_relief(baseline, nrs) if baseline and nrs is not None else None
        if relief is not None:
            best = relief if best is None else max(best, relief)
        if relief is not None and relief >= policy.repeat_relief_percent and not says_back:
            until = day
        elif (says_back or relief is not None) and (shot.steroid_begun_by is None or day > shot.steroid_begun_by):
            return ReliefCourse(best, until, day)
    return ReliefCourse(best, until, None)


def _answers(shot: GivenSession, on: date) -> list[tuple[date, int | None, bool]]:
    """Day, index pain and "my pain is back" of every answer after the day of the shot, in time."""
    prompts = {one.id: one for one in shot.session.prompts}
    rows = []
    for entry in sorted(shot.session.entries, key=lambda one: one.answered):
        prompt = prompts.get(entry.prompt_id)
        says_back = entry.pain_is_back.answer is Answer.YES
        timely = prompt is not None and on_time(entry, prompt)
        if shot.on < entry.answered.date() <= on and (timely or says_back):
            rows.append((entry.answered.date(), entry.index_nrs, says_back))
    return rows


def _therapeutic(given: tuple[GivenSession, ...], policy: Policy, on: date) -> list[_Open]:
    gaps: list[_Open] = []
    steroids = [one for one in given if one.steroid_until is not None]
    judged = [one.session.verdict for one in given if one.session.verdict is not None]
    if policy.positive_block_first and not any(one.verdict is VerdictValue.POSITIVE for one in judged):
        negative = bool(judged) and judged[-1].verdict is VerdictValue.NEGATIVE
        gaps.append(_Open(found("repeat.block-negative" if negative else "repeat.no-positive-block"), None))
    if not steroids:
        return gaps
    last = steroids[-1]
    apart = policy.therapeutic_apart_for.after(last.on)
    if on < apart:
        gaps.append(_Open(found("repeat.too-soon", span=policy.therapeutic_apart_for.words, day=apart), apart))
    gaps += _relief(last, policy, on)
    year = [one for one in steroids if (on - one.on).days <= policy.rolling_year_days]
    dose = sum((one.steroid_mpe_mg for one in year), Decimal(0))
    if dose >= policy.steroid_year_maximum_mpe_mg:
        day = year[0].on + timedelta(days=policy.rolling_year_days + 1)
        limits: dict[str, Any] = {"days": policy.rolling_year_days, "maximum": policy.steroid_year_maximum_mpe_mg}
        gaps.append(_Open(found("repeat.steroid-year", given=dose, day=day, **limits), day))
    return gaps


def _relief(last: GivenSession, policy: Policy, on: date) -> list[_Open]:
    course = relief_course(last, policy, on)
    long_enough = policy.repeat_relief_for.after(last.on)
    words = policy.repeat_relief_for.words
    if course.best_percent is None:
        return [_Open(found("repeat.relief-unknown"), None)]
    if course.until is None:
        needed = policy.repeat_relief_percent
        return [_Open(found("repeat.relief-too-small", percent=course.best_percent, needed=needed), None)]
    gaps = []
    if course.until < long_enough:
        # Relief that has ended too early stays too short; relief that still holds only needs time.
        until = long_enough if course.back_on is None else None
        blanks: dict[str, Any] = {
            "needed": policy.repeat_relief_percent,
            "until": course.until,
            "span": words,
            "day": long_enough,
        }
        gaps.append(_Open(found("repeat.relief-too-short", **blanks), until))
    if course.back_on is None:
        gaps.append(_Open(found("repeat.pain-not-returned"), long_enough))
    return gaps


def _diagnostic(given: tuple[GivenSession, ...], policy: Policy, on: date) -> list[_Open]:
    gaps = []
    for one in given:
        if one.steroid_until is not None and on < one.steroid_until:
            names = " and ".join(agent.name for agent, _ in _steroids(one))
            text = found("repeat.steroid-still-expected", steroid=names, given=one.on, day=one.steroid_until)
            gaps.append(_Open(text, one.steroid_until))
    if not policy.diagnostic_after_therapy and any(one.kind is OrderKind.THERAPEUTIC for one in given):
        gaps.append(_Open(found("repeat.diagnostic-after-therapy"), None))
    return gaps


def _steroids(one: GivenSession) -> list[tuple[Agent, Decimal]]:
    procedure = one.session.procedure
    return [] if procedure is None else [row for row in given_agents(procedure) if row[0].steroid is not None]


def _cap(given: tuple[GivenSession, ...], policy: Policy, on: date, kind: OrderKind) -> list[_Open]:
    """The rolling year includes the day exactly so many days back, and not the one before it."""
    cap = policy.therapeutic_per_year if kind is OrderKind.THERAPEUTIC else policy.diagnostic_per_year
    days = session_days(given, policy, on, kind)
    if len(days) < cap:
        return []
    day = days[len(days) - cap] + timedelta(days=policy.rolling_year_days + 1)
    blanks: dict[str, Any] = {
        "count": len(days),
        "kind": kind,
        "days": policy.rolling_year_days,
        "cap": cap,
        "day": day,
    }
    return [_Open(found("repeat.cap", **blanks), day)]


def session_days(given: tuple[GivenSession, ...], policy: Policy, on: date, kind: OrderKind) -> list[date]:
    """The days with a session of this kind in the rolling year before a day, oldest first."""
    return sorted({one.on for one in given if one.kind is kind and 0 <= (on - one.on).days <= policy.rolling_year_days})


def _open_session(episode: Episode) -> list[_Open]:
    last = episode.sessions[-1]
    under_way = last.procedure is not None and last.discharge is None
    return [_Open(found("repeat.session-open"), None)] if under_way else []


def _answer(gaps: list[_Open], given: tuple[GivenSession, ...], policy: Policy, on: date) -> RepeatAnswer:
    """``next_eligible``: the first day on which time alone closes every gap; None where one of them needs more."""
    days = [one.until for one in gaps]
    known = [day for day in days if day is not None]
    next_eligible = (max(known) if known else on) if len(known) == len(days) else None
    year = [one for one in given if (on - one.on).days <= policy.rolling_year_days]
    counters = [
        (f"{kind} sessions in {policy.rolling_year_days} days", str(len(session_days(given, policy, on, kind))))
        for kind in OrderKind
    ]
    for side in sorted({str(one.session.order.side) for one in year}):
        counters.append((f"injections, {side} joint", str(sum(one.session.order.side == side for one in year))))
    dose = sum((one.steroid_mpe_mg for one in year), Decimal(0))
    counters.append(("steroid as methylprednisolone, mg", f"{dose.normalize():f}"))
    texts = tuple(Gap(one.finding.code, one.finding.clinician, one.finding.source) for one in gaps)
    return RepeatAnswer(not gaps, texts, next_eligible, tuple(counters), policy.id, on)
