"""The site's word on its emergency cards, kit and lipid: given once, it holds for every session for as long as the policy says."""

from dataclasses import replace

from sijoint.clinic.situation import Situation
from sijoint.model import Session
from sijoint.pathway import allows, check_readiness


def with_word_of_site(session: Session, now: Situation) -> Session:
    """The session with the site's newest word where its own does not hold; one that does not hold either is not taken over."""
    if allows(check_readiness(session.readiness, now.policy, now.now)):
        return session
    newest = now.site_readiness()
    if newest is None or not allows(check_readiness(newest, now.policy, now.now)):
        return session
    return replace(session, readiness=newest)
