"""Policy files: which there are, which one is in force on a day, and what is wrong with one that cannot be used."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from sijoint.model import Grade
from sijoint.pathway.policy import DiarySlot, Policy, PolicySource, UnreadablePolicy
from sijoint.pathway.policy_values import LARGEST, WrongKind, value_names, value_of

HEADER = ("id", "title", "effective", "extends", "about", "values", "diary")
YEARS = range(1900, 2101)  # of a source: anything else is a slip of the pen


@dataclass(frozen=True)
class PolicyFile:
    """One dated file before the policy that it extends is added. ``place`` names it in sentences."""

    id: str
    title: str
    effective: date
    extends: str
    about: str
    values: Mapping[str, Any]
    diary: Mapping[str, Any]
    place: str


def policy_names() -> tuple[str, ...]:
    """The policies that ship with the package."""
    return tuple(sorted({one.id for one in shipped_policies()}))


@cache
def shipped_policies() -> tuple[PolicyFile, ...]:
    """Every policy file of the package, by name of file; one policy may have several dated versions."""
    folder = sorted(files("sijoint.pathway").joinpath("policies").iterdir(), key=lambda one: one.name)
    return tuple(
        read_policy_file(one.read_text(encoding="utf-8"), one.name) for one in folder if one.name.endswith(".toml")
    )


@cache
def load_policy(name: str = "clinic", on: date | None = None) -> Policy:
    """A policy by name, as in force on a day; without a day its newest version. Raises UnreadablePolicy."""
    return policy_of(in_force(shipped_policies(), name, on), shipped_policies(), on)


def read_policy(text: str, place: str, on: date | None = None) -> Policy:
    """A site's own policy from the text of its file, which may extend a shipped one. Raises UnreadablePolicy."""
    own = site_policy_file(text, place)
    return policy_of(in_force((own,), own.id, on), shipped_policies(), on)


def site_policy_file(text: str, place: str) -> PolicyFile:
    """A site's own file. Raises UnreadablePolicy, also where it takes the name of a shipped policy."""
    own = read_policy_file(text, place)
    if own.id in policy_names():
        raise UnreadablePolicy(
            f'{place}: the id "{own.id}" belongs to a policy that ships with SIJoint; '
            f'choose an id of your own and write extends = "{own.id}"'
        )
    return own


def in_force(known: Iterable[PolicyFile], name: str, on: date | None) -> PolicyFile:
    """The version of a policy that a day is judged by: the newest that has taken effect. Raises UnreadablePolicy."""
    known = tuple(known)
    versions = sorted((one for one in known if one.id == name), key=lambda one: one.effective)
    if not versions:
        names = sorted({one.id for one in known})
        near = get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]}? Known: " if near else "choose one of "
        raise UnreadablePolicy(f"there is no policy {name!r}; {hint}{', '.join(names)}")
    for one, other in pairwise(versions):
        if one.effective == other.effective:
            raise UnreadablePolicy(
                f"{one.place} and {other.place} are both {name} from {one.effective} on: keep one of them"
            )
    effective = [one for one in versions if on is None or one.effective <= on]
    if not effective:
        raise UnreadablePolicy(
            f"policy {name} takes effect on {versions[0].effective}, after {on}: choose another policy for that day"
        )
    return effective[-1]


def policy_of(own: PolicyFile, known: tuple[PolicyFile, ...], on: date | None = None) -> Policy:
    """The policy of a file with everything that it extends. Raises UnreadablePolicy."""
    layers = _layers(own, known, on)
    rows = {key: (row, layer) for layer in layers for key, row in layer.values.items()}
    values: dict[str, Any] = {"id": own.id, "title": own.title, "effective": own.effective}
    sources = {key: _source(row, layer.id) for key, (row, layer) in rows.items()}
    missing = [name for name in value_names() if name not in rows]
    diary = next((layer for layer in reversed(layers) if layer.diary), None)
    defects = [f"{own.place} has no value for {name}; add it with source, year and grade" for name in missing]
    if diary is None:
        defects.append(f"{own.place} has no diary; add one or extend a policy that has")
    if defects or diary is None:
        raise UnreadablePolicy(*defects)
    for name in value_names():
        values[name] = value_of(name, rows[name][0]["value"])
    for kind in ("diagnostic", "therapeutic"):
        values[f"diary_{kind}"] = tuple(_slot(row) for row in diary.diary[kind])
        sources[f"diary_{kind}"] = _source(diary.diary, diary.id)
    return Policy(**values, sources=MappingProxyType(sources))


def _layers(own: PolicyFile, known: tuple[PolicyFile, ...], on: date | None) -> list[PolicyFile]:
    """The policy's file last, after the ones it extends. A base that was not yet in force lends its first version."""
    layers = [own]
    while layers[0].extends:
        name = layers[0].extends
        if any(one.id == name for one in layers):
            raise UnreadablePolicy(f"{own.place} extends itself by way of {name}: end the chain at one policy")
        first = min((one.effective for one in known if one.id == name), default=None)
        layers.insert(0, in_force(known, name, max(on, first) if on and first else None))
    return layers


