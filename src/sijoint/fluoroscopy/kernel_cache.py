"""Where numba keeps what it compiled: a folder named after the sources of this room.

numba asks only whether the file of a kept kernel has changed. Functions and constants of other files are compiled into it, and
a change there would be missed: after an update the old physics would go on. So any change of any file starts a new folder.
"""

import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import Any

import numba

NAME = "sijoint-kernels-"
UNUSED_DAYS = 30


def keep_kernels_by_source() -> Path | None:
    """Point numba to that folder, in the person's cache or below NUMBA_CACHE_DIR; None where none can be made."""
    config: Any = numba.config
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parent = Path(config.CACHE_DIR) if config.CACHE_DIR else home
    folder = parent / f"{NAME}{source_digest(Path(__file__).parent)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
    except OSError:
        return None  # numba's own place beside the files, as without us
    config.CACHE_DIR = str(folder)
    _remove_unused(parent, folder)
    return folder


def source_digest(room: Path) -> str:
    """A name that changes with any source file of a room."""
    digest = hashlib.sha256()
    for path in sorted(room.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _remove_unused(parent: Path, used: Path) -> None:
    for folder in parent.glob(f"{NAME}*"):
        if folder != used and time.time() - folder.stat().st_mtime > UNUSED_DAYS * 86400:
            shutil.rmtree(folder, ignore_errors=True)
