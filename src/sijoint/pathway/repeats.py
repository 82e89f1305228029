"""May it be repeated? Relief documented long enough, pain back, counters, and no test while a steroid acts."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sijoint.formulary import Agent
from sijoint.frames import Side
from sijoint.model import (
    DualValue,
    Episode,
    Finding,
    Gap,
    OrderKind,
    RepeatAnswer,
    Target,
    VerdictValue,
    YearlyAccount,
)
from sijoint.pathway.accounts import yearly_account
from sijoint.pathway.complications import is_open
from sijoint.pathway.findings import found
from sijoint.pathway.function import function_lines, gained_until, peg_before
from sijoint.pathway.injections import given_agents
from sijoint.pathway.next_steps import next_steps
from sijoint.pathway.policy import Policy
from sijoint.pathway.relief_courses import GivenSession, given_sessions, relief_course

Shots = tuple[GivenSession, ...]


@dataclass(frozen=True)
class _Open:
    """A gap with the first day on which it is closed by time alone; None where time alone does not close it."""

    finding: Finding
    until: date | None


@dataclass(frozen=True)
class _Asked:
    """What is asked for: a kind at a side and target on a day, by a policy."""

    kind: OrderKind
    side: Side
    target: Target
    on: date
    policy: Policy

    def here(self, given: Shots) -> Shots:
        """The shots at this joint and target."""
        return tuple(
            one for one in given if (one.session.order.side, one.session.order.target) == (self.side, self.target)
        )

    def at_joint(self, given: Shots) -> Shots:
        """The shots at this joint, whatever their target."""
        return tuple(one for one in given if one.session.order.side == self.side)

    def in_year(self, given: Shots) -> Shots:
        """The rolling year includes the day exactly so many days back, and not the one before it."""
        return tuple(one for one in given if 0 <= (self.on - one.on).days <= self.policy.rolling_year_days)


def may_repeat(
    episode: Episode,
    policy: Policy,
    on: date,
    kind: OrderKind,
    side: Side | None = None,
    target: Target | None = None,
    earlier: tuple[Episode, ...] = (),
) -> RepeatAnswer:
    """Whether another injection of this kind may be given on a day, what is missing, and from when time allows it.

    Without side or target, those of the last session. ``earlier``: the patient's other episodes, which count for caps,
    distances and the yearly account; blocks and relief are this episode's.
    """
    account = yearly_account((*earlier, episode), policy, on)
    own = tuple(one for one in given_sessions(episode, policy) if one.on <= on)
    given = tuple(
        sorted(
            (*(one for old in earlier for one in given_sessions(old, policy) if one.on <= on), *own),
            key=lambda one: one.at,
        )
    )
    last = episode.sessions[-1].order if episode.sessions else None
    asked = _Asked(
        kind,
        side or (last.side if last else Side.LEFT),
        target or (last.target if last else Target.INTRA_ARTICULAR),
        on,
        policy,
    )
    gaps = _open_session(episode) + _open_complications(episode) if own else [_Open(found("repeat.no-session"), None)]
    gaps += _same_day(given, asked) + _cap(given, asked)
    if kind is OrderKind.THERAPEUTIC:
        gaps += (_block(own, asked) if own else []) + _therapeutic(episode, own, given, asked)
    else:
        gaps += _diagnostic(given, asked)
    return _answer(gaps, given, asked, account, own)


def session_days(given: Shots, policy: Policy, on: date, kind: OrderKind) -> list[date]:
    """The days with a session of this kind in the rolling year before a day, oldest first."""
    return sorted({one.on for one in given if one.kind is kind and 0 <= (on - one.on).days <= policy.rolling_year_days})


def _therapeutic(episode: Episode, own: Shots, given: Shots, asked: _Asked) -> list[_Open]:
    gaps = _cap_of_joint(given, asked)
    steroids = [one for one in given if one.steroid_until is not None]
    before = [one for one in steroids if one.on < asked.on]  # the other side on the same day is the same session
    if before:
        apart = asked.policy.therapeutic_apart_for.after(before[-1].on)
        if asked.on < apart:
            span = asked.policy.therapeutic_apart_for.words
            gaps.append(_Open(found("repeat.too-soon", span=span, day=apart), apart))
    here = [one for one in asked.here(own) if one.steroid_until is not None and one.on < asked.on]
    if here and not _function(here[-1], episode, asked):
        gaps += _relief(here[-1], asked)
    return gaps + _steroid_year(steroids, asked)


def _block(own: Shots, asked: _Asked) -> list[_Open]:
    """A positive block of this side and target, which no second one has refuted."""
    if not asked.policy.positive_block_first:
        return []
    sessions = [one.session for one in asked.here(own)]
    judged = [one.verdict for one in sessions if one.verdict is not None]
    if not any(one.verdict is VerdictValue.POSITIVE for one in judged):
        negative = bool(judged) and judged[-1].verdict is VerdictValue.NEGATIVE
        return [_Open(found("repeat.block-negative" if negative else "repeat.no-positive-block"), None)]
    pairs = [one.dual for one in sessions if one.dual is not None]
    if pairs and pairs[-1].value in (DualValue.NEGATIVE, DualValue.DISCORDANT):
        return [_Open(found("repeat.block-not-confirmed", value=pairs[-1].value), None)]
    return []


def _relief(last: GivenSession, asked: _Asked) -> list[_Open]:
    policy = asked.policy
    course = relief_course(last, policy, asked.on)
    long_enough = policy.repeat_relief_for.after(last.on)
    waits = long_enough if asked.on < long_enough else None
    words = policy.repeat_relief_for.words
    if course.best_percent is None:
        return [_Open(found("repeat.relief-unknown"), None)]
    if course.until is None:
        needed = policy.repeat_relief_percent
        return [_Open(found("repeat.relief-too-small", percent=course.best_percent, needed=needed), None)]
    gaps = []
    if course.until < long_enough:
        # Relief that has ended too early stays too short; relief that still holds needs time, and then answers.
        until = waits if course.back_on is None else None
        blanks: dict[str, Any] = {
            "needed": policy.repeat_relief_percent,
            "until": course.until,
            "span": words,
            "day": long_enough,
        }
        gaps.append(_Open(found("repeat.relief-too-short", **blanks), until))
    if course.back_on is None:
        gaps.append(_Open(found("repeat.pain-not-returned"), waits))
    return gaps


def _function(last: GivenSession, episode: Episode, asked: _Asked) -> bool:
    """Whether daily life was better for long enough and the pain is back, by a policy that takes it for relief."""
    policy = asked.policy
    if not policy.repeat_function_counts:
        return False
    lines = tuple(
        one
        for one in function_lines(last.session, peg_before(last.session, episode), policy.zone)
        if one.on <= asked.on
    )
    until = gained_until(lines, policy.repeat_relief_percent)
    returned = relief_course(last, policy, asked.on).back_on is not None
    return returned and until is not None and until >= policy.repeat_relief_for.after(last.on)


def _steroid_year(steroids: list[GivenSession], asked: _Asked) -> list[_Open]:
    policy = asked.policy
    year = asked.in_year(tuple(steroids))
    dose = sum((one.steroid_mpe_mg for one in year), Decimal(0))
    if dose < policy.steroid_year_maximum_mpe_mg:
        return []
    day = year[0].on + timedelta(days=policy.rolling_year_days + 1)
    limits: dict[str, Any] = {"days": policy.rolling_year_days, "maximum": policy.steroid_year_maximum_mpe_mg}
    return [_Open(found("repeat.steroid-year", given=dose, day=day, **limits), day)]


def _diagnostic(given: Shots, asked: _Asked) -> list[_Open]:
    gaps = []
    for one in given:
        if one.steroid_until is not None and asked.on < one.steroid_until:
            names = " and ".join(agent.name for agent, _ in _steroids(one))
            text = found("repeat.steroid-still-expected", steroid=names, given=one.on, day=one.steroid_until)
            gaps.append(_Open(text, one.steroid_until))
    if not asked.policy.diagnostic_after_therapy and any(one.kind is OrderKind.THERAPEUTIC for one in given):
        gaps.append(_Open(found("repeat.diagnostic-after-therapy"), None))
    return gaps


def _steroids(one: GivenSession) -> list[tuple[Agent, Decimal]]:
    procedure = one.session.procedure
    return [] if procedure is None else [row for row in given_agents(procedure) if row[0].steroid is not None]


def _same_day(given: Shots, asked: _Asked) -> list[_Open]:
    if not any(one.on == asked.on for one in asked.at_joint(given)):
        return []
    tomorrow = asked.on + timedelta(days=1)
    return [_Open(found("repeat.same-day", side=asked.side, day=tomorrow), tomorrow)]


def _cap(given: Shots, asked: _Asked) -> list[_Open]:
    """A second side on a day that has its session already is no further session."""
    policy = asked.policy
    cap = policy.therapeutic_per_year if asked.kind is OrderKind.THERAPEUTIC else policy.diagnostic_per_year
    days = session_days(given, policy, asked.on, asked.kind)
    if len(days) < cap or asked.on in days:
        return []
    day = days[len(days) - cap] + timedelta(days=policy.rolling_year_days + 1)
    blanks: dict[str, Any] = {
        "count": len(days),
        "kind": asked.kind,
        "days": policy.rolling_year_days,
        "cap": cap,
        "day": day,
    }
    return [_Open(found("repeat.cap", **blanks), day)]


def _cap_of_joint(given: Shots, asked: _Asked) -> list[_Open]:
    policy = asked.policy
    cap = policy.therapeutic_per_joint_year
    days = sorted(one.on for one in asked.in_year(asked.at_joint(given)) if one.kind is OrderKind.THERAPEUTIC)
    if len(days) < cap:
        return []
    day = days[len(days) - cap] + timedelta(days=policy.rolling_year_days + 1)
    blanks: dict[str, Any] = {"count": len(days), "days": policy.rolling_year_days, "cap": cap, "day": day}
    return [_Open(found("repeat.cap-joint", side=asked.side, **blanks), day)]


def _open_session(episode: Episode) -> list[_Open]:
    last = episode.sessions[-1]
    under_way = last.procedure is not None and last.discharge is None and last.left_early is None
    return [_Open(found("repeat.session-open"), None)] if under_way else []


def _open_complications(episode: Episode) -> list[_Open]:
    kinds = [one.kind for session in episode.sessions for one in session.complications if is_open(one)]
    return [_Open(found("repeat.complication-open", of=kind, kind=kind), None) for kind in dict.fromkeys(kinds)]


def _answer(gaps: list[_Open], given: Shots, asked: _Asked, account: YearlyAccount, own: Shots = ()) -> RepeatAnswer:
    """``next_eligible``: the first day on which time alone closes every gap; None where one of them needs more."""
    policy, on = asked.policy, asked.on
    days = [one.until for one in gaps]
    known = [day for day in days if day is not None]
    next_eligible = (max(known) if known else on) if len(known) == len(days) else None
    counters = [(f"{kind} sessions in {policy.rolling_year_days} days", str(count)) for kind, count in account.sessions]
    counters += [(f"injections, {side} joint", str(count)) for side, count in account.joints]
    counters.append(("steroid as methylprednisolone, mg", f"{account.steroid_mpe_mg.normalize():f}"))
    texts = tuple(Gap(one.finding.code, one.finding.clinician, one.finding.source) for one in gaps)
    shots = [one for one in asked.here(own) if one.on < on]
    codes = frozenset(one.finding.code.partition(":")[0] for one in gaps)
    return RepeatAnswer(
        eligible=not gaps,
        gaps=texts,
        next_eligible=next_eligible,
        counters=tuple(counters),
        policy_id=policy.id,
        asked_on=on,
        side=str(asked.side),
        target=str(asked.target),
        pain_back_on=relief_course(shots[-1], policy, on).back_on if shots else None,
        account=account,
        next_steps=next_steps(codes, asked.here(own), asked.target, policy) if next_eligible is None else (),
    )
