"""Consent: for this order, explained, before any sedative, and not too old. Each risk is told with how often it happens,
or that nobody knows."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.model import Answer, Assessed, ComplicationKind, Consent, Finding, Grade, Sedation, Session
from sijoint.pathway.complications import Incidence, incidences
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
    kind: ComplicationKind


def consent_risks(policy: Policy, with_steroid: bool) -> tuple[str, ...]:
    """The names of the risks that consent explains."""
    return policy.consent_risks if with_steroid else policy.consent_risks_always


def risks_explained(policy: Policy, with_steroid: bool) -> tuple[ConsentRisk, ...]:
    """The same risks in words, each with its rate or the sentence that none is known. Raises UnknownRisk."""
    return tuple(consent_risk(name) for name in consent_risks(policy, with_steroid))


def consent_risk(name: str) -> ConsentRisk:
    """Raises UnknownRisk."""
    texts = _texts()
    row = texts["risks"].get(name)
    if row is None:
        raise UnknownRisk(f"the risk {name!r} has no words for the patient: add it to pathway/consent_risks.toml")
    seen = incidences()[ComplicationKind(row["kind"])]
    counted = _counted(row.get("counted", texts["rate_counted"]), seen)
    source, grade = (seen.source, seen.grade) if counted else (row["source"], Grade(row["grade"]))
    rate = counted or row.get("rate", "")
    words = f"{row['patient']} {rate or texts['rate_unknown']}"
    return ConsentRisk(name, row["patient"], rate, words, source, grade, seen.kind)


def _counted(words: str, seen: Incidence) -> str:
    """How often it was seen, in words; "" where nobody counted."""
    if seen.events is None or seen.cases is None:
        return ""
    many = 100 * seen.events >= seen.cases
    share = f"{round(100 * seen.events / seen.cases)} in 100" if many else f"1 in {round(seen.cases / seen.events):,}"
    return words.format(share=share, events=seen.events, cases=seen.cases)


@cache
def _texts() -> Mapping[str, Any]:
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
