"""The commands of ``sij`` and how they end.

Exit codes: 0 done; 1 done, and what was looked for did not hold (a store that does not verify, a scenario that ended
otherwise); 2 bad input, one sentence on stderr; 70 a defect of the program.
"""

import os
import sys
import traceback

import typer
from typer.exceptions import TyperException

from sijoint import __version__
from sijoint.cli import anatomy, demo, doctor, records, scenarios, schema

app = typer.Typer(
    name="sij",
    help="SIJoint: fluoroscopy-guided sacroiliac joint injection, planned, rehearsed, performed and checked. "
    "Education, research and clinic workflow; the physician decides. Not a certified medical device.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("scenarios")(scenarios.scenarios)
app.command("replay")(demo.replay)
app.command("show")(records.show)
app.command("verify")(records.verify)
app.command("anatomy")(anatomy.anatomy)
app.command("schema")(schema.schema)
app.command("doctor")(doctor.doctor)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version and leave.")) -> None:
    if version:
        typer.echo(f"sijoint {__version__}")
        raise typer.Exit


def main() -> None:
    """Run ``sij``. A refusal is one of the house's own exceptions, whose text is the sentence for the person."""
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        code = _say("stopped", 130)
    except TyperException as error:
        code = _say(error.format_message(), 2)
    except KeyboardInterrupt:
        code = _say("stopped; nothing half written is left", 130)
    except Exception as error:
        if type(error).__module__.startswith("sijoint."):
            code = _say(str(error), 2)
        elif os.environ.get("SIJ_DEBUG"):
            traceback.print_exc()
            code = 70
        else:
            code = _say(f"a defect of the program ({type(error).__name__}); set SIJ_DEBUG=1 to see where", 70)
    sys.exit(code if isinstance(code, int) else 0)


def _say(sentence: str, code: int) -> int:
    print(f"sij: {sentence}", file=sys.stderr)
    return code
