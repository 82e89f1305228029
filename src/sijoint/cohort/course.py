"""The course of one virtual episode: every step through a command of the clinic, every outcome taken as it comes.

The course knows causes, never what is expected of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sijoint.clinic import Outcome, handle
from sijoint.clinic import commands as clinic_commands
from sijoint.cohort import person
from sijoint.cohort.body_over_time import VirtualBody, diary_entry
from sijoint.cohort.case import Case
from sijoint.cohort.clock import CourseClock
from sijoint.cohort.in_room import ProcedureRun
from sijoint.cohort.scenario import Causes
from sijoint.cohort.visit import Visit
from sijoint.frames import Side
from sijoint.model import (
    Episode,
    EpisodeState,
    Finding,
    OrderKind,
    PrescriberContact,
    Recipe,
    RecipeLine,
    RepeatAnswer,
    Sedation,
    Severity,
    Target,
)
from sijoint.pathway import Policy, load_policy
from sijoint.records import Store

START = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
PHYSICIAN, NURSE, DESK = "physician", "nurse", "front desk"


@dataclass(frozen=True)
class RefusedStep:
    at: datetime
    step: str
    sentence: str
    findings: tuple[Finding, ...]


@dataclass
class CourseRecord:
    """What the course saw happen; compared with what was expected only after it is over."""

    episode_id: str
    states: list[str] = field(default_factory=list)
    procedures: list[ProcedureRun] = field(default_factory=list)
    refused_orders: list[Outcome] = field(default_factory=list)
    refusals: list[RefusedStep] = field(default_factory=list)
    discharged_at_30_min: bool | None = None
    second_diagnostic: bool | None = None
    repeats: list[RepeatAnswer] = field(default_factory=list)
    ended_at: datetime = START


class Course:
    def __init__(
        self,
        causes: Causes,
        case: Case,
        side: Side,
        store: Store,
        *,
        seed: int,
        rows: int,
        made_from: dict[str, str],
        episode_id: str,
        truth_folder: Path,
        say: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.causes, self.case, self.side, self.store = causes, case, side, store
        self.seed, self.rows, self.made_from, self.say = seed, rows, made_from, say
        self.policy: Policy = load_policy(causes.policy)
        self.clock = CourseClock(START)
        self.record = CourseRecord(episode_id)
        self.patient = person.patient(causes, f"{episode_id}-patient")
        self.body = VirtualBody(causes.pain, START, seed)
        self.truth_folder = truth_folder
        self._commands = 0
        self._answered: set[str] = set()

    # talking to the clinic

    def tell(self, kind: type, by: str, /, **what: Any) -> Outcome:
        """One command, and its outcome as it comes."""
        self._commands += 1
        episode_id = self.record.episode_id
        command = kind(id=f"{episode_id}-c{self._commands:04d}", by=by, episode_id=episode_id, **what)
        outcome = handle(command, self.store, self.policy, self.clock)
        if outcome.episode is not None:
            self.note_state(outcome.episode)
        if not outcome.accepted:
            step = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).strip()
            self.record.refusals.append(RefusedStep(self.clock(), step, outcome.refusal, outcome.findings))
            if kind is not clinic_commands.DischargePatient:  # told once, by the visit
                self.say(f"refused: {outcome.refusal}")
        return outcome

    def note_state(self, episode: Episode | None = None) -> None:
        """Keep the state that the episode is in now, when it is another than before."""
        state = (episode or self.episode).state.value
        if self.record.states[-1:] != [state]:
            self.record.states.append(state)

    @property
    def episode(self) -> Episode:
        return self.store.episode(self.record.episode_id)

    # the course

    def run(self) -> CourseRecord:
        if self._opened():
            for step in self.causes.course:
                if not self._step(step):
                    break
        self.record.ended_at = self.clock()
        return self.record

    def _opened(self) -> bool:
        """Request and assessment; true when the patient is accepted."""
        request = person.request(self.causes, self.side, self.clock())
        self.say(
            f"request: pain at the {request.side or 'unstated'} side, {', '.join(zone.value for zone in request.zones)}"
        )
        self.tell(clinic_commands.RequestAppointment, DESK, patient=self.patient, request=request)
        self.clock.pass_time(days=3)
        assessment = person.assessment(self.causes, self.side, PHYSICIAN, self.clock())
        outcome = self.tell(clinic_commands.Assess, PHYSICIAN, assessment=assessment)
        positive = sum(test.result.answer.value == "yes" for test in assessment.provocations)
        self.say(
            f"assessment: {positive} of {len(assessment.provocations)} provocation tests positive, index pain "
            f"{assessment.baseline_nrs}/10; {outcome.episode.state.value if outcome.episode else 'refused'}"
        )
        return outcome.accepted and self.episode.state is EpisodeState.ACCEPTED

    def _step(self, step: str) -> bool:
        """One step of the course; false ends it."""
        recipe = self.causes.recipe
        match step:
            case "diagnostic":
                return self._session(OrderKind.DIAGNOSTIC, recipe.diagnostic)
            case "first":
                return self._session(OrderKind.DIAGNOSTIC, recipe.therapeutic)
            case "therapeutic":
                self.clock.pass_time(days=14)
                return self._session(OrderKind.THERAPEUTIC, recipe.therapeutic)
            case "second diagnostic":
                self.clock.pass_time(days=28)
                self.answer_diary(self.clock())
                self.record.second_diagnostic = self._ordered(OrderKind.DIAGNOSTIC, recipe.diagnostic)
                return False
            case "repeat month 2" | "repeat month 5":
                self._ask_repeat(int(step.split()[-1]))
                return True
        raise ValueError(f"a course has no step {step!r}")

    def _session(self, kind: OrderKind, drug: tuple[tuple[str, str], ...]) -> bool:
        if not self._ordered(kind, drug):
            again = self.causes.recipe.after_refusal
            if not again or not self._ordered(kind, again):
                return False
        if not self._screened():
            return False
        return Visit(self).run()

    def _ordered(self, kind: OrderKind, drug: tuple[tuple[str, str], ...]) -> bool:
        recipe = self.causes.recipe
        mixture = " + ".join(f"{volume} mL {agent}" for agent, volume in drug)
        outcome = self.tell(
            clinic_commands.PlaceOrder,
            PHYSICIAN,
            order_id=f"{self.record.episode_id}-o{len(self.record.procedures) + len(self.record.refused_orders) + 1}",
            kind=kind,
            target=Target(self.causes.target),
            side=self.side,
            recipe=Recipe(_line(recipe.skin), _line(recipe.contrast), tuple(_line(line) for line in drug)),
            sedation=Sedation(self.causes.sedation),
        )
        self.say(f"order, {kind.value}, {self.causes.target}: {mixture}: {'placed' if outcome.accepted else 'refused'}")
        if not outcome.accepted:
            self.record.refused_orders.append(outcome)
        return outcome.accepted

    def _screened(self) -> bool:
        """Answers, prescriber contact where one is asked for, and a decision on every review; true when cleared."""
        outcome = self.tell(
            clinic_commands.AnswerScreening, NURSE, answers=person.answers(self.causes, "patient", self.clock())
        )
        self.say("screening: " + _spoken(outcome))
        for medicine in self.episode.screening_answers.medicines if self.episode.screening_answers else ():
            contact = PrescriberContact(medicine.agent, "prescriber", self.clock(), "continue", PHYSICIAN)
            outcome = self.tell(clinic_commands.ContactPrescriber, PHYSICIAN, contact=contact)
            self.say(f"prescriber of {medicine.agent} asked: continue")
        self.decide_reviews(outcome)
        return self.episode.state is EpisodeState.CLEARED

    def decide_reviews(self, outcome: Outcome) -> None:
        """The physician decides each review with a reason; stops and absolutes are left as they are."""
        for finding in outcome.findings:
            if finding.severity is Severity.REVIEW:
                self.tell(
                    clinic_commands.OverrideFinding,
                    PHYSICIAN,
                    code=finding.code,
                    reason_code="benefit-outweighs",
                    reason="seen and discussed with the patient",
                )
                self.say(f"review decided by the physician: {finding.clinician}")

    def answer_diary(self, until: datetime) -> None:
        """The patient answers what has come due, in order; the clock stands at each answer."""
        for session in self.episode.sessions:
            baseline = session.confirmation.index_nrs if session.confirmation else None
            for prompt in sorted(session.prompts, key=lambda one: one.due):
                done = prompt.id in self._answered or prompt.id in {entry.prompt_id for entry in session.entries}
                if done or prompt.due > until:
                    continue
                entry = diary_entry(self.body, prompt, f"{prompt.id}-e", baseline or 0, by_staff=False)
                self._answered.add(prompt.id)
                self.clock.until(entry.received)
                self.tell(clinic_commands.AnswerDiary, "patient", entry=entry)
        self.clock.until(until)

    def _ask_repeat(self, month: int) -> None:
        last = self.record.procedures[-1]
        given = next(session.procedure for session in reversed(self.episode.sessions) if session.procedure)
        on = given.started_at + timedelta(days=round(month * 30.44))
        self.answer_diary(on)
        outcome = self.tell(clinic_commands.AskRepeat, PHYSICIAN, on=on.date(), kind=OrderKind.THERAPEUTIC)
        answer = self.episode.repeat_answers[-1]
        self.record.repeats.append(answer)
        verdict = "allowed" if answer.eligible else "refused: " + "; ".join(gap.text for gap in answer.gaps)
        self.say(f"month {month} after {last.procedure_id}, may it be repeated? {verdict}")
        del outcome


def _line(pair: tuple[str, str]) -> RecipeLine:
    return RecipeLine(pair[0], Decimal(pair[1]))


def _spoken(outcome: Outcome) -> str:
    serious = [finding for finding in outcome.findings if finding.severity is not Severity.NOTE]
    state = outcome.episode.state.value if outcome.episode else "refused"
    return state + "".join(f"; {finding.severity.value}: {finding.clinician}" for finding in serious)
