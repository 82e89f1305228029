"""The live room over a real WebSocket: pulses and pictures a second with the gantry still and moving, and from pedal to image.

    python benchmarks/web_room.py            # a table, and benchmarks/results/web_room.json

Server and room are processes of their own, as `sij serve` has them; this process is the page, which draws nothing. Pulses are
asked for at the highest rate of the pedal, so no more than that is made. What else ran on the machine stands beside the figures.
Nothing here is asserted.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from machine import machine
from websockets.asyncio.client import ClientConnection, connect

from sijoint.room.timing import TIMING
from sijoint.web.room.limits import LIMITS
from sijoint.web.room.wire import Flag, PictureHeader, read_picture

PRESSES, SECONDS, RUNS = 15, 4.0, 3
FASTEST = max(TIMING.pulse_rates)
TURN_DEG = 25.0


def serve(folder: str, port: str) -> None:
    """Runs in the server's process: a virtual store with one trainee, and one rehearsal."""
    import uvicorn

    from sijoint.cohort.rehearsal import RehearsalChoice
    from sijoint.frames import Side
    from sijoint.model import Person, Role, StoreKind, Target
    from sijoint.records import open_store
    from sijoint.web import create_app, open_site
    from sijoint.web.room.registry import live_rooms

    path = Path(folder) / "clinic.db"
    store = open_store(path, StoreKind.VIRTUAL, create=True, at=datetime.now(UTC))
    site = open_site(store, secret=b"a secret of a benchmark, and of no site")
    person = Person("trainee", "Trainee of a benchmark", Role.TRAINEE, None)
    site.people.add(person)
    room = live_rooms(site).open_rehearsal(person, RehearsalChoice(Side.LEFT, Target.INTRA_ARTICULAR, seed=1))
    told = {"token": site.people.open_session(person.code), "room": room}
    (Path(folder) / "told.part").write_text(json.dumps(told), encoding="utf-8")
    os.replace(Path(folder) / "told.part", Path(folder) / "told.json")
    uvicorn.run(create_app(site), host="127.0.0.1", port=int(port), log_level="warning", ws_per_message_deflate=False)


