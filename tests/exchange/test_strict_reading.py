"""Facts from a file: what the program writes is read as it was, and no other text does more than be refused."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from random import Random

import pytest

from sijoint.exchange.facts import FACTS
from sijoint.exchange.facts_file import read_facts
from sijoint.exchange.strict_reading import UnreadableFacts, read_strictly
from sijoint.model import Fact, Patient
from sijoint.model.wire import to_wire

NOW = datetime(2026, 9, 1, tzinfo=UTC)
EXAMPLES = files("sijoint.exchange").joinpath("examples")
JUNK = (
    None, True, 0, -1, 1e6, "1e999999999", Decimal("1E+999999999"), "", "nobody", "2026-02-30", "9999-12-31T23:59:59Z",
    "2026-01-01T00:00:00", [], {}, [[]], {"answer": "yes"}, "\ud83d\ude00", "0 to 100", float("inf"),
)  # fmt: skip


def text_of(name: str) -> str:
    ending = "toml" if name == "dose" else "json"
    return EXAMPLES.joinpath(f"{name}.{ending}").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FACTS)
def test_what_the_program_writes_is_read_as_it_was(name):
    facts = read_facts(FACTS[name], text_of(name), name, NOW)
    assert read_facts(FACTS[name], json.dumps(to_wire(facts)), name, NOW) == facts


def test_times_are_read_into_utc():
    said = read_strictly(Fact, {"answer": "no", "by": "nurse", "at": "2026-03-10T10:00:00+01:00"}, "fact")
    assert said.at == datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    assert said.at.utcoffset() == NOW.utcoffset()


def paths(plain, path=()):
    yield path
    rows = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for key, inner in rows:
        yield from paths(inner, (*path, key))


def defects_of(name, plain) -> tuple[str, ...]:
    try:
        read_facts(FACTS[name], json.dumps(plain, default=str), name, NOW)
    except UnreadableFacts as refusal:
        return refusal.defects
    return ()


@pytest.mark.parametrize("name", [one for one in FACTS if one != "dose"])
def test_junk_at_any_place_is_refused_in_sentences_or_read(name):
    """Nothing but the one refusal comes out, whatever stands where."""
    whole = json.loads(text_of(name))
    places = list(paths(whole))[1:]
    rng = Random(name)
    refused = 0
    for _ in range(300):
        spoiled = deepcopy(whole)
        *way, last = rng.choice(places)
        table = spoiled
        for step in way:
            table = table[step]
        table[last] = rng.choice(JUNK)
        defects = defects_of(name, spoiled)
        refused += bool(defects)
        assert all(one.startswith(name) and "\n" not in one for one in defects)
    assert refused > 100


def test_a_number_beyond_all_arithmetic_is_refused():
    with pytest.raises(UnreadableFacts, match="beyond any number"):
        read_facts(FACTS["dose"], text_of("dose").replace("volume_ml = 1.0", "volume_ml = 1e999999999", 1), "dose", NOW)


def test_a_missing_field_of_one_record_is_named():
    with pytest.raises(UnreadableFacts, match=r"patient: birth_date is missing"):
        read_strictly(
            Patient, {"id": "P", "family_name": "", "given_name": "", "sex": "other", "contact": ""}, "patient"
        )
