"""Emergency cards with numbers for this patient or for every weight, and whether the site has said that they are its own."""

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.formulary import emergency_doses
from sijoint.model import (
    Answer,
    Assessed,
    CardStep,
    Emergency,
    EmergencyCard,
    Finding,
    Grade,
    LipidRow,
    Patient,
    SiteReadiness,
)
from sijoint.pathway.doses import dosing_weight_kg
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.plausible import plausible, plausible_ranges
from sijoint.pathway.policy import Policy

LIPID = (
    "light_up_to_kg",
    "bolus_ml_per_kg",
    "bolus_minutes",
    "infusion_ml_per_kg_min",
    "heavy_bolus_ml",
    "heavy_infusion_ml",
    "heavy_infusion_minutes",
    "ceiling_ml_per_kg",
)
WHOLE, TENTH, HUNDREDTH = Decimal(1), Decimal("0.1"), Decimal("0.01")


def emergency_cards(patient: Patient | None, policy: Policy) -> tuple[EmergencyCard, ...]:
    """The three cards, for a patient whose weight is known; else the site's, with a lipid row for every weight."""
    weight = patient.weight_kg if patient else None
    if patient is None or weight is None or not plausible("weight_kg", weight):
        return tuple(_card(one, None, lipid_rows()) for one in Emergency)
    lower = dosing_weight_kg(patient, policy) or weight
    row = lipid_row(weight, min(weight, lower))
    return tuple(_card(one, weight, (row,) if row else ()) for one in Emergency)


def lipid_row(weight_kg: Decimal, ceiling_weight_kg: Decimal | None = None) -> LipidRow | None:
    """Lipid for one weight; None where a number of it has no graded row.

    ``ceiling_weight_kg`` is the lower of actual and ideal weight where both are known.
    """
    doses = emergency_doses()
    if any(f"lipid.{name}" not in doses for name in LIPID):
        return None
    number = {name: doses[f"lipid.{name}"] for name in LIPID}
    ceiling = number["ceiling_ml_per_kg"].value * (ceiling_weight_kg or weight_kg)
    minutes = (number["bolus_minutes"].low, number["bolus_minutes"].high)
    if weight_kg <= number["light_up_to_kg"].value:
        bolus = number["bolus_ml_per_kg"].value * weight_kg
        rate = (number["infusion_ml_per_kg_min"].value * weight_kg).quantize(TENTH, ROUND_HALF_UP)
        rates, lasting = (rate, rate), None
    else:
        bolus = number["heavy_bolus_ml"].value
        lasting = (number["heavy_infusion_minutes"].low, number["heavy_infusion_minutes"].high)
        volume = number["heavy_infusion_ml"].value
        slow, fast = ((volume / one).quantize(TENTH, ROUND_HALF_UP) for one in reversed(lasting))
        rates = (slow, fast)
    return LipidRow(
        weight_kg=weight_kg,
        bolus_ml=bolus.quantize(WHOLE, ROUND_HALF_UP),
        bolus_minutes=minutes,
        infusion_ml_min=rates,
        infusion_minutes=lasting,
        ceiling_ml=ceiling.quantize(WHOLE, ROUND_DOWN),
    )


@cache
def lipid_rows() -> tuple[LipidRow, ...]:
    """A row for every whole kilogram that a person can weigh."""
    weights = plausible_ranges()["weight_kg"]
    rows = (lipid_row(Decimal(kg)) for kg in range(int(weights.low), int(weights.high) + 1))
    return tuple(row for row in rows if row is not None)


@cache
def cards_edition() -> str:
    """What the site confirms: changes with any number or word of the cards."""
    numbers = [f"{name}={one.value} {one.low} {one.high}" for name, one in emergency_doses().items()]
    return hashlib.sha256("\n".join([_text(), *numbers]).encode()).hexdigest()[:12]


