"""Every way of breaking the record is seen, and the report names the line."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_clinic import create_engine_of, filled_store, tampering
from sqlalchemy.exc import IntegrityError

from sijoint.records import Breach, Fault, Store, verify
from sijoint.records.chain import check_chain
from sijoint.records.ledger import LedgerLine, sealed_line

LINES = 10


@pytest.fixture
def store(address):
    return filled_store(address)


@pytest.fixture(scope="module")
def ten_lines(tmp_path_factory):
    return filled_store(tmp_path_factory.mktemp("ten")).ledger()


def found(store: Store) -> tuple[Breach, ...]:
    return verify(store.place.address).breaches


def faults(store: Store) -> set[tuple[Fault, int]]:
    return {(breach.fault, breach.line) for breach in found(store)}


def test_an_untouched_store_is_intact(store):
    report = verify(store.place.address)
    assert report.intact
    assert (report.lines, report.episodes, report.images) == (LINES, 2, 1)
    assert report.sentences[0].startswith(f"{store.place.name} (virtual store) is intact: 10 ledger lines")
    assert any(sentence.startswith("cannot prove") for sentence in report.sentences)


@pytest.mark.parametrize("column", ["at", "tag", "store", "episode", "command", "key_id", "digest", "previous", "hash"])
def test_a_flipped_character_anywhere_in_a_line_is_named(store, column):
    with tampering(store) as database:
        database.execute(f"UPDATE ledger SET {column} = 'x' || substr({column}, 2) WHERE sequence = 6")
    assert (Fault.CHANGED, 6) in faults(store)
    assert {line for fault, line in faults(store) if fault is Fault.CHANGED} == {6}


def test_a_line_changed_and_hashed_anew_betrays_itself_by_the_next(store):
    with tampering(store) as database:
        forge(database, store.ledger()[5], tag="consent:recorded")
    assert {(Fault.REWRITTEN, 6), (Fault.REWRITTEN, 7)} <= faults(store)


def test_a_whole_end_made_anew_is_not_what_the_witness_saw(store):
    with tampering(store) as database:
        previous = ""
        for line in store.ledger()[5:]:
            previous = forge(database, line, tag="consent:recorded", previous=previous or line.previous)
    assert (Fault.REWRITTEN, 6) in faults(store)
    assert Fault.CHANGED not in {fault for fault, _ in faults(store)}


def forge(database, line: LedgerLine, tag: str, previous: str = "") -> str:
    """Change a line and give it a hash that fits."""
    made = sealed_line(
        line.sequence,
        datetime.fromisoformat(line.at),
        tag,
        store=line.store,
        episode=line.episode,
        command=line.command,
        key_id=line.key_id,
        digest=line.digest,
        previous=previous or line.previous,
    )
    database.execute(
        "UPDATE ledger SET tag = ?, previous = ?, hash = ? WHERE sequence = ?",
        (made.tag, made.previous, made.hash, line.sequence),
    )
    return made.hash


def test_a_removed_line_is_named(store):
    with tampering(store) as database:
        database.execute("DELETE FROM ledger WHERE sequence = 5")
    assert (Fault.REMOVED, 5) in faults(store)
    assert {line for fault, line in faults(store) if fault is Fault.REMOVED} == {5}


def test_a_removed_line_is_named_even_when_the_rest_moves_up(store):
    with tampering(store) as database:
        database.execute("DELETE FROM ledger WHERE sequence = 5")
        for number in range(6, LINES + 1):
            database.execute("UPDATE ledger SET sequence = ? WHERE sequence = ?", (number - 1, number))
    assert {line for fault, line in faults(store) if fault is Fault.REMOVED} == {5}


def test_an_inserted_line_is_named(store):
    with tampering(store) as database:
        for number in range(LINES, 4, -1):
            database.execute("UPDATE ledger SET sequence = ? WHERE sequence = ?", (number + 1, number))
        database.execute(
            "INSERT INTO ledger SELECT 5, at, 'consent:recorded', store, episode, command, key_id, digest, previous, "
            "'x' || substr(hash, 2) FROM ledger WHERE sequence = 4"
        )
    assert (Fault.INSERTED, 5) in faults(store)
    assert {line for fault, line in faults(store) if fault is Fault.INSERTED} == {5}


def test_swapped_lines_are_both_named(store):
    with tampering(store) as database:
        database.execute("UPDATE ledger SET sequence = 100 WHERE sequence = 4")
        database.execute("UPDATE ledger SET sequence = 4 WHERE sequence = 7")
        database.execute("UPDATE ledger SET sequence = 7 WHERE sequence = 100")
    assert {(Fault.REORDERED, 4), (Fault.REORDERED, 7)} <= faults(store)
    assert {line for fault, line in faults(store) if fault is Fault.REORDERED} == {4, 7}


def test_swapped_neighbours_are_both_named(store):
    with tampering(store) as database:
        database.execute("UPDATE ledger SET sequence = 100 WHERE sequence = 4")
        database.execute("UPDATE ledger SET sequence = 4 WHERE sequence = 5")
        database.execute("UPDATE ledger SET sequence = 5 WHERE sequence = 100")
    assert {(Fault.REORDERED, 4), (Fault.REORDERED, 5)} <= faults(store)


@pytest.mark.parametrize("kept", [9, 7, 1])
def test_a_cut_end_is_seen_by_the_witness(store, kept):
    with tampering(store) as database:
        database.execute("DELETE FROM ledger WHERE sequence > ?", (kept,))
    assert (Fault.TRUNCATED, kept + 1) in faults(store)


def test_a_cut_end_with_its_rows_gone_too_is_still_seen(store):
    with tampering(store) as database:
        for table in ("episode_part", "command", "ledger"):
            database.execute(f"DELETE FROM {table} WHERE sequence = 10")
    assert (Fault.TRUNCATED, 10) in faults(store)


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE command SET body = '{}' WHERE id = 'c2'", 7),
        ("UPDATE command SET outcome = '[]' WHERE id = 'c2'", 7),
        ("DELETE FROM command WHERE id = 'c2'", 7),
        ("UPDATE episode_part SET body = replace(body, 'reason 2', 'reason x') WHERE sequence = 7", 7),
        ("DELETE FROM episode_part WHERE sequence = 7", 7),
        ("UPDATE episode_part SET version = 9 WHERE sequence = 7", 7),
        ("UPDATE patient SET body = replace(body, '71.5', '51.5') WHERE id = 'p1'", 2),
        ("UPDATE image SET origin = 'received'", 4),
        ("INSERT INTO command SELECT 'c99', episode_id, name, body, outcome, 7 FROM command WHERE id = 'c2'", 7),
        ("UPDATE store SET kind = 'care'", 1),
    ],
)
def test_a_fact_changed_behind_the_ledger_is_named_by_its_line(store, statement, line):
    with tampering(store) as database:
        assert database.execute(statement).rowcount >= 1
    assert (Fault.DIGEST, line) in faults(store)
    assert {number for fault, number in faults(store) if fault is Fault.DIGEST} == {line}


def test_a_row_that_names_no_line_is_found(store):
    with tampering(store) as database:
        database.execute(
            "INSERT INTO command SELECT 'c99', episode_id, name, body, outcome, 99 FROM command WHERE id = 'c2'"
        )
    assert (Fault.ROW, 99) in faults(store)


def test_a_state_set_by_hand_is_found(store):
    with tampering(store) as database:
        database.execute("UPDATE episode SET state = 'timed out' WHERE id = 'e1'")
    assert any("state or version of episode e1" in breach.text for breach in found(store))


def test_a_patient_removed_without_an_erasure_is_found(store):
    with tampering(store) as database:
        database.execute("DELETE FROM patient_key WHERE patient_id = 'p2'")
    assert any("no erasure is on record" in breach.text for breach in found(store))


def test_a_changed_image_is_found(store):
    path = next(store.images.folder.glob("*.png"))
    path.write_bytes(b"another image")
    assert any(breach.fault is Fault.IMAGE and "changed" in breach.text for breach in found(store))


def test_a_lost_image_is_found(store):
    next(store.images.folder.glob("*.png")).unlink()
    assert any(breach.fault is Fault.IMAGE for breach in found(store))


def test_a_witness_that_is_gone_or_altered_is_found(store):
    path = store.place.witness
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("\n4 ", "\n5 "), encoding="utf-8")
    assert Fault.WITNESS in {fault for fault, _ in faults(store)}
    path.write_text("nonsense\n", encoding="utf-8")
    assert Fault.WITNESS in {fault for fault, _ in faults(store)}
    path.unlink()
    assert Fault.WITNESS in {fault for fault, _ in faults(store)}
    path.write_text("".join(line + "\n" for line in whole.splitlines()[:5]), encoding="utf-8")
    assert (Fault.WITNESS, 6) in faults(store)


def test_no_honest_statement_can_rewrite_the_past(store):
    for statement in (
        "UPDATE ledger SET tag = 'x'",
        "DELETE FROM ledger WHERE sequence = 10",
        "UPDATE episode_part SET body = 'null'",
        "UPDATE command SET outcome = 'null'",
        "UPDATE patient SET body = 'null'",
        "UPDATE image SET origin = 'received'",
        "UPDATE store SET kind = 'care'",
        "UPDATE episode SET state = 'timed out'",
    ):
        with pytest.raises(IntegrityError), create_engine_of(store).begin() as database:
            database.exec_driver_sql(statement)


@given(order=st.permutations(range(2, LINES + 1)))
def test_every_permutation_of_lines_names_exactly_the_lines_that_moved(ten_lines, order):
    moved = [replace(ten_lines[origin - 1], sequence=place) for place, origin in enumerate(order, 2)]
    breaches = check_chain([ten_lines[0], *moved])
    named = {breach.line for breach in breaches if breach.fault is Fault.REORDERED}
    assert named == {place for place, origin in enumerate(order, 2) if place != origin}


@given(lost=st.sets(st.integers(1, LINES - 1), min_size=1, max_size=4), renumbered=st.booleans())
def test_every_set_of_removed_lines_is_named(ten_lines, lost, renumbered):
    left = [line for line in ten_lines if line.sequence not in lost]
    if renumbered:
        left = [replace(line, sequence=place) for place, line in enumerate(left, 1)]
    assert {breach.line for breach in check_chain(left) if breach.fault is Fault.REMOVED} == lost


@given(place=st.integers(2, LINES), changed=st.integers(1, LINES))
def test_an_inserted_line_is_told_from_a_changed_one(ten_lines, place, changed):
    forged = replace(ten_lines[place - 1], sequence=place, tag="forged")
    after = [replace(line, sequence=line.sequence + 1) for line in ten_lines[place - 1 :]]
    lines = [*ten_lines[: place - 1], forged, *after]
    assert [(one.fault, one.line) for one in check_chain(lines) if one.fault is not Fault.REWRITTEN] == [
        (Fault.INSERTED, place)
    ]
    lines = [replace(line, tag="forged") if line.sequence == changed else line for line in ten_lines]
    assert [(one.fault, one.line) for one in check_chain(lines)] == [(Fault.CHANGED, changed)]
