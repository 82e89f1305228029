"""Before and after the needle: the site's word on its emergency cards, what is drawn up, and what became of it."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import AcceptSyringe, AccountForSyringe, ConfirmSite, DrawUp
from sijoint.clinic.situation import Change, CommandRefused, Situation, stepped
from sijoint.model import Syringe
from sijoint.pathway import (
    RefusedAccount,
    Step,
    check_account,
    check_readiness,
    check_syringe,
    syringe_accounts,
)
from sijoint.records import Tag


@carry_out.register
def _(command: ConfirmSite, now: Situation) -> Change:
    """Kept whatever it says; no X-ray and no injection until nothing stands against it."""
    if command.readiness.at > now.now:
        raise CommandRefused("the site was confirmed in the future: correct the time")
    session = replace(now.session, readiness=command.readiness)
    check = check_readiness(command.readiness, now.policy, now.now)
    return Change(stepped(now, Step.CONFIRM_SITE, session), Tag.SITE_CONFIRMED, check.findings)


@carry_out.register
def _(command: DrawUp, now: Situation) -> Change:
    """Kept as it is, also when it may not be given: what was drawn up has to be accounted for."""
    syringe = command.syringe
    if any(one.id == syringe.id for one in now.session.syringes):
        raise CommandRefused("a syringe of this id is on record: give each syringe an id of its own")
    if not syringe.lines or any(not line.volume_ml > 0 for line in syringe.lines):
        raise CommandRefused(
            "a syringe holds at least one agent, each with a volume above zero: correct the millilitres"
        )
    times = [syringe.drawn_at, *(line.vial.opened_at for line in syringe.lines if line.vial.opened_at)]
    if any(at > now.now for at in times):
        raise CommandRefused("a syringe is drawn up and a vial opened in the past: correct the time")
    if syringe.accepted_by or syringe.accepted_because:
        raise CommandRefused(
            "a syringe is drawn up first and decided on afterwards: accept it with a command of its own"
        )
    session = replace(now.session, syringes=(*now.session.syringes, syringe))
    check = check_syringe(syringe, session.order, now.policy, now.now)
    return Change(stepped(now, Step.DRAW_UP, session), Tag.SYRINGE_DRAWN, check.findings)


@carry_out.register
def _(command: AcceptSyringe, now: Situation) -> Change:
    syringe = _syringe(command.syringe_id, now)
    if not (command.by.strip() and command.reason.strip()):
        raise CommandRefused("accepting a syringe names the clinician and a reason in words")
    accepted = replace(syringe, accepted_by=command.by, accepted_because=command.reason)
    syringes = tuple(accepted if one.id == syringe.id else one for one in now.session.syringes)
    check = check_syringe(accepted, now.session.order, now.policy, now.now)
    return Change(
        stepped(now, Step.DRAW_UP, replace(now.session, syringes=syringes)), Tag.SYRINGE_ACCEPTED, check.findings
    )


@carry_out.register
def _(command: AccountForSyringe, now: Situation) -> Change:
    """Given and wasted; a sum that does not agree is kept and told, one that cannot be is refused."""
    account = command.account
    if account.at > now.now:
        raise CommandRefused("the account comes from the future: correct the time")
    try:
        check_account(account, now.session, now.policy)
    except RefusedAccount as refusal:
        raise CommandRefused(str(refusal)) from None
    session = replace(now.session, syringe_accounts=(*now.session.syringe_accounts, account))
    findings = syringe_accounts(session, now.policy).findings
    return Change(stepped(now, Step.ACCOUNT_SYRINGE, session), Tag.SYRINGE_ACCOUNTED, findings)


def _syringe(syringe_id: str, now: Situation) -> Syringe:
    for one in now.session.syringes:
        if one.id == syringe_id:
            return one
    raise CommandRefused("no syringe of this id was drawn up: choose one of those on record")