def check_readiness(readiness: SiteReadiness | None, policy: Policy, now: datetime) -> Assessed:
    """Whether the site has confirmed cards of this edition, kit and lipid today; asked before the clinic opens."""
    if readiness is None:
        return assessed([found("site.not-confirmed")])
    findings: list[Finding] = []
    if not timedelta(0) <= now - readiness.at <= timedelta(hours=policy.site_confirmation_hours):
        findings.append(
            found("site.not-confirmed-today", at=f"{policy.day(readiness.at)} {policy.clock(readiness.at)}")
        )
    if readiness.cards_are_our_protocol.answer is not Answer.YES:
        findings.append(found("site.cards", answer=readiness.cards_are_our_protocol.answer))
    if readiness.cards_edition != cards_edition():
        findings.append(found("site.cards-changed", confirmed=readiness.cards_edition or "none", now=cards_edition()))
    if readiness.resuscitation_kit_checked.answer is not Answer.YES:
        findings.append(found("site.kit", answer=readiness.resuscitation_kit_checked.answer))
    if readiness.lipid_expires is None or readiness.lipid_expires < policy.day(now):
        findings.append(found("site.lipid", expires=readiness.lipid_expires or "nobody has read when"))
    return assessed(findings)


def _card(emergency: Emergency, weight: Decimal | None, rows: tuple[LipidRow, ...]) -> EmergencyCard:
    text = _texts()[emergency]
    lipid = emergency is Emergency.ANAESTHETIC_POISONING
    words = _lipid_words(rows) if lipid else _adrenaline_words(weight)
    steps = tuple(_step(step, words, by_table=weight is None) for step in text["steps"])
    return EmergencyCard(emergency, text["title"], text["when"], steps, weight, rows if lipid else (), cards_edition())


def _step(step: Mapping[str, Any], words: Mapping[str, str], *, by_table: bool) -> CardStep:
    doses = [emergency_doses().get(name) for name in step.get("doses", [])]
    if any(one is None for one in doses):
        return CardStep(step["without_dose"])
    known = [one.evidence for one in doses if one is not None]
    source = "; ".join(dict.fromkeys(one.source for one in known))
    weakest = max((one.grade for one in known), key=list(Grade).index, default=None)
    text = step["by_table"] if by_table and "by_table" in step else step["text"]
    return CardStep(text.format_map(words), source, weakest)


def _lipid_words(rows: tuple[LipidRow, ...]) -> dict[str, str]:
    """The numbers of the one row of a patient; of the table those that every row shares."""
    if not rows:
        return {}
    row, lasting = rows[0], rows[0].infusion_minutes
    return {
        "bolus": f"{row.bolus_ml}",
        "bolus_minutes": _range(row.bolus_minutes),
        "rate": _range(row.infusion_ml_min),
        "infusion_minutes": f"over {_range(lasting)} min" if lasting else "until stable",
        "ceiling": f"{row.ceiling_ml}",
        "ceiling_per_kg": _plain(emergency_doses()["lipid.ceiling_ml_per_kg"].value),
    }


def _adrenaline_words(weight: Decimal | None) -> dict[str, str]:
    doses = emergency_doses()
    names = ("mg_per_kg", "maximum_mg", "strength_mg_ml", "repeat_minutes")
    if any(f"adrenaline.{name}" not in doses for name in names):
        return {}
    per_kg, maximum, strength, repeat = (doses[f"adrenaline.{name}"] for name in names)
    again = {"adrenaline_minutes": _range((repeat.low, repeat.high))}
    if weight is None:
        most = f"{maximum.value} mg"
        return again | {
            "adrenaline": f"{per_kg.value} mg/kg, at most {most}",
            "adrenaline_ml": f"at most {_plain(maximum.value / strength.value)} mL",
        }
    dose = min(per_kg.value * weight, maximum.value).quantize(HUNDREDTH, ROUND_DOWN)
    return again | {"adrenaline": f"{_plain(dose)} mg", "adrenaline_ml": f"{_plain(dose / strength.value)} mL"}


def _range(ends: tuple[Decimal, Decimal]) -> str:
    low, high = (_plain(one) for one in ends)
    return low if low == high else f"{low}-{high}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


@cache
def _text() -> str:
    return files("sijoint.pathway").joinpath("emergency_cards.toml").read_text(encoding="utf-8")


@cache
def _texts() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(_text())
