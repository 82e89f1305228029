"""Write docs/episode.md from the table of legal steps, the table of roles and the states: what may follow what, and who may do it.

python scripts/make_episode_page.py > docs/episode.md
"""

from collections import defaultdict

from sijoint.model import EpisodeState, Role
from sijoint.pathway import TRANSITIONS, Step, named_commands, roles_for

INTRODUCTION = """# The episode: states, steps and who takes them

*Written by `scripts/make_episode_page.py` from the code; a test holds it current.*

An episode of care is in one state. A command makes one step; a step that this page does not name from a state is refused
with a sentence that says what is possible instead, and the database refuses it, too. Between clearance and the day's
confirmation the state is what the facts of the session still support: moving an appointment leads back from "consented" to
"booked", and a new sheet leads on to "consented" where consent still stands.

What a change takes with it:

| change | void |
|---|---|
| another appointment, or none | preparation sheet, day's confirmation, skin mark, sign-in, time-out, skin preparation; consent that would be too old on the new day |
| a changed safety fact, a prescriber's answer | clearance, the sheet, and everything of the day |
| another order | clearance and all the above; consent, too, where side, target, kind or steroid differ |
| the patient says no | skin mark, sign-in, time-out, skin preparation; the refusal stays on record, and with the needle in place every gate is shut |
| overrides | bound to the facts then seen: any change of those and they do nothing |

Both joints are two targets: one order and one session after the other, each with its own consent, mark, time-out, gate, drug
line and pain question.
"""


def main() -> None:
    print(episode_page(), end="")


def episode_page() -> str:
    """The whole page as Markdown."""
    return "\n".join([INTRODUCTION, *_picture(), "", *_steps(), "", *_commands(), ""])


def _picture() -> list[str]:
    """The moves that change the state; steps between the same two states share an arrow."""
    moves: dict[tuple[EpisodeState, EpisodeState], list[Step]] = defaultdict(list)
    for (before, step), to in TRANSITIONS.items():
        for after in sorted(to, key=list(EpisodeState).index):
            if after is not before and not _goes_back(before, after, step):
                moves[before, after].append(step)
    arrows = [f"    {_id(a)} --> {_id(b)}: {', '.join(steps)}" for (a, b), steps in moves.items()]
    drawn = {state for pair in moves for state in pair}
    names = [f'    state "{one}" as {_id(one)}' for one in EpisodeState if one in drawn]
    return [
        "## The way forward",
        "",
        "Steps that lead back, and those that leave the state as it is, stand in the table below.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *names,
        f"    [*] --> {_id(EpisodeState.REQUESTED)}",
        *arrows,
        "```",
    ]


def _goes_back(before: EpisodeState, after: EpisodeState, step: Step) -> bool:
    """Closing, ending an appointment, judging again and going back are in the table only, or the picture is a thicket."""
    order = list(EpisodeState)
    sideways = step in (Step.CLOSE, Step.CLOSE_DUPLICATE, Step.CANCEL, Step.NO_SHOW, Step.PLACE_ORDER)
    sideways |= step is Step.RECORD_PROCEDURE  # a form filled in afterwards, from any state before
    first_order = step is Step.PLACE_ORDER and before is EpisodeState.ACCEPTED
    back = order.index(after) < order.index(before)
    skips = step is Step.SCREEN_CLEAR and after is not EpisodeState.CLEARED
    return back or skips or (sideways and not first_order)


def _id(state: EpisodeState) -> str:
    return state.name.lower()


def _steps() -> list[str]:
    rows = ["## Every step", "", "| step | from | to |", "|---|---|---|"]
    for step in Step:
        by_end: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for (before, known), to in TRANSITIONS.items():
            if known is step:
                ends = [one for one in EpisodeState if one in to]
                by_end[("the same",) if ends == [before] else tuple(ends)].append(str(before))
        rows += [f"| {step} | {', '.join(starts)} | {' or '.join(ends)} |" for ends, starts in by_end.items()]
    return rows


def _commands() -> list[str]:
    held = [one for one in Role if any(one in roles_for(command) for command in named_commands())]
    rows = [
        "## Who may give which command",
        "",
        "Held where the store keeps a register of people (`handle(..., role_of=...)`). A stop is decided by a physician with a",
        "second clinician, a review by a nurse or physician, an absolute finding by nobody. Researcher and auditor change nothing.",
        "",
        "| command | " + " | ".join(str(one) for one in held) + " |",
        "|---|" + "---|" * len(held),
    ]
    for command in named_commands():
        may = roles_for(command)
        rows.append(f"| {command} | " + " | ".join("●" if one in may else "" for one in held) + " |")
    return rows


if __name__ == "__main__":
    main()
