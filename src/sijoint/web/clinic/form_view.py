"""A form as its page shows it: every field with its text, its choices and its defect, and the rows that are open."""

from dataclasses import dataclass

from sijoint.formulary import propose, propose_allergen
from sijoint.frames import Side
from sijoint.model import Answer, ProvocationTest
from sijoint.web.clinic.actions import Action
from sijoint.web.clinic.adapted import LEFT_OPEN
from sijoint.web.clinic.choice import Choice
from sijoint.web.clinic.choices import Asked, choices_of
from sijoint.web.clinic.field_words import words_of_choice
from sijoint.web.clinic.fields import Field, Kind
from sijoint.web.clinic.typed import Typed, name_in
from sijoint.web.forms import Problem

PROPOSED = {"medicines": propose, "allergens": propose_allergen}
FEW = 4  # choices that are shown side by side; more are a list that opens
LINE_WORDS = {
    "needle": "needle placed or moved",
    "view": "view kept",
    "given": "something given",
    "judgement": "contrast judged",
}


@dataclass(frozen=True)
class FormView:
    """Asked by the template: what stands in a field by its name, and what is the matter with it."""

    action: Action
    typed: Typed
    asked: Asked
    problems: tuple[Problem, ...]

    answers = tuple(str(one) for one in Answer)
    tests = tuple(str(one) for one in ProvocationTest)
    sides = tuple(str(one) for one in Side)

    def name(self, field: Field, rows: str = "", number: int = -1) -> str:
        """The field's name, inside a row where one is given."""
        return name_in(field, rows, number) if rows else field.path

    def value(self, name: str, otherwise: str = "") -> str:
        return self.typed.get(name, otherwise)

    def has(self, name: str, value: str) -> bool:
        return self.typed.has(name, value)

    def problem(self, name: str) -> str:
        """The sentence at a field, "" where nothing is the matter."""
        return next((one.sentence for one in self.problems if one.field == name), "")

    def rows(self, field: Field) -> range:
        """Those that hold something, and one to write in."""
        held = self.typed.rows(field.path, 0)
        return range(max(held, 1))

    def choices(self, field: Field, name: str = "") -> tuple[Choice, ...]:
        if field.listed:
            return tuple(Choice(one, words_of_choice(one)) for one in field.listed)
        found = choices_of(field.choices, self.asked)
        near = PROPOSED.get(field.choices)
        if near is None:
            return found
        typed = self.value(f"{name.rpartition('.')[0]}.typed")
        open_still = Choice(LEFT_OPEN, "not matched yet: stays open")
        first = tuple(Choice(one.code, f"near: {one.matched_name}") for one in near(typed)) if typed else ()
        return (*first, open_still, *found)

    def side_by_side(self, field: Field) -> bool:
        return field.kind is Kind.CHOICE and 0 < len(field.listed) <= FEW and all(len(one) < 20 for one in field.listed)

    def pairs(self, choices: tuple[Choice, ...]) -> tuple[tuple[str, str], ...]:
        return tuple((one.value, one.words) for one in choices)

    def line_kind(self, kind: str) -> str:
        return LINE_WORDS[kind]

    def shown_lines(self, field: Field) -> tuple[tuple[Field, tuple[str, ...]], ...]:
        """Every field of lines of several kinds, once, with the kinds that ask it."""
        asked: dict[str, tuple[Field, tuple[str, ...]]] = {}
        for kind, fields in field.variants:
            for one in fields:
                known = asked.get(one.path)
                asked[one.path] = (one, (*(known[1] if known else ()), kind))
        return tuple(asked.values())
