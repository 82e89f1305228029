"""The report of the made-up episode, written once."""

import pytest

import made_up_episode as made_up
from sijoint.report import render_episode


@pytest.fixture(scope="session")
def html() -> str:
    return render_episode(made_up.report(twin=made_up.twin()))
