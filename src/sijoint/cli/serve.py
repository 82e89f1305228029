"""``sij serve``: the clinic, the patient's pages and the fluoroscopy room in a browser."""

from typing import Annotated

import typer

from sijoint.cli.records import STORE_HELP, STORE_VARIABLE


def serve(
    store: Annotated[str, typer.Option("--store", help=STORE_HELP, envvar=STORE_VARIABLE)] = "clinic.db",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
) -> None:
    """Open the clinic in a browser: http://127.0.0.1:8000 unless told otherwise."""
    from sijoint.web import open_site
    from sijoint.web import serve as serve_site

    site = open_site(store)
    typer.echo(f"SIJoint: http://{host}:{port} (stop with Ctrl-C)")
    serve_site(site, host, port)
