"""The recipe builder: what a recipe comes to for this patient, and what speaks against it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sijoint.formulary import IngredientKind, incompatible, methylprednisolone_equivalent_mg, untested
from sijoint.model import (
    AnaestheticShare,
    Answer,
    Episode,
    Finding,
    Patient,
    ProcedureKind,
    Recipe,
    RecipeLine,
    RecipeSheet,
    ScreeningAnswers,
    SteroidDose,
    Target,
)
from sijoint.pathway.doses import (
    agents_of,
    all_lines,
    anaesthetic_shares,
    dosing_weight_kg,
    drug_volume_ml,
    known_agent,
)
from sijoint.pathway.findings import found
from sijoint.pathway.plausible import plausible
from sijoint.pathway.policy import Policy

LESS_ANAESTHETIC = {"heart_failure": "heart failure", "liver_or_kidney_disease": "liver or kidney disease"}


def recipe_sheet(
    recipe: Recipe,
    target: Target,
    patient: Patient,
    policy: Policy,
    now: datetime,
    *,
    before: Iterable[RecipeLine] = (),
    answers: ScreeningAnswers | None = None,
) -> RecipeSheet:
    """Doses, volumes and mixture of a recipe, with its findings. Total: what is not known is a finding.

    ``before`` is what the patient was given in the policy's hours before, at any site, on either side.
    """
    lines = all_lines(recipe)
    weight = _sound_weight(patient, policy)
    shares: tuple[AnaestheticShare, ...] = ()
    if weight is not None:
        shares = anaesthetic_shares(before, weight, given_before=True) + anaesthetic_shares(lines, weight)
    total = None if weight is None else sum((one.share for one in shares), Decimal(0))
    at_highest = None if weight is None else sum((one.share_at_highest for one in shares), Decimal(0))
    steroids = tuple(_steroid(line) for line in recipe.drug if _is_steroid(line))
    findings = [*_lines(lines), *_places(recipe)]
    findings += _anaesthetic(shares, total, at_highest, weight, patient, policy)
    if total is not None:
        findings += _cautious(total, patient, answers, policy, now)
    findings += [*_steroids(steroids), *_mixture(recipe), *_volume(recipe, target, policy)]
    contrast = known_agent(recipe.contrast.agent)
    joint = target is Target.INTRA_ARTICULAR
    return RecipeSheet(
        weight_kg=weight,
        anaesthetics=shares,
        anaesthetic_share=total,
        anaesthetic_share_at_highest=at_highest,
        steroids=steroids,
        methylprednisolone_mg=sum((one.methylprednisolone_mg for one in steroids), Decimal(0)),
        iodine_mg=recipe.contrast.volume_ml * Decimal(str(contrast.iodine_mg_ml)) if contrast else Decimal(0),
        at_target_ml=drug_volume_ml(recipe) + (recipe.contrast.volume_ml if joint else 0),
        room_ml=(policy.ia_volume_warning_ml, policy.ia_volume_maximum_ml)
        if joint
        else (None, policy.ligament_volume_maximum_ml),
        particulate=any(one.particulate for one in agents_of(recipe.drug)),
        findings=tuple(findings),
    )


def given_before(episodes: Iterable[Episode], policy: Policy, now: datetime) -> tuple[RecipeLine, ...]:
    """What a patient was given in the policy's hours before now: toxicity adds up over sites, sides and sessions."""
    since = now - timedelta(hours=policy.anaesthetic_hours)
    procedures = [one.procedure for episode in episodes for one in episode.sessions if one.procedure is not None]
    return tuple(
        RecipeLine(given.agent, given.volume_ml)
        for one in procedures
        for given in one.administrations
        if one.kind is ProcedureKind.PERFORMED and since < one.started_at + timedelta(seconds=given.at_s) <= now
    )


def _sound_weight(patient: Patient, policy: Policy) -> Decimal | None:
    """The weight that doses are computed for; None where it is not known or no person weighs that."""
    weight = dosing_weight_kg(patient, policy)
    sound = plausible("weight_kg", patient.weight_kg) and plausible("height_cm", patient.height_cm)
    return weight if weight is not None and weight > 0 and sound else None


def _lines(lines: tuple[RecipeLine, ...]) -> list[Finding]:
    unknown = [line.agent for line in lines if known_agent(line.agent) is None]
    findings = [found("order.unknown-agent", of=code, agent=code) for code in unknown]
    for line in lines:
        if not line.volume_ml > 0:
            findings.append(found("order.volume-not-positive", of=line.agent, agent=line.agent, volume=line.volume_ml))
    return findings


def _places(recipe: Recipe) -> list[Finding]:
    findings = []
    skin, contrast = known_agent(recipe.skin.agent), known_agent(recipe.contrast.agent)
    if skin is not None and skin.kind is not IngredientKind.LOCAL_ANAESTHETIC:
        findings.append(found("order.agent-wrong-place", of="skin", agent=skin.name, what="a local anaesthetic"))
    if contrast is not None and contrast.iodine_mg_ml == 0:
        findings.append(found("order.gadolinium-or-air"))
    drugs = agents_of(recipe.drug)
    if not any(one.anaesthetic for one in drugs):
        findings.append(found("order.no-anaesthetic"))
    for one in drugs:
        if one.kind is IngredientKind.CONTRAST:
            findings.append(found("order.agent-wrong-place", of="drug", agent=one.name, what="a drug"))
    return findings


