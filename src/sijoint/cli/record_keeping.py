"""Keeping a store: ``sij create``, ``migrate``, ``backup``, ``restore``, ``anchor``, ``erase``."""

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sijoint.cli.records import StoreArgument, StoreOption
from sijoint.cli.rule_asked import policies_for
from sijoint.clinic.erasing import due_for_erasure, erase_patient
from sijoint.model import StoreKind
from sijoint.records import (
    ErasureReason,
    VerifyReport,
    anchored,
    append_anchor,
    open_store,
    place_of,
    signing_key,
)
from sijoint.records.backup import back_up, read_manifest
from sijoint.records.migrate import migrate as migrate_store
from sijoint.records.restore import rehearse_restore
from sijoint.records.restore import restore as restore_store
from sijoint.records.sealed_backup import BackupKey, back_up_sealed, is_sealed, key_file, unsealed
from sijoint.records.sealed_backup import passphrase as passphrase_key

KeyFile = Annotated[Path | None, typer.Option(help="The key of an encrypted backup; made on the first backup with it.")]
AskPassphrase = Annotated[
    bool,
    typer.Option("--passphrase", help="Encrypt with a passphrase, asked for here or read from the standard input."),
]


class IncompleteRequest(ValueError):
    """Something is missing that the command needs to know."""


def create(
    store: StoreArgument,
    kind: Annotated[StoreKind, typer.Option(help="Fixed for ever: care for patients, virtual for invented ones.")],
) -> None:
    """Create a new, empty store."""
    made = open_store(store, kind, create=True)
    typer.echo(f"{made.place.name}: a new {made.kind} store; its witness is {made.witness_path}")


def migrate(store: StoreArgument) -> None:
    """Bring a store that an older program made to this program's form, after a backup. End other programs first."""
    place, now = place_of(store), datetime.now(UTC)
    backup_folder = place.files.with_name(f"{place.files.name}.before-migration-{now:%Y%m%dT%H%M%SZ}")
    back_up(place, backup_folder, now)
    before, after = migrate_store(place, now)
    if before == after:
        typer.echo(
            f"{place.name} has the newest form ({after}) already; a backup was made all the same: {backup_folder}"
        )
    else:
        typer.echo(f"{place.name}: from form {before} to {after}; as it was before: {backup_folder}")


def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder for the backup, better on another disk.")],
    store: StoreOption,
    key: KeyFile = None,
    passphrase: AskPassphrase = False,
) -> None:
    """Back a store up while it is in use, and verify the copy. Exit code 1 when the copy does not verify.

    With --key or --passphrase the backup is one encrypted file instead of a folder.
    """
    secret, now = _secret(key, passphrase, make=True), datetime.now(UTC)
    place = place_of(store)
    report = back_up(place, folder, now) if secret is None else back_up_sealed(place, folder, now, secret)
    _tell(report, "kept, but NOT a good backup: " + str(folder))


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder, or an encrypted file, that `sij backup` made.")],
    store: Annotated[str, typer.Argument(help="Where the store shall be; nothing may be there yet.")] = "",
    verify: Annotated[
        bool, typer.Option("--verify", help="Only try: restore into a temporary folder, verify, remove it.")
    ] = False,
    erasures: Annotated[
        Path | None, typer.Option(help="The lost store's .erasures file: who was erased since is forgotten again.")
    ] = None,
    key: KeyFile = None,
    passphrase: AskPassphrase = False,
) -> None:
    """Make a store from a backup, on either engine, and verify it. Exit code 1 when it does not verify."""
    if verify == bool(store):
        raise IncompleteRequest("say where the store shall be, or --verify to try the backup and leave nothing")
    secret = _secret(key, passphrase)
    if not is_sealed(folder):
        _restore(folder, store, verify, erasures)
        return
    if secret is None:
        raise IncompleteRequest(f"{folder.name} is encrypted: give its --key file, or --passphrase to be asked for it")
    with unsealed(folder, secret) as plain:
        _restore(plain, store, verify, erasures)


def _restore(folder: Path, store: str, verify: bool, erasures: Path | None) -> None:
    now = datetime.now(UTC)
    if verify:
        taken = read_manifest(folder).taken_at
        _tell(rehearse_restore(folder, now), "this backup cannot be relied on")
        typer.echo(f"the backup of {taken[:16]} can be restored")
        return
    report, forgotten = restore_store(folder, place_of(store), getpass.getuser(), now, erasures)
    if forgotten:
        typer.echo(f"{forgotten} patient(s) erased after the backup were forgotten again")
    _tell(report, "restored, but it does not verify")


def anchor(
    store: StoreArgument,
    to: Annotated[
        Path | None,
        typer.Option(help="The file of anchors to add to, better on another machine. Default: beside the store."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="The signing key, made on first use. Default: beside the store.", show_default=False),
    ] = None,
) -> None:
    """Sign the head of the ledger, for keeping elsewhere; once a day is usual."""
    opened = open_store(store)
    file = key or opened.path.with_name(opened.path.name + ".signing-key")
    made = anchored(opened.id, opened.ledger_end(), datetime.now(UTC), signing_key(file, make=True))
    append_anchor(to or opened.place.anchors, made)
    typer.echo(f"anchored: line {made.sequence}, head {made.head[:16]}, signed by {made.signer}")


def erase(
    store: StoreOption,
    patient: Annotated[str, typer.Argument(help="Patient id.")] = "",
    reason: Annotated[ErasureReason | None, typer.Option(help="Why; it stays in the record.")] = None,
    due: Annotated[bool, typer.Option("--due", help="List who has been kept as long as the policy asks.")] = False,
    policy: Annotated[str, typer.Option(help="The policy that says how long.")] = "clinic",
) -> None:
    """Erase a patient, or list whose time is over. The ledger's lines stay, name nobody and still verify."""
    opened, policies, now = open_store(store), policies_for(policy), datetime.now(UTC)
    rules = policies.at(now)
    if due:
        for kept in due_for_erasure(opened, rules, now):
            typer.echo(f"{kept.patient_id}  last entry {kept.last_at[:10]}")
        return
    if not patient or reason is None:
        raise IncompleteRequest("name the patient and the --reason, or ask with --due whose time is over")
    line = erase_patient(opened, patient, getpass.getuser(), reason, rules, now)
    typer.echo(f"erased; line {line.sequence} of the ledger says so. Backups made before still hold the patient.")


def _secret(key: Path | None, ask: bool, *, make: bool = False) -> BackupKey | None:
    """What an encrypted backup is opened with; None for a plain one. A new passphrase is asked for twice."""
    if key is not None and ask:
        raise IncompleteRequest("give a --key file or --passphrase, not both")
    if key is not None:
        return key_file(key, make=make)
    if not ask:
        return None
    if not sys.stdin.isatty():
        return passphrase_key(sys.stdin.readline().rstrip("\n"))
    words = getpass.getpass("Passphrase: ")
    if make and getpass.getpass("Once more: ") != words:
        raise IncompleteRequest("the two are not the same: nothing was backed up")
    return passphrase_key(words)


def _tell(report: VerifyReport, otherwise: str) -> None:
    for sentence in report.sentences:
        typer.echo(sentence)
    if not report.intact:
        typer.echo(otherwise)
        raise typer.Exit(1)
