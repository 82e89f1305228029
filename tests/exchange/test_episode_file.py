"""episode.json: what is written is what is read, and another reader of its schema agrees."""

import json
from dataclasses import replace

import jsonschema
import pytest

import made_up_episode as made_up
from sijoint.exchange import EpisodeFile, MadeBy, episode_text, read_episode_text
from sijoint.model import StoreKind
from sijoint.model.wire import UnreadableRecord, json_schema

MADE_BY = MadeBy("0.1.0", "3.11", "numba", 20260101, "positive")


@pytest.fixture(scope="module")
def file() -> EpisodeFile:
    return EpisodeFile(StoreKind.VIRTUAL, made_up.PATIENT, made_up.episode(), MADE_BY, ("Pain is a model.",))


def test_a_file_comes_back_as_it_was(file):
    assert read_episode_text(episode_text(file)) == file
    stopped = replace(file, episode=made_up.stopped())
    assert read_episode_text(episode_text(stopped)) == stopped


def test_the_same_facts_give_the_same_bytes(file):
    assert episode_text(file) == episode_text(read_episode_text(episode_text(file)))


def test_the_published_schema_accepts_it_and_refuses_a_wrong_word(file):
    schema = json_schema(EpisodeFile)
    checker = jsonschema.Draft202012Validator(schema)
    checker.check_schema(schema)
    plain = json.loads(episode_text(file))
    assert list(checker.iter_errors(plain)) == []
    plain["episode"]["sessions"][0]["order"]["side"] = "both"
    assert list(checker.iter_errors(plain))


def test_a_spoilt_file_names_the_field_and_not_its_value(file):
    plain = json.loads(episode_text(file))
    plain["patient"]["birth_date"] = "Irene was born in May"
    with pytest.raises(UnreadableRecord, match=r"patient\.birth_date") as refused:
        read_episode_text(json.dumps(plain))
    assert "Irene" not in str(refused.value)


def test_decimals_travel_exactly(file):
    plain = json.loads(episode_text(file))
    drug = plain["episode"]["sessions"][0]["procedure"]["administrations"][-1]
    assert drug["volume_ml"] == "1.50"
    assert plain["schema_version"] == "1"
