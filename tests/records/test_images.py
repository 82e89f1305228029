"""An image is on disk under the hash of its bytes before anything names it."""

from hashlib import sha256

import pytest
from small_clinic import new_store, request

from sijoint.records import KeptImage, StoreRefused


@pytest.fixture
def store(tmp_path):
    opened = new_store(tmp_path)
    request(opened)
    return opened


def test_an_image_is_named_by_its_bytes_and_kept_once(store):
    name = store.images.keep(b"bytes")
    assert name == sha256(b"bytes").hexdigest() == store.images.keep(b"bytes")
    assert store.images.get(name) == b"bytes"
    assert [path.name for path in store.images.folder.iterdir()] == [f"{name}.png"]


def test_a_damaged_image_is_refused_and_made_whole_by_its_bytes(store):
    name = store.images.keep(b"bytes")
    store.images.path_of(name).write_bytes(b"byte")
    with pytest.raises(StoreRefused, match="was changed after it was kept"):
        store.images.get(name)
    store.images.keep(b"bytes")
    assert store.images.get(name) == b"bytes"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_only_a_hash_names_an_image(store, name):
    with pytest.raises(StoreRefused, match="64 hexadecimal digits"):
        store.images.get(name)


def test_no_row_names_an_image_that_is_not_on_disk(store):
    with pytest.raises(StoreRefused, match="kept on disk before"), store.unit_of_work() as work:
        work.add_image(KeptImage("0" * 64, "e1", "simulated", "{}"))
    with pytest.raises(StoreRefused, match="is not in the store's image folder"):
        store.images.get("0" * 64)


def test_an_image_that_cannot_be_written_is_refused_and_leaves_nothing(store, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreRefused, match="No space left on device"):
        store.images.keep(b"bytes")
    assert not store.images.folder.exists() or not list(store.images.folder.iterdir())
