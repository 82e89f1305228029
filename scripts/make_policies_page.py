"""Writes docs/policies.md from the policy files: every value with its meaning, source, year and grade, and payers side by side."""

import tomllib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from sijoint.pathway import DiarySlot, Policy, Span, load_policy, policy_names, shipped_policies
from sijoint.pathway.policy_values import value_names

PAGE = Path(__file__).parent.parent / "docs" / "policies.md"
BASE = "clinic"
GRADES = (
    ("A", "primary text read"),
    ("B", "secondary source"),
    ("C", "weak source, such as a patient leaflet"),
    ("GK", "general knowledge, to be confirmed by the site"),
    ("D", "derived here from sourced figures"),
)
INTRODUCTION = """# Policies

Every threshold of the rules stands in a policy: a dated TOML file, each value with its source, its year and a grade. This
page is written from those files by `scripts/make_policies_page.py`; a test holds it to them. The site's default is the policy
`clinic`; `--policy NAME` chooses another at the doors of the rules, and the record keeps by which policy and which version of it
something was judged.

**A policy of your own.** `sij example policy > ours.toml` prints one to begin with: an `id` of your own, a `title`, the day from
which it is `effective`, what it `extends`, and the values that differ, each with source, year and grade.
`sij screen FACTS --policy ours.toml` judges by it. Each fault of the file is a sentence that says what to change; its schema is
`sij schema policy`.

**Which version counts.** Files with one `id` are versions of one policy. A day is judged by the newest version in force on that
day; before the first there is none, and the rule refuses. A command is judged by the version of the day it is given on, counted
by the clinic's clock (`time_zone`); verdict and diary by the version frozen with the order, and the card says what has changed
since. Where a site no longer holds that version, today's fills in what the order itself did not freeze. `--policy` takes a folder
of dated files, too. What a payer does not name is the clinic's; where the clinic's policy is younger than the day, its first
version fills in.

**What no policy may allow**: a gate that opens on contrast in a vessel, in a foramen or nowhere to be seen, and the override of
what is `absolute`. Those are rules, not values.

Not a single value here is an order to anybody: the physician decides, and the site confirms its own."""


def page() -> str:
    """The whole page."""
    parts = [
        INTRODUCTION,
        _grades(),
        _shipped(),
        _side_by_side(),
        *_sections(),
        _diary("diagnostic"),
        _diary("therapeutic"),
    ]
    return "\n\n".join(parts) + "\n"


def words() -> dict[str, dict[str, str]]:
    """The meaning of each value, by heading."""
    text = files("sijoint.pathway").joinpath("policy_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(one.replace("|", "\\|") for one in line) + " |" for line in lines)


def shown(value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(shown(one) for one in value)
    if isinstance(value, Span):
        return value.words
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _grades() -> str:
    return "Grades: " + "; ".join(f"**{grade}** {meaning}" for grade, meaning in GRADES) + "."


def _shipped() -> str:
    rows = (
        (f"`{one.id}`", one.title, one.effective.isoformat(), f"`{one.extends}`" if one.extends else "", one.about)
        for one in shipped_policies()
    )
    return "## The policies that ship\n\n" + table(("id", "policy", "in force from", "extends", "what to know"), rows)


def _side_by_side() -> str:
    """Only values that a policy sets otherwise than the clinic, or names itself."""
    others = [load_policy(name) for name in policy_names() if name != BASE]
    base = load_policy(BASE)
    named = [name for name in value_names() if any(one.sources[name].set_in == one.id for one in others)]
    rows = ((f"`{name}`", shown(getattr(base, name)), *(_own(one, base, name) for one in others)) for name in named)
    head = ("value", BASE, *(one.id for one in others))
    sources = (
        (
            f"`{name}`",
            one.id,
            shown(getattr(one, name)),
            one.sources[name].source,
            str(one.sources[name].year),
            str(one.sources[name].grade),
        )
        for name in named
        for one in others
        if one.sources[name].set_in == one.id
    )
    return "\n\n".join(
        (
            "## Side by side",
            "What each policy names itself; **bold** where it differs from the clinic's, empty where it takes the clinic's.",
            table(head, rows),
            "Where those values come from:",
            table(("value", "policy", "is", "source", "year", "grade"), sources),
        )
    )


def _own(policy: Policy, base: Policy, name: str) -> str:
    if policy.sources[name].set_in != policy.id:
        return ""
    value = shown(getattr(policy, name))
    return value if getattr(policy, name) == getattr(base, name) else f"**{value}**"


def _sections() -> Iterator[str]:
    base = load_policy(BASE)
    for heading, meanings in words().items():
        rows = (
            (
                f"`{name}`",
                meaning,
                shown(getattr(base, name)),
                base.sources[name].source,
                str(base.sources[name].year),
                str(base.sources[name].grade),
            )
            for name, meaning in meanings.items()
        )
        yield f"## {heading}\n\n" + table(("value", "meaning", "clinic", "source", "year", "grade"), rows)


def _diary(kind: str) -> str:
    policy = load_policy(BASE)
    source = policy.sources[f"diary_{kind}"]
    rows = (
        (one.label, _due(one), f"{one.opens_min_before} min before", f"{one.closes_min_after} min after")
        for one in getattr(policy, f"diary_{kind}")
    )
    return "\n\n".join(
        (
            f"## Diary after a {kind} injection",
            f"Source: {source.source} ({source.year}, grade {source.grade}).",
            table(("question", "due", "opens", "closes"), rows),
        )
    )


def _due(slot: DiarySlot) -> str:
    if slot.minutes is not None:
        return f"{slot.minutes} min after the drug"
    day = "the same day" if slot.days == 0 else f"{slot.days} day{'' if slot.days == 1 else 's'} later"
    return f"{day}, {slot.hour}:00 by the clinic's clock"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
