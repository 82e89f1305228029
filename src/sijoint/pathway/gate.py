"""The gates before X-rays, skin anaesthetic, contrast and drug. They refuse permission, never documentation."""

from datetime import datetime
from decimal import Decimal
from itertools import combinations

from sijoint.formulary import IngredientKind
from sijoint.frames import angle_between_deg, receptor_direction
from sijoint.model import (
    Answer,
    Assessed,
    ContrastPattern,
    Decision,
    Episode,
    EpisodeState,
    Finding,
    Order,
    Procedure,
    ProcedureKind,
    Recipe,
    RecipeLine,
    Session,
    Severity,
    StoredImage,
    SyringeUse,
    Target,
)
from sijoint.pathway.consent import check_consent
from sijoint.pathway.day_of import confirmed_when
from sijoint.pathway.doses import agents_of
from sijoint.pathway.emergencies import check_readiness
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy
from sijoint.pathway.sides import check_sides
from sijoint.pathway.skin import check_skin
from sijoint.pathway.syringes import check_syringes

# A part of the pattern that no policy may accept, with any drug: safety before site preference.
NEVER_ACCEPTED = frozenset(
    {
        ContrastPattern.VASCULAR,
        ContrastPattern.MIXED_WITH_VASCULAR,
        ContrastPattern.FORAMINAL,
        ContrastPattern.NONE_SEEN,
    }
)


class NotARehearsal(ValueError):
    """What is allowed in a rehearsal is asked about a performed procedure."""


def authorise_exposure(episode: Episode, policy: Policy, now: datetime) -> Assessed:
    """Whether an X-ray may be made now: a performed procedure is running and all that must precede it stands."""
    return assessed(_under_way(episode, policy, now))


def authorise_injection(use: SyringeUse, episode: Episode, policy: Policy, now: datetime) -> Assessed:
    """Whether skin anaesthetic or contrast may be given now; for the drug see ``authorise_drug``."""
    if use is SyringeUse.DRUG:
        return authorise_drug(episode, policy, now)
    findings = _under_way(episode, policy, now)
    running = _running(episode)
    if running is None:
        return assessed(findings)
    session, procedure = running
    findings += _skin(session, episode, now)
    findings += check_syringes(session, use, policy, now).findings
    if use is SyringeUse.SKIN:
        findings += _budget(use, (session.order.recipe.skin,), procedure)
    else:
        findings += _contrast_left(procedure, policy)
    return assessed(findings)


def authorise_drug(episode: Episode, policy: Policy, now: datetime) -> Assessed:
    """Whether the drug may be given: contrast, judgement and two views, all since the last needle movement."""
    findings = _under_way(episode, policy, now)
    running = _running(episode)
    if running is None:
        return assessed(findings)
    session, procedure = running
    findings += _shown(session.order.target, session.order.recipe, procedure, policy)
    findings += _skin(session, episode, now)
    findings += check_syringes(session, SyringeUse.DRUG, policy, now).findings
    findings += _budget(SyringeUse.DRUG, session.order.recipe.drug, procedure)
    findings += _dose_still_checked(session.order, procedure)
    return assessed(findings)


def rehearse_injection(use: SyringeUse, recipe: Recipe, procedure: Procedure, policy: Policy) -> Assessed:
    """What the gate of care would say of needle, contrast, judgement, views and volumes. Opens nothing in care.

    A rehearsal has no patient: nothing is asked of clearance, consent, sides, skin or the tray.
    """
    if procedure.kind is not ProcedureKind.REHEARSAL:
        raise NotARehearsal("the gate of a rehearsal is asked for a performed procedure")
    if use is SyringeUse.SKIN:
        return assessed(_budget(use, (recipe.skin,), procedure))
    if use is SyringeUse.CONTRAST:
        return assessed(_contrast_left(procedure, policy))
    return assessed(
        [*_shown(procedure.target, recipe, procedure, policy), *_budget(SyringeUse.DRUG, recipe.drug, procedure)]
    )


