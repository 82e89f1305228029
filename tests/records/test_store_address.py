"""One address names the whole store; what is wrong with it is one sentence, and never the password."""

import sqlite3

import pytest
from small_clinic import change, filled_store, new_store, tampering
from sqlalchemy.engine import make_url

import servers
from sijoint.records import StoreRefused, open_store, place_of, verify


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "no store is named"),
        ("sqlite://", "in memory would keep nothing"),
        ("nonsense://x", "not nonsense"),
        ("mysql://somewhere/clinic", "not mysql"),
        ("http://[", "not http"),
        ("://", "not a database address"),
        ("postgresql://sij:secret@nowhere/clinic", "add \\?files=/folder"),
        ("postgresql://sij:secret@nowhere/clinic?files=here", "files in the address needs the whole path"),
        ("sqlite:///clinic.db?witness=here", "witness in the address needs the whole path"),
        ("postgresql://sij:secret@nowhere?files=/tmp", "names no database"),
        ("postgresql://sij:secret@nowhere/clinic?files=/no/such/folder", "is not there"),
    ],
)
def test_an_address_that_names_no_store_is_refused(address, sentence):
    for read in (open_store, verify):
        with pytest.raises(StoreRefused, match=sentence) as refusal:
            read(address)
        assert "secret" not in str(refusal.value)
        assert "\n" not in str(refusal.value)


def test_an_address_leads_back_to_its_place(tmp_path):
    elsewhere = f"witness={tmp_path}/elsewhere"
    for address in (
        str(tmp_path / "clinic.db"),
        f"sqlite:///{tmp_path}/clinic.db?{elsewhere}",
        f"postgresql://sij:secret@host/clinic?files={tmp_path}",
        f"postgresql://sij:secret@host/clinic?files={tmp_path}&{elsewhere}",
    ):
        assert place_of(place_of(address).address) == place_of(address)
        assert "secret" not in place_of(address).name


@pytest.mark.peer("postgresql")
def test_a_server_that_does_not_answer_is_told(tmp_path):
    address = f"postgresql://sij:secret@/clinic?host={tmp_path}&files={tmp_path}"
    with pytest.raises(StoreRefused, match="cannot be reached") as refusal:
        open_store(address)
    assert "secret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.peer("postgresql")
def test_an_empty_database_is_no_store_and_a_taken_one_is_not_taken_again(tmp_path):
    address = servers.new_address(tmp_path)
    with pytest.raises(StoreRefused, match="is not a SIJoint store"):
        open_store(address)
    new_store(address)
    (tmp_path / "other").mkdir()
    other = make_url(address).update_query_dict({"files": str(tmp_path / "other")})
    with pytest.raises(StoreRefused, match="holds a store already"):
        new_store(other.render_as_string(hide_password=False))


def test_a_store_that_another_program_holds_locked_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("sijoint.records.sqlite.BUSY_MS", 1)
    store = filled_store(tmp_path)
    other = sqlite3.connect(store.path)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreRefused, match="another program holds the database locked"):
        change(store, "c99")
    with pytest.raises(StoreRefused, match="another program holds the database locked"):
        open_store(store.path)
    other.rollback()
    change(store, "c99")


def test_a_writer_that_never_ends_is_told(address, monkeypatch):
    store = filled_store(address)
    monkeypatch.setattr("sijoint.records.writer_lock.PATIENCE_S", 0.01)
    other = open_store(address)
    with store.unit_of_work(), pytest.raises(StoreRefused, match="another program has been writing"):
        other._writing.now = False
        change(other, "c99")


@pytest.mark.parametrize(
    ("revision", "sentence"),
    [("0001", "by an older SIJoint .* run `sij migrate"), ("9999", "by a newer SIJoint .* use the newer program")],
)
def test_a_store_of_another_form_is_refused_and_left_alone(address, revision, sentence):
    store = filled_store(address)
    with tampering(store) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    for read in (open_store, verify):
        with pytest.raises(StoreRefused, match=sentence):
            read(address)


def test_what_a_database_says_of_a_row_is_not_told(address):
    """PostgreSQL's detail and SQLAlchemy's text quote the row, which holds a patient."""
    from small_clinic import episode, patient

    from sijoint.records import tables

    store = filled_store(address)
    with pytest.raises(StoreRefused) as refusal, store.unit_of_work() as work:
        work.add_patient(patient(3))
        work._add(tables.patient, id="p3", version=0, body="Family")
        work.add_episode(episode(3))
    assert "Family" not in str(refusal.value)
    assert "p3" not in str(refusal.value)
