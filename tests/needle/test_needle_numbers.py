"""Every number of the room is data with source, grade and whether it was measured."""

import tomllib
from importlib import resources

import pytest

from sijoint.needle import what_is_modelled


def rows(table, path=()):
    if isinstance(table, dict) and "source" in table:
        yield ".".join(path), table
    elif isinstance(table, dict):
        for name, inner in table.items():
            yield from rows(inner, (*path, name))


DATA = tomllib.loads(resources.files("sijoint.needle").joinpath("mechanics.toml").read_text("utf-8"))


@pytest.mark.parametrize(("name", "row"), list(rows(DATA)), ids=[name for name, _ in rows(DATA)])
def test_number_has_source_grade_and_basis(name, row):
    assert row["source"].strip()
    assert row["grade"] in {"A", "B", "C", "D", "GK"}
    assert row["basis"] in {"measured", "assumed"}


def test_no_table_is_left_without_a_source():
    def leaves(table):
        return sum(
            leaves(inner) if isinstance(inner, dict) and "source" not in inner else 1 for inner in table.values()
        )

    assert len(list(rows(DATA))) == leaves({name: table for name, table in DATA.items() if name != "modelled"})


def test_room_says_in_sentences_what_it_assumes():
    assert all("assumed" in sentence or "published" in sentence for sentence in what_is_modelled())
