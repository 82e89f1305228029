"""The page of states and steps is what the code says, and names every state, step and command."""

import runpy
from pathlib import Path

import pytest

from sijoint.model import EpisodeState
from sijoint.pathway import Step, named_commands

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs" / "episode.md"


@pytest.fixture(scope="module")
def page():
    return runpy.run_path(str(TOP / "scripts" / "make_episode_page.py"))["episode_page"]()


def test_the_page_is_current(page):
    assert PAGE.read_text(encoding="utf-8") == page, "run: python scripts/make_episode_page.py > docs/episode.md"


def test_every_state_step_and_command_stands_on_it(page):
    for one in (*EpisodeState, *named_commands()):
        assert str(one) in page
    assert {line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")} >= set(Step)
