"""Where what a person chooses is not yet what a command holds: names matched to a list, and texts of a note."""

from collections.abc import Callable, Mapping
from typing import Any

from sijoint.formulary import ingredients_of, propose, propose_allergen
from sijoint.web.clinic.known_choices import ASIDE
from sijoint.web.clinic.typed import Plain, at
from sijoint.web.forms import Form

LEFT_OPEN = "left open"  # nobody has matched it yet, and that is meant


def adapted(command: str, read: dict[str, Any], form: Form, by: str, before: Plain) -> dict[str, Any]:
    """The plain values as the command holds them. Defects stand in the form."""
    change = _BY_COMMAND.get(command)
    return read if change is None else change(read, form, by, before)


def shown_of(command: str, plain: Mapping[str, Any]) -> Mapping[str, Any]:
    """The other way round: stored values as the form shows them."""
    if command != "AnswerScreening" or not plain.get("answers"):
        return plain
    answers = dict(plain["answers"])
    for rows in ("medicines", "allergies"):
        answers[rows] = [{**one, "agent": ASIDE if one["set_aside_by"] else one["agent"]} for one in answers[rows]]
    return {**plain, "answers": answers}


def _screening(read: dict[str, Any], form: Form, by: str, before: Plain) -> dict[str, Any]:
    answers = read["answers"]
    answers["medicines"] = [
        one for number, row in enumerate(answers["medicines"]) for one in _medicine(number, row, form, by, before)
    ]
    answers["allergies"] = [_allergy(number, row, form, by, before) for number, row in enumerate(answers["allergies"])]
    return read


def _medicine(number: int, row: dict[str, Any], form: Form, by: str, before: Plain) -> list[dict[str, Any]]:
    """A name with what a person took it for; a product of several becomes a row for each of its ingredients."""
    typed, code = row["typed"], row["agent"]
    if not typed:
        form.problem(
            f"answers.medicines.{number}.typed", f"Medicine {number + 1}: write the name as the patient says it."
        )
    decided = _decided_before("medicines", typed, code, before)
    if decided is not None:
        return [{**row, **decided}]
    if code == ASIDE:
        return [{**row, "agent": "", "set_aside_by": by}]
    if not code:
        near = ", ".join(one.matched_name for one in propose(typed))
        if near:
            form.problem(
                f"answers.medicines.{number}.agent",
                f"Medicine {number + 1}: choose what it is (near: {near}), or that it stays open.",
            )
        return [{**row, "agent": ""}]
    if code == LEFT_OPEN:
        return [{**row, "agent": ""}]
    codes = dict.fromkeys((code, *(one.code for one in ingredients_of(typed))))
    return [{**row, "agent": one, "accepted_by": by} for one in codes]


def _allergy(number: int, row: dict[str, Any], form: Form, by: str, before: Plain) -> dict[str, Any]:
    typed, code = row["typed"], row["agent"]
    row = {**row, "grade": row.get("grade") or "unknown"}
    decided = _decided_before("allergies", typed, code, before)
    if decided is not None:
        return {**row, **decided}
    if code == ASIDE:
        return {**row, "agent": typed, "matched": False, "set_aside_by": by}
    if code == LEFT_OPEN or not code:
        near = ", ".join(one.matched_name for one in propose_allergen(typed)) if not code else ""
        if near:
            form.problem(
                f"answers.allergies.{number}.agent",
                f"Allergy {number + 1}: choose what it is (near: {near}), or that it stays open.",
            )
        return {**row, "agent": typed, "matched": False}
    return {**row, "matched": True}


def _decided_before(rows: str, typed: str, code: str, before: Plain) -> Mapping[str, Any] | None:
    """What somebody decided on the same words stays theirs."""
    for one in at(before, f"answers.{rows}") or ():
        same = (one["agent"] == code and code) or (one["set_aside_by"] and code == ASIDE)
        if one["typed"] == typed and same:
            return {name: one[name] for name in ("agent", "accepted_by", "set_aside_by", "matched") if name in one}
    return None


def _note_place(read: dict[str, Any], form: Form, by: str, before: Plain) -> dict[str, Any]:
    """ "addendum 0" says which list and which place."""
    kind, _, place = str(read.get("place") or "").partition(" ")
    return {**read, "place": int(place) if place.isdigit() else -1, "addendum": kind == "addendum"}


_BY_COMMAND: Mapping[str, Callable[[dict[str, Any], Form, str, Plain], dict[str, Any]]] = {
    "AnswerScreening": _screening,
    "MarkNoteInError": _note_place,
}
