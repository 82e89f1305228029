"""What every handler is given beside its command, and the one way in which it says no."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sijoint.model import Assessed, Decision, Episode, Finding, Patient, Role, Session, SiteReadiness, StoreKind
from sijoint.pathway import Policy, SitePolicies, Step, next_state, policy_of_order
from sijoint.records import Tag

RoleOf = Callable[[str], Role | None]  # the role of a person by the code that commands carry; None for nobody known


@dataclass(frozen=True)
class Situation:
    """The facts at the moment of a command: the episode as kept, whose it is, the policy of that day, the time, the kind of store."""

    episode: Episode
    patient: Patient
    policy: Policy
    now: datetime
    store_kind: StoreKind
    origin_of_image: Callable[[str], str | None]  # of an image kept for this episode, by hash; None when none is
    other_episode: Callable[[str], tuple[Episode, Patient] | None] = lambda _: None  # kept beside this one, by id
    role_of: RoleOf | None = None  # None where the store keeps no register of people
    others_of_patient: Callable[[], tuple[Episode, ...]] = tuple  # the same patient's other episodes
    site_readiness: Callable[[], SiteReadiness | None] = lambda: None  # the newest word of the site, of any session
    policies: Policy | SitePolicies | None = None  # all versions, where the site has several; None: the one policy

    @property
    def session(self) -> Session:
        """The current session. Raises CommandRefused before the first order."""
        if not self.episode.sessions:
            raise CommandRefused("there is no order yet: place an order first")
        return self.episode.sessions[-1]

    @property
    def ordered_policy(self) -> Policy:
        """The version that the current session's order was frozen under. Raises CommandRefused before the first order."""
        return policy_of_order(self.policies or self.policy, self.session.order.rule, self.policy)


@dataclass(frozen=True)
class Change:
    """What a command does: the episode after it, the ledger's tag, and findings that do not hold it back."""

    episode: Episode
    tag: Tag
    findings: tuple[Finding, ...] = ()


class CommandRefused(ValueError):
    """A command that changes nothing; the text is what the person reads, ``findings`` why."""

    def __init__(self, sentence: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(sentence)
        self.findings = findings


def stepped(now: Situation, step: Step, session: Session | None = None, **changes: object) -> Episode:
    """The episode after a legal step, with the current session replaced. Raises IllegalStep."""
    current = session or (now.episode.sessions[-1] if now.episode.sessions else None)
    state = next_state(now.episode.state, step, current)
    if session is not None:
        changes["sessions"] = (*now.episode.sessions[:-1], session)
    return replace(now.episode, state=state, **changes)  # type: ignore[arg-type]  # names of Episode's own fields


def require_clear(what: str, assessed: Assessed) -> None:
    """Raises CommandRefused with the sentences of everything above a note."""
    if assessed.decision is not Decision.CLEAR:
        raise CommandRefused(f"{what}: {sentences(assessed)}", assessed.findings)


def sentences(assessed: Assessed) -> str:
    """The worst findings first, in the clinician's words, and what would clear them."""
    holding = [finding for finding in assessed.findings if finding.severity != "note"]
    return " ".join(
        f"{finding.clinician} ({finding.clears})" if finding.clears else finding.clinician for finding in holding
    )
