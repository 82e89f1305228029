"""What only the simulator knows. A file of its own beside the store; store and ledger hold nothing of it.

Read by room, cohort, the debrief and the doors. Deleting the folder changes nothing but the debrief.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sijoint.frames import PERFECT, Imperfection
from sijoint.model import SyringeUse
from sijoint.model.wire import from_wire_text, to_wire

TRUTH_SCHEMA_VERSION = "1"


@dataclass(frozen=True)
class TrueInjection:
    """Where one injection really went, in millilitres by compartment, and where the tip was (LPS, mm)."""

    at_s: float
    use: SyringeUse
    tip_mm: tuple[float, float, float]
    tip_in_cleft: bool
    tip_tissue: str
    volumes_ml: Mapping[str, float]


@dataclass(frozen=True)
class SimulationTruth:
    procedure_id: str
    target_mm: tuple[float, float, float]
    injections: tuple[TrueInjection, ...] = ()
    needle_path_mm: tuple[tuple[float, float, float], ...] = ()  # entry to tip at the last injection
    capacity_ml: float = 0.0
    imperfection: Imperfection = PERFECT  # of the C-arm, and how the patient moved
    schema_version: str = field(default=TRUTH_SCHEMA_VERSION)


def write_truth(folder: Path, truth: SimulationTruth) -> Path:
    """Write ``<folder>/<procedure id>.json`` in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{truth.procedure_id}.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(to_wire(truth), indent=1, sort_keys=True), encoding="utf-8")
    os.replace(part, path)
    return path


def read_truth(folder: Path, procedure_id: str) -> SimulationTruth | None:
    """The truth of a procedure; None where the folder does not hold it."""
    path = folder / f"{procedure_id}.json"
    return from_wire_text(SimulationTruth, path.read_bytes()) if path.exists() else None
