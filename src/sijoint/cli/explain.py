"""``sij explain``: the text of a finding, how severe it is, what clears it, and where it comes from."""

import json
import re
from difflib import get_close_matches
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sijoint.cli.rule_told import STYLES
from sijoint.model.wire import to_wire
from sijoint.pathway import FindingText, finding_texts

GRADES = {
    "A": "primary text read",
    "B": "secondary source",
    "C": "weak source",
    "GK": "general knowledge, to be confirmed by the site",
    "D": "derived here",
}


class NoSuchCode(ValueError):
    """No rule makes a finding of this code; the text offers those that come near."""


def explain(
    code: Annotated[
        str, typer.Argument(help="A code as findings show it, with or without what follows the colon.")
    ] = "",
    list_all: Annotated[bool, typer.Option("--list", help="Every code with its severity and first words.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Explain a finding: its text, severity, what clears it, source and grade."""
    texts = finding_texts()
    if list_all or not code:
        _list(tuple(texts.values()), as_json)
        return
    text = texts.get(code.partition(":")[0])
    if text is None:
        raise NoSuchCode(_nearest(code.partition(":")[0], tuple(texts)))
    if as_json:
        typer.echo(json.dumps(to_wire(text), indent=1, ensure_ascii=False))
        return
    console = Console(highlight=False)
    console.print(
        f"[bold]{escape(text.code)}[/]  [{STYLES[text.severity]}]{text.severity}[/]  [dim]({text.subject})[/]"
    )
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, words in (("clinician", text.clinician), ("patient", text.patient), ("clears", text.clears)):
        table.add_row(name, escape(blanks_shown(words)))
    table.add_row("source", escape(text.source))
    table.add_row("grade", f"{text.grade}: {GRADES[text.grade]}")
    console.print(table)


def blanks_shown(words: str) -> str:
    """A text before its blanks are filled, as a person reads it: ``‹agent›`` stands for what a finding fills in."""
    return re.sub(r"{(\w+)}", r"‹\1›", words)


def _list(texts: tuple[FindingText, ...], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([to_wire(one) for one in texts], indent=1, ensure_ascii=False))
        return
    console = Console(highlight=False)
    width = max(len(one.code) for one in texts)
    for one in sorted(texts, key=lambda text: (text.subject, text.code)):
        words = escape(blanks_shown(one.clinician))
        line = f"{escape(one.code):{width}}  [{STYLES[one.severity]}]{one.severity:8}[/]  {words}"
        # On a terminal a code is a line; into a file or a pipe goes the whole sentence.
        console.print(line, no_wrap=True, **({"overflow": "ellipsis"} if console.is_terminal else {"soft_wrap": True}))


def _nearest(code: str, known: tuple[str, ...]) -> str:
    """By spelling, then by a word that the code shares."""
    near = get_close_matches(code, known, 3, 0.7)
    words = {word for word in re.split(r"[.\-_ ]", code.lower()) if len(word) > 3}
    shared = [one for one in known if words & set(re.split(r"[.\-]", one))]
    near = near or sorted(shared, key=lambda one: not one.startswith(tuple(words)))
    hint = f"did you mean {' or '.join(near[:4])}?" if near else "`sij explain --list` shows them all"
    return f"no rule makes a finding {code!r}; {hint}"
