"""Everything that a finished record says of itself: deviations, syringes, sedatives, doses, and when it was written."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sijoint.model import (
    Administration,
    Finding,
    Patient,
    Procedure,
    RecipeLine,
    Sedation,
    Session,
    Severity,
    SyringeUse,
)
from sijoint.pathway.deviations import deviations
from sijoint.pathway.doses import anaesthetic_shares, dosing_weight_kg, known_agent
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy
from sijoint.pathway.recipes import percent
from sijoint.pathway.stated_dose import dose_findings
from sijoint.pathway.syringes import check_syringe

BEFORE_THE_NEEDLE = {
    "consent": "consent",
    "confirmation": "the day's confirmation",
    "skin_mark": "skin mark",
    "sign_in": "sign-in",
    "time_out": "time-out",
}


def procedure_findings(
    session: Session, patient: Patient, policy: Policy, before: Iterable[RecipeLine] = ()
) -> tuple[Finding, ...]:
    """What the record of a session's procedure is to be read with; () where there is none.

    ``before`` is what the patient was given elsewhere in the policy's hours before it.
    """
    procedure = session.procedure
    if procedure is None:
        return ()
    findings = list(deviations(procedure, session.order, policy))
    findings += _left_out(session, procedure)
    findings += _anaesthetic_given(procedure, patient, policy, before)
    findings += _from_syringes(session, procedure, policy)
    findings += _sedatives(session, policy)
    findings += dose_findings(procedure, patient, policy)
    findings += _written(procedure)
    return tuple(dict.fromkeys(findings))


def _left_out(session: Session, procedure: Procedure) -> list[Finding]:
    """A needle or a syringe makes these due; a procedure that stopped before leaves nothing out."""
    if not procedure.movements and not procedure.administrations:
        return []
    missing = [words for name, words in BEFORE_THE_NEEDLE.items() if getattr(session, name) is None]
    return [found("deviation.left-out", what=", ".join(missing))] if missing else []


def _anaesthetic_given(
    procedure: Procedure, patient: Patient, policy: Policy, before: Iterable[RecipeLine]
) -> list[Finding]:
    lines = [RecipeLine(one.agent, one.volume_ml) for one in procedure.administrations]
    weight = dosing_weight_kg(patient, policy)
    if lines and (weight is None or weight <= 0 or any(known_agent(line.agent) is None for line in lines)):
        return [found("deviation.dose-not-known")]
    if not lines or weight is None:
        return []
    shares = anaesthetic_shares(before, weight, given_before=True) + anaesthetic_shares(lines, weight)
    total = sum((one.share for one in shares), Decimal(0))
    if total <= 1:
        return []
    arithmetic = " + ".join(f"{one.name} {one.dose_mg.normalize():f} mg = {percent(one.share)} %" for one in shares)
    kilos = weight.quantize(Decimal("0.1"))
    words: dict[str, Any] = {"percent": percent(total), "weight": kilos, "arithmetic": arithmetic}
    return [found("deviation.anaesthetic-too-much", **words)]


def _from_syringes(session: Session, procedure: Procedure, policy: Policy) -> list[Finding]:
    """Each use, at the time it was given, against the syringes drawn up by then."""
    findings = []
    for use in SyringeUse:
        given = [one for one in procedure.administrations if one.use is use]
        if not given:
            continue
        at = _at(procedure, given[0])
        here = [one for one in session.syringes if one.use is use and one.drawn_at <= at]
        if not here:
            findings.append(found("deviation.no-syringe", of=use, what=use.capitalize()))
            continue
        # One that could not be given may have been replaced: then the last one drawn up is the one that was given.
        against = check_syringe(max(here, key=lambda one: one.drawn_at), session.order, policy, at).findings
        why = " ".join(one.clinician for one in against if one.severity is not Severity.NOTE)
        if why:
            findings.append(found("deviation.syringe", of=use, what=use.capitalize(), why=why))
    return findings


def _sedatives(session: Session, policy: Policy) -> list[Finding]:
    if session.order.sedation is not Sedation.NONE:
        return []
    return [
        found("deviation.sedative", of=f"{one.at:%H%M}", name=one.name, at=policy.clock(one.at))
        for one in session.sedatives
        if not one.reversal
    ]


def _written(procedure: Procedure) -> list[Finding]:
    findings = []
    if procedure.entered_at is not None and procedure.ended_at is not None:
        minutes = int((procedure.entered_at - procedure.ended_at) / timedelta(minutes=1))
        words: dict[str, Any] = {"minutes": minutes, "by": procedure.entered_by, "writer": procedure.writer}
        findings.append(found("deviation.written-afterwards", **words))
        if procedure.recorded_for and procedure.read_back.answer != "yes":
            words = {"operator": procedure.recorded_for, "answer": procedure.read_back.answer}
            findings.append(found("deviation.not-read-back", **words))
    for one in procedure.administrations:
        if one.entered_at is not None:
            minutes = int((one.entered_at - _at(procedure, one)) / timedelta(minutes=1))
            known = known_agent(one.agent)
            words = {"agent": known.name if known else one.agent, "volume": one.volume_ml}
            findings.append(found("deviation.added-later", of=one.agent, minutes=minutes, by=one.entered_by, **words))
    return findings


def _at(procedure: Procedure, given: Administration) -> datetime:
    return procedure.started_at + timedelta(seconds=given.at_s)
