"""A file of facts, JSON or TOML, as the facts that a rule is asked about."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from sijoint.exchange.strict_reading import UnreadableFacts, member_named, read_strictly
from sijoint.model import Booking, DiaryPrompt, DischargeSheet, PreparationSheet

T = TypeVar("T")

# Moments that have been, by the name of their field; others may lie ahead (an appointment, a question still to come).
HAS_BEEN = frozenset(
    {
        "answered",
        "at",
        "began",
        "birth_date",
        "device_answered",
        "device_opened",
        "ended_at",
        "inr_on",
        "last_antithrombotic_dose_at",
        "last_dose_at",
        "made_at",
        "opened",
        "pain_since",
        "received",
        "sent",
        "started_at",
    }
)
AHEAD = (Booking, DiaryPrompt, DischargeSheet, PreparationSheet)  # their times are plans
IN_ORDER = (("began", "ended"), ("started_at", "ended_at"), ("opens", "closes"), ("opened", "answered"))


def read_facts(kind: type[T], text: str, place: str, now: datetime) -> T:
    """The facts of a file's text; ``now`` is the moment after which nothing can have happened. Raises UnreadableFacts."""
    toml = not text.lstrip().startswith(("{", "["))
    plain = _toml(text, place) if toml else _json(text, place)
    if not isinstance(plain, dict):
        raise UnreadableFacts(f"{place} holds no table of named fields: `sij schema` prints what belongs in it")
    facts = read_strictly(kind, _with_nulls(plain, kind) if toml else plain, place)
    wrong = [f"{place}: {one}" for one in _wrong_times(facts, "", now)]
    if wrong:
        raise UnreadableFacts(*wrong)
    return facts


def _json(text: str, place: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UnreadableFacts(f"{place}: {', '.join(twice)} stands there twice in one table: keep one")
        return dict(pairs)

    def never(word: str) -> None:
        raise UnreadableFacts(f"{place} holds {word}, which is no number: give a number, or null for none")

    try:
        return json.loads(text, parse_float=Decimal, parse_constant=never, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise UnreadableFacts(f"{place} is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise UnreadableFacts(f"{place} is nested too deeply: no facts are") from None
    except UnreadableFacts:
        raise
    except ValueError:
        raise UnreadableFacts(f"{place} holds a whole number of thousands of digits: check it") from None


def _toml(text: str, place: str) -> Any:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFacts(f"{place} is neither JSON nor TOML: {error}") from None
    except RecursionError:
        raise UnreadableFacts(f"{place} is nested too deeply: no facts are") from None
    except ValueError:
        raise UnreadableFacts(f"{place} holds a number that is none: check it") from None


def _with_nulls(plain: Any, kind: Any) -> Any:
    """TOML has no null: a field that may be null and is not there is."""
    if get_origin(kind) is UnionType:
        inner = member_named(plain, kind)
    else:
        inner = next((one for one in get_args(kind) if one is not Ellipsis), kind)
    if isinstance(plain, list):
        return [_with_nulls(one, inner) for one in plain]
    if not isinstance(plain, dict) or not is_dataclass(inner):
        return plain
    hints: Mapping[str, Any] = get_type_hints(inner)
    nulls = {name: None for name, hint in hints.items() if NoneType in get_args(hint)}
    given = {name: _with_nulls(one, hints[name]) if name in hints else one for name, one in plain.items()}
    return {**nulls, **given}


def _wrong_times(value: Any, place: str, now: datetime) -> Iterator[str]:
    """Times from the future and times out of order, anywhere in the facts."""
    if isinstance(value, tuple):
        for n, one in enumerate(value):
            yield from _wrong_times(one, f"{place}[{n}]", now)
    if not is_dataclass(value):
        return
    path = f"{place}." if place else ""
    for one in fields(value):
        inner = getattr(value, one.name)
        if one.name in HAS_BEEN and not isinstance(value, AHEAD) and _after(inner, now):
            yield f"{path}{one.name} lies in the future of {now:%Y-%m-%dT%H:%MZ}: check it, or ask for a later --now"
        yield from _wrong_times(inner, f"{path}{one.name}", now)
    for first, then in IN_ORDER:
        begin, end = getattr(value, first, None), getattr(value, then, None)
        if isinstance(begin, date) and isinstance(end, date) and end < begin:
            yield f"{path}{then} comes before {first}: check which of the two is wrong"


def _after(moment: Any, now: datetime) -> bool:
    if isinstance(moment, datetime):
        return moment > now
    return isinstance(moment, date) and moment > now.date()
