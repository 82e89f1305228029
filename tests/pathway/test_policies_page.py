"""The page of the policies says what the files say, and every value has its meaning in words."""

import importlib.util
from pathlib import Path

import pytest

from sijoint.pathway import load_policy, policy_names
from sijoint.pathway.policy_values import value_names

TOP = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("make_policies_page", TOP / "scripts" / "make_policies_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_value_has_its_meaning_in_words_once(maker):
    told = [name for meanings in maker.words().values() for name in meanings]
    missing = set(value_names()) - set(told)
    assert not missing, f"say in pathway/policy_words.toml what {', '.join(sorted(missing))} means"
    assert sorted(told) == sorted(value_names())


def test_the_page_is_the_one_that_the_files_make(maker):
    kept = maker.PAGE.read_text(encoding="utf-8")
    assert kept == maker.page(), "a policy has changed: run scripts/make_policies_page.py"


def test_the_page_shows_source_year_and_grade_of_every_value_of_every_policy(maker):
    page = maker.page()
    for name in policy_names():
        policy = load_policy(name)
        for key, source in policy.sources.items():
            if source.set_in == policy.id:
                assert source.source.replace("|", "\\|") in page, (name, key)


def test_payers_stand_side_by_side_with_their_differences_in_bold(maker):
    page = maker.page()
    row = next(line for line in page.splitlines() if line.startswith("| `repeat_relief_for` |"))
    assert "**14 days**" in row
    assert "**3 months**" in row
    assert "| 84 days |" in row
