"""The names of the commands and what each is for; a command's own module is imported when it is asked for.

``sij --help`` must answer at once, and the rooms behind the commands take seconds to import.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

MODULE_OF = {
    "demo": "demo",
    "scenarios": "scenarios",
    "validate": "validate",
    "replay": "demo",
    "show": "records",
    "verify": "records",
    "sheet": "sheet",
    "gaps": "payer",
    "packet": "payer",
    "record": "record",
    "note": "note",
    "medicine": "medicine",
    "debrief": "debrief",
    "anatomy": "anatomy",
    "views": "views",
    "plan": "plan",
    "pelvis": "pelvis",
    "labels": "labels",
    "arthrogram": "arthrogram",
    "fluoro": "fluoro",
    "drr": "drr",
    "screen": "rules",
    "prepare": "rules",
    "dose": "rules",
    "verdict": "rules",
    "repeat": "rules",
    "explain": "explain",
    "example": "example",
    "schema": "schema",
    "doctor": "doctor",
    "create": "record_keeping",
    "migrate": "record_keeping",
    "backup": "record_keeping",
    "restore": "record_keeping",
    "anchor": "record_keeping",
    "erase": "record_keeping",
    "serve": "serve",
    "people": "people",
}
SUMMARY_OF = {
    "demo": "One virtual patient through a whole episode, on a real CT, with a report.",
    "scenarios": "Every scenario over many seeds, and the share that ends as expected.",
    "validate": "Library pelves through plan, needle and arthrogram, held against published figures.",
    "replay": "A demo's command log once more, and whether it makes the same events.",
    "show": "An episode: what happened when, and what was answered.",
    "verify": "Whether a store still holds what was written.",
    "sheet": "A paper of an episode: sheets in three languages, note, verdict, labels, emergency cards, letter, packet.",
    "gaps": "What a payer's policy still lacks before an injection.",
    "packet": "The sealed evidence for a payer, with its pictures; or whether a packet is what was sealed.",
    "record": "A procedure that was written down elsewhere, sent to a store.",
    "note": "A procedure note: drafted from the events, written, shown, signed, added to.",
    "medicine": "What a typed medicine or allergy may be; a person accepts it.",
    "debrief": "Where the tip and the drug truly were in a simulated procedure, beside what was judged.",
    "anatomy": "Area, width and angles of the joint beside published values.",
    "views": "Which receptor directions show the joint, as a map and as the best views within reach.",
    "plan": "Needle ways to the joint or the ligaments, ranked, with reasons.",
    "pelvis": "A synthetic pelvis with CT and labels, drawn from a seed, for rehearsal without a patient's CT.",
    "labels": "A map to fill in, once, for labels whose numbers are unknown here.",
    "arthrogram": "Contrast into a joint: where it goes, at what pressure, and what X-rays see of it.",
    "fluoro": "One fluoroscopy image, or a short run, of a CT.",
    "drr": "The plain line integral of a CT from any direction, and how long it takes.",
    "screen": "Screening of one patient for one order, from a file of facts.",
    "prepare": "The preparation sheet for one appointment, from a file of facts.",
    "dose": "A recipe against its limits for one patient, from a file of facts.",
    "verdict": "Whether a diagnostic block was positive, with its arithmetic, from a file of facts.",
    "repeat": "Whether there may be another injection, what is missing and from when, from a file of facts.",
    "explain": "What a finding means, what clears it, and where it comes from.",
    "example": "A file of facts, or a policy, to begin with.",
    "schema": "The JSON Schema of what SIJoint writes and reads.",
    "doctor": "What this installation is made of, and whether its data can be read.",
    "create": "A new, empty store.",
    "migrate": "A store of an older program, brought to this one's form after a backup.",
    "backup": "A copy of a store while it is in use, verified.",
    "restore": "A store from a backup, on either engine, verified.",
    "anchor": "The head of the ledger signed, for keeping elsewhere.",
    "erase": "A patient erased, with proof that it was done; or whose time is over.",
    "serve": "The clinic, the patient's pages and the fluoroscopy room in a browser.",
    "people": "Who may sign in, and as what: add, change, close, set a password.",
}


class CommandsByName(TyperGroup):
    """The group of all commands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = dict.fromkeys(MODULE_OF)  # type: ignore[assignment]  # names alone, for the list and for typos

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in MODULE_OF:
            return None
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(cmd_name)(getattr(import_module(f"sijoint.cli.{MODULE_OF[cmd_name]}"), cmd_name))
        return typer.main.get_command(alone)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARY_OF.items()))
