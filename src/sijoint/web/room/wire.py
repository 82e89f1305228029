"""What page and server tell each other: the header of a picture, and messages read before anybody believes them."""

import json
import re
import struct
from dataclasses import dataclass
from enum import IntFlag
from typing import Any

from sijoint.web.room.limits import LIMITS

HEADER = struct.Struct("<4sIIHHBBHfff")
MAGIC = b"SIJ1"
BITS = 8
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
COUNT_END = 2**32

WITHOUT_ID = frozenset({"hello", "ack"})
COMMANDS = frozenset(
    {
        "pedal", "let go", "move", "position", "collimate", "settings", "pulse", "mark skin", "choose needle",
        "insert needle", "advance", "withdraw", "redirect", "rotate bevel", "inject skin", "inject contrast",
        "judge contrast", "inject drug", "wait", "end",
    }
)  # fmt: skip


class Flag(IntFlag):
    """Of a picture."""

    SHARP = 1
    HELD = 2
    TURNING = 4
    SUBTRACTION = 8


class BadMessage(ValueError):
    """Not a message of this protocol; the text is what the person reads. ``command_id`` where it could be read."""

    def __init__(self, sentence: str, command_id: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.command_id = sentence, command_id


@dataclass(frozen=True)
class PictureHeader:
    """Of one picture on the wire; doses are the room's so far."""

    sequence: int
    session_ms: int
    width: int
    height: int
    flags: Flag
    fluoroscopy_seconds: float
    kerma_reference_mgy: float
    dose_area_product_mgy_cm2: float

    def packed(self) -> bytes:
        return HEADER.pack(
            MAGIC, self.sequence, self.session_ms, self.width, self.height, BITS, self.flags, 0,
            self.fluoroscopy_seconds, self.kerma_reference_mgy, self.dose_area_product_mgy_cm2,
        )  # fmt: skip


def read_picture(message: bytes) -> tuple[PictureHeader, bytes]:
    """Header and pixels. Raises BadMessage."""
    if len(message) < HEADER.size:
        raise BadMessage("a picture begins with 32 bytes")
    magic, sequence, session_ms, width, height, bits, flags, _, seconds, kerma, area = HEADER.unpack_from(message)
    pixels = message[HEADER.size :]
    if magic != MAGIC or bits != BITS or len(pixels) != width * height:
        raise BadMessage("this is not a picture of the live room")
    return PictureHeader(sequence, session_ms, width, height, Flag(flags), seconds, kerma, area), pixels


def read_message(text: str) -> dict[str, Any]:
    """A message of a page: known, small, with an id where it is a command. Raises BadMessage."""
    if len(text.encode("utf-8", "surrogatepass")) > LIMITS.message_bytes:
        raise BadMessage(f"a message is at most {LIMITS.message_bytes} bytes: nothing of it was done")
    try:
        message = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadMessage("this message is not JSON: nothing was done") from None
    if not isinstance(message, dict):
        raise BadMessage("a message is a JSON object with its kind: nothing was done")
    kind = message.get("kind")
    if kind == "ack":
        return {"kind": kind, "sequence": _count(message, "sequence")}
    if kind == "hello":
        return {"kind": kind, "last_sequence": _count(message, "last_sequence")}
    name = message.get("id")
    if not (isinstance(name, str) and ID.fullmatch(name)):
        raise BadMessage("a command has an id of 1 to 64 letters, digits, - or _: nothing was done")
    if not isinstance(kind, str) or kind not in COMMANDS:
        raise BadMessage("the room does not know this command: nothing was done", name)
    return message


def written(kind: str, **what: Any) -> str:
    """A message to a page."""
    return json.dumps({"kind": kind, **what}, separators=(",", ":"), allow_nan=False)


def _count(message: dict[str, Any], name: str) -> int:
    value = message.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < COUNT_END:
        raise BadMessage(f"{name} counts pictures from 0: nothing was done")
    return value


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")
