"""One person's chart in the virtual clinic, and the one place where a course speaks to the clinic."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sijoint.clinic import Outcome, RoleOf, handle
from sijoint.cohort.body_over_time import VirtualBody
from sijoint.cohort.clock import CourseClock
from sijoint.cohort.virtual_roster import Treated, identity, patient_of, roster
from sijoint.model import Answer, Episode, Fact, Role, Session
from sijoint.pathway import Policy
from sijoint.records import Store


class NotAsPlanned(RuntimeError):
    """The clinic refused a step of a virtual course: the roster and the rules no longer fit."""


class Chart:
    """Staff take turns from person to person. ``told`` is called after every command."""

    episode: Episode  # as the last command left it

    def __init__(
        self,
        treated: Treated,
        number: int,
        store: Store,
        policy: Policy,
        clock: CourseClock,
        role_of: RoleOf,
        seed: int,
        told: Callable[[], None],
    ) -> None:
        self.treated, self.store, self.policy, self.clock, self.role_of = treated, store, policy, clock, role_of
        self.causes, self.side = treated.causes, treated.side
        self.patient = patient_of(treated, seed, number)
        self.episode_id = f"e-{identity(seed, number, 'episode')}"
        self.body = VirtualBody(treated.causes.pain, clock(), 1000 * seed + number)
        self.physician, self.nurse = _turn(Role.PHYSICIAN, number), _turn(Role.NURSE, number)
        self.radiographer, self.desk = _turn(Role.RADIOGRAPHER, number), _turn(Role.FRONT_DESK, number)
        self.biller = _turn(Role.BILLER, number)
        self._told, self._commands = told, 0

    def tell(self, kind: type, by: str, /, **what: Any) -> Outcome:
        """One command. Raises NotAsPlanned when it is refused."""
        self._commands += 1
        command = kind(id=f"{self.episode_id}-{self._commands:03d}", by=by, episode_id=self.episode_id, **what)
        outcome = handle(command, self.store, self.policy, self.clock, self.role_of)
        if not outcome.accepted:
            raise NotAsPlanned(f"{self.treated.given} {self.treated.family}, {kind.__name__}: {outcome.refusal}")
        assert outcome.episode is not None
        self.episode = outcome.episode
        self._told()
        return outcome

    def look_again(self) -> None:
        """Somebody else has changed the episode: the room."""
        self.episode = self.store.episode(self.episode_id)

    @property
    def now(self) -> datetime:
        return self.clock()

    @property
    def session(self) -> Session:
        return self.episode.sessions[-1]

    def yes(self, by: str) -> Fact:
        return Fact(Answer.YES, by, self.now)

    def no(self, by: str) -> Fact:
        return Fact(Answer.NO, by, self.now)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def _turn(role: Role, number: int) -> str:
    those = [one.code for one in roster().staff if one.role is role]
    return those[number % len(those)]
