"""Every number of needle, fluid and body is data with its source, its grade and whether it was measured."""

import tomllib
from importlib import import_module, resources

import pytest

FILES = {"needle": "mechanics.toml", "injectate": "flow.toml", "response": "response.toml"}


def numbers(table, path=()):
    """Each row of a data file that names a source, with its dotted name."""
    if isinstance(table, dict) and "source" in table:
        yield ".".join(path), table
    elif isinstance(table, dict):
        for name, inner in table.items():
            yield from numbers(inner, (*path, name))


def data_of(room):
    return tomllib.loads(resources.files(f"sijoint.{room}").joinpath(FILES[room]).read_text("utf-8"))


ROWS = {f"{room}.{name}": row for room in FILES for name, row in numbers(data_of(room))}


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_number_has_source_grade_and_basis(row):
    assert row["source"].strip()
    assert row["grade"] in {"A", "B", "C", "D", "GK"}
    assert row["basis"] in {"measured", "assumed"}


@pytest.mark.parametrize("room", FILES)
def test_no_table_is_left_without_a_source(room):
    def leaves(table):
        return sum(
            leaves(inner) if isinstance(inner, dict) and "source" not in inner else 1 for inner in table.values()
        )

    data = data_of(room)
    assert len(list(numbers(data))) == leaves({name: table for name, table in data.items() if name != "modelled"})


@pytest.mark.parametrize("room", FILES)
def test_room_says_in_sentences_what_it_assumes(room):
    sentences = import_module(f"sijoint.{room}").what_is_modelled()
    assert sentences
    assert all("assumed" in sentence or "published" in sentence for sentence in sentences)
