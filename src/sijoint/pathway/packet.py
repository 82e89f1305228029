"""The evidence packet of an episode for one payer: facts alone, in the order in which a reviewer reads, and bare codes."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.frames import Side
from sijoint.model import (
    BillingLine,
    Episode,
    EvidencePacket,
    GivenDrug,
    Grade,
    ManifestImage,
    OrderKind,
    PacketPerson,
    PacketSession,
    Patient,
    PayerCheck,
    Session,
    Target,
)
from sijoint.pathway.accounts import radiation
from sijoint.pathway.complications import grade_now, outcome_now
from sijoint.pathway.doses import known_agent
from sijoint.pathway.injections import drug_given
from sijoint.pathway.payer import inside_the_joint, payer_check, proof_check
from sijoint.pathway.policy import Policy
from sijoint.pathway.referral import positive_provocations
from sijoint.pathway.relief import baseline_nrs
from sijoint.pathway.spoilt_blocks import drug_patterns

SCHEMA_VERSION = 1
NO_DIAGNOSIS_CODES = "The payer's list of diagnosis codes is not part of this packet: the biller adds the code."
CODES_DECIDED = (
    "Codes are proposed by rule from a table with its date; the payer's current article and the biller decide."
)
VIRTUAL = "VIRTUAL PATIENT: made by simulation for teaching and research. Never to be sent to a payer."


class NothingToClaim(ValueError):
    """No session of this episode gave a drug to a patient."""


def evidence_packet(
    episode: Episode, patient: Patient, policy: Policy, made_at: datetime, earlier: tuple[Episode, ...] = ()
) -> EvidencePacket:
    """The packet as it stands at a moment, for the payer whose policy this is. Raises NothingToClaim.

    The check is that of the last injection as it was before it, with what its record proves.
    """
    numbered = [(number, one) for number, one in enumerate(episode.sessions, 1) if drug_given(one) is not None]
    if not numbered:
        raise NothingToClaim("no drug was given in this episode, so there is nothing to claim for")
    number, last = numbered[-1]
    billing, not_billed = billing_lines(episode, policy)
    assessment = episode.assessment
    care = (
        *(assessment.conservative_care if assessment else ()),
        *episode.request.conservative_care,
        *episode.care_log,
    )
    return EvidencePacket(
        schema_version=SCHEMA_VERSION,
        episode_id=episode.id,
        episode_version=episode.version,
        made_at=made_at,
        policy_id=policy.id,
        policy_title=policy.title,
        policy_effective=policy.effective,
        notices=((VIRTUAL,) if patient.virtual else ()) + (CODES_DECIDED, NO_DIAGNOSIS_CODES),
        person=PacketPerson(patient.id, patient.family_name, patient.given_name, patient.birth_date, patient.virtual),
        diagnosis=assessment.working_diagnosis if assessment else "",
        pain_since=episode.request.pain_since,
        positive_tests=tuple(sorted(positive_provocations(assessment, last.order.side))) if assessment else (),
        conservative_care=tuple(
            f"{one.kind}, {one.began} to {one.ended or 'today'}, {'helped' if one.helped else 'did not help'}"
            for one in sorted(care, key=lambda one: (one.began, one.kind))
        ),
        check=_as_of(episode, number, last, policy, earlier),
        sessions=tuple(_session(number, one, policy) for number, one in numbered),
        billing=billing,
        not_billed=not_billed,
        images=tuple(image for number, one in numbered for image in _images(number, one)),
    )


def billing_lines(episode: Episode, policy: Policy) -> tuple[tuple[BillingLine, ...], tuple[str, ...]]:
    """Bare codes by session with their modifiers, and for every session without one the reason why."""
    lines: list[BillingLine] = []
    without: list[str] = []
    proven: list[tuple[int, Session]] = []
    for number, session in enumerate(episode.sessions, 1):
        why = _not_coded(session, policy)
        if why:
            without.append(f"session {number}: {why}")
        else:
            proven.append((number, session))
    for number, session in proven:
        others = [one for n, one in proven if n != number and _one_sitting(one, session, policy)]
        if others and any(n < number and _one_sitting(one, session, policy) for n, one in proven):
            without.append(f"session {number}: the other side of the same day stands on the physician's line already")
        else:
            lines.append(_line("joint_professional", number, session, both=bool(others)))
        lines.append(_line("joint_facility", number, session, both=False))
    return tuple(lines), tuple(without)


def _not_coded(session: Session, policy: Policy) -> str:
    """Why no joint code is proposed; "" where one is."""
    if drug_given(session) is None:
        return "no drug was given to a patient"
    if session.order.target is Target.LIGAMENT:
        return "ligaments only: not a joint injection, and no joint code is proposed"
    if not inside_the_joint(session, policy):
        return "no proof that the contrast lay inside the joint, and no joint code is proposed"
    images = session.procedure.images if session.procedure else ()
    if not any(one.after_contrast and one.sha256 for one in images):
        return "no picture after contrast was kept, and no joint code is proposed"
    return ""


def _one_sitting(one: Session, other: Session, policy: Policy) -> bool:
    """Both sides on one day, for one purpose."""
    first, second = drug_given(one), drug_given(other)
    same_day = first is not None and second is not None and policy.day(first) == policy.day(second)
    return same_day and one.order.kind is other.order.kind and one.order.side is not other.order.side


def _line(name: str, number: int, session: Session, both: bool) -> BillingLine:
    row, modifiers = _codes()[name], _codes()["modifiers"]
    side = modifiers["both"] if both else modifiers["right" if session.order.side is Side.RIGHT else "left"]
    diagnostic = (modifiers["diagnostic"],) if session.order.kind is OrderKind.DIAGNOSTIC else ()
    return BillingLine(
        row["code"],
        (side, *diagnostic),
        row["place"],
        number,
        session.order.side,
        row["needs"],
        row["source"],
        Grade(row["grade"]),
    )


@cache
def _codes() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("sijoint.pathway").joinpath("payer_codes.toml").read_text(encoding="utf-8"))


def _as_of(episode: Episode, number: int, session: Session, policy: Policy, earlier: tuple[Episode, ...]) -> PayerCheck:
    """What the payer's policy said of this session before it, by what is known of the days before, and what it proves."""
    given = drug_given(session)
    order = session.order
    on = policy.day(given or order.at)
    planned = replace(
        session, procedure=None, verdict=None, dual=None, entries=(), prompts=(), discharge=None, complications=()
    )
    then = replace(episode, sessions=(*episode.sessions[: number - 1], planned))
    before = payer_check(then, policy, on, order.kind, order.side, order.target, earlier)
    return proof_check(episode, session, policy, before)


