"""The numbers of ``landmarks.toml``, read once."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def landmark_number(name: str) -> Any:
    """The value of one entry; its source and grade stand beside it in the file."""
    return _entries()[name]["value"]


@cache
def _entries() -> dict[str, Any]:
    return tomllib.loads(files("sijoint.anatomy").joinpath("landmarks.toml").read_text(encoding="utf-8"))
