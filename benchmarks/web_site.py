"""What the web benchmarks share: the true server on a virtual clinic of its own, and a room that streams from it."""

import json
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from websockets.sync.client import connect

from sijoint.clinic.people import add_person
from sijoint.cohort import fill_virtual_clinic, virtual_store
from sijoint.records import open_store
from sijoint.web import open_site
from sijoint.web.room.wire import read_picture

SEED = 1
REHEARSAL = {"pelvis": "bundled", "side": "left", "target": "intra-articular", "case": "ordinary"}
PASSWORD = "an invented password of benchmarks"


class VirtualSite:
    """Filled, served and, on leaving, stopped."""

    def __init__(self, folder: Path) -> None:
        self.store_path, now = folder / "clinic.db", datetime.now(UTC)
        store = virtual_store(self.store_path, SEED, now - timedelta(days=400))
        clinic = fill_virtual_clinic(store, seed=SEED, now=now)
        for person in clinic.people:
            add_person(
                store, person, by="benchmark", at=now, password=PASSWORD if person.administers else "", console=True
            )
        self._codes = dict(clinic.episode_of)
        self._diaries = tuple(
            (episode_id, patient_id)
            for episode_id, patient_id in clinic.episode_of
            if any(session.prompts for session in store.episode(episode_id).sessions)
        )
        store.close()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._log = (folder / "server.log").open("wb")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        command = [sys.executable, "-c", "from sijoint.cli import main; main()", "serve"]
        self._process = subprocess.Popen(
            [*command, "--store", str(self.store_path), "--port", str(self.port)],
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        for _ in range(600):
            try:
                httpx.get(self.address + "/sign-in")
                return self
            except httpx.TransportError:
                time.sleep(0.1)
        raise SystemExit("the server did not start")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
        self._log.close()

    def diaries(self) -> tuple[tuple[str, str], ...]:
        """Episode and patient of everybody who has a diary."""
        return self._diaries

    def token(self, code: str) -> str:
        site = open_site(open_store(self.store_path))
        try:
            return site.people.open_session(code)
        finally:
            site.store.close()

    def browser(self, code: str) -> httpx.Client:
        own = {"sec-fetch-site": "same-origin", "origin": self.address}
        return httpx.Client(base_url=self.address, headers=own, cookies={"sij": self.token(code)}, timeout=60)

    def missing(self, kept: dict[str, list[str]]) -> int:
        """How many of the acknowledged answers the store does not hold exactly once."""
        store = open_store(self.store_path)
        try:
            lost = 0
            for episode_id, ids in kept.items():
                held = [entry.id for one in store.episode(episode_id).sessions for entry in one.entries]
                lost += sum(held.count(identity) != 1 for identity in ids)
            return lost
        finally:
            store.close()


class Streaming(threading.Thread):
    """A trainee's rehearsal with the pedal held down; every picture is acknowledged."""

    def __init__(self, site: VirtualSite) -> None:
        super().__init__(daemon=True)
        self.site, self.ready = site, threading.Event()
        self.pictures_per_s = 0.0
        self._over = threading.Event()

    def run(self) -> None:
        room = open_rehearsal(self.site)
        with connect(
            room.socket, origin=self.site.address, additional_headers={"cookie": f"sij={room.token}"}, max_size=1 << 24
        ) as wire:
            wire.send(json.dumps({"kind": "hello", "last_sequence": 0}))
            while not _is_ready(wire.recv()):
                pass
            wire.send(json.dumps({"kind": "pedal", "id": "bench-down", "down": True, "purpose": "scout"}))
            first, count = 0.0, 0
            while not self._over.is_set():
                try:
                    message = wire.recv(timeout=1)
                except TimeoutError:
                    continue
                if isinstance(message, bytes):
                    header, _ = read_picture(message)
                    wire.send(json.dumps({"kind": "ack", "sequence": header.sequence}))
                    count += 1
                    first = first or time.perf_counter()
                    self.ready.set()
            if count > 1:
                self.pictures_per_s = (count - 1) / (time.perf_counter() - first)
            wire.send(json.dumps({"kind": "pedal", "id": "bench-up", "down": False, "purpose": "scout"}))

    def stop(self) -> None:
        self._over.set()
        self.join(10)


def _is_ready(message: str | bytes) -> bool:
    return isinstance(message, str) and json.loads(message).get("phase") == "ready"


class Room:
    """A rehearsal that a person has opened through the form."""

    def __init__(self, site: VirtualSite, path: str, token: str) -> None:
        self.socket = f"ws://127.0.0.1:{site.port}{path}/live"
        self.path, self.token = path, token


def open_rehearsal(site: VirtualSite, code: str = "t-reyes") -> Room:
    """Through the form of the rooms' page, on the bundled pelvis."""
    client = site.browser(code)
    answer = client.post("/rooms", data={**REHEARSAL, "command_id": "benchmark-room"})
    return Room(site, answer.headers["location"].partition("?")[0], client.cookies["sij"])
