"""A result file that is complete or not there: written beside, then moved to its name."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


class UnusableFile(ValueError):
    """The result cannot go there; the text says why and what to do."""


def refuse_unusable(out: Path, kinds: tuple[str, ...]) -> None:
    """Raises UnusableFile before any work is done when ``out`` cannot become a file of one of the kinds (``.png``...)."""
    if out.is_dir():
        raise UnusableFile(f"{out} is a folder; give --out the name of a file")
    if out.suffix.lower() not in kinds:
        known = ", ".join(kinds[:-1]) + f" or {kinds[-1]}"
        raise UnusableFile(f"{out} does not say what kind of image is wanted: end the name in {known}")
    folder = out.resolve().parent if out.is_symlink() else out.parent
    if not folder.is_dir():
        raise UnusableFile(f"there is no folder {folder}; make it first, or choose another with --out")
    if not os.access(folder, os.W_OK):
        raise UnusableFile(f"{out} cannot be written: choose a folder that you may write to with --out")


def write_whole(out: Path, write: Callable[[BinaryIO], None]) -> None:
    """``out`` as ``write`` fills it, replacing an earlier one, or what a link points to; when anything goes wrong ``out`` stays as it was."""
    place = out.resolve() if out.is_symlink() else out  # through a link, which stays one
    part = place.with_name(f".{place.name}.part-{os.getpid()}")
    try:
        with part.open("w+b") as file:
            write(file)
        os.replace(part, place)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UnusableFile(f"the disk is full: {out} was not written; free some space and start again") from None
        raise UnusableFile(
            f"{out} cannot be written ({error.strerror or error}); choose another place with --out"
        ) from None
    finally:
        part.unlink(missing_ok=True)
