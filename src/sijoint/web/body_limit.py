"""No request brings more than any form or message here needs, whatever its header says."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sijoint.web.errors import TooLarge

MOST_BYTES = 2 << 20


class BodyLimit:
    """Counts what arrives; the endpoint that reads past the limit is answered with TooLarge."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > MOST_BYTES:
                raise TooLarge(MOST_BYTES / (1 << 20))
            return message

        await self._app(scope, counted, send)
