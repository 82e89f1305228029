"""Lists that a patient types: medicines and allergies. A name is proposed for, the patient says which, a clinician accepts.

Each row has the name as typed and what it was said to be: a proposal's code, ``unsure``, or ``kept`` as it is on record.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sijoint.formulary import Proposal, allergen, medicine, propose, propose_allergen
from sijoint.model import Allergy, Medicine, ReactionGrade, ScreeningAnswers
from sijoint.web.forms import Form

ROWS = 25
LONGEST_NAME = 120
KEPT, UNSURE = "kept", "unsure"


@dataclass(frozen=True)
class Choice:
    """What a typed name may mean; ``value`` is sent back."""

    value: str
    words: str


@dataclass(frozen=True)
class Row:
    """One line of the list as the page shows it; ``choices`` are empty while nothing was typed."""

    number: int
    typed: str
    chosen: str
    choices: tuple[Choice, ...] = ()
    grade: str = ""


def medicine_fields() -> tuple[str, ...]:
    return tuple(f"medicine_{n}{part}" for n in range(ROWS) for part in ("", "_is"))


def allergy_fields() -> tuple[str, ...]:
    return tuple(f"allergy_{n}{part}" for n in range(ROWS) for part in ("", "_is", "_grade"))


def medicine_choices(typed: str, on_record: tuple[Medicine, ...]) -> tuple[Choice, ...]:
    """What is on record under this name first, then what the list knows that is near, then that nobody is sure."""
    kept = tuple(one for one in on_record if _same(one.typed, typed))
    known = [name for one in kept if (name := _medicine_name(one.agent))]
    found = [] if not kept else [Choice(KEPT, f"as before{': ' if known else ''}{' and '.join(known)}")]
    return (
        *found,
        *(_proposed(one, _medicine_name) for one in propose(typed)),
        Choice(UNSURE, "none of these, or not sure"),
    )


def allergy_choices(typed: str, on_record: tuple[Allergy, ...]) -> tuple[Choice, ...]:
    kept = any(_same(one.typed or one.agent, typed) for one in on_record)
    found = [Choice(KEPT, "as before")] if kept else []
    return (
        *found,
        *(_proposed(one, _allergen_name) for one in propose_allergen(typed)),
        Choice(UNSURE, "none of these, or not sure"),
    )


def read_rows(form: Form, name: str, choices: Callable[[str], tuple[Choice, ...]]) -> tuple[Row, ...]:
    """The rows that hold a name; one whose meaning was not chosen, or not among the choices, is noted in the form."""
    rows = []
    for number in range(ROWS):
        typed = form.raw(f"{name}_{number}").strip()
        if not typed:
            continue
        if len(typed) > LONGEST_NAME:
            form.problem(f"{name}_{number}", f"That name is longer than {LONGEST_NAME} characters: shorten it.")
        offered, chosen = choices(typed[:LONGEST_NAME]), form.raw(f"{name}_{number}_is")
        if len(offered) == 1:
            chosen = offered[0].value  # nothing is near: it stays as typed, for a clinician
        elif chosen not in {one.value for one in offered}:
            form.problem(f"{name}_{number}_is", f"“{typed[:LONGEST_NAME]}”: say which one you mean.")
        rows.append(Row(number, typed, chosen, offered, form.raw(f"{name}_{number}_grade")))
    return tuple(rows)


def medicines_from(rows: tuple[Row, ...], on_record: tuple[Medicine, ...]) -> tuple[Medicine, ...]:
    """Nothing is accepted here: what the patient chose waits for a nurse or a physician."""
    found: list[Medicine] = []
    for row in rows:
        if row.chosen == KEPT:
            found += [one for one in on_record if _same(one.typed, row.typed)]
            continue
        codes = () if row.chosen == UNSURE else tuple(row.chosen.split("+"))
        found += [Medicine(row.typed, code) for code in codes or ("",)]
    return tuple(found)


def allergies_from(rows: tuple[Row, ...], on_record: tuple[Allergy, ...]) -> tuple[Allergy, ...]:
    """How bad it was counts as the patient says it; not said is not mild."""
    found: list[Allergy] = []
    for row in rows:
        grade = ReactionGrade(row.grade) if row.grade in tuple(ReactionGrade) else ReactionGrade.UNKNOWN
        if row.chosen == KEPT:
            kept = (one for one in on_record if _same(one.typed or one.agent, row.typed))
            found += [replace(one, grade=grade if row.grade else one.grade) for one in kept]
        elif row.chosen == UNSURE:
            found.append(Allergy(row.typed, matched=False, grade=grade, typed=row.typed))
        else:
            found.append(Allergy(row.chosen, matched=True, grade=grade, typed=row.typed))
    return tuple(found)


def typed_before(answers: ScreeningAnswers) -> dict[str, tuple[str, ...]]:
    """The lists on record as the fields of the pages."""
    fields: dict[str, tuple[str, ...]] = {}
    names = dict.fromkeys(one.typed or _medicine_name(one.agent) for one in answers.medicines)
    for number, typed in enumerate(list(names)[:ROWS]):
        fields |= {f"medicine_{number}": (typed,), f"medicine_{number}_is": (KEPT,)}
    grades = {one.typed or one.agent: one.grade for one in answers.allergies}
    for number, (typed, grade) in enumerate(list(grades.items())[:ROWS]):
        fields |= {
            f"allergy_{number}": (typed,),
            f"allergy_{number}_is": (KEPT,),
            f"allergy_{number}_grade": (str(grade),),
        }
    return fields


def _proposed(proposal: Proposal, name_of: Callable[[str], str]) -> Choice:
    codes = (proposal.code, *proposal.also)
    names = " with ".join(name_of(code) for code in codes)
    same = _same(proposal.matched_name, names)
    return Choice("+".join(codes), names if same else f"{proposal.matched_name} ({names})")


def _medicine_name(code: str) -> str:
    known = medicine(code)
    return "" if known is None else known.name


def _allergen_name(code: str) -> str:
    known = allergen(code)
    return known.names[0] if known is not None else _medicine_name(code) or code


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
