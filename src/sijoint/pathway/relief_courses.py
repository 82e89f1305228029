"""How relief ran over days after a shot that gave a drug: best, documented until, and when the pain was back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sijoint.formulary import methylprednisolone_equivalent_mg
from sijoint.model import Answer, Episode, OrderKind, Session
from sijoint.pathway.diary import on_time
from sijoint.pathway.injections import drug_given, given_agents
from sijoint.pathway.policy import Policy
from sijoint.pathway.relief import baseline_nrs, percent_relief
from sijoint.pathway.spoilt_blocks import scale_of


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


def given_sessions(episode: Episode, policy: Policy) -> tuple[GivenSession, ...]:
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
        on = policy.day(at)
        until = on + timedelta(days=max(days)) if days else None
        begun = on + timedelta(days=max(onset)) if onset else None
        given.append(GivenSession(session, on, at, dose, until, begun))
    return tuple(sorted(given, key=lambda one: one.at))


def relief_course(shot: GivenSession, policy: Policy, on: date) -> ReliefCourse:
    """How relief of the policy's repeat threshold ran after a shot, by the diary up to a day.

    The course begins when the threshold is first reached and ends with the first answer below it, or the button; answers
    before the steroid's latest onset do not end it, for the numbing wears off before the steroid works.
    """
    baseline = baseline_nrs(shot.session)
    best: Decimal | None = None
    until: date | None = None
    for day, nrs, says_back in _answers(shot, policy, on):
        relief = percent_relief(baseline, nrs) if baseline and nrs is not None else None
        if relief is not None:
            best = relief if best is None else max(best, relief)
        if relief is not None and relief >= policy.repeat_relief_percent and not says_back:
            until = day
        elif (says_back or relief is not None) and (shot.steroid_begun_by is None or day > shot.steroid_begun_by):
            return ReliefCourse(best, until, day)
    return ReliefCourse(best, until, None)


def _answers(shot: GivenSession, policy: Policy, on: date) -> list[tuple[date, int | None, bool]]:
    """Day, index pain and "my pain is back" of every answer after the day of the shot, in time, on the scale of before."""
    prompts = {one.id: one for one in shot.session.prompts}
    scale = scale_of(shot.session)
    rows = []
    for entry in sorted(shot.session.entries, key=lambda one: one.answered):
        prompt = prompts.get(entry.prompt_id)
        says_back = entry.pain_is_back.answer is Answer.YES
        timely = prompt is not None and on_time(entry, prompt)
        nrs = entry.index_nrs if entry.scale is scale else None
        day = policy.day(entry.answered)
        if shot.on < day <= on and (timely or says_back):
            rows.append((day, nrs, says_back))
    return rows
