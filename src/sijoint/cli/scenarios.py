"""``sij scenarios``: every scenario over many seeds, and the share that ends as its causes demand."""

import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from sijoint.anatomy import bundled_pelvis
from sijoint.cohort import Case, case_of, run_scenario, scenario, virtual_store
from sijoint.cohort import scenarios as all_scenarios
from sijoint.frames import Side

REQUIRED_SHARE = 0.9


def scenarios(
    names: Annotated[list[str] | None, typer.Argument(help="Scenarios; default is all.")] = None,
    seeds: Annotated[int, typer.Option(help="Seeds 1..N.", min=1)] = 1,
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = 1,
    rows: Annotated[int, typer.Option(help="Rows and columns of the images.", min=128)] = 256,
    side: Annotated[Side, typer.Option(help="The patient's side.")] = Side.LEFT,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Run scenarios without a report and print the share of seeds that end as expected. Exit code 1 below 90 %."""
    wanted = [scenario(name).name for name in names or all_scenarios()]
    jobs = [(name, seed, side.value, rows) for seed in range(1, seeds + 1) for name in wanted]
    found: dict[str, list[tuple[int, tuple[str, ...]]]] = {name: [] for name in wanted}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("scenarios", total=len(jobs))
        for name, seed, differences in _results(jobs, workers):
            found[name].append((seed, differences))
            progress.advance(task)
    shares = {name: sum(not differences for _, differences in runs) / len(runs) for name, runs in found.items()}
    if as_json:
        document = {
            name: {
                "share": shares[name],
                "seeds": len(runs),
                "not_as_expected": [one for one in sorted(runs) if one[1]],
            }
            for name, runs in found.items()
        }
        typer.echo(json.dumps(document, indent=1))
    else:
        _print(found, shares)
    if min(shares.values()) < REQUIRED_SHARE:
        raise typer.Exit(1)


def _print(found: dict[str, list[tuple[int, tuple[str, ...]]]], shares: dict[str, float]) -> None:
    table = Table("scenario", "as expected", "otherwise", box=None)
    for name, runs in found.items():
        good = sum(not differences for _, differences in runs)
        other = "; ".join(f"seed {seed}: {differences[0]}" for seed, differences in sorted(runs) if differences)
        table.add_row(name, f"{good}/{len(runs)} ({shares[name]:.0%})", other)
    Console(highlight=False).print(table)


def _results(jobs: list[tuple[str, int, str, int]], workers: int) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    if workers == 1:
        yield from map(_one, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_one, jobs)


def _one(job: tuple[str, int, str, int]) -> tuple[str, int, tuple[str, ...]]:
    name, seed, side, rows = job
    with tempfile.TemporaryDirectory(prefix="sijoint-") as folder:
        store = virtual_store(Path(folder) / "episode.db", seed)
        run = run_scenario(
            scenario(name),
            _case(side),
            store,
            side=Side(side),
            seed=seed,
            rows=rows,
            truth_folder=Path(folder) / "truth",
        )
        store.close()
    return name, seed, run.comparison.differences


@cache
def _case(side: str) -> Case:
    """One case per process: the joint is found once."""
    return case_of(bundled_pelvis(), (Side(side),))
