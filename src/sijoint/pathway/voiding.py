"""What a change takes with it: consent, clearance, sheet and the day's checks do not outlive the facts they stand on."""

from dataclasses import replace
from datetime import datetime

from sijoint.model import Answer, Booking, Fact, Order, Session
from sijoint.pathway.consent import outlived
from sijoint.pathway.doses import steroid_code
from sijoint.pathway.policy import Policy


def booking_moved(session: Session, booking: Booking | None, policy: Policy) -> Session:
    """Another time, or none, voids the sheet and all that was checked on the day, and consent that will be too old then."""
    consent = session.consent
    if consent is not None and booking is not None and outlived(consent, booking.at, policy):
        consent = None
    return replace(_without_day(session), booking=booking, preparation=None, consent=consent)


def consent_withdrawn(session: Session, by: str, now: datetime, words: str) -> Session:
    """The patient says no: the refusal stays on record, and what was checked on the day with the consent is void."""
    if session.consent is None:
        return session
    refused = replace(session.consent, given=Fact(Answer.NO, by, now, words))
    if session.procedure is not None:
        return replace(session, consent=refused)
    return replace(session, consent=refused, skin_mark=None, sign_in=None, time_out=None, skin_preparation=None)


def order_changed(session: Session, order: Order) -> Session:
    """Another order voids clearance and sheet; another side, target, kind or steroid voids consent as well."""
    before = session.order
    same_consent = (
        before.side == order.side
        and before.target == order.target
        and before.kind == order.kind
        and steroid_code(before) == steroid_code(order)
    )
    kept = session.consent if same_consent else None
    return replace(facts_changed(session), order=order, recipe_check=None, consent=kept)


def facts_changed(session: Session) -> Session:
    """A changed safety fact voids clearance, the sheet made from it, and the day's checks; overrides void themselves."""
    return replace(_without_day(session), screening=None, preparation=None)


def _without_day(session: Session) -> Session:
    return replace(session, confirmation=None, skin_mark=None, sign_in=None, time_out=None, skin_preparation=None)
