"""``sij doctor``: versions, kernel, data and store of this installation."""

import json
import platform
import sqlite3
from importlib.metadata import version
from typing import Annotated

import typer

from sijoint import __version__
from sijoint.anatomy import bundled_pelvis
from sijoint.cohort import scenarios
from sijoint.fluoroscopy import kernel_name
from sijoint.pathway import load_policy, policy_names

LIBRARIES = ("numpy", "scipy", "numba", "SimpleITK", "scikit-image", "matplotlib", "pydantic", "SQLAlchemy")


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say what this installation is made of, and whether its data can be read."""
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
        "policies": ", ".join(f"{name} ({load_policy(name).effective})" for name in policy_names()),
        "scenarios": str(len(scenarios())),
    }
    if as_json:
        typer.echo(json.dumps(facts, indent=1))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"{name:<{width}}  {value}")
