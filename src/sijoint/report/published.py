"""The published dose of such an injection, for comparison with a simulated one."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.model import Patient


@dataclass(frozen=True)
class PublishedDose:
    """Median dose-area product of one injection for a body like this one, and the mean fluoroscopy time."""

    body: str
    median_mgy_cm2: float
    seconds: float
    sources: tuple[str, ...]


def published_dose(patient: Patient) -> PublishedDose:
    """The row of the patient's body mass index; without weight or height that of a normal one, named as such."""
    table = _table()
    medians = table["median_dose_area_mgy_cm2"]
    body = "normal"
    if patient.weight_kg is not None and patient.height_cm:
        index = float(patient.weight_kg) / (float(patient.height_cm) / 100) ** 2
        for name in ("overweight", "obese"):
            if index >= table["body_mass_index"][name]:
                body = name
    parts = (medians, table["mean_seconds"])
    return PublishedDose(
        {"normal": "normal weight", "overweight": "overweight", "obese": "obesity"}[body],
        medians[body],
        table["mean_seconds"]["value"],
        tuple(f"{one['source']} ({one['grade']})" for one in parts),
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("sijoint.report").joinpath("published_dose.toml").read_text(encoding="utf-8"))
