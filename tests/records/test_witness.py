"""The witness signs before anything is acknowledged; on opening the two must tell the same story."""

import pytest
from small_clinic import change, filled_store, request, tampering

from sijoint.records import StoreRefused, open_store, verify


@pytest.fixture
def store(address):
    return filled_store(address)


def test_each_commit_adds_one_line_that_names_the_head(store):
    signed = [line.split() for line in store.place.witness.read_text(encoding="utf-8").splitlines()]
    assert signed == [[str(line.sequence), line.hash] for line in store.ledger()]


@pytest.mark.parametrize("torn", ["", "10 abc"])
def test_a_line_never_acknowledged_is_completed_and_reported(store, torn):
    path = store.place.witness
    whole = path.read_text(encoding="utf-8")
    path.write_text("".join(line + "\n" for line in whole.splitlines()[:-1]) + torn, encoding="utf-8")
    assert any("never acknowledged" in note for note in verify(store.place.address).notes)
    assert verify(store.place.address).intact
    opened = open_store(store.place.address)
    assert opened.notes == ["the witness lagged by 1 line(s) that were never acknowledged; it has been completed"]
    assert path.read_text(encoding="utf-8") == whole
    assert open_store(store.place.address).notes == []


def test_a_writer_completes_what_another_killed_writer_left(store):
    path = store.place.witness
    whole = path.read_text(encoding="utf-8")
    path.write_text("".join(line + "\n" for line in whole.splitlines()[:-1]), encoding="utf-8")
    change(store, "c99")
    assert path.read_text(encoding="utf-8").startswith(whole)
    assert verify(store.place.address).intact


def test_a_ledger_behind_its_witness_is_not_written_to(store):
    with tampering(store) as database:
        for table in ("episode_part", "command", "ledger"):
            database.execute(f"DELETE FROM {table} WHERE sequence = 10")
    with pytest.raises(StoreRefused, match="ends at line 9 but its witness has line 10: lines were removed"):
        open_store(store.place.address)
    with pytest.raises(StoreRefused, match="lines were removed"):
        change(store, "c99")


def test_a_ledger_that_tells_another_story_is_not_written_to(store):
    with tampering(store) as database:
        database.execute("UPDATE ledger SET hash = 'x' || substr(hash, 2) WHERE sequence = 10")
    with pytest.raises(StoreRefused, match="line 10 of the ledger is not the one its witness saw"):
        open_store(store.place.address)


def test_a_missing_witness_is_written_anew_and_reported(store):
    store.place.witness.unlink()
    assert "was missing" in open_store(store.place.address).notes[0]
    assert verify(store.place.address).intact


def test_the_witness_may_lie_elsewhere(tmp_path):
    elsewhere = tmp_path / "other-disk" / "witness"
    elsewhere.parent.mkdir()
    store = open_store(tmp_path / "clinic.db", "virtual", create=True, witness_path=elsewhere)
    assert len(elsewhere.read_text(encoding="utf-8").splitlines()) == len(store.ledger()) == 1
    assert not store.place.witness.exists()
    assert verify(store.path, witness_path=elsewhere).intact


def test_an_address_may_name_the_witness_elsewhere(tmp_path):
    (tmp_path / "other-disk").mkdir()
    address = f"sqlite:///{tmp_path}/clinic.db?witness={tmp_path}/other-disk/witness"
    store = filled_store(address)
    assert (tmp_path / "other-disk" / "witness").exists()
    assert not (tmp_path / "clinic.db.witness").exists()
    assert verify(address).intact
    assert open_store(store.place.address).notes == []


def test_nothing_is_written_while_the_witness_cannot_be_reached(tmp_path):
    folder = tmp_path / "other-disk"
    folder.mkdir()
    store = open_store(tmp_path / "clinic.db", "virtual", create=True, witness_path=folder / "witness")
    folder.rename(tmp_path / "unplugged")
    with pytest.raises(StoreRefused, match="nothing was written"):
        request(store)
    assert len(store.ledger()) == 1


def test_a_commit_whose_witness_cannot_be_written_is_not_acknowledged(store, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StoreRefused, match="its witness could not be written"):
            change(store, "c99")
    change(store, "c100")
    assert {"c99", "c100"} <= {command.id for command in [*store.commands("e1"), *store.commands("e2")]}
    assert verify(store.place.address).intact
