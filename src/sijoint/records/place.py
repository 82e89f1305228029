"""Where a store is: its database, and the files beside it (images, witness, lock)."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from sijoint.records.errors import StoreRefused

POSTGRESQL = "postgresql"
HOW = "name a file, such as clinic.db, or postgresql://user@host/clinic?files=/srv/sijoint"


@dataclass(frozen=True)
class Place:
    """``files`` is the path whose name, with an ending, names what lies beside the database.

    ``witness_elsewhere`` is the witness on another disk, where the address names one.
    """

    database: Path | URL
    files: Path
    witness_elsewhere: Path | None = None

    @property
    def name(self) -> str:
        """What a person reads; never a password."""
        return self.database.name if isinstance(self.database, Path) else str(self.database.database)

    @property
    def address(self) -> str:
        """What opens this store again; holds the password where the first address did."""
        elsewhere = {"witness": str(self.witness_elsewhere)} if self.witness_elsewhere else {}
        if isinstance(self.database, Path):
            named = URL.create("sqlite", database=str(self.database), query=elsewhere)
            return named.render_as_string() if elsewhere else str(self.database)
        named = self.database.set(drivername=POSTGRESQL)
        named = named.update_query_dict({"files": str(self.files.parent)} | elsewhere)
        return named.render_as_string(hide_password=False)

    @property
    def witness(self) -> Path:
        return self.witness_elsewhere or self._beside(".witness")

    @property
    def images(self) -> Path:
        return self._beside(".images")

    @property
    def lock(self) -> Path:
        return self._beside(".lock")

    @property
    def anchors(self) -> Path:
        return self._beside(".anchors")

    @property
    def erasures(self) -> Path:
        return self._beside(".erasures")

    def _beside(self, ending: str) -> Path:
        return self.files.with_name(self.files.name + ending)


def place_of(path_or_url: str | Path) -> Place:
    """The place that a path, an ``sqlite:///`` URL or a ``postgresql://`` URL names. Raises StoreRefused."""
    text = os.fspath(path_or_url)
    if "://" not in text:
        if not text:
            raise StoreRefused(f"no store is named: {HOW}")
        return Place(Path(text), Path(text))
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise StoreRefused(f"that is not a database address: {HOW}") from None
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise StoreRefused(f"a store in memory would keep nothing: {HOW}")
        return Place(Path(url.database), Path(url.database), _whole_path(url, "witness"))
    if backend != POSTGRESQL:
        raise StoreRefused(f"a store is an SQLite file or a PostgreSQL database, not {backend}: {HOW}")
    return _postgresql(url)


def _postgresql(url: URL) -> Place:
    """The folder of images and witness stands in the address, so that one address is the whole store."""
    folder = _whole_path(url, "files")
    if not url.database:
        raise StoreRefused(f"the address names no database: {HOW}")
    if folder is None:
        raise StoreRefused(
            "a PostgreSQL store keeps its images and its witness in a folder: add ?files=/folder to the address"
        )
    bare = url.difference_update_query(["files", "witness"]).set(drivername="postgresql+psycopg")
    return Place(bare, folder / url.database, _whole_path(url, "witness"))


def _whole_path(url: URL, name: str) -> Path | None:
    """What the address says of ``name``. A path from nowhere in particular would lead elsewhere tomorrow."""
    said = url.query.get(name)
    if said is None:
        return None
    if not isinstance(said, str) or not Path(said).is_absolute():
        raise StoreRefused(f"{name} in the address needs the whole path, from / on: correct it")
    return Path(said)
