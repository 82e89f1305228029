"""The model's dataclasses as JSON and back, and their JSON Schemas. Decimals travel as strings, times as ISO 8601 UTC.

The one file here with behaviour: both wings store and exchange these types, so the reading of them stands below both.
"""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


class UnreadableRecord(ValueError):
    """A record that does not fit its type; the text names the first field that is wrong and never its value."""


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, kind))


def to_wire(value: Any, kind: Any = None) -> Any:
    """Plain JSON values (dict, list, str, number, bool, None) of a model value."""
    return _adapter(cast(Hashable, kind or type(value))).dump_python(value, mode="json")


def from_wire(kind: type[T] | Any, plain: Any) -> T:
    """The model value of plain JSON. Raises UnreadableRecord."""
    try:
        value: T = _adapter(cast(Hashable, kind)).validate_python(plain)
        return value
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the record"
        raise UnreadableRecord(f"{place}: {first['msg']}") from None


def from_wire_text(kind: type[T] | Any, text: str | bytes) -> T:
    """The model value of JSON text. Raises UnreadableRecord."""
    try:
        value: T = _adapter(cast(Hashable, kind)).validate_json(text)
        return value
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the record"
        raise UnreadableRecord(f"{place}: {first['msg']}") from None


def json_schema(kind: Any, *, read: bool = False) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a type as it is written, or as it may be read (what has a default may be left out)."""
    return _adapter(cast(Hashable, kind)).json_schema(mode="validation" if read else "serialization")