def read_policy_file(text: str, place: str) -> PolicyFile:
    """A policy file by itself. Raises UnreadablePolicy with one sentence for every defect."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UnreadablePolicy(f"{place} is not TOML: {error}") from None
    except (RecursionError, ValueError):
        raise UnreadablePolicy(f"{place} holds a number that is none, or is nested too deeply: check it") from None
    defects = [*_header(document), *_rows(document.get("values", {})), *_diary(document.get("diary", {}))]
    if defects:
        raise UnreadablePolicy(*(f"{place}: {one}" for one in defects))
    return PolicyFile(
        document["id"],
        document["title"],
        document["effective"],
        document.get("extends", ""),
        document.get("about", ""),
        MappingProxyType(document.get("values", {})),
        MappingProxyType(document.get("diary", {})),
        place,
    )


def _header(document: Mapping[str, Any]) -> list[str]:
    defects = [f"{key} belongs nowhere{_near(key, HEADER)}" for key in document if key not in HEADER]
    for key, example in (("id", '"our-clinic"'), ("title", '"Clinic policy of ..."')):
        if not isinstance(document.get(key), str) or not document[key].strip():
            defects.append(f"{key} is missing or no text: write {key} = {example} at the top")
    if type(document.get("effective")) is not date:
        defects.append("effective is missing or no day: write effective = 2026-01-01, without quotes, at the top")
    for key in ("extends", "about"):
        if not isinstance(document.get(key, ""), str):
            defects.append(f'{key} is no text: write it in quotes, such as {key} = "clinic"')
    for key in ("values", "diary"):
        if not isinstance(document.get(key, {}), dict):
            defects.append(f"{key} is no table: write [{key}] on a line of its own")
    return defects


def _rows(rows: Any) -> list[str]:
    if not isinstance(rows, dict):
        return []
    defects = []
    for name, row in rows.items():
        if name not in value_names():
            defects.append(f"no rule reads {name}{_near(name, value_names())}")
            continue
        if not isinstance(row, dict):
            defects.append(
                f'{name} is not a row: write {name} = {{ value = ..., source = "...", year = ..., grade = "..." }}'
            )
            continue
        defects += [f"{name} {one}" for one in _sourced(row, ("value",))]
        if "value" in row:
            try:
                value_of(name, row["value"])
            except WrongKind as wrong:
                defects.append(f"{name} {wrong}")
    return defects


def _sourced(row: Mapping[str, Any], more: tuple[str, ...]) -> list[str]:
    defects = [f"has no {key}: add it" for key in more if key not in row]
    defects += [f"has {key}, which belongs nowhere" for key in row if key not in ("source", "year", "grade", *more)]
    if not isinstance(row.get("source"), str) or not row["source"].strip():
        defects.append("has no source: say where the value comes from")
    if type(row.get("year")) is not int or row["year"] not in YEARS:
        defects.append("has no year of its source: a whole number such as 2026")
    if row.get("grade") not in [str(one) for one in Grade]:
        defects.append(f"has no grade: one of {', '.join(Grade)}")
    return defects


def _diary(diary: Any) -> list[str]:
    if not isinstance(diary, dict) or not diary:
        return []
    slots = ("diagnostic", "therapeutic")
    defects = [f"the diary {one}" for one in _sourced(diary, slots)]
    for kind in slots:
        rows = diary.get(kind, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            defects.append(f"the diary's {kind} questions are no list: write [[diary.{kind}]] before each")
            continue
        defects += [f"{kind} question {n} {one}" for n, row in enumerate(rows, 1) for one in _slot_defects(row)]
        labels = [row.get("label") for row in rows]
        twice = sorted({str(one) for one in labels if labels.count(one) > 1})
        defects += [f'two {kind} questions are called "{one}": give each a label of its own' for one in twice]
    return defects


def _slot_defects(row: Mapping[str, Any]) -> list[str]:
    keys = ("label", "minutes", "days", "hour", "opens", "closes")
    defects = [f"has {key}, which belongs nowhere{_near(key, keys)}" for key in row if key not in keys]
    if not isinstance(row.get("label"), str) or not row["label"].strip():
        defects.append('has no label: such as "2 h"')
    whole = [key for key in keys[1:] if key in row and (type(row[key]) is not int or not 0 <= row[key] <= LARGEST)]
    defects += [f"has {key} = {row[key]}: a whole number from 0 to {LARGEST}" for key in whole]
    defects += [f"has no {key}: minutes round the due time" for key in ("opens", "closes") if key not in row]
    if ("minutes" in row) == ("hour" in row):
        defects.append("is due either by minutes after the injection or by days and hour: give one of the two")
    if type(row.get("hour")) is int and row["hour"] > 23:
        defects.append(f"is due at hour {row['hour']}: an hour is 0 to 23")
    return defects


def _near(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, tuple(known), 1, 0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _source(row: Mapping[str, Any], set_in: str) -> PolicySource:
    return PolicySource(row["source"], row["year"], Grade(row["grade"]), set_in)


def _slot(row: Mapping[str, Any]) -> DiarySlot:
    minutes = row.get("minutes")
    return DiarySlot(row["label"], minutes, row.get("days", 0), row.get("hour", 0), row["opens"], row["closes"])
