"""``sij doctor``: versions, kernel, data and store of this installation."""

import json
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from sijoint import __version__
from sijoint.anatomy import bundled_pelvis
from sijoint.cli.records import DEMO_STORE, StoreOption
from sijoint.cohort import scenarios
from sijoint.fluoroscopy import kernel_name
from sijoint.pathway import shipped_policies
from sijoint.records import StoreRefused, open_store, place_of, verify

LIBRARIES = ("numpy", "scipy", "numba", "SimpleITK", "scikit-image", "matplotlib", "pydantic", "SQLAlchemy")


def _store(address: str) -> str:
    """What is found at the store's place: its kind, how much it holds and whether it verifies, or why it cannot say."""
    try:
        place = place_of(address)
        if isinstance(place.database, Path) and not place.database.exists():
            return f"none at {address}"
        opened = open_store(address)
        held = len(opened.headers())
        opened.close()
    except StoreRefused as refusal:
        return str(refusal)
    return f"{place.name}: {opened.kind.value}, {held} episode(s), " + (
        "intact" if verify(address).intact else "NOT intact"
    )


def doctor(
    store: StoreOption = DEMO_STORE,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what this installation is made of, and whether its data and a store can be read."""
    patient = bundled_pelvis()
    facts = {
        "sijoint": __version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "projector kernel": kernel_name(),
        **{name: version(name) for name in LIBRARIES},
        "SQLite": sqlite3.sqlite_version,
        "bundled CT": f"{patient.provenance.name}, {patient.provenance.licence}",
        "CT grid": f"{'×'.join(map(str, patient.ct.grid.shape))} of {patient.ct.grid.spacing_mm.round(2).tolist()} mm",
        "policies": ", ".join(f"{one.id} ({one.effective})" for one in shipped_policies()),
        "scenarios": str(len(scenarios())),
        "store": _store(store),
    }
    if as_json:
        typer.echo(json.dumps(facts, indent=1))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"{name:<{width}}  {value}")
