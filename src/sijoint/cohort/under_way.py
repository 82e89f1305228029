"""A virtual episode under way: its person, body and clock, and the one place where it speaks to the clinic."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sijoint.clinic import Outcome, handle
from sijoint.clinic import commands as clinic_commands
from sijoint.cohort import person
from sijoint.cohort.body_over_time import VirtualBody, diary_entry
from sijoint.cohort.clock import START, CourseClock
from sijoint.cohort.record import CourseRecord, RefusedStep
from sijoint.cohort.scenario import Causes
from sijoint.cohort.staff import NURSE, PATIENT, PHYSICIAN, role_of
from sijoint.frames import Side
from sijoint.model import DiaryPrompt, Episode, Session, Severity
from sijoint.pathway import Policy, shipped
from sijoint.records import Store


class EpisodeUnderWay:
    """It knows causes, never what is expected of them. Every step is a command of the clinic."""

    def __init__(
        self, causes: Causes, side: Side, store: Store, *, seed: int, episode_id: str, say: Callable[[str], None]
    ) -> None:
        self.causes, self.side, self.store, self.say = causes, side, store, say
        self.policies = shipped(causes.policy)
        self.clock = CourseClock(START)
        self.record = CourseRecord(episode_id)
        self.patient = person.patient(causes, f"{episode_id}-patient")
        self.body = VirtualBody(causes.pain, START, seed)
        self._commands = 0
        self._answered: set[str] = set()

    def tell(self, kind: type, by: str, /, **what: Any) -> Outcome:
        """One command, and its outcome as it comes."""
        self._commands += 1
        episode_id = self.record.episode_id
        command = kind(id=f"{episode_id}-c{self._commands:04d}", by=by, episode_id=episode_id, **what)
        outcome = handle(command, self.store, self.policies, self.clock, role_of)
        if outcome.episode is not None:
            self.note_state(outcome.episode)
        if not outcome.accepted:
            step = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).strip()
            self.record.refusals.append(RefusedStep(self.clock(), step, outcome.refusal, outcome.findings))
            if kind is not clinic_commands.DischargePatient:  # told once, by the visit
                self.say(f"refused: {outcome.refusal}")
        return outcome

    def note_state(self, episode: Episode) -> None:
        """Keep the state that the episode is in now, when it is another than before."""
        state = episode.state.value
        if self.record.states[-1:] != [state]:
            self.record.states.append(state)

    @property
    def policy(self) -> Policy:
        """The policy of the day that the clock shows."""
        return self.policies.at(self.clock())

    @property
    def episode(self) -> Episode:
        return self.store.episode(self.record.episode_id)

    @property
    def session(self) -> Session:
        """The session that is open, or was last."""
        return self.episode.sessions[-1]

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
            for prompt in sorted(_open(session), key=lambda one: one.due):
                if prompt.id in self._answered or prompt.due > until:
                    continue
                entry = diary_entry(self.body, prompt, _baseline(session), by_staff=False)
                self._answered.add(prompt.id)
                self.clock.until(entry.received)
                self.tell(clinic_commands.AnswerDiary, PATIENT, entry=entry)
        self.clock.until(until)

    def ask_diary(self) -> None:
        """The nurse asks what has come due while the patient is in recovery."""
        session = self.session
        for prompt in _open(session):
            if prompt.due <= self.clock():
                entry = diary_entry(self.body, prompt, _baseline(session), by_staff=True)
                self.tell(clinic_commands.AnswerDiary, NURSE, entry=entry)


def _open(session: Session) -> list[DiaryPrompt]:
    answered = {entry.prompt_id for entry in session.entries}
    return [prompt for prompt in session.prompts if prompt.id not in answered]


def _baseline(session: Session) -> int:
    return (session.confirmation.index_nrs if session.confirmation else None) or 0