def _anaesthetic(
    shares: tuple[AnaestheticShare, ...],
    total: Decimal | None,
    at_highest: Decimal | None,
    weight: Decimal | None,
    patient: Patient,
    policy: Policy,
) -> list[Finding]:
    """The sum of dose over maximum: skin, drug and what was given before, on the lower of actual and ideal weight."""
    if patient.weight_kg is None:
        return [found("order.no-weight")]
    if weight is None or total is None or at_highest is None:
        return [found("order.implausible-size", weight=patient.weight_kg, height=patient.height_cm)]
    findings = [found("order.no-height", weight=weight)] if patient.height_cm is None else []
    arithmetic = " + ".join(
        f"{one.name} {one.dose_mg.normalize():f} mg{' given before' if one.given_before else ''} = {percent(one.share)} %"
        for one in shares
    )
    range_shown = ""
    if percent(at_highest) != percent(total):
        range_shown = f" By the highest maximum in print it is {percent(at_highest)} %; the lowest counts."
    code = "order.anaesthetic-too-much" if total > 1 else "order.anaesthetic"
    kilos = weight.quantize(Decimal("0.1"))
    words: dict[str, Any] = {
        "percent": percent(total),
        "weight": kilos,
        "arithmetic": arithmetic or "none",
        "range": range_shown,
    }
    return [*findings, found(code, **words)]


def percent(share: Decimal) -> Decimal:
    """A share in percent, to one decimal."""
    return (share * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _cautious(
    total: Decimal, patient: Patient, answers: ScreeningAnswers | None, policy: Policy, now: datetime
) -> list[Finding]:
    """The old, and those with heart or liver disease, take less anaesthetic; not asked is not no."""
    if total * 100 <= policy.anaesthetic_reduced_percent or total > 1:
        return []
    birthday = (now.month, now.day) >= (patient.birth_date.month, patient.birth_date.day)
    age = now.year - patient.birth_date.year - (not birthday)
    why = [f"{age} years old"] if age >= policy.anaesthetic_reduced_age_years else []
    for name, words in LESS_ANAESTHETIC.items():
        answer = getattr(answers, name).answer if answers else Answer.NOT_ASKED
        if answer is not Answer.NO:
            why.append(words if answer is Answer.YES else f"{words} {answer}")
    if not why:
        return []
    limit = policy.anaesthetic_reduced_percent
    return [found("order.anaesthetic-cautious", percent=percent(total), limit=limit, why=", ".join(why))]


def _is_steroid(line: RecipeLine) -> bool:
    one = known_agent(line.agent)
    return one is not None and one.steroid is not None


def _steroid(line: RecipeLine) -> SteroidDose:
    (one,) = agents_of((line,))
    assert one.steroid is not None
    return SteroidDose(
        one.code,
        one.name,
        one.strength_mg_ml * line.volume_ml,
        methylprednisolone_equivalent_mg(one, line.volume_ml),
        one.steroid.usual_mg,
        one.particulate,
    )


def _steroids(steroids: tuple[SteroidDose, ...]) -> list[Finding]:
    """Each steroid against the doses published for this joint: more is a person's to decide, less is told."""
    findings = []
    for one in steroids:
        low, high = one.usual_mg
        if not low <= one.dose_mg <= high:
            code = "order.steroid-high" if one.dose_mg > high else "order.steroid-low"
            mg = f"{one.dose_mg.normalize():f}"
            findings.append(found(code, of=one.agent, steroid=one.name, mg=mg, low=low, high=high))
    return findings


def _mixture(recipe: Recipe) -> list[Finding]:
    drugs = agents_of(recipe.drug)
    findings = [
        found(
            "order.incompatible",
            of="-".join(sorted(rule.pair)),
            severity=rule.severity,
            first=sorted(rule.pair)[0],
            second=sorted(rule.pair)[1],
            finding=rule.finding,
            instead=rule.instead,
        )
        for rule in incompatible(drugs)
    ]
    for a, b in untested(drugs):
        of = "-".join(sorted((a.ingredient.code, b.ingredient.code)))
        findings.append(found("order.mixture-untested", of=of, first=a.name, second=b.name))
    return findings


def _volume(recipe: Recipe, target: Target, policy: Policy) -> list[Finding]:
    drug, contrast = drug_volume_ml(recipe), recipe.contrast.volume_ml
    findings = []
    if contrast > 0 and not policy.contrast_usual_low_ml <= contrast <= policy.contrast_usual_high_ml:
        limits: dict[str, Any] = {"low": policy.contrast_usual_low_ml, "high": policy.contrast_usual_high_ml}
        findings.append(found("order.contrast-unusual", volume=contrast, **limits))
    if target is Target.LIGAMENT:
        if drug > policy.ligament_volume_maximum_ml:
            limit = policy.ligament_volume_maximum_ml
            findings.append(found("order.ligament-volume-too-much", volume=drug, maximum=limit))
        return findings
    total = drug + contrast
    if total > policy.ia_volume_maximum_ml:
        words: dict[str, Any] = {
            "volume": total,
            "contrast": contrast,
            "drug": drug,
            "maximum": policy.ia_volume_maximum_ml,
        }
        findings.append(found("order.ia-volume-too-much", **words))
    elif total > policy.ia_volume_warning_ml:
        findings.append(found("order.ia-volume-large", volume=total, warning=policy.ia_volume_warning_ml))
    return findings
