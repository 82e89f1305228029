"""Patients answer their diaries while a room streams: how long each answer takes, and that none is lost.

    python benchmarks/web_load.py                  # a table, and benchmarks/results/web_load.json
    python benchmarks/web_load.py --seconds 10     # shorter

The true server runs in a process of its own on a virtual clinic in a temporary folder. Every patient opens the diary page,
answers, and waits for the receipt, without a pause in between: far more than patients do. Afterwards the store is opened and
every answer that was acknowledged is looked for. Nothing here is asserted but that.
"""

import argparse
import json
import secrets
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from machine import machine
from web_site import Streaming, VirtualSite

PATIENTS = 8
FOUR_QUESTIONS = {"index": "3", "rest": "1", "analgesic": "no", "resting": "no", "signs": "none", "prompt": "back"}


class Patient(threading.Thread):
    """Answers again and again until told to stop; times in seconds, and the ids that came back with a receipt."""

    def __init__(self, site: VirtualSite, episode_id: str, code: str, until: float) -> None:
        super().__init__()
        self.episode_id, self.until = episode_id, until
        self.client = site.browser(code)
        self.page_s: list[float] = []
        self.answer_s: list[float] = []
        self.kept: list[str] = []
        self.refused: list[str] = []

    def run(self) -> None:
        while time.monotonic() < self.until:
            begin = time.perf_counter()
            self.client.get("/d/own").raise_for_status()
            self.page_s.append(time.perf_counter() - begin)
            entry_id = secrets.token_hex(16)
            begin = time.perf_counter()
            try:
                sent = self.client.post(
                    "/d/own", data={**FOUR_QUESTIONS, "entry_id": entry_id}, headers={"accept": "application/json"}
                )
            except httpx.TransportError as error:
                self.refused.append(type(error).__name__)
                continue
            self.answer_s.append(time.perf_counter() - begin)
            if sent.status_code == httpx.codes.OK and "refused" not in sent.json():
                self.kept.append(entry_id)
            else:
                self.refused.append(f"{sent.status_code}: {sent.text[:120]}")


def load(site: VirtualSite, patients: int, seconds: float, room: bool) -> dict[str, Any]:
    """One run; with ``room`` a rehearsal streams all the while."""
    streaming = Streaming(site) if room else None
    if streaming is not None:
        streaming.start()
        streaming.ready.wait(180)
    until = time.monotonic() + seconds
    people = [Patient(site, episode_id, code, until) for episode_id, code in site.diaries()[:patients]]
    for one in people:
        one.start()
    for one in people:
        one.join()
    if streaming is not None:
        streaming.stop()
    answers = [second for one in people for second in one.answer_s]
    pages = [second for one in people for second in one.page_s]
    return {
        "patients": len(people),
        "room_streams": room,
        "seconds": seconds,
        "answers": len(answers),
        "answers_per_s": len(answers) / seconds,
        "answer_ms": percentiles(answers),
        "page_ms": percentiles(pages),
        "refused": sorted({why for one in people for why in one.refused}),
        "lost": site.missing({one.episode_id: one.kept for one in people}),
        "room_pictures_per_s": streaming.pictures_per_s if streaming is not None else None,
    }


def percentiles(seconds: list[float]) -> dict[str, float]:
    at = {"p50": 50, "p95": 95, "p99": 99, "slowest": 100}
    return {name: 1000 * float(np.percentile(seconds, share)) for name, share in at.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--quick", action="store_true", help="five seconds a run")
    told = parser.parse_args()
    seconds = 5.0 if told.quick else told.seconds
    with tempfile.TemporaryDirectory() as folder, VirtualSite(Path(folder)) as site:
        rows = [load(site, told.patients, seconds, room) for room in (False, True)]
    for row in rows:
        with_room = f", a room at {row['room_pictures_per_s']:.1f} pictures/s" if row["room_streams"] else ""
        print(
            f"{row['patients']} patients{with_room}: {row['answers']} answers, {row['answers_per_s']:.1f} a second; "
            + ", ".join(f"{name} {value:.0f} ms" for name, value in row["answer_ms"].items())
            + f"; {row['lost']} lost; refused: {row['refused'] or 'none'}"
        )
    document = {"machine": machine(), "runs": rows}
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "web_load.json").write_text(json.dumps(rounded(document), indent=1) + "\n", encoding="utf-8")
    if any(row["lost"] for row in rows):
        raise SystemExit("answers that were acknowledged are not in the store")


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
