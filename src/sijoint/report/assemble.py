"""The episode report's facts put together from the episode, its policy and what the caller knows of pictures and run."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from sijoint.model import Assessed, Episode, Patient
from sijoint.pathway import Policy, assess_referral, calls_due
from sijoint.report.facts import (
    EpisodeReport,
    PolicyNamed,
    ProcedureFigures,
    ProvenanceWords,
    RunFacts,
    StepRefused,
    Twin,
)


def assemble_report(
    episode: Episode,
    patient: Patient,
    policy: Policy,
    made_at: datetime,
    *,
    provenance: ProvenanceWords,
    run: RunFacts,
    figures: Sequence[ProcedureFigures] = (),
    refusals: Sequence[StepRefused] = (),
    twin: Twin | None = None,
    outcome_notice: str = "",
    zone: tzinfo | None = None,
) -> EpisodeReport:
    """What rules say of the facts at ``made_at``, the referral and the calls that are due, is asked here."""
    return EpisodeReport(
        episode=episode,
        patient=patient,
        policy=PolicyNamed(policy.id, str(policy.effective), policy.title, policy.sources["first_shot_steroid"].source),
        made_at=made_at,
        figures=tuple(figures),
        provenance=provenance,
        run=run,
        referral=_referral(episode, policy),
        refusals=tuple(refusals),
        twin=twin,
        outcome_notice=outcome_notice,
        calls=calls_due(episode, policy, made_at),
        zone=zone or policy.zone,
    )


def _referral(episode: Episode, policy: Policy) -> Assessed | None:
    """The findings on the referral, as the rule gives them for the facts that were kept."""
    if episode.assessment is None:
        return None
    return assess_referral(episode.request, episode.assessment, policy, episode.assessment.at, episode.care_log)
