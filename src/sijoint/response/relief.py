"""How much of each source's pain is taken away at an hour: by anaesthetic, by steroid, by expectation."""

import math
from collections.abc import Sequence

import numpy as np

from sijoint.formulary import IngredientKind
from sijoint.response.causes import Delivered, PainCause
from sijoint.response.pharmacology import AnaestheticAction, Pharmacology, as_methylprednisolone, kind_of


def duration_h(action: AnaestheticAction, person: int, ingredient: str) -> float:
    """How long this anaesthetic acts in this person, hours; the same at every hour that is asked."""
    own = np.random.default_rng([person, *ingredient.encode()])
    drawn = action.duration_h * math.exp(action.duration_log_sd * own.normal())
    return float(np.clip(drawn, action.duration_low_h, action.duration_high_h))


def acting_share(action: AnaestheticAction, duration: float, since_h: float, wearing_off_share: float) -> float:
    """Share 0..1 of the full effect, `since_h` hours after delivery: sets in exponentially, fades round its duration."""
    if since_h < 0:
        return 0.0
    sets_in = 1 - math.exp(-since_h * 60 / (action.onset_min / 2))
    fading = (since_h - duration) / (wearing_off_share * duration)
    return sets_in / (1 + math.exp(min(fading, 500.0)))


def anaesthetic_block(
    source: str, cause: PainCause, delivered: Sequence[Delivered], hours: float, p: Pharmacology
) -> float:
    """Share 0..1 of a source's pain that local anaesthetic blocks at this hour."""
    open_share = 1.0
    for one in delivered:
        ingredient, kind = kind_of(one.agent)
        if kind is not IngredientKind.LOCAL_ANAESTHETIC:
            continue
        action = p.anaesthetic(ingredient)
        acting = acting_share(
            action,
            duration_h(action, cause.person, ingredient),
            hours - one.at_hours,
            p.number("block.wearing_off_share"),
        )
        for where, ml in one.ml.items():
            milligrams = ml * one.strength_mg_ml * action.as_bupivacaine
            full = covered(where, ml, p) * saturation(
                milligrams, p.number("block.half_mg"), p.number("block.steepness")
            )
            open_share *= 1 - p.reach_of(where, source) * full * acting
    return 1 - open_share


def steroid_effect(
    source: str, cause: PainCause, delivered: Sequence[Delivered], hours: float, p: Pharmacology
) -> float:
    """Share 0..1 of a source's pain that steroid takes away at this hour: begins after days, ends after the person's own."""
    left = 1.0
    for one in delivered:
        ingredient, kind = kind_of(one.agent)
        days = (hours - one.at_hours) / 24
        if kind is not IngredientKind.STEROID or days <= 0:
            continue
        begun = 1 - math.exp(-math.log(2) * (days / cause.steroid_onset_days) ** p.number("steroid.rise_power"))
        fading = (days - cause.steroid_days) / (p.number("steroid.fading_share") * cause.steroid_days)
        lasting = begun / (1 + math.exp(min(fading, 500.0)))
        for where, ml in one.ml.items():
            milligrams = ml * one.strength_mg_ml * as_methylprednisolone(ingredient)
            full = covered(where, ml, p) * saturation(milligrams, p.number("steroid.half_mg"), 1.0)
            left *= 1 - cause.steroid_relief * p.reach_of(where, source) * full * lasting
    return 1 - left


def expectation(cause: PainCause, delivered: Sequence[Delivered], hours: float) -> float:
    """Share 0..1 of all pain that expectation takes away: full at an injection, then fading with the person's days."""
    since = [hours - one.at_hours for one in delivered if hours >= one.at_hours]
    return cause.placebo_relief * math.exp(-min(since) / 24 / cause.placebo_days) if since else 0.0


def covered(compartment: str, ml: float, p: Pharmacology) -> float:
    """Share of the source that this volume reaches."""
    return 1 - math.exp(-max(ml, 0.0) / p.number("cover.joint_ml" if compartment == "joint" else "cover.tissue_ml"))


def saturation(milligrams: float, half_mg: float, steepness: float) -> float:
    """Hill curve: half at `half_mg`."""
    share = max(milligrams, 0.0) / half_mg
    return float(share**steepness / (1 + share**steepness))
