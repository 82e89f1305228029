"""A look at a patient's record is on the record: one line a look, before anything is shown."""

import pytest
from small_clinic import NOON, filled_store, keep_image

from sijoint.records import ErasureReason, Purpose, StoreRefused, Tag, verify


@pytest.fixture
def store(address):
    return filled_store(address)


def test_a_look_at_several_patients_is_one_line_that_says_who_and_why(store):
    lines = len(store.ledger())
    with store.read_as("dr-a", Purpose.CARE, NOON) as view:
        assert view.episode("e1") == store.episode("e1")
        assert view.episode("e1", 0).version == 0
        assert view.patient("p2") == store.patient("p2")
        assert len(store.ledger()) == lines
    (line,) = store.ledger()[lines:]
    assert line.tag == Tag.RECORD_READ
    seen = store.accesses()
    assert [(one.by, one.purpose, one.episode_id, one.sequence) for one in seen] == [
        ("dr-a", "care", "e1", line.sequence),
        ("dr-a", "care", "", line.sequence),
    ]
    assert len({one.key_id for one in seen}) == 2
    assert store.accesses("e1") == seen[:1]
    assert verify(store.place.address).intact


def test_a_look_at_one_episode_is_in_its_story(store):
    with store.read_as("dr-a", Purpose.AUDIT, NOON) as view:
        view.episode("e2")
    assert store.story("e2")[-1].line.tag == Tag.RECORD_READ


def test_the_line_names_no_patient(store):
    with store.read_as("dr-a", Purpose.CARE, NOON) as view:
        view.patient("p1")
    line = store.ledger()[-1]
    assert (line.episode, line.command, line.key_id) == ("", "", "")
    assert "p1" not in {one.key_id for one in store.accesses()}


def test_an_image_is_looked_at_as_part_of_its_episode(store):
    sha256 = keep_image(store, b"another image", 2)
    with store.read_as("dr-a", Purpose.CARE, NOON) as view:
        assert view.image("e2", sha256) == b"another image"
        with pytest.raises(StoreRefused, match="not one of this episode"):
            view.image("e1", sha256)
    assert [one.episode_id for one in store.accesses()] == ["e2"]


def test_who_looks_at_nothing_leaves_nothing(store):
    lines = store.ledger()
    with store.read_as("dr-a", Purpose.CARE, NOON):
        pass
    with pytest.raises(StoreRefused, match="no episode"), store.read_as("dr-a", Purpose.CARE, NOON) as view:
        view.episode("e9")
    assert store.ledger() == lines


def test_nobody_looks_without_a_name_or_for_a_purpose_of_their_own(store):
    with pytest.raises(StoreRefused, match="needs the name of who looks"), store.read_as(" ", Purpose.CARE, NOON):
        pass
    with pytest.raises(ValueError, match="curiosity"), store.read_as("dr-a", "curiosity", NOON):
        pass


def test_a_look_that_cannot_be_recorded_shows_nothing(store, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    shown = []
    with pytest.raises(StoreRefused, match="No space left on device"):
        with store.read_as("dr-a", Purpose.CARE, NOON) as view:
            episode = view.episode("e1")
        shown.append(episode)
    assert shown == []


def test_who_looked_outlives_the_patient(store):
    with store.read_as("dr-a", Purpose.CARE, NOON) as view:
        view.episode("e1")
    with store.unit_of_work() as work:
        work.erase_patient("p1", "officer", ErasureReason.PATIENT_ASKED)
        work.commit(Tag.PATIENT_ERASED, at=NOON)
    assert [(one.by, one.purpose) for one in store.accesses()] == [("dr-a", "care"), ("officer", "patient asked")]
    assert len({one.key_id for one in store.accesses()}) == 1
    assert verify(store.place.address).intact
