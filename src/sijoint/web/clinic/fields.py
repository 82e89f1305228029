"""What a form asks, made from the type of what it makes: each field with its kind, its words, its unit and its choices."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, is_dataclass
from dataclasses import Field as TypeField
from dataclasses import fields as type_fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from sijoint.model import Fact, Provocation, StatedAmount
from sijoint.pathway.plausible import plausible_ranges
from sijoint.web.clinic.field_words import help_of, label_of, measure_of


class Kind(StrEnum):
    FACT = "fact"  # yes, no, unknown, not asked
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes-no"
    NUMBER = "number"
    WHOLE = "whole"
    AMOUNT = "amount"  # a number with the unit that is picked beside it
    TEXT = "text"
    LONG = "long"
    DAY = "day"
    MOMENT = "moment"
    HIDDEN = "hidden"
    GROUP = "group"
    ROWS = "rows"
    LINES = "lines"  # rows of several kinds
    TESTS = "tests"  # provocation tests by side


@dataclass(frozen=True)
class Field:
    """``path`` leads to the value in what the form makes; inside rows it is that of the row. ``fields`` are those of a
    group or row, ``variants`` those of each kind of line. ``bounds``: what a number can be, both ends included."""

    path: str
    kind: Kind
    label: str
    help: str = ""
    unit: str = ""
    required: bool = False
    optional_group: bool = False
    has_default: bool = False  # left empty it is left out, and what makes it has its own value
    done_by_now: bool = False  # a moment of something that is done
    bounds: tuple[Decimal, Decimal] | None = None
    choices: str = ""  # names the list of choices; "" where the type lists them itself
    listed: tuple[str, ...] = ()
    fields: tuple["Field", ...] = ()
    variants: tuple[tuple[str, tuple["Field", ...]], ...] = ()
    units: tuple[tuple[str, str], ...] = ()  # of an amount: unit, and the path that it fills; "" for its own

    @property
    def name(self) -> str:
        return self.path.rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Wishes:
    """What the table of actions says of the fields of a form, by path."""

    required: frozenset[str] = frozenset()
    long: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    choices: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()


def field_at(maker: type, path: str, wishes: Wishes) -> Field:
    """The field at a path of a type, such as ``assessment.side`` of the command Assess. Raises KeyError for none."""
    if path in wishes.amounts:
        return _amount(path, wishes)
    kind: Any = maker
    owner: type = maker
    parts = path.split(".")
    for part in parts:
        owner, kind = _plain(kind), get_type_hints(_plain(kind))[part]
    return _field(path, kind, _of_type(owner, parts[-1]), wishes)


def _plain(kind: Any) -> Any:
    """The type without None."""
    if get_origin(kind) in (Union, UnionType):
        rest = [one for one in get_args(kind) if one is not NoneType]
        return rest[0] if len(rest) == 1 else kind
    return kind


def _of_type(owner: type, name: str) -> "TypeField[Any]":
    return next(one for one in type_fields(owner) if one.name == name)


def _field(path: str, hint: Any, declared: "TypeField[Any]", wishes: Wishes) -> Field:
    kind, optional = _plain(hint), NoneType in get_args(hint)
    has_default = declared.default is not MISSING or declared.default_factory is not MISSING
    has_default = has_default or path in wishes.optional
    chosen = path in wishes.choices
    needed = path in wishes.required or not (has_default or optional or (kind is str and not chosen))
    label, told = label_of(path), help_of(path)
    measure = measure_of(path)
    bounds = None
    if measure.range:
        limits = plausible_ranges()[measure.range]
        bounds = (limits.low, limits.high)

    def made(of: Kind, **more: Any) -> Field:
        return Field(path, of, label, told, measure.unit, needed, has_default=has_default, bounds=bounds, **more)

    if path in wishes.hidden:
        return made(Kind.HIDDEN)
    if path in wishes.choices:
        several = get_origin(kind) is tuple and _plain(get_args(kind)[0]) is str
        return made(Kind.CHOICES if several else Kind.CHOICE, choices=wishes.choices[path])
    if get_origin(kind) is tuple:
        return _several(path, get_args(kind)[0], made, wishes)
    if kind is Fact:
        return made(Kind.FACT)
    if kind is StatedAmount:
        return made(Kind.AMOUNT, choices=f"units:{path.rsplit('.', 1)[-1]}")
    if isinstance(kind, type) and is_dataclass(kind):
        inner = _inside(kind, f"{path}.", wishes)
        return made(Kind.GROUP, fields=inner, optional_group=optional)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return made(Kind.CHOICE, listed=tuple(str(one.value) for one in kind))
    simple = {bool: Kind.YES_NO, int: Kind.WHOLE, Decimal: Kind.NUMBER, date: Kind.DAY, datetime: Kind.MOMENT}
    if kind in simple:
        return made(simple[kind], done_by_now=kind is datetime and path in wishes.optional)
    return made(Kind.LONG if path in wishes.long else Kind.TEXT)


def _several(path: str, of: Any, made: Any, wishes: Wishes) -> Field:
    inner = _plain(of)
    if inner is Provocation:
        return made(Kind.TESTS)  # type: ignore[no-any-return]
    if isinstance(inner, type) and issubclass(inner, Enum):
        return made(Kind.CHOICES, listed=tuple(str(one.value) for one in inner))  # type: ignore[no-any-return]
    if get_origin(inner) in (Union, UnionType):
        variants = tuple((_tag(one), _inside(one, f"{path}.", wishes)) for one in get_args(inner))
        return made(Kind.LINES, variants=variants)  # type: ignore[no-any-return]
    return made(Kind.ROWS, fields=_inside(inner, f"{path}.", wishes))  # type: ignore[no-any-return]


def _tag(line: type) -> str:
    return str(get_args(get_type_hints(line)["kind"])[0])


def _inside(kind: type, prefix: str, wishes: Wishes) -> tuple[Field, ...]:
    """The fields of a row or group, with the whole path: names inside a row are made from it."""
    hints = get_type_hints(kind)
    found = []
    for one in type_fields(kind):
        path = prefix + one.name
        if path in wishes.left_out or get_origin(hints[one.name]) is Literal:
            continue
        found.append(_field(path, hints[one.name], one, wishes))
    return tuple(found)


def _amount(path: str, wishes: Wishes) -> Field:
    units = tuple(wishes.amounts[path].items())
    return Field(path, Kind.AMOUNT, label_of(path), help_of(path), units=units)
