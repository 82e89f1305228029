"""An episode as its page shows it: everything that is asked of the rules for it, each asked once and only when shown."""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from sijoint.clinic.next_step import next_command
from sijoint.clinic.offers import offered
from sijoint.model import (
    Assessed,
    EmergencyCard,
    Episode,
    FrozenRule,
    OrderKind,
    Patient,
    PayerCheck,
    RecipeSheet,
    Role,
    Session,
    SyringeLabel,
    YearlyAccount,
)
from sijoint.pathway import (
    AntithromboticLine,
    Call,
    FunctionLine,
    Policy,
    RecoveryDue,
    antithrombotic_plan,
    assess_referral,
    calls_due,
    changed_since,
    check_syringe,
    consent_risk,
    conservative_weeks,
    emergency_cards,
    flags_of,
    function_lines,
    given_before,
    payer_check,
    peg_before,
    procedure_dose,
    recipe_sheet,
    recovery_schedule,
    syringe_labels,
    units_used,
    yearly_account,
)
from sijoint.pathway.policy_files import load_policy
from sijoint.report.diary_figure import DiaryPoint, diary_points
from sijoint.report.gate import GateLine, gate_lines
from sijoint.report.given import DrugLine, action_window_minutes, drug_lines
from sijoint.report.timeline import TimelineEntry, timeline
from sijoint.web.clinic.actions import Action, actions
from sijoint.web.clinic.choice import Choice
from sijoint.web.clinic.choices import Asked, choices_of


