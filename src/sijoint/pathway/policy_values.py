"""One value of a policy: from what stands in the file to the type that the rules read, or a sentence why not."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sijoint.pathway.policy import Policy, UnknownZone, zone_named
from sijoint.pathway.span import Span

LARGEST = 100_000  # of anything that a policy counts, in its own unit
LONGEST_DAYS, LONGEST_MONTHS = 36_500, 1_200  # a hundred years: beyond, a slip of the pen
NOT_A_VALUE = ("id", "title", "effective", "sources", "diary_diagnostic", "diary_therapeutic")


class WrongKind(ValueError):
    """A value that is not of its kind; the text goes on after the value's name."""


@cache
def value_kinds() -> Mapping[str, Any]:
    """The type of every value that a policy file sets, in the order of ``Policy``."""
    return {name: kind for name, kind in get_type_hints(Policy).items() if name not in NOT_A_VALUE}


def value_names() -> tuple[str, ...]:
    return tuple(value_kinds())


def value_of(name: str, plain: Any) -> Any:
    """The value as the rules read it. Raises WrongKind."""
    value = _typed(plain, value_kinds()[name])
    if name.endswith("_percent") and isinstance(value, Decimal) and value > 100:
        raise WrongKind(f"is {value}: a percentage is at most 100")
    if name.endswith("_months") and value > LONGEST_MONTHS:
        raise WrongKind(f"is {value}: longer than anybody waits")
    if name == "time_zone":
        try:
            zone_named(value)
        except UnknownZone as wrong:
            raise WrongKind(f"is wrong: {wrong}") from None
    return value


def in_words(kind: Any) -> str:
    """What a value of this type looks like in a file."""
    simple = {
        Decimal: "a number",
        int: "a whole number",
        str: "a text in quotes",
        bool: "true or false",
        Span: 'a span such as "84 days" or "3 months"',
    }
    if kind in simple:
        return simple[kind]
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(f'"{one}"' for one in get_args(kind))
    if get_origin(kind) is tuple:
        return f"a list, each {in_words(get_args(kind)[0])}"
    return "one of " + ", ".join(f'"{one.value}"' for one in kind)


def _typed(plain: Any, kind: Any) -> Any:
    if get_origin(kind) is Literal and isinstance(plain, str) and plain in get_args(kind):
        return plain
    if get_origin(kind) is tuple and isinstance(plain, list):
        return tuple(_typed(one, get_args(kind)[0]) for one in plain)
    if kind in (Decimal, int) and isinstance(plain, int | Decimal) and not isinstance(plain, bool):
        return _number(plain, kind)
    if kind in (str, bool) and type(plain) is kind:
        return plain
    if kind is Span and isinstance(plain, str):
        try:
            span = Span.of(plain)
        except ValueError as wrong:
            raise WrongKind(f"is wrong: {wrong}") from None
        if span.count > (LONGEST_MONTHS if span.months else LONGEST_DAYS):
            raise WrongKind(f"is {span.words}: longer than anybody waits")
        return span
    if isinstance(kind, type) and issubclass(kind, Enum) and plain in [one.value for one in kind]:
        return kind(plain)
    raise WrongKind(f"is {_shown(plain)}: it takes {in_words(kind)}")


def _number(plain: int | Decimal, kind: Any) -> Any:
    if isinstance(plain, Decimal) and (kind is int or not plain.is_finite()):
        raise WrongKind(f"is {plain}: it takes {in_words(kind)}")
    if plain < 0:
        raise WrongKind(f"is {plain}: nothing in a policy is below zero")
    if plain > LARGEST:
        raise WrongKind(f"is beyond {LARGEST}: nothing in a policy is")
    return kind(plain)


def _shown(plain: Any) -> str:
    if isinstance(plain, bool):
        return str(plain).lower()
    return f'"{plain}"' if isinstance(plain, str) else str(plain)
