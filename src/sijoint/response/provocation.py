"""Pain while the needle moves and while fluid presses, and the familiar pain that filling the joint may provoke.

Every answer is an NRS of 0 to 10 in whole steps, as a patient gives it, drawn from a distribution of `response.toml`.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.random import Generator

from sijoint.response.causes import PainCause
from sijoint.response.pharmacology import pharmacology


@dataclass(frozen=True)
class Pain:
    """What the patient says: how much, what it is like, and where it goes to when it does not stay at the needle."""

    nrs: Decimal
    quality: str = ""
    territory: str = ""


def pain_of_step(
    tissue: str, force_n: float, cause: PainCause, rng: Generator, *, numbed: bool = False, nerve: str = ""
) -> Pain:
    """The pain of one movement into this tissue (lower-case name of the layer) with this force in newtons.

    `numbed`: skin anaesthetic was given. `nerve` names the nerve that is touched, if it is known. Raises ValueError for a
    tissue that the table does not know.
    """
    p = pharmacology()
    table = dict(p.step_pain)
    if tissue not in table:
        raise ValueError(f"no pain is known for tissue {tissue!r}; known are {', '.join(table)}")
    step = table[tissue]
    if step.mean == 0:
        return Pain(Decimal(0))
    pressed = p.number("step.force_pain") * force_n / (force_n + p.number("step.force_n")) if force_n > 0 else 0.0
    left = 1.0 - step.numbed_share if numbed else 1.0
    pain = left * (cause.discomfort * (step.mean + pressed) + rng.normal(0.0, step.sd))
    territory = p.territory_of(nerve) if tissue == "nerve" else ""
    nrs = _answered(pain)
    return Pain(nrs, step.quality, territory) if nrs else Pain(nrs)


def touches_nerve(kind: str, off_surface_mm: float, radius_mm: float) -> bool:
    """Whether a tip this far off the surface (negative inside) of a "nerve" or "foramen" of this radius touches its nerve.

    A sacral root fills only the middle of its foramen; no other kind of structure shoots.
    """
    if kind == "foramen":
        return off_surface_mm <= -(1.0 - pharmacology().number("step.root_share")) * radius_mm
    return kind == "nerve" and off_surface_mm <= 0.0


def pain_of_skin_anaesthetic(cause: PainCause, rng: Generator) -> Pain:
    """The sting of the local anaesthetic itself."""
    p = pharmacology()
    return Pain(_answered(cause.discomfort * rng.normal(p.number("sting.mean"), p.number("sting.sd"))), "burning")


def familiar_pain(
    cause: PainCause, site_kpa: float, compartment: str, rng: Generator, *, joint_ml: float = 0.0
) -> bool:
    """Whether the patient knows the pain of filling; ask once for a run, with its highest site pressure.

    A joint is distended by pressure or by the volume in it (`joint_ml`), whichever is more. In the joint of a wholly
    intra-articular cause, well filled, it is the published 63.5 %; where the pain comes from elsewhere it is known by chance.
    """
    p = pharmacology()
    source = {"joint": cause.intra_articular, "ligament": cause.ligament}.get(str(compartment), 0.0)
    stretched = _hill(site_kpa, p.number("familiar.half_kpa"))
    if str(compartment) == "joint":
        stretched = max(stretched, _hill(joint_ml, p.number("familiar.half_ml")))
    chance = p.number("familiar.by_chance") + (p.number("familiar.share") - p.number("familiar.by_chance")) * source
    return bool(rng.random() < chance * stretched)


def pain_of_filling(cause: PainCause, site_kpa: float, familiar: bool, rng: Generator) -> Pain:
    """The pain while a run fills: pressure is felt by anyone; familiar pain comes up to the index pain and goes where it goes.

    The places of familiar pain are drawn as published for joints that were the source.
    """
    p = pharmacology()
    pressed = max(site_kpa, 0.0) / (max(site_kpa, 0.0) + p.number("filling.half_kpa"))
    pressure = cause.discomfort * p.number("filling.pressure_nrs") * pressed
    pain = max(pressure, cause.index_nrs * p.number("filling.familiar_share")) if familiar else pressure
    nrs = _answered(pain + rng.normal(0.0, p.number("step.noise_sd")))
    if not (familiar and nrs):
        return Pain(nrs, "pressing" if nrs else "")
    places = [place for place, share in p.referral if rng.random() < share]
    return Pain(nrs, "familiar", ", ".join(places))


def _hill(value: float, half: float) -> float:
    """0..1, steep round its half."""
    return float(max(value, 0.0) ** 4 / (max(value, 0.0) ** 4 + half**4))


def _answered(pain: float) -> Decimal:
    return Decimal(int(np.clip(np.floor(pain + 0.5), 0, 10)))
