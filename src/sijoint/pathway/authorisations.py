"""Payers' authorisations: whether one covers the order on the day of the appointment, and has units left."""

from datetime import date

from sijoint.model import Assessed, Authorisation, Episode, Finding, Order, ProcedureKind
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy


def check_authorisation(episode: Episode, on: date, policy: Policy) -> Assessed:
    """What a payer's authorisation lacks for the current order on that day; a matter of payment, never of safety."""
    if not episode.sessions:
        return assessed([])
    order = episode.sessions[-1].order
    fitting = [one for one in episode.authorisations if _covers(one, order)]
    usable = [one for one in fitting if not _defects(one)]
    findings = [found("authorisation.unreadable", what=", ".join(_defects(one))) for one in fitting if _defects(one)]
    if not usable:
        return assessed([*findings, found("authorisation.missing")] if policy.authorisation == "required" else findings)
    lacking = {one.number: _lacks(one, episode, on, policy) for one in usable}
    # One that is good is enough; otherwise the newest says what is wrong.
    return assessed(findings if not all(lacking.values()) else [*findings, *lacking[usable[-1].number]])


def units_used(authorisation: Authorisation, episode: Episode, policy: Policy) -> int:
    """Sessions done under it: performed in its days, of its side and kind."""
    return sum(
        one.procedure is not None
        and one.procedure.kind is ProcedureKind.PERFORMED
        and _covers(authorisation, one.order)
        and authorisation.valid_from <= policy.day(one.procedure.started_at) <= authorisation.valid_to
        for one in episode.sessions
    )


def _covers(one: Authorisation, order: Order) -> bool:
    return one.side in (None, order.side) and one.kind in (None, order.kind)


def _defects(one: Authorisation) -> list[str]:
    wrong = {
        "no number": not one.number.strip(),
        "its last day lies before its first": one.valid_to < one.valid_from,
        "no units": one.units < 1,
    }
    return [words for words, is_so in wrong.items() if is_so]


def _lacks(one: Authorisation, episode: Episode, on: date, policy: Policy) -> list[Finding]:
    findings = []
    if on < one.valid_from:
        findings.append(found("authorisation.not-yet", number=one.number, valid_from=one.valid_from))
    if on > one.valid_to:
        findings.append(found("authorisation.expired", number=one.number, valid_to=one.valid_to))
    # The current session, booked and not done, needs a unit of its own.
    if units_used(one, episode, policy) >= one.units:
        findings.append(found("authorisation.used-up", number=one.number, units=one.units))
    return findings
