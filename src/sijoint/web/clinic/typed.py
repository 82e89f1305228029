"""What stands in a form: typed by a person, or taken from what is on record, as texts by the names of fields."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from sijoint.web.clinic.fields import Field, Kind
from sijoint.web.forms import Form

Plain = Mapping[str, Any]


class Typed:
    """The texts of a form. ``rows`` says how many rows of a kind are shown."""

    def __init__(self, texts: Mapping[str, tuple[str, ...]]) -> None:
        self._texts = dict(texts)

    @classmethod
    def of_form(cls, form: Form, names: tuple[str, ...]) -> "Typed":
        return cls({name: form.all_raw(name) for name in names if form.all_raw(name)})

    def get(self, name: str, otherwise: str = "") -> str:
        values = self._texts.get(name, ())
        return values[0] if values else otherwise

    def has(self, name: str, value: str) -> bool:
        return value in self._texts.get(name, ())

    def rows(self, path: str, least: int = 1) -> int:
        told = self.get(f"{path}.count")
        return max(int(told) if told.isascii() and told.isdigit() else 0, least)

    def with_one_more(self, path: str) -> "Typed":
        return Typed({**self._texts, f"{path}.count": (str(self.rows(path) + 1),)})


def name_in(field: Field, rows: str, number: int) -> str:
    """The name of a field inside row ``number`` of ``rows``."""
    return field.path.replace(f"{rows}.", f"{rows}.{number}.", 1)


def texts_of(field: Field, plain: Plain, zone: tzinfo) -> dict[str, tuple[str, ...]]:
    """A stored value as the texts of its field; nothing where nothing is stored."""
    if field.kind is Kind.AMOUNT and field.units:
        return _amount(field, plain)
    return _texts(field, field.path, at(plain, field.path), zone)


def at(plain: Any, path: str) -> Any:
    """What lies at a path of plain values; None where nothing does."""
    for part in path.split("."):
        if isinstance(plain, list) and part.isdigit():
            plain = plain[int(part)] if int(part) < len(plain) else None
        else:
            plain = plain.get(part) if isinstance(plain, Mapping) else None
    return plain


def _amount(field: Field, plain: Plain) -> dict[str, tuple[str, ...]]:
    for unit, path in field.units:
        value = at(plain, path)
        if value is not None:
            return {field.path: (str(value),), f"{field.path}.unit": (unit,)}
    return {}


def _texts(field: Field, name: str, value: Any, zone: tzinfo) -> dict[str, tuple[str, ...]]:
    if value is None:
        return {}
    match field.kind:
        case Kind.FACT:
            return {name: (value["answer"],)}
        case Kind.YES_NO:
            return {name: ("yes" if value else "no",)}
        case Kind.CHOICES:
            return {name: tuple(str(one) for one in value)}
        case Kind.MOMENT:
            return {name: (moment_text(datetime.fromisoformat(value), zone),)}
        case Kind.GROUP:
            return _inner(field.fields, field.path, name, value, zone)
        case Kind.ROWS:
            return _rows(field, name, value, zone)
        case Kind.TESTS:
            return {f"{name}.{one['test']}.{one['side']}": (one["result"]["answer"],) for one in value}
        case Kind.AMOUNT:
            return {name: (value["value"],), f"{name}.unit": (value["unit"],)}
        case Kind.LINES:
            return {}
        case _:
            return {name: (str(value),)}


def moment_text(value: datetime, zone: tzinfo) -> str:
    """As a field of the kind ``datetime-local`` holds it."""
    return value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _inner(fields: tuple[Field, ...], path: str, name: str, value: Plain, zone: tzinfo) -> dict[str, tuple[str, ...]]:
    texts: dict[str, tuple[str, ...]] = {}
    for one in fields:
        rest = one.path.removeprefix(f"{path}.")
        texts |= _texts(one, f"{name}.{rest}", at(value, rest), zone)
    return texts


def _rows(field: Field, name: str, value: list[Plain], zone: tzinfo) -> dict[str, tuple[str, ...]]:
    texts: dict[str, tuple[str, ...]] = {f"{name}.count": (str(len(value)),)}
    for number, row in enumerate(value):
        texts |= _inner(field.fields, field.path, f"{name}.{number}", row, zone)
    return texts
