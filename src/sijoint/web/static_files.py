"""Styles, scripts and vendored libraries, under one address per content, so that a browser may keep them for ever.

The hash is that of all files together: a script imports its neighbours by relative path, and they must change with it.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

HASH_LENGTH = 16


@cache
def static_files() -> Mapping[str, Path]:
    """What may be asked for, by path: the files that were there when the program started."""
    folder = Path(str(files("sijoint.web").joinpath("static")))
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


@cache
def static_hash() -> str:
    digest = hashlib.sha256()
    for name, path in static_files().items():
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:HASH_LENGTH]


def static(path: str) -> str:
    """The address of a static file. Raises FileNotFoundError: a page never asks for what is not there."""
    if path not in static_files():
        raise FileNotFoundError(f"there is no static file {path}")
    return f"/static/{static_hash()}/{path}"
