"""Given and wasted make up what was drawn, and agree with the record of the procedure."""

from decimal import Decimal
from typing import Any

from sijoint.model import Assessed, Finding, Session, SyringeAccount, SyringeUse
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy


class RefusedAccount(ValueError):
    """An account that cannot be of this syringe; the text says what is wrong with it."""


def check_account(account: SyringeAccount, session: Session, policy: Policy) -> None:
    """Raises RefusedAccount for a syringe that was not drawn up, negative volumes, and more than was drawn."""
    syringe = next((one for one in session.syringes if one.id == account.syringe_id), None)
    if syringe is None:
        raise RefusedAccount("no syringe of this id was drawn up: choose one of those on record")
    if not all(one.is_finite() and one >= 0 for one in (account.given_ml, account.wasted_ml)):
        raise RefusedAccount("millilitres given and wasted are zero or more: correct the number")
    if account.given_ml + account.wasted_ml > syringe.drawn_ml + policy.syringe_tolerance_ml:
        raise RefusedAccount(
            f"{account.given_ml} mL given and {account.wasted_ml} mL wasted are more than the {syringe.drawn_ml} mL drawn "
            "up: read the syringe again"
        )


def syringe_accounts(session: Session, policy: Policy) -> Assessed:
    """Every syringe that is not accounted for, every sum that does not agree. The latest account of a syringe counts."""
    latest = {one.syringe_id: one for one in sorted(session.syringe_accounts, key=lambda one: one.at)}
    findings: list[Finding] = []
    for syringe in session.syringes:
        account = latest.get(syringe.id)
        if account is None:
            drawn = syringe.drawn_ml
            findings.append(found("syringe.account-open", of=syringe.id, what=syringe.use, drawn=drawn))
            continue
        missing = syringe.drawn_ml - account.given_ml - account.wasted_ml
        if abs(missing) > policy.syringe_tolerance_ml:
            words: dict[str, Any] = {"drawn": syringe.drawn_ml, "given": account.given_ml, "wasted": account.wasted_ml}
            findings.append(found("syringe.account-sum", of=syringe.id, what=syringe.use, missing=missing, **words))
    return assessed([*findings, *_against_the_record(session, latest, policy)])


def _against_the_record(session: Session, latest: dict[str, SyringeAccount], policy: Policy) -> list[Finding]:
    """By use, once every syringe of that use is accounted for."""
    procedure = session.procedure
    findings = []
    for use in SyringeUse:
        here = [one.id for one in session.syringes if one.use is use]
        if procedure is None or not here or any(one not in latest for one in here):
            continue
        accounted = sum((latest[one].given_ml for one in here), Decimal(0))
        recorded = sum((one.volume_ml for one in procedure.administrations if one.use is use), Decimal(0))
        if abs(accounted - recorded) > policy.syringe_tolerance_ml:
            findings.append(found("syringe.account-record", of=use, what=use, accounted=accounted, recorded=recorded))
    return findings
