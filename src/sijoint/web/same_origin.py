"""A form or a connection is taken only from a page of this very site.

Browsers say with ``Sec-Fetch-Site`` where a request came from, and with ``Origin`` whose page sent it; neither can be set
by a page. A name in ``Host`` that is not this site's is refused as well: else a foreign name that leads to this machine
would make a foreign page look like ours.
"""

from http import HTTPStatus

from fastapi import WebSocket
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from sijoint.web.error_pages import answer
from sijoint.web.errors import Refused, WrongOrigin
from sijoint.web.site import Site

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REFUSED_CONNECTION = 4403  # the close code of a WebSocket from elsewhere


class UnknownHost(Refused):
    """The name by which this site was called is not one of its own."""

    status = HTTPStatus.MISDIRECTED_REQUEST

    def __init__(self) -> None:
        super().__init__("This site is not known under that name: use the address that it was started with.")


def comes_from_here(site: Site, connection: HTTPConnection) -> bool:
    """Whether a page of this site sent it. Silence is no."""
    fetched_from = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if fetched_from is not None:
        return fetched_from == "same-origin"
    return origin is not None and _is_own_origin(site, connection, origin)


def require_own_page(site: Site, socket: WebSocket) -> None:
    """For a WebSocket, before it is accepted: its page must be one of ours. Raises WrongOrigin.

    Browsers do not say ``Sec-Fetch-Site`` for every WebSocket, so ``Origin`` is asked here always.
    """
    told = socket.headers.get("sec-fetch-site", "same-origin")
    if told != "same-origin" or not _is_own_origin(site, socket, socket.headers.get("origin", "")):
        raise WrongOrigin


def _is_own_origin(site: Site, connection: HTTPConnection, origin: str) -> bool:
    scheme = "https" if site.secure else "http"
    return _is_own_host(site, connection) and origin == f"{scheme}://{connection.headers.get('host', '')}"


def _is_own_host(site: Site, connection: HTTPConnection) -> bool:
    """With or without a port: which one the browser called does not matter, by which name does."""
    host = connection.headers.get("host", "")
    name, colon, port = host.rpartition(":")
    return host in site.hosts or (bool(colon) and port.isdigit() and name in site.hosts)


class OwnPagesOnly:
    """Before any endpoint: a known name, and for everything that changes something a page of ours."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": REFUSED_CONNECTION})
        else:
            request = Request(scope)
            request.state.person = None
            await answer(request, refusal.status, refusal.sentence)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refused | None:
        if scope["type"] not in ("http", "websocket"):
            return None
        connection = HTTPConnection(scope)
        if not _is_own_host(self._site, connection):
            return UnknownHost()
        if scope["type"] == "websocket":
            try:
                require_own_page(self._site, connection)  # type: ignore[arg-type]  # headers alone are read
            except WrongOrigin as refusal:
                return refusal
            return None
        if scope["method"] not in SAFE_METHODS and not comes_from_here(self._site, connection):
            return WrongOrigin()
        return None
