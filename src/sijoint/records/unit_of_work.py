"""One transaction: rows, exactly one ledger line that vouches for them, then the witness, then it is acknowledged."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.engine import Connection

from sijoint.model import Episode, ImageOrigin, Patient, ProcedureKind, SiteReadiness, StoreKind
from sijoint.model.wire import from_wire, to_wire
from sijoint.records import erasure, guards, people, reading, tables
from sijoint.records.access import ErasureReason
from sijoint.records.diary_links import DiaryLink
from sijoint.records.errors import StoreRefused
from sijoint.records.images import ImageStore
from sijoint.records.ledger import LedgerLine, canonical, keyed_digest, sealed_line, stamp
from sijoint.records.parts import changed_parts, parts_of
from sijoint.records.people import Account
from sijoint.records.reading import KeptCommand, KeptImage
from sijoint.records.tags import Tag

Acknowledge = Callable[[LedgerLine], None]


class UnitOfWork:
    """What one command may read and write. Leaving it without ``commit`` undoes everything."""

    def __init__(
        self,
        connection: Connection,
        *,
        store_id: str,
        store_key: bytes,
        kind: StoreKind,
        images: ImageStore,
        secret: Callable[[int], bytes],
        acknowledge: Acknowledge,
        erasures: Path,
    ) -> None:
        self._connection, self._acknowledge, self._secret = connection, acknowledge, secret
        self._store_id, self._store_key = store_id, store_key
        self.kind, self.images = kind, images
        self._head = reading.head(connection)
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._patient_id = ""
        self._erasures = erasures
        self._erasure: erasure.Erasure | None = None
        self.committed: LedgerLine | None = None
        self._newest: dict[str, Episode] = {}  # as read here; nobody else can write before this unit is over

    # reading

    def patient(self, identity: str) -> Patient:
        return reading.patient(self._connection, identity)

    def episode(self, identity: str, version: int | None = None) -> Episode:
        if version is not None:
            return reading.episode(self._connection, identity, version)
        if identity not in self._newest:
            self._newest[identity] = reading.episode(self._connection, identity)
        return self._newest[identity]

    def episodes(self) -> tuple[Episode, ...]:
        return reading.episodes(self._connection)

    def episodes_of(self, patient_id: str) -> tuple[Episode, ...]:
        return reading.episodes_of(self._connection, patient_id)

    def site_readiness(self) -> SiteReadiness | None:
        """The site's newest word on emergency cards, kit and lipid, in whichever session it was given."""
        plain = reading.newest_of_site(self._connection, "readiness")
        return None if plain is None else from_wire(SiteReadiness, plain)

    def command(self, identity: str) -> KeptCommand | None:
        return reading.command(self._connection, identity)

    def image(self, episode_id: str, sha256: str) -> KeptImage | None:
        return reading.image(self._connection, episode_id, sha256)

    def holds_patient(self, identity: str) -> bool:
        keys = tables.patient_key
        return self._connection.execute(select(keys.c.key_id).where(keys.c.patient_id == identity)).first() is not None

    def holds_episode(self, identity: str) -> bool:
        table = tables.episode
        return self._connection.execute(select(table.c.id).where(table.c.id == identity)).first() is not None

    # writing

    def undo(self) -> None:
        """Forget what was written so far in this unit of work, and go on."""
        self._connection.rollback()
        self._rows, self._patient_id, self._erasure, self._newest = {}, "", None, {}
        self._head = reading.head(self._connection)

    def add_patient(self, patient: Patient) -> None:
        """Raises StoreRefused for a virtual patient in a care store and the other way round, or an id that is taken."""
        if patient.virtual != (self.kind is StoreKind.VIRTUAL):
            here = "only virtual patients" if self.kind is StoreKind.VIRTUAL else "no virtual patients"
            raise StoreRefused(f"this is a {self.kind} store: it keeps {here}; use a store of the other kind")
        if self.holds_patient(patient.id):
            raise StoreRefused("a patient with this id is already kept: use another id")
        keys = {"patient_id": patient.id, "key_id": self._secret(16).hex(), "key": self._secret(32)}
        self._connection.execute(insert(tables.patient_key).values(**keys))
        self._add(tables.patient, id=patient.id, version=0, body=canonical(to_wire(patient)))
        self._about(patient.id)

    def add_episode(self, episode: Episode) -> None:
        """The episode's patient must be kept already, perhaps in this same unit of work."""
        table = tables.episode
        if self._connection.execute(select(table.c.id).where(table.c.id == episode.id)).first():
            raise StoreRefused(f"an episode {episode.id!r} is already kept: use another id")
        if not self.holds_patient(episode.patient_id):
            raise StoreRefused("the episode's patient is not kept: add the patient first")
        self._refuse_simulated_care(episode)
        header = {"id": episode.id, "patient_id": episode.patient_id}
        self._connection.execute(insert(table).values(**header, state=episode.state, version=episode.version))
        self._add_parts(episode, parts_of(episode))

    def save_episode(self, episode: Episode) -> None:
        """The next version of an episode. Raises StoreRefused when somebody else saved one in between."""
        kept = self.episode(episode.id)
        if episode.version != kept.version + 1:
            raise StoreRefused(
                f"episode {episode.id!r} was changed by somebody else meanwhile (it is at version {kept.version}): "
                "look at it again, then repeat what you did"
            )
        self._refuse_simulated_care(episode)
        table = tables.episode
        self._connection.execute(
            update(table)
            .where(table.c.id == episode.id, table.c.version == kept.version)
            .values(state=episode.state, version=episode.version)
        )
        self._add_parts(episode, changed_parts(parts_of(kept), parts_of(episode)))
        self._newest[episode.id] = episode

    def remember(self, command: KeptCommand) -> None:
        """Keep a command and its first outcome, so that the same id is answered the same way for ever."""
        self._add(
            tables.command,
            id=command.id,
            episode_id=command.episode_id,
            name=command.name,
            body=command.body,
            outcome=command.outcome,
        )
        self._about(reading.header(self._connection, command.episode_id).patient_id)

    def add_image(self, image: KeptImage) -> None:
        """Name an image that is on disk already. The same image of the same episode is named once."""
        if not self.images.holds(image.sha256):
            raise StoreRefused("an image is kept on disk before the record names it: keep its bytes first")
        if self.image(image.episode_id, image.sha256) is None:
            self._add(
                tables.image,
                episode_id=image.episode_id,
                sha256=image.sha256,
                origin=image.origin,
                sidecar=image.sidecar,
            )
        self._about(reading.header(self._connection, image.episode_id).patient_id)

    def add_access(self, by: str, purpose: str, patient_id: str, episode_id: str = "") -> None:
        """Say who looked at a patient, and why. Any number in one unit of work, beside nothing else."""
        key_id = self._connection.execute(
            select(tables.patient_key.c.key_id).where(tables.patient_key.c.patient_id == patient_id)
        ).scalar()
        if key_id is None:
            raise StoreRefused("the store holds no such patient any more: look again")
        number = len(self._rows.get(tables.access.name, ()))
        self._add(tables.access, number=number, by=by, purpose=purpose, key_id=key_id, episode_id=episode_id)

    def account(self, code: str) -> Account | None:
        return people.account(self._connection, code)

    def accounts(self) -> tuple[Account, ...]:
        return people.accounts(self._connection)

    def save_account(self, account: Account) -> None:
        """The next version of somebody's account; a patient's is sealed with the patient's key."""
        self._add(tables.person, **people.row_of(account))
        if account.person.patient_id is not None:
            if not self.holds_patient(account.person.patient_id):
                raise StoreRefused("the patient of this account is not kept: ask for an appointment first")
            self._about(account.person.patient_id)

    def save_diary_link(self, link: DiaryLink, version: int, by: str) -> None:
        """Give a link to an episode's diary out (version 0), or take it back (1)."""
        self._add(
            tables.diary_link, id=link.id, version=version, episode_id=link.episode_id, until=stamp(link.until), by=by
        )
        self._about(reading.header(self._connection, link.episode_id).patient_id)

    def erase_patient(self, identity: str, by: str, reason: ErasureReason) -> None:
        """Delete every row of a patient and the key; the ledger's lines stay and can no longer be tied to anyone.

        What stays is who erased, when and why. ``commit`` it as ``patient:erased``.
        """
        self._erasure = erasure.about_to_go(self._connection, identity)
        self.add_access(by, ErasureReason(reason), identity)
        erasure.delete_rows(self._connection, identity)

    def write_steps(self) -> None:
        """The legal steps as the pathway has them, for the database's own guard."""
        guards.write_steps(self._connection)

    def commit(self, tag: Tag, *, at: datetime, episode_id: str = "", command_id: str = "") -> LedgerLine:
        """Write the one ledger line, commit, have the witness sign for it; on return it is acknowledged."""
        key_id, key = self._key()
        line = sealed_line(
            self._head.sequence + 1,
            at,
            tag,
            store=self._store_id,
            episode=episode_id,
            command=command_id,
            key_id=self._erasure.key_id if self._erasure else key_id,
            digest=keyed_digest(key, self._rows),
            previous=self._head.hash,
        )
        self._connection.execute(insert(tables.ledger).values(**vars(line)))
        if self._erasure:
            try:
                erasure.write_down(self._erasures, self._erasure)
            except OSError as error:
                raise StoreRefused(f"nothing was erased ({error.strerror}): free the disk, then repeat") from error
        self._connection.commit()
        self._acknowledge(line)
        self.committed = line
        for sha256 in self._erasure.images if self._erasure else ():
            self.images.remove(sha256)
        return line

    def _key(self) -> tuple[str, bytes]:
        if not self._patient_id:
            return "", self._store_key
        keys = tables.patient_key
        row = self._connection.execute(
            select(keys.c.key_id, keys.c.key).where(keys.c.patient_id == self._patient_id)
        ).one()
        return row.key_id, row.key

    def _about(self, patient_id: str) -> None:
        if self._patient_id not in ("", patient_id):
            raise StoreRefused("one unit of work is about one patient: use one for each")
        self._patient_id = patient_id

    def _add(self, table: Table, **values: Any) -> None:
        values["sequence"] = self._head.sequence + 1
        self._connection.execute(insert(table).values(**values))
        self._rows.setdefault(table.name, []).append(values)

    def _add_parts(self, episode: Episode, parts: dict[str, Any]) -> None:
        for part, value in sorted(parts.items()):
            self._add(
                tables.episode_part, episode_id=episode.id, part=part, version=episode.version, body=canonical(value)
            )
        self._about(episode.patient_id)

    def _refuse_simulated_care(self, episode: Episode) -> None:
        """A picture that a computer made never proves where a needle was in a person."""
        if self.kind is not StoreKind.CARE:
            return
        for session in episode.sessions:
            done = session.procedure
            if done is None or done.kind is not ProcedureKind.PERFORMED:
                continue
            if any(image.origin is ImageOrigin.SIMULATED for image in done.images):
                raise StoreRefused(
                    "a care store refuses simulated images in a performed procedure: use a virtual store or record a "
                    "rehearsal"
                )
