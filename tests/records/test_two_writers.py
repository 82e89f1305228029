"""Two writers take turns: no line is lost, none is doubled, and who saw an old version is told so."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from small_clinic import change, new_store, request

from sijoint.records import StoreRefused, open_store, verify

WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from small_clinic import change
from sijoint.records import open_store

store = open_store(sys.argv[1])
for number in range(15):
    change(store, f"{sys.argv[3]}-{number}")
"""


def test_two_processes_write_one_chain(address):
    store = new_store(address)
    request(store)
    here = str(Path(__file__).parent)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, store.place.address, here, name]) for name in ("left", "right")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert store.episode("e1").version == 30
    assert len(store.ledger()) == 32
    assert verify(store.place.address).intact


def test_two_threads_of_one_process_write_one_chain(address):
    store = new_store(address)
    request(store)

    def write(name: str) -> None:
        for number in range(15):
            change(store, f"{name}-{number}")

    threads = [Thread(target=write, args=(name,)) for name in ("left", "right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.episode("e1").version == 30
    assert verify(store.place.address).intact


def test_a_store_verifies_while_others_write_to_it(address):
    store = new_store(address)
    request(store)
    stop = Event()

    def write() -> None:
        number = 0
        while not stop.is_set() and number < 300:
            change(store, f"w{number}")
            number += 1

    writer = Thread(target=write)
    writer.start()
    reports = [verify(store.place.address) for _ in range(5)]
    stop.set()
    writer.join()
    assert all(report.intact for report in reports), [report.sentences for report in reports]


def test_who_saw_an_old_version_is_told_so(address):
    left = new_store(address)
    request(left)
    right = open_store(left.place.address)
    seen = right.episode("e1")
    change(left, "c1")
    with pytest.raises(StoreRefused, match="changed by somebody else meanwhile"), right.unit_of_work() as work:
        work.save_episode(replace(seen, version=seen.version + 1))


def test_a_unit_of_work_inside_another_is_a_mistake_and_not_a_dead_lock(address):
    store = new_store(address)
    with pytest.raises(RuntimeError, match="already open"), store.unit_of_work(), store.unit_of_work():
        pass
