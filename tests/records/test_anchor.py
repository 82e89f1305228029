"""A signed head that left the house convicts a ledger that was made anew, witness and all."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from small_clinic import NOON, change, filled_store, tampering

from sijoint.records import Fault, StoreRefused, anchored, append_anchor, open_store, signing_key, verify


@pytest.fixture
def store(tmp_path):
    return filled_store(tmp_path)


def anchor(store, file, *, key=None, at=NOON):
    made = anchored(store.id, store.ledger()[-1], at, key or signing_key(store.path.with_name("key"), make=True))
    append_anchor(file, made)
    return made


def test_an_anchor_vouches_for_all_up_to_its_line(store, tmp_path):
    made = anchor(store, store.place.anchors)
    change(store, "c50")
    anchor(store, store.place.anchors, at=NOON + timedelta(days=1))
    change(store, "c51")
    report = verify(store.path, signer=made.signer)
    assert report.intact
    assert any("anchored up to line 11 on 2026-03-03" in note for note in report.notes)


def test_a_ledger_cut_with_its_witness_is_convicted_by_its_anchor(store, tmp_path):
    made = anchor(store, tmp_path / "elsewhere")
    with tampering(store) as database:
        for table in ("episode_part", "command", "ledger"):
            database.execute(f"DELETE FROM {table} WHERE sequence = 10")
        database.execute("UPDATE episode SET version = 2 WHERE id = 'e2'")
    signed = store.place.witness.read_text(encoding="utf-8").splitlines(keepends=True)
    store.place.witness.write_text("".join(signed[:9]), encoding="utf-8")
    assert {one.fault for one in verify(store.path).breaches} == {Fault.GUARD}  # the chain alone says nothing
    faults = {(one.fault, one.line) for one in verify(store.path, anchors=tmp_path / "elsewhere").breaches}
    assert (Fault.TRUNCATED, made.sequence) in faults


def test_a_ledger_made_anew_is_convicted_by_its_anchor(store, tmp_path):
    from test_tampering import forge

    anchor(store, tmp_path / "elsewhere")
    with tampering(store) as database:
        previous = ""
        for line in store.ledger()[8:]:
            previous = forge(database, line, tag="consent:recorded", previous=previous or line.previous)
    store.place.witness.unlink()
    open_store(store.path)
    found = verify(store.path, anchors=tmp_path / "elsewhere")
    assert (Fault.REWRITTEN, 10) in {(one.fault, one.line) for one in found.breaches}
    assert any("written anew at line 11" in note for note in found.notes)


@pytest.mark.parametrize("field", ["sequence", "head", "at", "store"])
def test_an_anchor_that_was_changed_is_found(store, tmp_path, field):
    made = anchor(store, tmp_path / "other")
    changed = 9 if field == "sequence" else "0" + getattr(made, field)[1:-1] + "1"
    append_anchor(store.place.anchors, replace(made, **{field: changed}))
    assert any("altered" in one.text for one in verify(store.path).breaches if one.fault is Fault.ANCHOR)


def test_an_anchor_by_another_key_or_of_another_store_is_found(store, tmp_path):
    first = anchor(store, store.place.anchors)
    other = signing_key(tmp_path / "other-key", make=True)
    anchor(store, store.place.anchors, key=other)
    assert any("another key" in one.text for one in verify(store.path).breaches)
    assert any("another key" in one.text for one in verify(store.path, signer="0" * 64).breaches)
    append_anchor(tmp_path / "strange", anchored("f" * 32, store.ledger()[-1], NOON, other))
    assert any("another store" in one.text for one in verify(store.path, anchors=tmp_path / "strange").breaches)
    assert first.holds


@pytest.mark.parametrize("text", ["nonsense\n", "{}\n", '{"store": 1}\n', "\xff"])
def test_a_file_that_holds_no_anchors_is_found(store, text):
    store.place.anchors.write_text(text, encoding="utf-8")
    assert [one.fault for one in verify(store.path).breaches] == [Fault.ANCHOR]


def test_missing_anchors_are_a_note_and_a_fault_where_they_were_named(store, tmp_path):
    assert any("no anchor" in note for note in verify(store.path).notes)
    assert [one.fault for one in verify(store.path, anchors=tmp_path / "gone").breaches] == [Fault.ANCHOR]


def test_the_key_is_its_owners_alone(tmp_path):
    path = tmp_path / "key"
    with pytest.raises(StoreRefused, match="cannot be read or made"):
        signing_key(path)
    made = signing_key(path, make=True)
    assert path.stat().st_mode & 0o077 == 0
    assert signing_key(path, make=True).private_bytes_raw() == made.private_bytes_raw()
    os.chmod(path, 0o644)
    with pytest.raises(StoreRefused, match="chmod 600"):
        signing_key(path)
    os.chmod(path, 0o600)
    path.write_text("nonsense", encoding="ascii")
    with pytest.raises(StoreRefused, match="is not a signing key"):
        signing_key(path)
