"""What an injection itself does: a sore day two in some, a flare in few, a numb or weak leg where anaesthetic strays."""

import math
from collections.abc import Sequence

import numpy as np

from sijoint.formulary import IngredientKind
from sijoint.response.causes import Delivered, PainCause
from sijoint.response.pharmacology import Pharmacology, kind_of
from sijoint.response.relief import acting_share, duration_h


def soreness_nrs(cause: PainCause, delivered: Sequence[Delivered], hours: float, p: Pharmacology) -> float:
    """NRS added by soreness or flare at this hour; whether a person has it after an injection is the person's own."""
    sore = 0.0
    for at in sorted({one.at_hours for one in delivered if one.at_hours <= hours}):
        own = np.random.default_rng([cause.person, 7, round(at * 60) % 2**32])
        is_sore, flares = own.random() < p.number("soreness.share"), own.random() < p.number("soreness.flare_share")
        with_steroid = any(kind_of(one.agent)[1] is IngredientKind.STEROID for one in delivered if one.at_hours == at)
        size = p.number("soreness.soreness_nrs") * is_sore + p.number("soreness.flare_nrs") * (flares and with_steroid)
        days = (hours - at) / 24
        sore += size * math.exp(-(((days - p.number("soreness.peak_days")) / p.number("soreness.width_days")) ** 2) / 2)
    return sore


def leg_at(cause: PainCause, delivered: Sequence[Delivered], hours: float, p: Pharmacology) -> tuple[bool, bool]:
    """Whether the leg is weak and whether it is numb at this hour."""
    own = math.exp(p.number("leg.person_log_sd") * np.random.default_rng([cause.person, 11]).normal())
    motor, sensory = 0.0, 0.0
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
        strength = one.strength_mg_ml * action.as_bupivacaine * acting
        motor += one.ml.get("sciatic", 0.0) * strength
        sensory += (one.ml.get("sciatic", 0.0) + one.ml.get("foramen", 0.0)) * strength
    return motor >= own * p.number("leg.weak_mg"), sensory >= own * p.number("leg.numb_mg")
