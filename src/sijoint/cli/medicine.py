"""``sij medicine``: what a typed name may mean. A proposal is a question to a person and changes nothing."""

import json
from typing import Annotated

import typer

from sijoint.cli.rule_asked import AsJson
from sijoint.formulary import ListedMedicine, Proposal, propose, propose_allergen
from sijoint.formulary import medicine as listed_medicine


def medicine(
    typed: Annotated[str, typer.Argument(help="The name as it was typed or said.")],
    allergy: Annotated[bool, typer.Option("--allergy", help="An allergy's word instead of a medicine.")] = False,
    as_json: AsJson = False,
) -> None:
    """Propose what a typed medicine or allergy may be. Nothing is accepted: a clinician chooses in the screening.

    Exit code: 0 with proposals, 10 with none: then a person has to ask.
    """
    proposals = propose_allergen(typed) if allergy else propose(typed)
    if as_json:
        answer = {"typed": typed, "accepted": None, "proposals": [_wire(one, allergy) for one in proposals]}
        typer.echo(json.dumps(answer, indent=1, ensure_ascii=False))
    elif not proposals:
        typer.echo(f"nothing on the list is near {typed!r}: ask the patient, and keep the name as it was typed")
    else:
        typer.echo(f"{typed!r} may be, best first; a clinician accepts one, or none:")
        for one in proposals:
            typer.echo(f"  {one.matched_name}  ({_words(one, allergy)}; {one.similarity:.0f} of 100)")
    if not proposals:
        raise typer.Exit(10)


def _wire(one: Proposal, allergy: bool) -> dict[str, object]:
    return {
        "codes": [one.code, *one.also],
        "matched_name": one.matched_name,
        "similarity": round(one.similarity, 1),
        "classes": [] if allergy else [known.class_name for known in _known(one)],
    }


def _words(one: Proposal, allergy: bool) -> str:
    if allergy:
        return one.code
    return " + ".join(f"{known.name}, {known.class_name}" for known in _known(one))


def _known(one: Proposal) -> tuple[ListedMedicine, ...]:
    found = (listed_medicine(code) for code in (one.code, *one.also))
    return tuple(known for known in found if known is not None)
