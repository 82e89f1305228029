"""Facts at random for any rule: well-typed values made from the annotations of the model, near a well patient or far from one.

A plain ``random.Random`` instead of hypothesis strategies: an episode has hundreds of fields, and the seed is enough to find
a case again.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from functools import cache
from random import Random
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from well_patient import NOW, answers, assessment, confirmation, episode, order, patient, recovery, request_

import sijoint.pathway
from sijoint.formulary import agents, medicines
from sijoint.model import (
    AppointmentRequest,
    Assessment,
    DayOfConfirmation,
    Episode,
    Order,
    Patient,
    RecoveryCheck,
    ScreeningAnswers,
    Session,
)
from sijoint.pathway import Language, Policy, Span, language, languages, load_policy, policy_names

WELL: dict[Any, Callable[[], Any]] = {
    ScreeningAnswers: answers,
    Assessment: assessment,
    AppointmentRequest: request_,
    DayOfConfirmation: confirmation,
    Patient: patient,
    Order: order,
    Session: lambda: episode().sessions[0],
    Episode: episode,
    RecoveryCheck: lambda: recovery(NOW, 30),
}
WORDS = ("", "nurse", "physician", "clinic", "red pills", "hold", "continue", "O-1", "15 min", "no", "ß ✓")
NEVER_EMPTY = ("versions",)  # a note begins with its first version
NUMBERS = ("0", "-1", "0.1", "0.5", "1", "2.5", "4", "7.25", "10", "38.4", "70", "75", "170", "250", "999")


def public_functions() -> dict[str, Callable[..., Any]]:
    """Every function that the room offers."""
    named = {name: getattr(sijoint.pathway, name) for name in sijoint.pathway.__all__}
    return {name: one for name, one in named.items() if callable(one) and not isinstance(one, type)}


@cache
def parameters(function: Callable[..., Any]) -> dict[str, Any]:
    """Name and type of each parameter that is given by name."""
    function = inspect.unwrap(function)
    hints = get_type_hints(function)
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name: hints[name] for name, one in inspect.signature(function).parameters.items() if one.kind in kinds}


def rules() -> dict[str, Callable[..., Any]]:
    """The functions of facts: those that take at least one of the model's types and nothing that only a program has."""

    def of_model(kind: Any) -> bool:
        inner = [one for one in get_args(kind) if one not in (NoneType, Ellipsis)]
        if inner:
            return any(of_model(one) for one in inner)
        return isinstance(kind, type) and kind.__module__.startswith("sijoint.model")

    def given_by_a_program(kind: Any) -> bool:
        return get_origin(kind) in (Callable, Mapping) or (
            "pathway" in getattr(kind, "__module__", "") and kind is not Policy
        )

    found = {}
    for name, function in public_functions().items():
        takes = parameters(function).values()
        if any(map(of_model, takes)) and not any(map(given_by_a_program, takes)):
            found[name] = function
    return found


def arguments(function: Callable[..., Any], rng: Random, spoil: float) -> dict[str, Any]:
    """Arguments for a rule; ``spoil`` is the share of fields that are not as the well patient's."""
    return {name: made_up(kind, rng, spoil, name) for name, kind in parameters(function).items()}


def made_up(kind: Any, rng: Random, spoil: float, name: str = "", like: Any = None, depth: int = 0) -> Any:
    """A value of a type."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Policy:
        return load_policy(rng.choice(policy_names()))
    if kind is tzinfo:
        return UTC
    if kind is Language:
        return language(rng.choice(languages()))
    if origin is Literal:
        return rng.choice(inner)
    if origin is UnionType:
        if like is None and rng.random() < max(spoil, 0.1):
            return None
        return made_up(next(one for one in inner if one is not NoneType), rng, spoil, name, like, depth)
    if origin is tuple and inner[-1] is not Ellipsis:
        return tuple(made_up(one, rng, spoil, name, None, depth + 1) for one in inner)
    if origin in (tuple, frozenset, Iterable) or (origin is not None and issubclass(origin, Iterable)):
        return _several(origin, inner[0], rng, spoil, name, like, depth)
    if is_dataclass(kind) and kind is not Span:
        return _record(kind, rng, spoil, like, depth)
    return _leaf(kind, rng, name)


def _several(origin: Any, inner: Any, rng: Random, spoil: float, name: str, like: Any, depth: int) -> Any:
    if like and rng.random() > spoil:
        return origin(made_up(inner, rng, spoil, name, one, depth + 1) for one in like)
    number = rng.choice((0, 0, 1, 2)) if depth < 5 else 0
    made = [made_up(inner, rng, spoil, name, None, depth + 1) for _ in range(max(number, name in NEVER_EMPTY))]
    return frozenset(made) if origin is frozenset else tuple(made)


def _record(kind: Any, rng: Random, spoil: float, like: Any, depth: int) -> Any:
    if like is None and kind in WELL and rng.random() > spoil / 2:
        like = WELL[kind]()
    values = {}
    for name, hint in _fields(kind):
        kept = getattr(like, name) if like is not None else None
        nested = is_dataclass(kept) or (isinstance(kept, tuple) and kept and is_dataclass(kept[0]))
        if like is not None and not nested and rng.random() > spoil:
            values[name] = kept
        else:
            values[name] = made_up(hint, rng, spoil, name, kept, depth + 1)
    return kind(**values)


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((one.name, hints[one.name]) for one in fields(kind))


@cache
def _codes() -> tuple[str, ...]:
    return (*(one.code for one in agents()), *(one.code for one in medicines()), "", "nobody knows")


def _leaf(kind: Any, rng: Random, name: str) -> Any:
    if kind is datetime:
        return NOW + timedelta(
            minutes=rng.choice((-600_000, -20_000, -1500, -60, -30, -1, 0, 1, 15, 90, 1500, 150_000))
        )
    if kind is date:
        return NOW.date() + timedelta(days=rng.choice((-20_000, -400, -366, -365, -90, -8, -1, 0, 1, 30, 365)))
    if kind is timedelta:
        return timedelta(minutes=rng.choice((-5, 0, 30, 3000)))
    if kind is bool:
        return rng.random() < 0.5
    if isinstance(kind, type) and issubclass(kind, Enum):
        return rng.choice(list(kind))
    if kind is int:
        return rng.choice((-1, 0, 1, 2, 3, 4, 7, 8, 10, 11, 15, 30, 60, 95, 120, 190, 400))
    if kind is float:
        return float(rng.choice((-5, 0, 1, 60, 180, 600.5)))
    if kind is Decimal:
        return (
            Decimal(rng.choice(NUMBERS))
            if name != "weight_kg"
            else Decimal(rng.choice(("0.5", "40", "70", "180", "900")))
        )
    if kind is str:
        return rng.choice(_codes() if name in ("agent", "steroid") and rng.random() < 0.8 else WORDS)
    raise TypeError(f"no value can be made up for {name}: {kind}")


def places(value: Any, of: type, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where values of a type lie inside, as paths of field names and numbers."""
    if isinstance(value, of):
        yield path
    elif is_dataclass(value) and not isinstance(value, type | Policy):
        for name, _ in _fields(type(value)):
            yield from places(getattr(value, name), of, (*path, name))
    elif isinstance(value, tuple):
        for n, one in enumerate(value):
            yield from places(one, of, (*path, n))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    return value


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with another one at a place inside."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return (*value[:step], put(value[step], rest, new), *value[step + 1 :])
    return replace(value, **{step: put(getattr(value, step), rest, new)})
