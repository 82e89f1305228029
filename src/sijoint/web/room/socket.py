"""The line between a page and its room: who may, how much, how fast; and nothing that a page says ends the room."""

import asyncio
import contextlib
import time
from collections.abc import Callable

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from sijoint.web.access import Rehearser
from sijoint.web.errors import NotHere
from sijoint.web.open_connections import while_account_lasts
from sijoint.web.room.limits import LIMITS
from sijoint.web.room.live_room import LiveRoom
from sijoint.web.room.registry import TooManyRooms, live_rooms
from sijoint.web.room.seat import Seat
from sijoint.web.room.wire import BadMessage, read_message, written
from sijoint.web.site import TheSite

router = APIRouter()

NOT_YOURS, TOO_FAST, TOO_MANY, TOO_SLOW = 4404, 4429, 4503, 1013
TEXT_ONLY = "a page speaks in text: this was not read"
HELLO_FIRST = "say hello first: nothing was done"


@router.websocket("/rooms/{room_id}/live")
async def live(socket: WebSocket, room_id: str, site: TheSite, person: Rehearser) -> None:
    """The live line of one room. Origin and host were asked before this (`same_origin`)."""
    await socket.accept()
    rooms = live_rooms(site)
    loop, waiting = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the server is closing
            loop.call_soon_threadsafe(waiting.set)

    seat = Seat(person.code, wake)
    try:
        room = await asyncio.to_thread(rooms.get, room_id, person)
        if not room.running:
            await asyncio.to_thread(rooms.wake, room)
    except NotHere as refusal:
        await socket.close(NOT_YOURS, _reason(refusal.sentence))
        return
    except TooManyRooms as refusal:
        await socket.close(TOO_MANY, _reason(refusal.sentence))
        return
    room.enter(seat)
    sending = asyncio.create_task(_send(socket, seat, waiting))
    try:
        async with while_account_lasts(site, socket, person):
            await _receive(socket, seat, room, time.monotonic)
    except WebSocketDisconnect:
        pass
    finally:
        room.leave(seat)
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await sending


async def _receive(socket: WebSocket, seat: Seat, room: LiveRoom, now: Callable[[], float]) -> None:
    """Read until the page goes or says too much."""
    budget, since = float(LIMITS.messages_per_s), now()
    while True:
        received = await socket.receive()
        if received["type"] == "websocket.disconnect":
            return
        moment = now()
        budget = min(budget + (moment - since) * LIMITS.messages_per_s, LIMITS.messages_per_s) - 1
        since = moment
        if budget < -LIMITS.messages_per_s:
            await socket.close(TOO_FAST, "Far too many messages: open the room again.")
            return
        try:
            if budget < 0:
                raise BadMessage(f"more than {LIMITS.messages_per_s} messages a second: this one was not read")
            text = received.get("text")
            if text is None:
                raise BadMessage(TEXT_ONLY)
            _obey(read_message(text), seat, room)
        except BadMessage as wrong:
            seat.tell(written("refused", command_id=wrong.command_id, sentence=wrong.sentence, findings=[]))


def _obey(message: dict[str, object], seat: Seat, room: LiveRoom) -> None:
    if message["kind"] == "hello":
        room.greet(seat, int(str(message["last_sequence"])))
    elif not seat.greeted:
        raise BadMessage(HELLO_FIRST, str(message.get("id", "")))
    elif message["kind"] == "ack":
        room.drawn(seat, int(str(message["sequence"])))
    else:
        room.say(seat, dict(message))


async def _send(socket: WebSocket, seat: Seat, waiting: asyncio.Event) -> None:
    """Words before pictures; a page that reads nothing any more is let go."""
    while socket.application_state is WebSocketState.CONNECTED:
        await waiting.wait()
        waiting.clear()
        if seat.too_slow:
            await socket.close(TOO_SLOW, "This page was too slow: open it again; nothing is lost.")
            return
        while (words := seat.next_words()) is not None:
            await socket.send_text(words)
        if (picture := seat.next_picture()) is not None:
            await socket.send_bytes(picture)
            waiting.set()  # words may have come meanwhile


def _reason(sentence: str) -> str:
    return sentence.encode()[:120].decode(errors="ignore")
