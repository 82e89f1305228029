"""What a demo writes is valid against the schemas that ``sij schema`` prints."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from sijoint.cli.app import app
from sijoint.cli.schema import schema_of


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "out"
    done = CliRunner().invoke(app, ["demo", "--rows", "128", "--no-report", "--out", str(out)])
    assert (out / "episode.json").exists(), done.output
    return out


def faults(name: str, document: object) -> list[str]:
    return [fault.message for fault in Draft202012Validator(schema_of(name)).iter_errors(document)]


def test_the_episode(written):
    assert faults("episode", json.loads((written / "episode.json").read_text(encoding="utf-8"))) == []


def test_every_command_log(written):
    logs = sorted(written.glob("commands-*.json"))
    assert logs
    for log in logs:
        assert faults("command-log", json.loads(log.read_text(encoding="utf-8"))) == []


def test_every_event(written):
    lines = [line for file in written.glob("events-*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()]
    assert lines
    for line in lines:
        assert faults("event", json.loads(line)) == []


def test_a_broken_episode_does_not_fit(written):
    document = json.loads((written / "episode.json").read_text(encoding="utf-8"))
    document["episode"]["state"] = "somewhere"
    assert faults("episode", document)


def test_the_store_can_be_shown_and_verifies(written):
    shown = CliRunner().invoke(app, ["show", "episode-1", "--store", str(written / "episode.db")])
    assert shown.exit_code == 0
    checked = CliRunner().invoke(app, ["verify", str(written / "episode.db")])
    assert checked.exit_code == 0