def _session(number: int, session: Session, policy: Policy) -> PacketSession:
    procedure, given = session.procedure, drug_given(session)
    if procedure is None or given is None:
        raise NothingToClaim("no drug was given in this session")
    area, _, seconds, _ = radiation(procedure)
    verdict = session.verdict
    return PacketSession(
        number=number,
        kind=session.order.kind,
        side=session.order.side,
        target=session.order.target,
        done_on=policy.day(given),
        operator=procedure.operator,
        consent_at=session.consent.at if session.consent else None,
        pain_before=baseline_nrs(session),
        given=tuple(_given(session)),
        contrast=tuple(str(one) for one in drug_patterns(procedure)),
        familiar_pain_on_filling=procedure.familiar_pain_on_filling,
        verdict=str(verdict.verdict) if verdict else "",
        verdict_reasons=verdict.reasons if verdict else (),
        threshold_percent=session.order.rule.threshold_percent,
        relief=verdict.arithmetic if verdict else (),
        fluoroscopy_s=seconds,
        dose_area_product_mgy_cm2=area,
        complications=tuple(f"{one.kind}, {grade_now(one)}, {outcome_now(one)}" for one in session.complications),
        deviations=tuple(one.clinician for one in procedure.deviations),
        signed_out_at=session.sign_out.at if session.sign_out else None,
    )


def _given(session: Session) -> Iterator[GivenDrug]:
    for one in session.procedure.administrations if session.procedure else ():
        agent = known_agent(one.agent)
        dose = agent.strength_mg_ml * one.volume_ml if agent else None
        yield GivenDrug(one.use, one.agent, agent.name if agent else one.agent, one.volume_ml, dose)


def _images(number: int, session: Session) -> Iterator[ManifestImage]:
    procedure = session.procedure
    for one in procedure.images if procedure else ():
        if one.sha256:
            at = procedure.started_at + timedelta(seconds=one.at_s) if procedure else session.order.at
            yield ManifestImage(
                one.sha256,
                number,
                at,
                one.purpose,
                one.origin,
                one.primary_deg,
                one.secondary_deg,
                one.after_contrast,
            )