class Page:
    """Reads the line and acknowledges every picture at once."""

    def __init__(self, line: ClientConnection) -> None:
        self.line, self.count = line, 0
        self.state: dict[str, Any] = {}
        self.answered: set[str] = set()
        self.pictures: list[tuple[float, PictureHeader]] = []

    async def say(self, kind: str, **what: Any) -> str:
        self.count += 1
        await self.line.send(json.dumps({"kind": kind, "id": f"b{self.count}", **what}))
        return f"b{self.count}"

    async def read(self) -> None:
        message = await self.line.recv()
        if isinstance(message, bytes):
            header, _ = read_picture(message)
            self.pictures.append((time.perf_counter(), header))
            await self.line.send(json.dumps({"kind": "ack", "sequence": header.sequence}))
            return
        told = json.loads(message)
        if told["kind"] == "state":
            self.state = told
        elif told["kind"] in ("events", "refused"):
            self.answered.add(told["command_id"])
            if told["kind"] == "refused":
                print("refused:", told["sentence"])

    async def do(self, kind: str, **what: Any) -> None:
        name = await self.say(kind, **what)
        while name not in self.answered:
            await self.read()

    async def read_for(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            try:
                await asyncio.wait_for(self.read(), left)
            except TimeoutError:
                return


async def measure(address: str, token: str, origin: str) -> dict[str, Any]:
    started = time.perf_counter()
    headers = {"Cookie": f"sij={token}"}
    async with connect(address, additional_headers=headers, origin=origin, max_size=None, compression=None) as line:  # type: ignore[arg-type]
        page = Page(line)
        await line.send(json.dumps({"kind": "hello", "last_sequence": 0}))
        while page.state.get("phase") != "ready":
            await page.read()
        ready_s = time.perf_counter() - started
        plan = page.state["plan"]
        await page.do("settings", pulses_per_s=FASTEST)
        view = {name: plan["receptor"][name] for name in ("left_deg", "cephalad_deg")}
        await page.do("position", **view, isocentre_mm=plan["isocentre_mm"])
        await page.do("choose needle", code=plan["needle"])
        aim = {name: plan["aim"][name] for name in ("left_deg", "cephalad_deg")}
        await page.do("insert needle", entry_mm=plan["entry_mm"], **aim)
        await page.do("advance", distance_mm=0.7 * plan["depth_mm"])
        latency = [await pedal_to_image(page) for _ in range(PRESSES)]
        runs = [await pressed(page, view) for _ in range(RUNS)]
    return {
        "ready_s": ready_s,
        "picture": {name: page.state["picture"][name] for name in ("width", "height")},
        "pulse_rate_asked": FASTEST,
        "pedal_to_image_ms": {"median": median(latency), "slowest": max(latency), "all": latency},
        "still": [run["still"] for run in runs],
        "moving": [run["moving"] for run in runs],
    }


async def pedal_to_image(page: Page) -> float:
    """Milliseconds from the pedal's message to the first picture of that press at the page."""
    await page.read_for(0.3)
    before = len(page.pictures)
    begun = time.perf_counter()
    press = await page.say("pedal", down=True, purpose="needle on target")
    while len(page.pictures) == before:
        await page.read()
    latency = 1000 * (page.pictures[-1][0] - begun)
    await page.say("let go")
    while press not in page.answered:
        await page.read()
    return latency


async def pressed(page: Page, view: dict[str, float]) -> dict[str, Any]:
    """One press: some seconds with the gantry still, then some on its way there and back."""
    press = await page.say("pedal", down=True, purpose="scout")
    await page.read_for(0.7)  # brightness settles
    first = len(page.pictures)
    await page.read_for(SECONDS)
    middle = len(page.pictures)
    end = time.perf_counter() + SECONDS
    away = True
    while time.perf_counter() < end:
        goal = view["left_deg"] + (TURN_DEG if away else 0.0)
        await page.say("move", left_deg=goal, cephalad_deg=view["cephalad_deg"])
        await page.read_for(min(2.0, max(end - time.perf_counter(), 0.01)))
        away = not away
    last = len(page.pictures)
    await page.do("move", **view)
    await page.say("let go")
    while press not in page.answered:
        await page.read()
    turning = [one for one in page.pictures[middle:last] if Flag.TURNING in one[1].flags]
    return {"still": rates(page.pictures[first:middle]), "moving": rates(turning)}


def rates(pictures: list[tuple[float, PictureHeader]]) -> dict[str, float]:
    """Pictures at the page and pulses in the room, each a second of the clock; pulses by the fluoroscopy seconds told."""
    (began, first), (ended, last) = pictures[0], pictures[-1]
    seconds = ended - began
    pulses = (last.fluoroscopy_seconds - first.fluoroscopy_seconds) * FASTEST
    return {
        "pictures_per_s": (len(pictures) - 1) / seconds,
        "pulses_per_s": pulses / seconds,
        "pictures": len(pictures),
    }


def main() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([sys.executable, __file__, "serve", folder, str(port)])
        try:
            told = Path(folder) / "told.json"
            while not told.exists():
                if server.poll() is not None:
                    raise SystemExit("the server did not start: see above")
                time.sleep(0.1)
            facts = json.loads(told.read_text(encoding="utf-8"))
            wait_for(port)
            load = os.getloadavg()[0]
            address = f"ws://127.0.0.1:{port}/rooms/{facts['room']}/live"
            figures = asyncio.run(measure(address, facts["token"], f"http://127.0.0.1:{port}"))
        finally:
            server.terminate()
            server.wait()
    document = {
        "machine": machine(),
        "load_average": {"before": load, "after": os.getloadavg()[0]},
        "rows": LIMITS.rows,
        **figures,
    }
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "web_room.json").write_text(json.dumps(_rounded(document), indent=1) + "\n", encoding="utf-8")
    print(json.dumps(_rounded(document), indent=1))


def wait_for(port: int) -> None:
    while True:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(*sys.argv[2:])
    else:
        main()
