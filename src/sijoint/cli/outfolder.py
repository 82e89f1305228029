"""A result folder that is complete or not there: built beside, swapped in, and never over anybody else's files."""

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MANIFEST = ".sijoint-result.json"
_SMALL_FILE = 128 * 1024


class UnusableFolder(ValueError):
    """The result cannot go there; the text says why and what to do."""


@contextmanager
def result_folder(out: Path) -> Iterator[Path]:
    """A new folder to fill; when the block ends well it replaces ``out``, else it is removed and ``out`` is untouched.

    Raises UnusableFolder when ``out`` holds anything that SIJoint did not write, or cannot be written.
    """
    out = out.absolute()
    _refuse_strangers(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{out.name}.part-", dir=out.parent))
    except OSError as error:
        raise _sentence(error, out) from None
    try:
        yield part
        written = sorted(path.relative_to(part).as_posix() for path in part.rglob("*") if path.is_file())
        (part / MANIFEST).write_text(
            json.dumps({"written_by": "sijoint", "files": written}, indent=1), encoding="utf-8"
        )
        part.chmod(0o755)
        _refuse_strangers(out)
        _swap(part, out)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise _sentence(error, out) from None
    except BaseException as error:
        full = isinstance(error, Exception) and _is_full(
            part
        )  # a database or an image writer has words of its own for it
        shutil.rmtree(part, ignore_errors=True)
        if full:
            raise _sentence(OSError(errno.ENOSPC, ""), out) from None
        raise


def refuse_unusable(out: Path) -> None:
    """Before long work: raises UnusableFolder when its result could not go to ``out``."""
    out = out.absolute()
    _refuse_strangers(out)
    above = next(folder for folder in (out, *out.parents) if folder.exists())
    if not above.is_dir():
        raise UnusableFolder(f"{above} is not a folder; choose another one with --out")
    if not os.access(above, os.W_OK | os.X_OK):
        raise _sentence(PermissionError(errno.EACCES, ""), out)


def _is_full(folder: Path) -> bool:
    """Whether not even a small file fits any more, by bytes or by number of files."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_SMALL_FILE))
            probe.flush()
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return False


def _swap(part: Path, out: Path) -> None:
    if not out.exists():
        os.rename(part, out)
        return
    old = out.with_name(f".{out.name}.old-{os.getpid()}")
    os.rename(out, old)
    try:
        os.rename(part, out)
    except OSError:
        os.rename(old, out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _refuse_strangers(out: Path) -> None:
    if not out.exists() and not out.is_symlink():
        return
    if not out.is_dir() or out.is_symlink():
        raise UnusableFolder(f"{out} is not a folder; choose another one with --out")
    try:
        found = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    except OSError as error:
        raise _sentence(error, out) from None
    if not found:
        return
    try:
        ours = {MANIFEST, *json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        ours = set()
    strangers = sorted(found - ours)
    if strangers:
        raise UnusableFolder(
            f"{out} holds files that SIJoint did not write (for example {strangers[0]}): nothing was changed; "
            "move them away or choose another folder with --out"
        )


def _sentence(error: OSError, out: Path) -> UnusableFolder:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UnusableFolder(
            f"the disk is full: the result for {out} was not written; free some space and start again"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UnusableFolder(f"{out} cannot be written: choose a folder that you may write to with --out")
    return UnusableFolder(f"{out} cannot be used: {error.strerror or error}; choose another folder with --out")
