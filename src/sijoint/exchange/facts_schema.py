"""JSON Schemas of what a person writes for SIJoint to read: the facts of a rule, and a policy."""

from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from sijoint.exchange.plausible import WIDER_SCALE, plausible
from sijoint.model import Grade
from sijoint.model.wire import json_schema
from sijoint.pathway import Span
from sijoint.pathway.policy_values import value_kinds

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def facts_schema(kind: type[Any]) -> dict[str, Any]:
    """The schema of one rule's facts: no field that is not known, and numbers within what can be."""
    schema = {"$schema": DRAFT, **json_schema(kind, read=True)}
    for table in (schema, *schema.get("$defs", {}).values()):
        if "properties" in table:
            table["additionalProperties"] = False
            for name, field in table["properties"].items():
                _bound(name, field)
    return schema


def _bound(name: str, field: dict[str, Any]) -> None:
    bounds = plausible().get(name)
    if bounds is None:
        return
    field["description"] = f"in {bounds.unit}" + (f"; {bounds.other}" if bounds.other else "")
    for one in field.get("anyOf", [field]):
        if one.get("type") in ("number", "integer"):
            one["minimum"] = float(bounds.low)
            one["maximum"] = float(100 if name in WIDER_SCALE else bounds.high)


def policy_schema() -> dict[str, Any]:
    """The schema of a policy file, as TOML reads it; a day is a TOML date, here its text."""
    sourced = {
        "source": {"type": "string", "minLength": 1},
        "year": {"type": "integer", "minimum": 1900, "maximum": 2100},
        "grade": {"enum": [str(one) for one in Grade]},
    }
    rows = {
        name: {
            "type": "object",
            "properties": {"value": _value(kind), **sourced},
            "required": ["value", *sourced],
            "additionalProperties": False,
        }
        for name, kind in value_kinds().items()
    }
    slot = {
        "type": "object",
        "properties": {
            "label": {"type": "string", "minLength": 1},
            **{key: {"type": "integer", "minimum": 0} for key in ("minutes", "days", "opens", "closes")},
            "hour": {"type": "integer", "minimum": 0, "maximum": 23},
        },
        "required": ["label", "opens", "closes"],
        "oneOf": [{"required": ["minutes"]}, {"required": ["hour"]}],
        "additionalProperties": False,
    }
    slots = {"type": "array", "items": slot}
    return {
        "$schema": DRAFT,
        "title": "Policy",
        "type": "object",
        "properties": {
            "id": {"type": "string", "minLength": 1},
            "title": {"type": "string", "minLength": 1},
            "effective": {"type": "string", "format": "date"},
            "extends": {"type": "string"},
            "about": {"type": "string"},
            "values": {"type": "object", "properties": rows, "additionalProperties": False},
            "diary": {
                "type": "object",
                "properties": {**sourced, "diagnostic": slots, "therapeutic": slots},
                "required": [*sourced, "diagnostic", "therapeutic"],
                "additionalProperties": False,
            },
        },
        "required": ["id", "title", "effective"],
        "additionalProperties": False,
    }


def _value(kind: Any) -> dict[str, Any]:
    simple: dict[Any, dict[str, Any]] = {
        Decimal: {"type": "number", "minimum": 0},
        int: {"type": "integer", "minimum": 0},
        str: {"type": "string"},
        bool: {"type": "boolean"},
        Span: {"type": "string", "pattern": r"^\d+ (day|month)s?$"},
    }
    if kind in simple:
        return simple[kind]
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _value(get_args(kind)[0])}
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    return {"enum": [one.value for one in kind]}