@dataclass(frozen=True)
class EpisodeView:
    """``parts`` are those that the person sees; ``number`` is the session shown, from 1, 0 for the last."""

    asked: Asked
    parts: tuple[str, ...]
    number: int = 0

    @property
    def episode(self) -> Episode:
        assert self.asked.seen is not None
        return self.asked.seen.episode

    @property
    def patient(self) -> Patient:
        assert self.asked.seen is not None
        return self.asked.seen.patient

    @property
    def policy(self) -> Policy:
        return self.asked.site.policy

    @property
    def others(self) -> tuple[Episode, ...]:
        assert self.asked.seen is not None
        return self.asked.seen.others

    @property
    def shown(self) -> int:
        """The number of the session that is shown; 0 before the first order."""
        last = len(self.episode.sessions)
        return self.number if 1 <= self.number <= last else last

    @property
    def is_last(self) -> bool:
        return self.shown == len(self.episode.sessions)

    @property
    def session(self) -> Session | None:
        return self.episode.sessions[self.shown - 1] if self.shown else None

    def next_of(self, role: Role) -> Action | None:
        """What leads on, where this role may do it."""
        step = next_command(self.episode, self.policy, self.asked.now)
        return actions().get(step.__name__) if step is not None and step in self._offered(role) else None

    def next_words(self) -> str:
        """What leads on, whoever may do it; "" for nothing."""
        step = next_command(self.episode, self.policy, self.asked.now)
        known = actions().get(step.__name__) if step is not None else None
        return known.verb if known is not None else ""

    def offered_to(self, role: Role) -> dict[str, tuple[Action, ...]]:
        """What a role may do now, by part of the page."""
        by_part: dict[str, tuple[Action, ...]] = {}
        for command in self._offered(role):
            action = actions().get(command.__name__)
            if action is not None:
                by_part[action.part] = (*by_part.get(action.part, ()), action)
        return by_part

    def _offered(self, role: Role) -> tuple[type, ...]:
        return offered(self.episode, role, self.policy, self.asked.now)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        return calls_due(self.episode, self.policy, self.asked.now)

    @cached_property
    def referral(self) -> Assessed | None:
        if self.episode.assessment is None:
            return None
        episode = self.episode
        return assess_referral(episode.request, episode.assessment, self.policy, self.asked.now, episode.care_log)

    @cached_property
    def weeks_of_care(self) -> Decimal | None:
        visit = self.episode.assessment
        if visit is None:
            return None
        return conservative_weeks(visit, self.policy.day(self.asked.now), self.episode.care_log)

    @cached_property
    def sides(self) -> tuple[tuple[str, str, bool], ...]:
        """Every document that names the side, what it says, and whether it agrees with the order."""
        session, episode = self.session, self.episode
        if session is None:
            return ()
        ordered = session.order.side
        visit = episode.assessment
        said = (
            ("request", episode.request.side, episode.request.bilateral),
            ("examination", visit.side if visit else None, visit.bilateral if visit else False),
            ("order", ordered, False),
            ("consent", session.consent.side if session.consent else None, False),
            ("skin mark", session.skin_mark.side if session.skin_mark else None, False),
            ("time-out", session.time_out.side if session.time_out else None, False),
            ("procedure", session.procedure.side if session.procedure else None, False),
        )
        return tuple(
            (what, "both" if both else str(side or "–"), both or side in (None, ordered)) for what, side, both in said
        )

    @cached_property
    def recipe(self) -> RecipeSheet | None:
        """What the order comes to for this patient, with what was given in the hours before."""
        session = self.session
        if session is None:
            return None
        earlier = tuple(one for one in (self.episode, *self.others))
        before = given_before(earlier, self.policy, self.asked.now) if session.procedure is None else ()
        return recipe_sheet(
            session.order.recipe,
            session.order.target,
            self.patient,
            self.policy,
            self.asked.now,
            before=before,
            answers=self.episode.screening_answers,
        )

    @cached_property
    def rule_changed(self) -> tuple[str, ...]:
        rule: FrozenRule | None = self.session.order.rule if self.session else None
        return changed_since(rule, self.policy) if rule else ()

    @cached_property
    def plan(self) -> tuple[AntithromboticLine, ...]:
        answers, session = self.episode.screening_answers, self.session
        if answers is None:
            return ()
        booking = session.booking if session else None
        return antithrombotic_plan(answers, self.episode.prescriber_contacts, booking, self.policy)

    @cached_property
    def risks(self) -> tuple[str, ...]:
        consent = self.session.consent if self.session else None
        return tuple(consent_risk(one).patient for one in consent.risks_explained) if consent else ()

    @cached_property
    def labels(self) -> tuple[SyringeLabel, ...]:
        return syringe_labels(self.session, self.policy) if self.session else ()

    def syringe_check(self, syringe_id: str) -> Assessed | None:
        session = self.session
        one = next((each for each in session.syringes if each.id == syringe_id), None) if session else None
        if session is None or one is None:
            return None
        return check_syringe(one, session.order, self.policy, self.asked.now)

    @cached_property
    def cards(self) -> tuple[EmergencyCard, ...]:
        return emergency_cards(self.patient, self.policy)

    @cached_property
    def gate(self) -> tuple[GateLine, ...]:
        done = self.session.procedure if self.session else None
        return gate_lines(done) if done else ()

    @cached_property
    def drugs(self) -> tuple[DrugLine, ...]:
        done = self.session.procedure if self.session else None
        return drug_lines(done.administrations) if done else ()

    @cached_property
    def dose(self) -> Any:
        done = self.session.procedure if self.session else None
        return procedure_dose(done) if done else None

    @cached_property
    def schedule(self) -> tuple[RecoveryDue, ...]:
        return recovery_schedule(self.session, self.policy, self.asked.now) if self.session else ()

    @cached_property
    def points(self) -> tuple[DiaryPoint, ...]:
        return diary_points(self.session) if self.session else ()

    def flags(self, entry: Any) -> tuple[Any, ...]:
        return flags_of(entry, self.session, self.policy) if self.session else ()

    @property
    def window(self) -> tuple[int, int] | None:
        return action_window_minutes(self.session) if self.session else None

    @cached_property
    def graph(self) -> str:
        """What the diary's graph draws, as JSON text: minutes after the drug, pain, lateness, painkillers, window."""
        session = self.session
        before = next((one.index_nrs for one in self.points if one.minutes <= 0), None)
        threshold = None
        if session and before and session.order.kind is OrderKind.DIAGNOSTIC:
            threshold = float(before * (1 - session.order.rule.threshold_percent / 100))
        return json.dumps(
            {
                "minutes": [round(one.minutes, 1) for one in self.points],
                "labels": [one.label for one in self.points],
                "index": [one.index_nrs for one in self.points],
                "rest": [one.rest_nrs for one in self.points],
                "late": [not one.on_time for one in self.points],
                "analgesic": [one.analgesic for one in self.points],
                "window": self.window,
                "threshold": threshold,
            }
        )

    @cached_property
    def function(self) -> tuple[FunctionLine, ...]:
        return (
            function_lines(self.session, peg_before(self.session, self.episode), self.policy.zone)
            if self.session
            else ()
        )

    @cached_property
    def account(self) -> YearlyAccount:
        return yearly_account((self.episode, *self.others), self.policy, self.policy.day(self.asked.now))

    @cached_property
    def payers(self) -> tuple[tuple[Choice, PayerCheck], ...]:
        """What each payer's policy asks for a next injection of the last kind, and what the record shows."""
        kind = self.session.order.kind if self.session else OrderKind.DIAGNOSTIC
        on = self.policy.day(self.asked.now)
        found = []
        for payer in choices_of("payers", self.asked):
            policy = load_policy(payer.value, on)
            found.append((payer, payer_check(self.episode, policy, on, kind, earlier=self.others)))
        return tuple(found)

    def units_used(self, authorisation: Any) -> int:
        return units_used(authorisation, self.episode, self.policy)

    @cached_property
    def steps(self) -> tuple[TimelineEntry, ...]:
        return timeline(self.episode)
