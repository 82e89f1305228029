"""What the rules say of the current session on the facts as they are, with the overrides that still hold."""

import hashlib
from dataclasses import dataclass, replace

from sijoint.clinic.situation import CommandRefused, Situation
from sijoint.model import Assessed, Episode, Finding, Session
from sijoint.model.wire import to_wire
from sijoint.pathway import apply_overrides, check_order, confirm_today, facts_digest, screen, together
from sijoint.records import canonical


@dataclass(frozen=True)
class Clearance:
    """``day`` is None until the day's confirmation."""

    order: Assessed
    screening: Assessed
    day: Assessed | None

    @property
    def together(self) -> Assessed:
        return together(self.order, self.screening, *([self.day] if self.day else []))


def clearance(now: Situation, episode: Episode, session: Session) -> Clearance:
    """Judged anew every time, so that an override of facts that have changed since does nothing."""
    digest = digest_of_facts(now, episode, session)
    today = digest_of_today(now, episode, session)
    order, screening, day = _assessments(now, episode, session)
    return Clearance(
        apply_overrides(order, session.overrides, digest, now.policy),
        apply_overrides(screening, session.overrides, digest, now.policy),
        day and apply_overrides(day, session.overrides, today, now.policy),
    )


def finding_and_facts(now: Situation, code: str) -> tuple[Finding, str]:
    """The finding of this code that stands now, and the digest of the facts that it rests on."""
    episode, session = now.episode, now.session
    order, screening, day = _assessments(now, episode, session)
    for assessed in (order, screening):
        for finding in assessed.findings:
            if finding.code == code:
                return finding, digest_of_facts(now, episode, session)
    for finding in day.findings if day else ():
        if finding.code == code:
            return finding, digest_of_today(now, episode, session)
    raise CommandRefused(f"there is no finding {code!r} on the facts as they are now: nothing to override")


def digest_of_facts(now: Situation, episode: Episode, session: Session) -> str:
    return facts_digest(episode.screening_answers, session.order, now.patient, episode.prescriber_contacts)


def digest_of_today(now: Situation, episode: Episode, session: Session) -> str:
    """The facts of screening and what was confirmed on the day."""
    confirmed = canonical(to_wire(session.confirmation)) if session.confirmation else ""
    return hashlib.sha256(f"{digest_of_facts(now, episode, session)} {confirmed}".encode()).hexdigest()


def _assessments(now: Situation, episode: Episode, session: Session) -> tuple[Assessed, Assessed, Assessed | None]:
    answers, policy, at = episode.screening_answers, now.policy, now.now
    whole = with_session(episode, session)
    order = check_order(session.order, whole, now.patient, policy, at, now.others_of_patient())
    contacts, booking = episode.prescriber_contacts, session.booking
    screening = screen(answers, session.order, now.patient, contacts, policy, at, booking)
    if session.confirmation is None:
        return order, screening, None
    day = confirm_today(session.confirmation, session, answers, now.patient, policy, at, contacts)
    return order, screening, day


def with_session(episode: Episode, session: Session) -> Episode:
    """The episode with this session as its current one."""
    return replace(episode, sessions=(*episode.sessions[:-1], session))
