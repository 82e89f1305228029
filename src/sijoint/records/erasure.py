"""Erasing a patient: rows, key and pictures go; the ledger's lines stay, say that it was done, and still verify.

What is about to go is written down first, in a file beside the store: a crash half way is finished on the next opening,
and a backup older than the erasure can be told to forget the patient again. The file names keys and images, nobody.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from sijoint.records import tables
from sijoint.records.errors import StoreRefused
from sijoint.records.images import ImageStore
from sijoint.records.ledger import canonical
from sijoint.records.witness import sync_folder


@dataclass(frozen=True)
class Erasure:
    """``key_id`` says whose, to whoever holds a store that still has the key; ``images`` are those of no other patient."""

    key_id: str
    images: tuple[str, ...]


def about_to_go(connection: Connection, patient_id: str) -> Erasure:
    """Raises StoreRefused for a patient who is not kept."""
    keys, image = tables.patient_key, tables.image
    key_id = connection.execute(select(keys.c.key_id).where(keys.c.patient_id == patient_id)).scalar()
    if key_id is None:
        raise StoreRefused("the store holds no such patient: nothing was erased")
    own = select(tables.episode.c.id).where(tables.episode.c.patient_id == patient_id).scalar_subquery()
    mine = set(connection.execute(select(image.c.sha256).where(image.c.episode_id.in_(own))).scalars())
    others = set(connection.execute(select(image.c.sha256).where(image.c.episode_id.not_in(own))).scalars())
    return Erasure(key_id, tuple(sorted(mine - others)))


def delete_rows(connection: Connection, patient_id: str) -> None:
    run, episode = connection.execute, tables.episode
    own = select(episode.c.id).where(episode.c.patient_id == patient_id).scalar_subquery()
    person, session = tables.person, tables.web_session
    accounts = select(person.c.code).where(person.c.patient_id == patient_id).scalar_subquery()
    run(delete(session).where(session.c.code.in_(accounts)))
    run(delete(person).where(person.c.patient_id == patient_id))
    for table in (tables.command, tables.image, tables.episode_part, tables.diary_link):
        run(delete(table).where(table.c.episode_id.in_(own)))
    run(delete(episode).where(episode.c.patient_id == patient_id))
    run(delete(tables.patient).where(tables.patient.c.id == patient_id))
    run(delete(tables.patient_key).where(tables.patient_key.c.patient_id == patient_id))


def write_down(path: Path, erasure: Erasure) -> None:
    """On disk before a row goes."""
    created = not path.exists()
    with path.open("a", encoding="utf-8") as file:
        file.write(canonical({"key_id": erasure.key_id, "images": list(erasure.images)}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    if created:
        sync_folder(path.parent)


def written_down(path: Path) -> tuple[Erasure, ...]:
    """Every erasure that was begun. A torn last line was never begun. Raises StoreRefused."""
    if not path.exists():
        return ()
    *whole, _ = path.read_text(encoding="utf-8").split("\n")
    try:
        read = [json.loads(line) for line in whole]
        return tuple(Erasure(one["key_id"], tuple(one["images"])) for one in read)
    except (ValueError, KeyError, TypeError):
        raise StoreRefused(f"{path.name} is not the list of erasures that SIJoint wrote: it was altered") from None


def finish(connection: Connection, path: Path, images: ImageStore) -> None:
    """Remove the pictures of erasures that a crash left half done."""
    begun = written_down(path)
    if not begun:
        return
    kept = set(connection.execute(select(tables.patient_key.c.key_id)).scalars())
    going = {image for erasure in begun if erasure.key_id not in kept for image in erasure.images}
    there = {image for image in going if images.path_of(image).exists()}
    named = set(connection.execute(select(tables.image.c.sha256).where(tables.image.c.sha256.in_(there))).scalars())
    for image in there - named:
        images.remove(image)
