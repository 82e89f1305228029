"""One line a request: method, the route's template, status and duration. Never an address as it was sent.

Paths hold ids and signed links, queries hold names that somebody searched for.
"""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("sijoint.web.requests")


class RequestLog:
    """Logs what was answered; a request that met no route is logged as such."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        status, began = "closed", time.perf_counter()

        async def listening(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            elif message["type"] == "websocket.accept":
                status = "open"
            await send(message)

        try:
            await self._app(scope, receive, listening)
        finally:
            template = getattr(scope.get("route"), "path", "(no route)")
            took_ms = (time.perf_counter() - began) * 1000
            log.info("%s %s %s %.0f ms", scope.get("method", "WS"), template, status, took_ms)
