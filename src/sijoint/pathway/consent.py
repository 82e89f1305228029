"""Consent: for this order, explained, before any sedative, and not too old. Each risk is told with how often it happens,
or that nobody knows."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from sijoint.model import Answer, Assessed, Consent, Finding, Grade, Sedation, Session
from sijoint.pathway.doses import steroid_agents, steroid_code
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy


class UnknownRisk(ValueError):
    """A policy names a risk that has no words for the patient."""


@dataclass(frozen=True)
class ConsentRisk:
    """One risk as the patient reads it. ``rate`` is empty where no figure was found; ``words`` says so then."""

    name: str
    patient: str
    rate: str
    words: str
    source: str
    grade: Grade


def consent_risks(policy: Policy, with_steroid: bool) -> tuple[str, ...]:
    """The names of the risks that consent explains."""
    return policy.consent_risks if with_steroid else policy.consent_risks_always


def risks_explained(policy: Policy, with_steroid: bool) -> tuple[ConsentRisk, ...]:
    """The same risks in words, each with its rate or the sentence that none is known. Raises UnknownRisk."""
    return tuple(consent_risk(name) for name in consent_risks(policy, with_steroid))


def consent_risk(name: str) -> ConsentRisk:
    """Raises UnknownRisk."""
    row = _texts()["risks"].get(name)
    if row is None:
        raise UnknownRisk(f"the risk {name!r} has no words for the patient: add it to pathway/consent_risks.toml")
    rate = row.get("rate", "")
    words = f"{row['patient']} {rate or _texts()['rate_unknown']}"
    return ConsentRisk(name, row["patient"], rate, words, row["source"], Grade(row["grade"]))


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads(files("sijoint.pathway").joinpath("consent_risks.toml").read_text(encoding="utf-8"))


def check_consent(consent: Consent | None, session: Session, policy: Policy, now: datetime) -> Assessed:
    """Whether this consent is for this order and still stands."""
    order = session.order
    if consent is None or consent.given.answer is not Answer.YES:
        return assessed([found("consent.missing")])
    findings: list[Finding] = []
    if consent.side != order.side:
        findings.append(found("consent.side", consent=consent.side or "no side", order=order.side))
    if consent.target != order.target:
        findings.append(found("consent.target", consent=consent.target, order=order.target))
    if consent.kind != order.kind:
        findings.append(found("consent.kind", consent=consent.kind, order=order.kind))
    if consent.steroid != steroid_code(order):
        findings.append(
            found("consent.steroid", consent=consent.steroid or "none", order=steroid_code(order) or "none")
        )
    if order.sedation is not Sedation.NONE and consent.before_sedation.answer is not Answer.YES:
        findings.append(found("consent.after-sedation", answer=consent.before_sedation.answer))
    missing = [one for one in consent_risks(policy, bool(steroid_agents(order))) if one not in consent.risks_explained]
    if missing:
        findings.append(found("consent.risk-not-explained", risks=", ".join(missing)))
    return assessed([*findings, *_when(consent, session, policy, now)])


def outlived(consent: Consent, at: datetime, policy: Policy) -> bool:
    """Whether this consent will be too old at that moment."""
    return at - consent.at > timedelta(days=policy.consent_days)


def _when(consent: Consent, session: Session, policy: Policy, now: datetime) -> list[Finding]:
    if consent.at > now:
        return [found("consent.from-the-future", at=policy.day(consent.at))]
    if consent.at < session.order.at:
        return [found("consent.before-order")]
    if outlived(consent, now, policy):
        return [found("consent.too-old", on=policy.day(consent.at), days=policy.consent_days)]
    return []
