"""``sij demo``: one virtual patient through a whole episode on a real CT; ``sij replay``: the same procedure again."""

import shlex
import shutil
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from sijoint.anatomy import bundled_pelvis, read_patient
from sijoint.cli.demo_files import events_text, write_demo_files
from sijoint.cli.options import CT_HELP, LABELS_HELP, both_or_neither
from sijoint.cli.outfolder import result_folder
from sijoint.cohort import Case, case_of, replay_log, run_scenario, scenario, scenarios, virtual_store
from sijoint.exchange.episode_file import read_episode_text
from sijoint.frames import Side
from sijoint.model import Target
from sijoint.model.wire import UnreadableRecord, from_wire_text
from sijoint.room.replay import CommandLog

EPISODE, TWIN = "episode-1", "episode-2"


def demo(
    scenario_name: Annotated[
        str, typer.Option("--scenario", help="One of: " + ", ".join(scenarios()) + ".", metavar="NAME")
    ] = "positive",
    side: Annotated[Side, typer.Option(help="The patient's side.")] = Side.LEFT,
    seed: Annotated[int, typer.Option(help="Same seed, same episode.", min=0)] = 1,
    ct: Annotated[Path | None, typer.Option(help=CT_HELP)] = None,
    labels: Annotated[Path | None, typer.Option(help=LABELS_HELP)] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for the result; an earlier result of SIJoint there is replaced.")
    ] = Path("out"),
    rows: Annotated[int, typer.Option(help="Rows and columns of the fluoroscopy images.", min=128, max=1536)] = 768,
    report: Annotated[bool, typer.Option(help="Write report.html and papers.")] = True,
) -> None:
    """Carry one virtual patient through a whole episode, from request to repeat, and leave a report.

    A scenario sets causes only; the outcome follows from physics and rules, and the demo says when it is another than
    the scenario shows. Exit code 1 then.
    """
    both_or_neither(ct, labels)
    wanted = scenario(scenario_name)
    began = time.monotonic()
    console = _console()
    with result_folder(out) as folder:
        console.print(f"[bold]{wanted.name}[/bold]: {wanted.shows}.")
        console.print("Virtual patient, simulated images.")
        with _progress(console) as progress:
            case = _case(ct, labels, side, Target(wanted.causes.target), progress)
        store = virtual_store(folder / "episode.db", seed)
        common: dict[str, Any] = {"side": side, "seed": seed, "rows": rows, "truth_folder": folder / "truth"}
        run = run_scenario(wanted, case, store, episode_id=EPISODE, say=_narrator(console), **common)
        twin = None
        if wanted.beside:
            console.print(f"[bold]beside it[/bold]: {wanted.beside}, same seed, the other policy")
            twin = run_scenario(scenario(wanted.beside), case, store, episode_id=TWIN, say=_narrator(console), **common)
        store.close()
        with _progress(console) as progress:
            write_demo_files(folder, case, wanted, run, twin, seed=seed, with_report=report, progress=progress)
    for difference in run.comparison.differences:
        console.print(f"[bold]Not as the scenario shows[/bold]: {difference}")
    if run.comparison.as_expected:
        console.print("The outcome is what this scenario shows; it followed from its causes.")
    took = f"{time.monotonic() - began:.0f} s. "
    left = (
        f"Report: {out / 'report.html'}; papers for patient, chart and referrer: {out / 'papers'}"
        if report
        else "Done."
    )
    console.print(took + left, soft_wrap=True, markup=False)
    show = f"{_own_name()} show {EPISODE} --store {shlex.quote(str(out / 'episode.db'))}"
    console.print(show, soft_wrap=True, markup=False)
    console.print(
        f"In a browser, with the room to rehearse in: {_own_name()} serve --demo", soft_wrap=True, markup=False
    )
    if not run.comparison.as_expected:
        raise typer.Exit(1)


def _own_name() -> str:
    """How this shell can start the command again: by its name, or by the path that was just used."""
    return "sij" if shutil.which("sij") else shlex.quote(sys.argv[0])


def replay(
    log: Annotated[Path, typer.Argument(help="A command log of a demo, for example out/commands-episode-1-p1.json.")],
    ct: Annotated[Path | None, typer.Option(help=CT_HELP)] = None,
    labels: Annotated[Path | None, typer.Option(help=LABELS_HELP)] = None,
) -> None:
    """Run a procedure's command log again with its seed and compare every event. Exit code 1 when one differs."""
    both_or_neither(ct, labels)
    recorded = _log(log)
    events_before = _read(log.with_name(f"events-{recorded.procedure_id}.jsonl"))
    episode = read_episode_text(_read(log.parent / recorded.made_from["episode_file"])).episode
    console = _console()
    wanted = scenario(recorded.made_from["scenario"])
    with _progress(console) as progress:
        case = _case(ct, labels, Side(recorded.made_from["side"]), Target(wanted.causes.target), progress)
    again = replay_log(recorded, wanted.causes, case, episode)
    same = events_text(again) == events_before
    console.print(
        f"{len(recorded.commands)} commands, {len(again)} events: " + ("the same events" if same else "events differ")
    )
    if not same:
        console.print("A log of one's own CT needs that CT again, with --ct and --labels; a changed log differs too.")
        raise typer.Exit(1)


class UnreadableLog(ValueError):
    """A command log, or what a demo wrote beside it, cannot be read."""


def _log(path: Path) -> CommandLog:
    try:
        recorded: CommandLog = from_wire_text(CommandLog, _read(path))
        _ = recorded.made_from["episode_file"], recorded.made_from["scenario"], Side(recorded.made_from["side"])
    except (UnreadableRecord, KeyError, ValueError) as error:
        if isinstance(error, UnreadableLog):
            raise
        raise UnreadableLog(
            f"{path} is not a command log of a demo; give a file like commands-episode-1-p1.json in the folder that "
            "`sij demo` wrote"
        ) from None
    return recorded


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadableLog(
            f"{path} cannot be read: give a command log inside the folder that `sij demo` wrote, with its neighbours"
        ) from None


def _case(ct: Path | None, labels: Path | None, side: Side, target: Target, progress: Progress) -> Case:
    """CT, joints and plan, with the bar moving."""
    task = progress.add_task("reading the CT", total=3)
    patient = read_patient(ct, labels) if ct and labels else bundled_pelvis()
    progress.update(task, advance=1, description="finding the joint")
    case = case_of(patient, (side,))
    progress.update(task, advance=1, description="planning")
    plan = case.plan(side, target)
    progress.update(task, advance=1, description=f"plan: {plan.depth_mm:.0f} mm deep, {plan.receptor.words}")
    return case


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn(), console=console, transient=False
    )


def _console() -> Console:
    """A terminal keeps its width; a file or a pipe gets one line a step, however long."""
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=10_000)


def _narrator(console: Console) -> Callable[[str], None]:
    def narrate(sentence: str) -> None:
        line = f"{sentence[0].upper()}{sentence[1:]}"
        folded = textwrap.fill(line, console.width, initial_indent="  ", subsequent_indent="    ")
        console.print(folded, markup=False, soft_wrap=True)

    return narrate
