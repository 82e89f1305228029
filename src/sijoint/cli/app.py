"""The commands of ``sij`` and how they end.

Exit codes: 0 done; 1 done, and what was looked for did not hold (a store that does not verify, a scenario that ended
otherwise); 2 bad input, one sentence on stderr; 10, 11, 12 a rule was asked and says review, stop or absolute; 70 a
defect of the program; 129, 130, 143 stopped from outside.
"""

import errno
import os
import signal
import sys
import traceback
from types import FrameType
from typing import Any

import typer
from typer.exceptions import TyperException

from sijoint import __version__
from sijoint.cli.commands import CommandsByName
from sijoint.cli.wrong_option import in_plain_words

app = typer.Typer(
    name="sij",
    cls=CommandsByName,
    help="SIJoint: fluoroscopy-guided sacroiliac joint injection, planned, rehearsed, performed and checked. "
    "Education, research and clinic workflow; the physician decides. Not a certified medical device.",
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

STOPPED = "stopped; nothing half written is left"
_INTERRUPTED = 128 + signal.SIGINT  # what typer makes of Ctrl-C


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context, version: bool = typer.Option(False, "--version", help="Print the version and leave.")
) -> None:
    if version:
        typer.echo(f"sijoint {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


class _Stopped(BaseException):
    """Another program, or a closed terminal, asks to stop; unfinished results are removed on the way out."""


def main() -> None:
    """Run ``sij``. A refusal is one of the house's own exceptions, whose text is the sentence for the person."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    try:
        _refuse_closed_output()
        code: Any = _told(app)
        if code == _INTERRUPTED:
            code = _say(STOPPED, _INTERRUPTED)
    except typer.Abort:
        code = _say("stopped", _INTERRUPTED)
    except TyperException as error:
        code = _say(in_plain_words(error.format_message()), 2)
    except KeyboardInterrupt:
        code = _say(STOPPED, _INTERRUPTED)
    except _Stopped as asked:
        code = _say(STOPPED, 128 + int(asked.args[0]))
    except _NoReader as lost:
        code = _say(str(lost), 2)
    except MemoryError:
        code = _say("there is not enough memory for this; close other programs or use a smaller CT", 2)
    except Exception as error:
        if type(error).__module__.startswith("sijoint."):
            code = _say(str(error), 2)
        elif os.environ.get("SIJ_DEBUG"):
            traceback.print_exc()
            code = 70
        else:
            code = _say(f"a defect of the program ({type(error).__name__}); set SIJ_DEBUG=1 to see where", 70)
    sys.exit(code if isinstance(code, int) else 0)


class _NoReader(Exception):
    """What a command tells cannot go where it was sent; its files are written."""


def _refuse_closed_output() -> None:
    if sys.stdout is None or sys.stdout.closed:
        raise _NoReader("the standard output is closed, so nothing can be told: leave it open, or send it to a file")


def _told(command: typer.Typer) -> Any:
    """The command's exit code, once all that it printed has left. Raises _NoReader where that cannot be."""
    try:
        code = command(standalone_mode=False)
        sys.stdout.flush()
        return code
    except OSError as error:
        if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EPIPE, errno.EBADF, errno.EIO):
            raise
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())  # or the interpreter would fail once more on its way out
        raise _NoReader(f"the standard output takes nothing ({os.strerror(error.errno)}): send it elsewhere") from None


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stopped(number)


def _say(sentence: str, code: int) -> int:
    print(f"sij: {sentence}", file=sys.stderr)
    return code
