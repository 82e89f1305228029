"""A store says what it is, stays what it is, and refuses with one sentence what it cannot be."""

import sqlite3

import pytest
from small_clinic import NOON, episode, filled_store, new_store, patient, request, tampering

from sijoint.model import StoreKind
from sijoint.records import StoreRefused, Tag, open_store, verify


def test_a_store_keeps_its_kind_for_ever(tmp_path):
    new_store(tmp_path, StoreKind.CARE)
    assert open_store(tmp_path / "clinic.db").kind is StoreKind.CARE
    with pytest.raises(StoreRefused, match="is a care store, and a virtual store is needed"):
        open_store(tmp_path / "clinic.db", StoreKind.VIRTUAL)


def test_a_url_names_the_same_file(tmp_path):
    new_store(tmp_path)
    assert open_store(f"sqlite:///{tmp_path}/clinic.db").kind is StoreKind.VIRTUAL


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no store"),
        (b"", "is not a SIJoint store"),
        (b"a text file", "is not a SIJoint store"),
        (b"SQLite format 3\x00" + b"\xff" * 4000, "is not a SIJoint store"),
    ],
)
def test_what_is_no_store_is_refused_and_left_alone(tmp_path, content, sentence):
    path = tmp_path / "clinic.db"
    if content is not None:
        path.write_bytes(content)
    for read in (open_store, verify):
        with pytest.raises(StoreRefused, match=sentence):
            read(path)
    assert (path.read_bytes() if path.exists() else None) == content


def test_another_programs_database_is_refused(tmp_path):
    path = tmp_path / "clinic.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE store (id TEXT, format TEXT)")
    with pytest.raises(StoreRefused, match="is not a SIJoint store"):
        open_store(path)


def test_a_folder_is_no_store(tmp_path):
    with pytest.raises(StoreRefused, match="is not a file"):
        open_store(tmp_path)


def test_a_store_of_another_format_is_refused(tmp_path):
    store = new_store(tmp_path)
    with tampering(store) as database:
        database.execute("UPDATE store SET schema_version = 9")
    with pytest.raises(StoreRefused, match="store of format 9; this program reads format 1"):
        open_store(store.path)


@pytest.mark.parametrize("kind", ["clinical", "", "CARE"])
def test_an_unknown_kind_is_refused_and_nothing_is_made(tmp_path, kind):
    with pytest.raises(StoreRefused, match="a store is care or virtual"):
        open_store(tmp_path / "clinic.db", kind, create=True)
    assert not list(tmp_path.iterdir())


def test_creating_needs_a_kind_a_folder_and_a_free_name(tmp_path):
    with pytest.raises(StoreRefused, match="say whether the new store is for care or virtual"):
        open_store(tmp_path / "clinic.db", create=True)
    with pytest.raises(StoreRefused, match="does not exist: make it first"):
        open_store(tmp_path / "no" / "clinic.db", "care", create=True)
    new_store(tmp_path)
    with pytest.raises(StoreRefused, match="exists already"):
        new_store(tmp_path)


def test_virtual_patients_and_real_ones_never_share_a_store(tmp_path):
    store = new_store(tmp_path, StoreKind.CARE)
    with pytest.raises(StoreRefused, match="no virtual patients"), store.unit_of_work() as work:
        work.add_patient(patient(virtual=True))
    (tmp_path / "v").mkdir()
    virtual = new_store(tmp_path / "v")
    with pytest.raises(StoreRefused, match="only virtual patients"), virtual.unit_of_work() as work:
        work.add_patient(patient(virtual=False))


def test_a_unit_of_work_left_without_commit_leaves_nothing(tmp_path):
    store = filled_store(tmp_path)
    lines = store.ledger()
    with store.unit_of_work() as work:
        work.add_patient(patient(3))
        work.add_episode(episode(3))
    with pytest.raises(ZeroDivisionError), store.unit_of_work() as work:
        work.add_patient(patient(3))
        1 / 0  # noqa: B018
    assert store.ledger() == lines
    with pytest.raises(StoreRefused, match="no episode 'e3'"):
        store.episode("e3")
    assert verify(store.path).intact


def test_an_episode_is_saved_one_version_at_a_time(tmp_path):
    store = new_store(tmp_path)
    request(store)
    with pytest.raises(StoreRefused, match="changed by somebody else meanwhile"), store.unit_of_work() as work:
        work.save_episode(work.episode("e1"))


def test_one_unit_of_work_is_about_one_patient(tmp_path):
    store = new_store(tmp_path)
    with pytest.raises(StoreRefused, match="about one patient"), store.unit_of_work() as work:
        work.add_patient(patient(1))
        work.add_patient(patient(2))


def test_a_ledger_line_needs_a_time_with_a_zone(tmp_path):
    store = new_store(tmp_path)
    with pytest.raises(ValueError, match="zone"), store.unit_of_work() as work:
        work.add_patient(patient(1))
        work.commit(Tag.EPISODE_REQUESTED, at=NOON.replace(tzinfo=None))
    assert len(store.ledger()) == 1


def test_the_same_secrets_and_times_make_the_same_ledger(tmp_path):
    ledgers = []
    for name in ("a", "b"):
        counter = iter(range(1000))
        store = open_store(
            tmp_path / f"{name}.db", "virtual", True, at=NOON, secret=lambda n, c=counter: bytes([next(c)]) * n
        )
        request(store)
        ledgers.append(store.ledger())
    assert ledgers[0] == ledgers[1]