def given_ml(procedure: Procedure, use: SyringeUse) -> Decimal:
    """Millilitres given so far from one kind of syringe."""
    return sum((one.volume_ml for one in procedure.administrations if one.use is use), Decimal(0))


def views_since_movement(procedure: Procedure) -> tuple[StoredImage, ...]:
    """The stored views of the needle as it lies now; one that is kept nowhere is none."""
    return tuple(
        one for one in procedure.images if one.after_movement == procedure.movements and (one.sha256 or one.kept_as)
    )


def accepted_patterns(target: Target, policy: Policy) -> tuple[ContrastPattern, ...]:
    """What the policy accepts at a target, less what no policy may."""
    listed = policy.accepted_ligament if target is Target.LIGAMENT else policy.accepted_intra_articular
    return tuple(one for one in listed if one not in NEVER_ACCEPTED)


def _running(episode: Episode) -> tuple[Session, Procedure] | None:
    session = episode.sessions[-1] if episode.sessions else None
    if session is None or session.procedure is None or session.procedure.ended_at is not None:
        return None
    return session, session.procedure


def _under_way(episode: Episode, policy: Policy, now: datetime) -> list[Finding]:
    findings: list[Finding] = []
    if episode.screening_answers is not None and episode.screening_answers.pregnancy.answer is Answer.YES:
        findings.append(found("pregnancy.confirmed"))
    if episode.state is not EpisodeState.IN_PROCEDURE:
        findings.append(found("gate.not-in-procedure", state=episode.state))
    running = _running(episode)
    if running is None:
        return [*findings, found("gate.no-procedure")]
    session, procedure = running
    if procedure.kind is not ProcedureKind.PERFORMED:
        findings.append(found("gate.rehearsal"))
    order = session.order
    if (procedure.side, procedure.target) != (order.side, order.target):
        here, there = f"{procedure.side} {procedure.target}", f"{order.side} {order.target}"
        findings.append(found("gate.side-or-target", procedure=here, order=there))
    findings += check_readiness(session.readiness, policy, now).findings
    findings += _cleared(session)
    findings += _today(session, policy, now)
    findings += check_consent(session.consent, session, policy, now).findings
    sides = check_sides(
        episode.request, episode.assessment, order, session.consent, session.skin_mark, session.time_out
    )
    return [*findings, *sides.findings]


def _cleared(session: Session) -> list[Finding]:
    findings = []
    if session.screening is None or session.screening.decision is not Decision.CLEAR:
        why = "not made" if session.screening is None else str(session.screening.decision)
        findings.append(found("gate.not-cleared", why=why))
    if session.recipe_check is None or session.recipe_check.decision is not Decision.CLEAR:
        findings.append(found("gate.order-not-checked"))
    return findings


def _today(session: Session, policy: Policy, now: datetime) -> list[Finding]:
    if session.confirmation is None:
        return [found("today.not-confirmed")]
    findings = confirmed_when(session.confirmation, policy, now)
    if session.confirmation.pregnancy.answer is Answer.YES:
        findings.append(found("pregnancy.confirmed"))
    if session.time_out is None:
        findings.append(found("timeout.missing"))
    return findings


def _skin(session: Session, episode: Episode, now: datetime) -> list[Finding]:
    """What holds a needle back; what only has to be known was told when the skin was cleaned."""
    told = check_skin(session.skin_preparation, episode.screening_answers, now).findings
    return [one for one in told if one.severity is not Severity.NOTE]


def _budget(use: SyringeUse, lines: tuple[RecipeLine, ...], procedure: Procedure) -> list[Finding]:
    ordered = sum((line.volume_ml for line in lines), Decimal(0))
    given = given_ml(procedure, use)
    return [found("gate.budget", of=use, what=use, given=given, ordered=ordered)] if given >= ordered else []


