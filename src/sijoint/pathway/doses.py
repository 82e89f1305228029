"""How much of what: anaesthetic as a share of its maximum, steroid as methylprednisolone, volumes."""

from collections.abc import Iterable
from decimal import Decimal

from sijoint.formulary import Agent, IngredientKind, UnknownAgent, agent, methylprednisolone_equivalent_mg
from sijoint.model import AnaestheticShare, Order, Patient, Recipe, RecipeLine, Sex
from sijoint.pathway.policy import Policy

# Devine 1974: ideal weight = base + 2.3 kg for every inch above five feet; the definition of the formula, not a setting.
DEVINE_BASE_KG = {Sex.MALE: Decimal("50"), Sex.FEMALE: Decimal("45.5"), Sex.OTHER: Decimal("45.5")}
DEVINE_KG_PER_INCH = Decimal("2.3")
CM_PER_INCH = Decimal("2.54")
FIVE_FEET_IN = Decimal(60)


def ideal_weight_kg(patient: Patient) -> Decimal | None:
    """Devine's ideal weight; None without height. For other sex the smaller base is taken."""
    if patient.height_cm is None:
        return None
    return DEVINE_BASE_KG[patient.sex] + DEVINE_KG_PER_INCH * (patient.height_cm / CM_PER_INCH - FIVE_FEET_IN)


def dosing_weight_kg(patient: Patient, policy: Policy) -> Decimal | None:
    """The lower of actual and ideal weight; without height the policy's cautious ideal; None without weight."""
    if patient.weight_kg is None:
        return None
    ideal = ideal_weight_kg(patient)
    return min(patient.weight_kg, policy.weight_without_height_kg if ideal is None else ideal)


def known_agent(code: str) -> Agent | None:
    try:
        return agent(code)
    except UnknownAgent:
        return None


def agents_of(lines: Iterable[RecipeLine]) -> tuple[Agent, ...]:
    """The agents of recipe lines that the formulary knows."""
    return tuple(one for line in lines if (one := known_agent(line.agent)) is not None)


def all_lines(recipe: Recipe) -> tuple[RecipeLine, ...]:
    return (recipe.skin, recipe.contrast, *recipe.drug)


def anaesthetic_shares(
    lines: Iterable[RecipeLine], weight_kg: Decimal, *, given_before: bool = False
) -> tuple[AnaestheticShare, ...]:
    """Every anaesthetic line against its maximum. ``weight_kg`` is above zero."""
    shares = []
    for line in lines:
        one = known_agent(line.agent)
        if one is not None and one.anaesthetic is not None:
            limits = one.anaesthetic
            dose = one.strength_mg_ml * line.volume_ml
            maximum = min(limits.maximum_mg_per_kg * weight_kg, limits.maximum_mg)
            highest = min(limits.highest_mg_per_kg * weight_kg, limits.highest_mg)
            shares.append(
                AnaestheticShare(
                    one.code,
                    one.name,
                    given_before,
                    line.volume_ml,
                    dose,
                    maximum,
                    highest,
                    dose / maximum,
                    dose / highest,
                )
            )
    return tuple(shares)


def steroid_agents(order: Order) -> tuple[Agent, ...]:
    return tuple(one for one in agents_of(order.recipe.drug) if one.kind is IngredientKind.STEROID)


def steroid_code(order: Order) -> str:
    """The formulary codes of the steroids ordered, joined by a plus sign; "" for none."""
    return "+".join(one.code for one in steroid_agents(order))


def steroid_equivalent_mg(lines: Iterable[RecipeLine]) -> Decimal:
    """Methylprednisolone equivalents of all lines."""
    total = Decimal(0)
    for line in lines:
        one = known_agent(line.agent)
        if one is not None:
            total += methylprednisolone_equivalent_mg(one, line.volume_ml)
    return total


def drug_volume_ml(recipe: Recipe) -> Decimal:
    return sum((line.volume_ml for line in recipe.drug), Decimal(0))
