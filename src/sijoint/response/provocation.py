"""Pain while the needle moves and while fluid presses, and the familiar pain that filling the joint may provoke."""

import numpy as np

from sijoint.response.causes import PainCause
from sijoint.response.pharmacology import pharmacology


def pain_of_step(tissue: str, force_n: float, cause: PainCause, rng: np.random.Generator) -> int:
    """NRS 0..10 of one movement into this tissue (lower-case name of the layer) with this force in newtons.

    Raises ValueError for a tissue that the table does not know.
    """
    p = pharmacology()
    table = dict(p.step_pain)
    if tissue not in table:
        raise ValueError(f"no pain is known for tissue {tissue!r}; known are {', '.join(table)}")
    if table[tissue] == 0:
        return 0
    pressed = p.number("step.force_pain") * force_n / (force_n + p.number("step.force_n")) if force_n > 0 else 0.0
    pain = cause.discomfort * (table[tissue] + pressed) + rng.normal(0.0, p.number("step.noise_sd"))
    return int(np.clip(np.floor(pain + 0.5), 0, 10))


def familiar_pain(cause: PainCause, site_kpa: float, compartment: str, rng: np.random.Generator) -> bool:
    """Whether the patient knows the pain of filling; ask once for a run, with its highest site pressure.

    In the joint of a wholly intra-articular cause at filling pressure it is the published 63.5 %.
    """
    p = pharmacology()
    source = {"joint": cause.intra_articular, "ligament": cause.ligament}.get(str(compartment), 0.0)
    pressed = max(site_kpa, 0.0) ** 4 / (max(site_kpa, 0.0) ** 4 + p.number("familiar.half_kpa") ** 4)
    chance = p.number("familiar.by_chance") + (p.number("familiar.share") - p.number("familiar.by_chance")) * source
    return bool(rng.random() < chance * pressed)


def pain_of_filling(cause: PainCause, site_kpa: float, familiar: bool, rng: np.random.Generator) -> int:
    """NRS 0..10 while a run fills: pressure is felt by anyone; familiar pain comes up to the index pain."""
    p = pharmacology()
    pressed = max(site_kpa, 0.0) / (max(site_kpa, 0.0) + p.number("filling.half_kpa"))
    pressure = cause.discomfort * p.number("filling.pressure_nrs") * pressed
    pain = max(pressure, cause.index_nrs * p.number("filling.familiar_share")) if familiar else pressure
    return int(np.clip(np.floor(pain + rng.normal(0.0, p.number("step.noise_sd")) + 0.5), 0, 10))