def _dose_still_checked(order: Order, procedure: Procedure) -> list[Finding]:
    """The order was checked with its skin anaesthetic; more of that than ordered makes the check void."""
    given, ordered = given_ml(procedure, SyringeUse.SKIN), order.recipe.skin.volume_ml
    return [found("gate.skin-over-order", given=given, ordered=ordered)] if given > ordered else []


def _contrast_left(procedure: Procedure, policy: Policy) -> list[Finding]:
    findings = [] if procedure.movements else [found("gate.no-needle")]
    given = given_ml(procedure, SyringeUse.CONTRAST)
    if given >= policy.contrast_maximum_ml:
        findings.append(found("gate.contrast-budget", given=given, limit=policy.contrast_maximum_ml))
    return findings


def _shown(target: Target, recipe: Recipe, procedure: Procedure, policy: Policy) -> list[Finding]:
    """Whether contrast has shown the tip at the target since the needle last moved, and who has seen it."""
    findings = [] if procedure.movements else [found("gate.no-needle")]
    findings += _contrast(procedure)
    findings += _judgement(target, recipe, procedure, policy)
    return [*findings, *_views(procedure, policy)]


def _contrast(procedure: Procedure) -> list[Finding]:
    here = [
        one
        for one in procedure.administrations
        if one.use is SyringeUse.CONTRAST and one.after_movement == procedure.movements and one.volume_ml > 0
    ]
    if not here:
        return [found("gate.no-contrast")]
    if not any(one.after_contrast for one in views_since_movement(procedure)):
        return [found("gate.no-stored-run")]
    return []


def _judgement(target: Target, recipe: Recipe, procedure: Procedure, policy: Policy) -> list[Finding]:
    """Every judgement since the last needle movement counts: one bad run is not talked away by a better one."""
    here = [one for one in procedure.judgements if one.after_movement == procedure.movements]
    if not here:
        return [found("gate.no-judgement")]
    findings: list[Finding] = []
    for pattern in dict.fromkeys(one.pattern for one in here):
        findings += _pattern(pattern, target, recipe, policy)
    return findings


def _pattern(pattern: ContrastPattern, target: Target, recipe: Recipe, policy: Policy) -> list[Finding]:
    if pattern in NEVER_ACCEPTED:
        particulate = [one for one in agents_of(recipe.drug) if one.particulate and one.kind is IngredientKind.STEROID]
        never = [found("gate.particulate", of=one.code, pattern=pattern, agent=one.name) for one in particulate]
        return [found("gate.pattern-refused", of=pattern, pattern=pattern), *never]
    if pattern not in accepted_patterns(target, policy):
        return [found("gate.outside-target", of=pattern, pattern=pattern, target=target)]
    return [found("gate.capsular-leak")] if pattern is ContrastPattern.IA_CAPSULAR_LEAK else []


def _views(procedure: Procedure, policy: Policy) -> list[Finding]:
    views = views_since_movement(procedure)
    if len(views) < policy.views:
        return [found("gate.few-views", views=len(views), needed=policy.views)]
    if not any(one.after_contrast for one in views):
        return [found("gate.no-view-after-contrast")]
    widest = max(
        (
            _angle_deg(a, b)
            for a, b in combinations([one for one in views if one.pose_known], 2)
            if a.after_contrast or b.after_contrast
        ),
        default=0.0,
    )
    # The stored angles are rounded to a thousandth of a degree; a view placed at exactly the limit counts.
    if Decimal(str(round(widest, 2))) < policy.view_angle_deg:
        return [found("gate.views-alike", angle=round(widest, 1), needed=policy.view_angle_deg)]
    return []


def _angle_deg(a: StoredImage, b: StoredImage) -> float:
    return angle_between_deg(
        receptor_direction(a.primary_deg, a.secondary_deg), receptor_direction(b.primary_deg, b.secondary_deg)
    )
