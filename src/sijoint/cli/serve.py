"""``sij serve``: the clinic, the patient's pages and the fluoroscopy room in a browser."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from sijoint.cli.outfolder import result_folder
from sijoint.cli.people import add_first_administrator
from sijoint.cli.records import STORE_HELP, STORE_VARIABLE
from sijoint.clinic.people import add_person
from sijoint.model import StoreKind
from sijoint.records import Store, open_store, place_of

DEMO_FOLDER = Path("demo-clinic")
DEMO_SEED = 1


def serve(
    store: Annotated[str, typer.Option("--store", help=STORE_HELP, envvar=STORE_VARIABLE)] = "clinic.db",
    demo: Annotated[
        bool, typer.Option("--demo", help=f"A virtual clinic of its own in {DEMO_FOLDER}, nobody in it is real.")
    ] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    tls_name: Annotated[
        str, typer.Option(help="The name under which a TLS proxy before this program is reached. docs/tls.md says how.")
    ] = "",
    trusted_proxy: Annotated[str, typer.Option(help="The address from which that proxy calls.")] = "127.0.0.1",
) -> None:
    """Open the clinic in a browser: http://127.0.0.1:8000 unless told otherwise."""
    from sijoint.web import Opening, open_site, require_safe, secret_for
    from sijoint.web import serve as serve_site

    opening = Opening(host, port, tls_name, trusted_proxy)
    require_safe(opening, demo=demo)
    opened = _demo_store() if demo else _clinic_store(store)
    site = open_site(opened, secret=secret_for(opened.path), hosts=opening.hosts, secure=opening.secure, demo=demo)
    typer.echo(f"SIJoint: {opening.address}  (Ctrl-C ends it)")
    serve_site(site, opening)


def _clinic_store(store: str) -> Store:
    """The store that is there; in a terminal a new one is offered, and its first administrator asked for."""
    from sijoint.web import has_administrator, require_somebody

    place = place_of(store)
    at_a_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if isinstance(place.database, Path) and not place.database.exists() and at_a_terminal:
        typer.confirm(f"There is no store {place.name}. Make an empty one for care now?", abort=True)
        open_store(store, StoreKind.CARE, create=True).close()
    opened = open_store(store)
    if at_a_terminal and not has_administrator(opened):
        add_first_administrator(opened)
    require_somebody(opened)
    return opened


def _demo_store() -> Store:
    """The virtual clinic, made once: some thirty invented persons, each where a person would stand now."""
    from sijoint.cohort import virtual_store
    from sijoint.cohort.virtual_clinic import fill_virtual_clinic
    from sijoint.web import require_virtual

    path = DEMO_FOLDER / "clinic.db"
    if path.exists():
        kept = open_store(path)
        require_virtual(kept)
        typer.echo(f"The virtual clinic of {path}; remove {DEMO_FOLDER} to have a new one.")
        return kept
    now = datetime.now(UTC)
    with result_folder(DEMO_FOLDER) as folder, _progress() as bar:
        task = bar.add_task("Filling a virtual clinic", total=None)
        made = virtual_store(folder / path.name, DEMO_SEED)
        clinic = fill_virtual_clinic(
            made, seed=DEMO_SEED, now=now, progress=lambda done, of: bar.update(task, completed=done, total=of)
        )
        for person in clinic.people:
            add_person(made, person, by="demo", at=now, console=True)
        made.close()
    return open_store(path)


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), transient=True, console=Console(stderr=True))
