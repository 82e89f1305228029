"""The virtual clinic for tests: filled once a run, however many workers there are, and copied for each who asks."""

import fcntl
import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEED = 1
PASSWORD = "an invented password of tests"
WITH_PASSWORD = (
    "d-berg",
    "n-duarte",
    "Samuel Adeyemi",
)  # everybody else is signed in by a session that is opened for them


def shared(tmp_path_factory) -> Path:
    """A folder that all workers of this run have, and no other run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


def filled(shared: Path) -> Path:
    """The folder that holds the filled store, made by whoever comes first."""
    made = shared / "virtual-clinic"
    with (shared / "virtual-clinic.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _fill(shared / "virtual-clinic.part")
            (shared / "virtual-clinic.part").rename(made)
    return made


def copied(shared: Path, folder: Path) -> Path:
    """A store of one's own, as filled."""
    shutil.copytree(filled(shared), folder, dirs_exist_ok=True)
    return folder / "clinic.db"


def episodes(store: Path) -> dict[str, str]:
    """Episode ids by the name of whose they are; the second request of one person stands under "... again"."""
    return json.loads((store.parent / "episodes.json").read_text(encoding="utf-8"))


def _fill(folder: Path) -> None:
    from sijoint.clinic.people import add_person
    from sijoint.cohort import fill_virtual_clinic, virtual_store

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    now = datetime.now(UTC)
    store = virtual_store(folder / "clinic.db", SEED, now - timedelta(days=400))
    clinic = fill_virtual_clinic(store, seed=SEED, now=now)
    named: dict[str, str] = {}
    for episode_id, patient_id in clinic.episode_of:
        patient = store.patient(patient_id)
        name = f"{patient.given_name} {patient.family_name}"
        named[name + " again" * (name in named)] = episode_id
    (folder / "episodes.json").write_text(json.dumps(named, indent=1), encoding="utf-8")
    for person in clinic.people:
        known = {person.code, person.name} & {*WITH_PASSWORD}
        add_person(store, person, by="tests", at=now, password=PASSWORD if known else "", console=True)
    store.close()
