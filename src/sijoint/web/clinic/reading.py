"""From what was typed to what a command holds: every defect a sentence at its field, nothing guessed, nothing lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from sijoint.frames import Side
from sijoint.model import Answer, ProvocationTest
from sijoint.pathway import UnclearMeasurement, WeightUnit, weight_kg
from sijoint.web.clinic.fields import Field, Kind
from sijoint.web.clinic.typed import Plain, at, name_in
from sijoint.web.forms import Form

MOST_ROWS = 60
NOT_ASKED = {"answer": str(Answer.NOT_ASKED), "by": "", "at": None, "note": ""}


@dataclass(frozen=True)
class Reader:
    """Reads one form. ``before`` is what is on record: an answer that has not changed keeps who gave it and when."""

    form: Form
    by: str
    now: datetime
    zone: tzinfo
    before: Plain

    def read(self, fields: tuple[Field, ...]) -> dict[str, Any]:
        """Plain values as the command's type reads them; defects stand in the form."""
        plain: dict[str, Any] = {}
        for field in fields:
            if field.kind is Kind.AMOUNT and field.units:
                self._measured(field, plain)
            else:
                _put_field(plain, field, field.path, self._value(field, field.path))
        return plain

    def _value(self, field: Field, name: str) -> Any:
        match field.kind:
            case Kind.FACT:
                return self._fact(name, field.label)
            case Kind.GROUP:
                return self._group(field, name)
            case Kind.ROWS:
                return [row for _, row in self._rows(field, name, field.fields)]
            case Kind.LINES:
                return self._lines(field, name)
            case Kind.TESTS:
                return self._tests(name)
            case Kind.CHOICES:
                return [one for one in self.form.all_raw(name) if one]
            case Kind.AMOUNT:
                return self._stated(field, name)
            case _:
                return self._single(field, name)

    def _single(self, field: Field, name: str) -> Any:
        label, needed = field.label, field.required
        match field.kind:
            case Kind.CHOICE:
                return self._choice(field, name)
            case Kind.YES_NO:
                return self._yes_no(field, name)
            case Kind.WHOLE | Kind.NUMBER:
                return self._number(field, name)
            case Kind.DAY:
                day = self.form.day(name, label, needed=needed)
                return None if day is None else day.isoformat()
            case Kind.MOMENT:
                return self._moment(field, name)
            case _:
                return self.form.text(name, label, needed=needed)

    def _choice(self, field: Field, name: str) -> str | None:
        given = self.form.raw(name)
        if field.listed and given and given not in field.listed:
            self.form.problem(name, f"{field.label} must be one of the choices shown.")
        if not given and field.required:
            self.form.problem(name, f"{field.label}: choose one.")
        return given or (None if field.listed else "")

    def _yes_no(self, field: Field, name: str) -> bool:
        given = self.form.raw(name)
        if given not in ("yes", "no") and field.required:
            self.form.problem(name, f"{field.label}: choose yes or no.")
        return given == "yes"

    def _number(self, field: Field, name: str) -> Any:
        low, high = field.bounds or (Decimal(0) if field.unit != "°" else None, None)
        if field.kind is Kind.WHOLE:
            ends = (None if low is None else int(low), None if high is None else int(high))
            return self.form.whole(name, field.label, needed=field.required, lowest=ends[0], highest=ends[1])
        value = self.form.number(name, field.label, needed=field.required, lowest=low, highest=high)
        return None if value is None else str(value)

    def _moment(self, field: Field, name: str) -> str | None:
        """By the clinic's clock. What was done later than now was not done: empty means now."""
        local = self.form.moment(name, field.label, needed=field.required)
        if local is None:
            return None
        aware = local if local.tzinfo else local.replace(tzinfo=self.zone)
        if field.done_by_now and aware > self.now:
            self.form.problem(name, f"{field.label}: this lies in the future; leave it empty for now.")
        return aware.isoformat()

    def _fact(self, name: str, label: str) -> Mapping[str, Any]:
        given = self.form.raw(name) or str(Answer.NOT_ASKED)
        if given not in {str(one) for one in Answer}:
            self.form.problem(name, f"{label}: answer yes, no, unknown or not asked.")
        if given == str(Answer.NOT_ASKED):
            return NOT_ASKED
        kept = at(self.before, name)
        if isinstance(kept, Mapping) and kept.get("answer") == given:
            return kept
        return {"answer": given, "by": self.by, "at": self.now.isoformat(), "note": ""}

    def _group(self, field: Field, name: str) -> dict[str, Any] | None:
        inside = self._inside(field.fields, field.path, name)
        if field.optional_group and all(self._blank(one, n) for one, n in inside):
            return None
        plain: dict[str, Any] = {}
        for one, inner in inside:
            _put_field(plain, one, one.path.removeprefix(f"{field.path}."), self._value(one, inner))
        return plain

    def _inside(self, fields: tuple[Field, ...], path: str, name: str) -> list[tuple[Field, str]]:
        return [(one, f"{name}.{one.path.removeprefix(f'{path}.')}") for one in fields]

    def _rows(self, field: Field, name: str, fields: tuple[Field, ...]) -> list[tuple[int, dict[str, Any]]]:
        """The rows in which something stands, with their numbers."""
        rows = []
        for number in range(self._count(name)):
            inside = self._inside(fields, field.path, f"{name}.{number}")
            if all(self._blank(one, inner) for one, inner in inside):
                continue
            row: dict[str, Any] = {}
            for one, inner in inside:
                _put_field(row, one, one.path.removeprefix(f"{field.path}."), self._value(one, inner))
            rows.append((number, row))
        return rows

    def _lines(self, field: Field, name: str) -> list[dict[str, Any]]:
        """Rows of several kinds: each is read by the fields of its own kind."""
        lines = []
        variants = dict(field.variants)
        for number in range(self._count(name)):
            kind = self.form.raw(f"{name}.{number}.kind")
            if not kind:
                if any(self.form.raw(name_in(one, field.path, number)) for one in _every(field)):
                    self.form.problem(f"{name}.{number}.kind", f"Line {number + 1}: choose what happened.")
                continue
            if kind not in variants:
                self.form.problem(f"{name}.{number}.kind", f"Line {number + 1} must be one of the choices shown.")
                continue
            line: dict[str, Any] = {"kind": kind}
            for one, inner in self._inside(variants[kind], field.path, f"{name}.{number}"):
                value = self._value(one, inner)
                if value not in (None, ""):
                    put(line, one.path.removeprefix(f"{field.path}."), value)
            lines.append(line)
        return lines

    def _count(self, name: str) -> int:
        told = self.form.raw(f"{name}.count")
        return min(int(told), MOST_ROWS) if told.isascii() and told.isdigit() else 0

    def _blank(self, field: Field, name: str) -> bool:
        if field.kind is Kind.GROUP:
            return all(self._blank(one, inner) for one, inner in self._inside(field.fields, field.path, name))
        if field.kind is Kind.ROWS:
            return not self._rows(field, name, field.fields)
        return self.form.raw(name).strip() in ("", str(Answer.NOT_ASKED))

    def _tests(self, name: str) -> list[dict[str, Any]]:
        """Every test that was done, on each side; a kept answer keeps its maker."""
        kept = {(one["test"], one["side"]): one["result"] for one in at(self.before, name) or ()}
        done = []
        for side in Side:
            for test in ProvocationTest:
                fact = dict(self._fact(f"{name}.{test}.{side}", f"{test}, {side}"))
                if fact["answer"] == str(Answer.NOT_ASKED):
                    continue
                before = kept.get((str(test), str(side)))
                result = before if before and before["answer"] == fact["answer"] else fact
                done.append({"test": str(test), "side": str(side), "result": result})
        return done

    def _stated(self, field: Field, name: str) -> dict[str, str] | None:
        """A number with the unit that was picked, as written."""
        value = self.form.number(name, field.label, needed=field.required, lowest=Decimal(0))
        if value is None:
            return None
        unit = self.form.raw(f"{name}.unit")
        if not unit:
            self.form.problem(f"{name}.unit", f"{field.label}: choose the unit.")
        return {"value": str(value), "unit": unit}

    def _measured(self, field: Field, plain: dict[str, Any]) -> None:
        """An amount whose unit says which field it fills."""
        value = self.form.number(field.path, field.label, needed=field.required, lowest=Decimal(0))
        if value is None:
            return
        unit = self.form.raw(f"{field.path}.unit")
        path = dict(field.units).get(unit)
        if path is None:
            self.form.problem(f"{field.path}.unit", f"{field.label}: choose the unit.")
            return
        if path.endswith("weight_kg"):
            try:
                value = weight_kg(value, WeightUnit(unit))
            except UnclearMeasurement as unclear:
                self.form.problem(field.path, f"{field.label}: {unclear}.")
        put(plain, path, str(value))


def put(plain: dict[str, Any], path: str, value: Any) -> None:
    """Writes a value at a path, making what leads to it."""
    *before, last = path.split(".")
    for part in before:
        plain = plain.setdefault(part, {})
    plain[last] = value


def _put_field(plain: dict[str, Any], field: Field, path: str, value: Any) -> None:
    """What was left empty stays away where its maker has a value of its own for that."""
    if value is None and field.has_default:
        return
    put(plain, path, value)


def _every(field: Field) -> tuple[Field, ...]:
    return tuple(dict.fromkeys(one for _, fields in field.variants for one in fields))
