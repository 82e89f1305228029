"""``sij validate``: the population of the validation plan, and how it stands beside published figures."""

import json
import tomllib
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from sijoint import __version__
from sijoint.anatomy import shape_subjects
from sijoint.cli.outfile import write_whole
from sijoint.cohort.validation import (
    Found,
    Verdict,
    read_validation_plan,
    run_study,
    shape_sides,
    validation_page,
    verdicts,
)
from sijoint.cohort.validation.verdicts import Result


def validate(
    plan: Annotated[Path, typer.Argument(help="The plan: published figures, the virtual hand, what counts as seen.")],
    outcomes: Annotated[
        Path, typer.Option(help="JSON lines, one pelvis each; a run that was stopped goes on from here.")
    ],
    pelves: Annotated[int | None, typer.Option(help="Seeds 0..N-1; default is the plan's number.", min=1)] = None,
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = 1,
    page: Annotated[Path | None, typer.Option(help="Write the table as a Markdown page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Take library pelves through plan, needle and arthrogram, and hold the figures against published ones. Takes long."""
    read = read_validation_plan(plan)
    count = pelves or read.population.pelves
    outcomes.parent.mkdir(parents=True, exist_ok=True)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("pelves", total=count)
        ran = run_study(read, count, workers, outcomes, _stamp(plan), lambda _: progress.advance(task))
        sides = progress.add_task("sides of real shapes", total=2 * len(shape_subjects()))
        found = Found(ran, shape_sides(workers, lambda _: progress.advance(sides)))
    judged = verdicts(read, found)
    if page:
        made_by = f"sij validate {plan.name} --pelves {count}, SIJoint {__version__}"
        _write(page, validation_page(read, judged, ran, made_by, _discussed(plan)))
    if as_json:
        typer.echo(json.dumps([_as_json(verdict) for verdict in judged], indent=1, allow_nan=False))
    else:
        _print(judged)


def _discussed(plan: Path) -> dict[str, str]:
    """What is said of rows, from ``validation-discussion.toml`` beside the plan; it changes no figure."""
    beside = plan.with_name("validation-discussion.toml")
    return tomllib.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}


def _write(page: Path, text: str) -> None:
    def filled(file: BinaryIO) -> None:
        file.write(text.encode())

    write_whole(page, filled)


def _stamp(plan: Path) -> str:
    """Tells results of one plan and one state of the models from those of another."""
    digest = sha256(plan.read_bytes())
    root = Path(str(resources.files("sijoint")))
    for path in sorted(
        path for kind in ("*.py", "*.toml", "*.cpp", "*.h", "*.npz", "*.nii.gz") for path in root.rglob(kind)
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "id": verdict.row.id,
        "status": verdict.row.status.value,
        "truth": verdict.row.truth,
        "figures": [
            {
                "name": figure.name,
                "published": figure.published,
                "published_interval": figure.interval,
                "ours": figure.ours and figure.ours.value,
                "ours_interval": (figure.ours and figure.ours.n > 1 and (figure.ours.low, figure.ours.high)) or None,
                "n": figure.ours.n if figure.ours else 0,
                "result": figure.result.value,
            }
            for figure in verdict.figures
        ],
    }


def _print(judged: tuple[Verdict, ...]) -> None:
    table = Table("figure", "status", "published", "here", "n", "result", box=SIMPLE_HEAD)
    for verdict in judged:
        for figure in verdict.figures:
            ours = figure.ours
            table.add_row(
                f"{verdict.row.id} {figure.name}".strip(),
                verdict.row.status.value.replace("_", " "),
                f"{figure.interval[0]:.3g} to {figure.interval[1]:.3g}" if figure.interval else "-",
                f"{ours.value:.3g} ({ours.low:.3g} to {ours.high:.3g})" if ours else "-",
                str(ours.n) if ours else "",
                figure.result.value if verdict.judged or figure.result is Result.NOT_MEASURED else "-",
            )
    Console(highlight=False).print(table)
