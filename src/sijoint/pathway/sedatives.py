"""What was given to relax the patient, and since when."""

from collections.abc import Iterable
from datetime import datetime

from sijoint.model import Finding, Sedation, SedativeGiven, SedativeRoute, Session
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy


def is_sedated(session: Session) -> bool:
    """Whether the session was ordered with sedation, or a sedative or an opioid was given in it."""
    return session.order.sedation is not Sedation.NONE or any(not one.reversal for one in session.sedatives)


def last_intravenous(session: Session) -> datetime | None:
    """When the last sedative or opioid went into a vein."""
    return _last(one for one in session.sedatives if one.route is SedativeRoute.INTRAVENOUS and not one.reversal)


def last_reversal(session: Session) -> datetime | None:
    """When the last reversal agent was given."""
    return _last(one for one in session.sedatives if one.reversal)


def sedative_findings(sedative: SedativeGiven, session: Session, policy: Policy) -> tuple[Finding, ...]:
    """Consent precedes sedation."""
    consented = session.consent is not None and session.consent.at <= sedative.at
    if sedative.reversal or consented:
        return ()
    return (found("sedation.before-consent", name=sedative.name, at=policy.clock(sedative.at)),)


def _last(given: Iterable[SedativeGiven]) -> datetime | None:
    return max((one.at for one in given), default=None)
