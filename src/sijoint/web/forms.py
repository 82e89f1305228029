"""Reading a form: each field under its label, all defects at once, nothing that was typed lost.

A form is sent once: its hidden field ``command_id`` becomes the id of the command, so the same form sent twice is
answered as the first time. ``seen_version`` is the version of the episode that the person had before them.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from sijoint.web.errors import Refused

E = TypeVar("E", bound=Enum)
T = TypeVar("T")
LONGEST_TEXT = 4000
MOST_FIELDS = 1000
COMMAND_ID = "command_id"


def new_command_id() -> str:
    """For the hidden field of a form."""
    return f"web-{secrets.token_hex(12)}"


@dataclass(frozen=True)
class Problem:
    """What is the matter with one field, and what to do."""

    field: str
    sentence: str


class BadForm(Refused):
    """A form with defects; the page shows them on top, each leading to its field, with everything that was typed."""

    def __init__(self, problems: tuple[Problem, ...], typed: "Form") -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems, self.typed = problems, typed


class Form:
    """The fields of one form. Readers note a defect and answer None; ``done`` raises when there was any."""

    def __init__(self, fields: Mapping[str, tuple[str, ...]]) -> None:
        self._fields = fields
        self._problems: list[Problem] = []

    @property
    def command_id(self) -> str:
        """The one-use id of this form; a form without one gets one, and is then not safe against being sent twice."""
        given = self.raw(COMMAND_ID)
        return given if 8 <= len(given) <= 64 and given.isprintable() else new_command_id()

    @property
    def seen_version(self) -> int | None:
        given = self.raw("seen_version")
        return int(given) if given.isascii() and given.isdigit() else None

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._problems)

    @property
    def names(self) -> tuple[str, ...]:
        """Every field that was sent."""
        return tuple(self._fields)

    def raw(self, name: str) -> str:
        """What was typed, for showing it again."""
        values = self._fields.get(name, ())
        return values[0] if values else ""

    def all_raw(self, name: str) -> tuple[str, ...]:
        return self._fields.get(name, ())

    def says(self, name: str, value: str = "yes") -> bool:
        """Whether a box was ticked."""
        return value in self._fields.get(name, ())

    def problem(self, name: str, sentence: str) -> None:
        self._problems.append(Problem(name, sentence))

    def text(self, name: str, label: str, *, needed: bool = False, longest: int = LONGEST_TEXT) -> str:
        given = self.raw(name).strip()
        if needed and not given:
            self.problem(name, f"{label} is missing: fill it in.")
        if len(given) > longest:
            self.problem(name, f"{label} is longer than {longest} characters: shorten it.")
        return given

    def one_of(self, name: str, label: str, kind: type[E], *, needed: bool = True) -> E | None:
        given = self.raw(name)
        if not given:
            if needed:
                self.problem(name, f"{label} is not chosen: choose one.")
            return None
        return self._read(name, given, kind, f"{label} must be one of the choices shown.")

    def several_of(self, name: str, label: str, kind: type[E]) -> tuple[E, ...]:
        found = (self._read(name, one, kind, f"{label} must be of the choices shown.") for one in self.all_raw(name))
        return tuple(one for one in found if one is not None)

    def number(
        self,
        name: str,
        label: str,
        *,
        needed: bool = False,
        lowest: Decimal | None = None,
        highest: Decimal | None = None,
    ) -> Decimal | None:
        """A decimal number, with point or comma."""
        given = self.raw(name).strip().replace(",", ".")
        if not given:
            if needed:
                self.problem(name, f"{label} is missing: fill in a number.")
            return None
        found = self._read(name, given, _finite, f"{label} is not a number: write it as in 12.5.")
        outside = found is not None and (
            (lowest is not None and found < lowest) or (highest is not None and found > highest)
        )
        if outside:
            bounds = " and ".join(
                words
                for words, bound in ((f"at least {lowest}", lowest), (f"at most {highest}", highest))
                if bound is not None
            )
            self.problem(name, f"{label} must be {bounds}: correct it.")
            return None
        return found

    def whole(
        self, name: str, label: str, *, needed: bool = False, lowest: int | None = None, highest: int | None = None
    ) -> int | None:
        low, high = (None if one is None else Decimal(one) for one in (lowest, highest))
        found = self.number(name, label, needed=needed, lowest=low, highest=high)
        if found is not None and found != found.to_integral_value():
            self.problem(name, f"{label} must be a whole number: correct it.")
            return None
        return None if found is None else int(found)

    def day(self, name: str, label: str, *, needed: bool = False) -> date | None:
        return self._when(name, label, needed, date.fromisoformat, "a date: write it as 2026-03-31")

    def moment(self, name: str, label: str, *, needed: bool = False) -> datetime | None:
        """As the field ``datetime-local`` sends it, without a zone; the endpoint knows the site's."""
        return self._when(name, label, needed, datetime.fromisoformat, "a date with time: write it as 2026-03-31T14:30")

    def done(self) -> None:
        """Raises BadForm when any field had a defect."""
        if self._problems:
            raise BadForm(self.problems, self)

    def _when(self, name: str, label: str, needed: bool, read: Callable[[str], T], what: str) -> T | None:
        given = self.raw(name).strip()
        if not given:
            if needed:
                self.problem(name, f"{label} is missing: fill it in.")
            return None
        return self._read(name, given, read, f"{label} is not {what}.")

    def _read(self, name: str, given: str, read: Callable[[str], T], otherwise: str) -> T | None:
        try:
            return read(given)
        except (ValueError, InvalidOperation):
            self.problem(name, otherwise)
            return None


def _finite(given: str) -> Decimal:
    found = Decimal(given)
    if not found.is_finite():
        raise ValueError
    return found


async def read_form(request: Request) -> Form:
    """All fields of the request. Raises Refused; TooLarge where ``body_limit`` does."""
    try:
        async with request.form(max_files=0, max_fields=MOST_FIELDS) as sent:
            pairs = [(name, value) for name, value in sent.multi_items() if not isinstance(value, UploadFile)]
    except HTTPException as error:
        raise Refused(
            "This form has more fields than any form here, or a file: open the page and fill it in again."
        ) from error
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), str(value))
    return Form(fields)


TheForm = Annotated[Form, Depends(read_form)]
