"""A connection that stays open while the account behind it changes.

The end of a shift does not end it, for a procedure may be under way; a closed account, or another role, does.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import WebSocket
from fastapi.concurrency import run_in_threadpool

from sijoint.model import Person
from sijoint.web.site import Site

ASKED_EVERY_S = 10.0
NO_LONGER = 4401
SENTENCE = "Your account was closed or changed: sign in again."


@contextlib.asynccontextmanager
async def while_account_lasts(site: Site, socket: WebSocket, person: Person) -> AsyncIterator[None]:
    """Watches the account for as long as the block runs, and closes the connection when it is no longer what it was."""
    watching = asyncio.create_task(_watch(site, socket, person))
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError, RuntimeError):
            await watching


async def _watch(site: Site, socket: WebSocket, person: Person) -> None:
    while await run_in_threadpool(site.role_of, person.code) is person.role:
        await asyncio.sleep(ASKED_EVERY_S)
    await socket.close(NO_LONGER, SENTENCE)
