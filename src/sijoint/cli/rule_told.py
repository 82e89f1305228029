"""What a rule answered, for a person at a terminal or for a program, and the exit code that goes with it.

Exit codes of the rules' doors: 0 clear (a verdict that is positive or negative, a repeat that may be, a sheet made);
10 review (a person decides; a verdict that is indeterminate); 11 stop (a repeat that may not be yet); 12 absolute.
Colours only on a terminal.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sijoint.exchange.facts import FACTS_SCHEMA_VERSION
from sijoint.model import (
    Assessed,
    Decision,
    DualVerdict,
    Finding,
    RecipeSheet,
    RepeatAnswer,
    Severity,
    Verdict,
    VerdictValue,
)
from sijoint.model.wire import to_wire
from sijoint.pathway import Policy

EXIT_CODES = {Decision.CLEAR: 0, Decision.REVIEW: 10, Decision.STOP: 11, Decision.ABSOLUTE: 12}
STYLES = {"note": "dim", "review": "yellow", "stop": "red", "absolute": "bold red", "clear": "green"}
EXIT_HELP = (
    "Exit code: 0 clear, 10 review, 11 stop, 12 absolute, 2 bad input. "
    "`sij example` prints files to begin with, `sij schema` what belongs in them."
)


def print_json(answer: dict[str, Any], policy: Policy, now: datetime) -> None:
    """The contract's fields, and what they were judged by."""
    judged_by = {"id": policy.id, "effective": policy.effective.isoformat()}
    whole = {
        "schema_version": FACTS_SCHEMA_VERSION,
        **answer,
        "policy": judged_by,
        "asked_at": now.isoformat().replace("+00:00", "Z"),
    }
    typer.echo(json.dumps(whole, indent=1, ensure_ascii=False))


def tell_assessed(what: str, assessed: Assessed, policy: Policy, now: datetime) -> None:
    """The decision, and every finding with what would clear it."""
    console = heading(what, str(assessed.decision), STYLES[assessed.decision], policy, now)
    if not assessed.findings:
        console.print("Nothing was found that speaks against it.")
    else:
        console.print(findings_table(assessed.findings))
    console.print("The physician decides.", style="dim")


def heading(what: str, answer: str, style: str, policy: Policy, now: datetime) -> Console:
    console = Console(highlight=False)
    console.print(f"{what}: [{style}]{answer.upper()}[/]")
    console.print(f"policy {policy.id} of {policy.effective}, asked {now:%Y-%m-%d %H:%M} UTC", style="dim")
    return console


def findings_table(findings: Iterable[Finding]) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 1, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in findings:
        clears = f"\n[dim]clears:[/] {escape(one.clears)}" if one.severity is not Severity.NOTE else ""
        source = f"\n[dim]{escape(one.code)}; {escape(one.source)} ({one.grade})[/]"
        table.add_row(f"[{STYLES[one.severity]}]{one.severity}[/]", f"{escape(one.clinician)}{clears}{source}")
    return table


def tell_recipe(sheet: RecipeSheet, assessed: Assessed, policy: Policy, now: datetime) -> None:
    """The decision on a recipe with its arithmetic."""
    console = heading("Dose", str(assessed.decision), STYLES[assessed.decision], policy, now)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name, side in (
        ("anaesthetic", "left"),
        ("mL", "right"),
        ("mg", "right"),
        ("at most, mg", "right"),
        ("share", "right"),
    ):
        table.add_column(name, justify=side)  # type: ignore[arg-type]  # two of rich's own words
    for one in sheet.anaesthetics:
        before = " (given before)" if one.given_before else ""
        table.add_row(
            one.name + before, plain(one.volume_ml), plain(one.dose_mg), plain(one.maximum_mg), f"{one.share:.1%}"
        )
    if sheet.anaesthetic_share is not None:
        table.add_row("together", "", "", "", f"{sheet.anaesthetic_share:.1%}")
        console.print(table)
    for steroid in sheet.steroids:
        console.print(
            f"{steroid.name}: {plain(steroid.dose_mg)} mg, as methylprednisolone {plain(steroid.methylprednisolone_mg)} mg"
        )
    console.print(f"At the target: {plain(sheet.at_target_ml)} mL. Iodine: {plain(sheet.iodine_mg)} mg.")
    console.print()
    console.print(findings_table(assessed.findings))
    console.print("The physician decides.", style="dim")


def plain(value: Decimal) -> str:
    """A number without trailing zeros, to two decimals."""
    rounded = value.quantize(Decimal("0.01")).normalize()
    return f"{rounded:f}"


def tell_verdict(verdict: Verdict, policy: Policy, now: datetime) -> None:
    """The card, and the arithmetic line by line."""
    style = {"positive": "green", "negative": "cyan", "indeterminate": "yellow"}[verdict.verdict]
    console = heading("Block", str(verdict.verdict), style, policy, now)
    for sentence in verdict.card:
        console.print(sentence, markup=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("asked", "before", "then", "relief", "counts"):
        table.add_column(name, justify="left" if name in ("asked", "counts") else "right")
    for line in verdict.arithmetic:
        relief = "" if line.relief_percent is None else f"{line.relief_percent} %"
        then = "" if line.nrs is None else str(line.nrs)
        table.add_row(line.label, str(line.baseline_nrs), then, relief, "yes" if line.counted else line.why_not)
    console.print(table)
    window = verdict.window_minutes
    told = f", read from {window[0]} to {window[1]} min" if window else ""
    console.print(f"Threshold {verdict.threshold_percent} %{told}; relief lasted: {verdict.relief_duration}.")
    for reason in verdict.reasons:
        console.print(f"- {reason}", markup=False)


def tell_pair(pair: DualVerdict) -> None:
    """What two blocks say together."""
    console = Console(highlight=False)
    console.print(f"\nWith the block before: [bold]{escape(str(pair.value))}[/]")
    for sentence in pair.card:
        console.print(sentence, markup=False)


def tell_repeat(answer: RepeatAnswer, policy: Policy, now: datetime) -> None:
    """Whether, what is missing, and from when."""
    word, style = ("yes", "green") if answer.eligible else ("not yet", "red")
    console = heading(f"Repeat on {answer.asked_on}", word, style, policy, now)
    for gap in answer.gaps:
        console.print(f"- {gap.text}", markup=False)
        console.print(f"  {gap.code}; {gap.source}", style="dim", markup=False)
    if answer.gaps:
        day = answer.next_eligible
        console.print(f"From {day} on by time alone." if day else "Time alone does not close every gap.")
    for step in answer.next_steps:
        console.print(f"Instead: {step.text}", markup=False)
        console.print(f"  {step.code}; {step.source} ({step.grade})", style="dim", markup=False)
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in answer.counters:
        table.add_row(name, value)
    console.print(table)
    console.print("The physician decides.", style="dim")


def of_verdict(verdict: Verdict) -> int:
    return EXIT_CODES[Decision.REVIEW] if verdict.verdict is VerdictValue.INDETERMINATE else 0


def of_repeat(answer: RepeatAnswer) -> int:
    return 0 if answer.eligible else EXIT_CODES[Decision.STOP]


def wire(value: Any) -> dict[str, Any]:
    """A result as its contract writes it."""
    plain_values: dict[str, Any] = to_wire(value)
    return plain_values
