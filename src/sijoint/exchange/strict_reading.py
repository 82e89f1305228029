"""Facts from a file of a person: every field is known, of its kind, possible, and said by somebody at a time.

Unlike ``model.wire``, which reads what this program wrote, nothing is taken for something else here (a number for a text,
a time without a zone), and every fault is told at once, each in a sentence that names the field and the remedy. No
sentence repeats what stands in the file: it may be a patient's.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from sijoint.exchange.plausible import WIDER_HIGH, WIDER_NAME, WIDER_SCALE, meant_by, plausible
from sijoint.model import Answer, Fact

T = TypeVar("T")
LARGEST = Decimal(10) ** 12  # beyond, arithmetic itself gives way; no number of care comes near
YEARS = range(1850, 2201)
SIMPLE = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", Decimal: "a number"}


class UnreadableFacts(ValueError):
    """Facts that no rule can be asked about; ``defects`` holds one sentence for each fault."""

    def __init__(self, *defects: str) -> None:
        super().__init__("\n".join(defects))
        self.defects = defects


class _Wrong(ValueError):
    """What is wrong with one value, to be read after its name."""


def read_strictly(kind: type[T], plain: Any, name: str) -> T:
    """The facts of plain values (as JSON or TOML hold them). ``name`` is what the whole is called. Raises UnreadableFacts."""
    defects: list[str] = []
    value = _read(plain, kind, "", defects)
    if defects:
        raise UnreadableFacts(*(f"{name}{' ' if one.startswith(' ') else ': '}{one.strip()}" for one in defects))
    return value  # type: ignore[no-any-return]  # _read builds what kind says


def _read(plain: Any, kind: Any, place: str, defects: list[str]) -> Any:
    """The value, or None with what is wrong added to ``defects``."""
    if get_origin(kind) is UnionType:
        if plain is None and NoneType in get_args(kind):
            return None
        chosen = member_named(plain, kind)
        if chosen is None:
            defects.append(f"{place} takes a table whose kind is one of {', '.join(_kinds(kind))}")
            return None
        return _read(plain, chosen, place, defects)
    if get_origin(kind) is tuple:
        return _list(plain, get_args(kind), place, defects)
    if is_dataclass(kind) and isinstance(kind, type):
        return _table(plain, kind, place, defects)
    try:
        return _simple(plain, kind)
    except _Wrong as wrong:
        defects.append(f"{place} {wrong}")
        return None


def member_named(plain: Any, kind: Any) -> Any:
    """The one type of a union: the only one there is, or the one whose ``kind`` the table names; None where none is."""
    members = [one for one in get_args(kind) if one is not NoneType]
    if len(members) == 1:
        return members[0]
    named = plain.get("kind") if isinstance(plain, dict) else None
    return _kinds(kind).get(named) if isinstance(named, str) else None


def _kinds(kind: Any) -> dict[str, Any]:
    return {get_args(get_type_hints(one)["kind"])[0]: one for one in get_args(kind) if one is not NoneType}


def _list(plain: Any, kinds: tuple[Any, ...], place: str, defects: list[str]) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        defects.append(f"{place} takes a list: write it in [ and ], also where there is one or none")
        return ()
    if kinds[-1] is not Ellipsis and len(plain) != len(kinds):
        defects.append(f"{place} takes {len(kinds)} entries")
        return ()
    of = [kinds[0]] * len(plain) if kinds[-1] is Ellipsis else kinds
    values = tuple(
        _read(one, kind, f"{place}[{n}]", defects) for n, (one, kind) in enumerate(zip(plain, of, strict=True))
    )
    ids = [one.get("id") for one in plain if isinstance(one, dict) and "id" in one]
    if len(ids) != len({str(one) for one in ids}):
        defects.append(f"{place} holds two entries of the same id: give each its own")
    return values


def _table(plain: Any, kind: type[Any], place: str, defects: list[str]) -> Any:
    if not isinstance(plain, dict):
        more = ', such as {"answer": "no", "by": "nurse", "at": "2026-03-10T09:00:00Z"}' if kind is Fact else ""
        defects.append(f"{place} takes a table of named fields{more}")
        return None
    before = len(defects)
    hints = _hints(cast(Hashable, kind))
    path = f"{place}." if place else ""
    defects += [f"{path}{one}" for one in _names(plain, kind)]
    values = {name: _read(plain[name], hints[name], f"{path}{name}", defects) for name in hints if name in plain}
    defects += [f"{path}{one}" for one in _impossible(plain, values)]
    if (
        kind is Fact
        and values.get("answer") not in (None, Answer.NOT_ASKED)
        and not (values.get("by") and values.get("at"))
    ):
        defects.append(f"{place} is answered, but not who said it and when: add by and at")
    if len(defects) > before:
        return None
    try:
        return kind(**values)
    except ValueError as refusal:
        defects.append(f"{place} {refusal}")
        return None


@cache
def _hints(kind: Hashable) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _needed(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _names(plain: Mapping[str, Any], kind: type[Any]) -> Iterator[str]:
    """Fields that nobody knows and fields that are not there."""
    known = {one.name: one for one in fields(kind)}
    meant = set()
    for name in plain:
        if name in known:
            continue
        other = meant_by(name, tuple(known))
        near = get_close_matches(name, known, 1)
        if other is not None and other.field in plain:
            yield f"{name} stands beside {other.field}: two units for one thing; keep {other.field} alone"
        elif other is not None:
            meant.add(other.field)
            remedy = f" ({other.other})" if other.other else ""
            yield f"{name} is not a field: give {other.field}, in {other.unit}{remedy}; nothing is converted here"
        elif near:
            meant.add(near[0])
            yield f"{name} is not a field; did you mean {near[0]}?"
        else:
            yield f"{name} is not a field: take it out"
    for name, one in known.items():
        if _needed(one) and name not in plain and name not in meant:
            yield f"{name} is missing: it takes {in_words(_hints(cast(Hashable, kind))[name])}"


def _impossible(plain: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    """Numbers that cannot be, whatever the policy says."""
    for name, value in values.items():
        bounds = plausible().get(name)
        if bounds is None or not isinstance(value, int | Decimal):
            continue
        wide = name in WIDER_SCALE and plain.get("scale") == WIDER_NAME and 0 <= value <= WIDER_HIGH
        complaint = "" if wide else bounds.complaint(Decimal(value))
        if complaint:
            yield f"{name} {complaint}"


def in_words(kind: Any) -> str:
    """What a value of this kind looks like."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    if kind is datetime:
        return "a time with its zone, such as 2026-03-10T09:00:00Z"
    if kind is date:
        return "a day, such as 2026-03-10"
    if get_origin(kind) is UnionType:
        return " or ".join("null" if one is NoneType else in_words(one) for one in get_args(kind))
    if get_origin(kind) is tuple:
        return "a list"
    if get_origin(kind) is Literal:
        return " or ".join(f'"{one}"' for one in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "one of " + ", ".join(f'"{one.value}"' for one in kind)
    if not is_dataclass(kind):
        return "text"
    needed = ", ".join(one.name for one in fields(kind) if _needed(one))
    return (
        f"a table of {needed}"
        if needed
        else "a table, in which nothing is required (`sij schema` names what it may hold)"
    )


def _simple(plain: Any, kind: Any) -> Any:
    if kind is datetime:
        return _moment(plain)
    if kind is date:
        return _day(plain)
    if kind in (int, float, Decimal):
        return _number(plain, kind)
    if get_origin(kind) is Literal:
        if plain in get_args(kind) and type(plain) in {type(one) for one in get_args(kind)}:
            return plain
    elif isinstance(kind, type) and issubclass(kind, Enum):
        if plain in [one.value for one in kind]:
            return kind(plain)
    elif type(plain) is kind:
        return plain
    raise _Wrong(f"takes {in_words(kind)}")


def _number(plain: Any, kind: Any) -> Any:
    """Decimals may be texts, as this program writes them."""
    if kind is Decimal and isinstance(plain, str):
        try:
            plain = Decimal(plain)
        except InvalidOperation:
            raise _Wrong("takes a number, without its unit") from None
    if isinstance(plain, bool) or not isinstance(plain, int | Decimal):
        raise _Wrong(f"takes {SIMPLE[kind]}, without its unit and without quotes")
    if isinstance(plain, Decimal) and not plain.is_finite():
        raise _Wrong("takes a finite number")
    if not -LARGEST <= plain <= LARGEST:
        raise _Wrong("is beyond any number that can be meant: check it")
    if kind is int and plain != int(plain):
        raise _Wrong("takes a whole number")
    return kind(plain)


def _moment(plain: Any) -> datetime:
    if isinstance(plain, str):
        try:
            plain = datetime.fromisoformat(plain)
        except ValueError:
            raise _Wrong("is no time that exists: write it with its zone, such as 2026-03-10T09:00:00Z") from None
    if not isinstance(plain, datetime):
        raise _Wrong(f"takes {in_words(datetime)}")
    if plain.tzinfo is None:
        raise _Wrong("is a time without a zone: end it in Z for UTC, or in an offset such as +01:00")
    _year(plain)
    return plain.astimezone(UTC)


def _day(plain: Any) -> date:
    if isinstance(plain, str):
        try:
            plain = date.fromisoformat(plain)
        except ValueError:
            raise _Wrong("is no day that exists: write year, month and day, such as 2026-03-10") from None
    if type(plain) is not date:
        raise _Wrong(f"takes {in_words(date)}, without a time")
    _year(plain)
    return plain


def _year(day: date) -> None:
    if day.year not in YEARS:
        raise _Wrong("is far from any day that can be meant: check the year")
