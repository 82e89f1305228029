"""The pages that sit in a room, and what all of them are told."""

from typing import Any

from sijoint.web.room.on_screen import strip_rows
from sijoint.web.room.seat import Picture, Seat
from sijoint.web.room.wire import PictureHeader


class RoomPages:
    """Every page hears every answer; a page that has not said hello is sent neither state nor picture."""

    def __init__(self) -> None:
        self.seats: list[Seat] = []

    @property
    def none(self) -> bool:
        return not self.seats

    def tell(self, words: str) -> None:
        for seat in self.seats:
            seat.tell(words)

    def tell_state(self, words: str) -> None:
        for seat in self._greeted():
            seat.tell_state(words)

    def show(self, picture: Picture) -> None:
        for seat in self._greeted():
            seat.show(picture)

    def _greeted(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.greeted]


def picture_told(header: PictureHeader) -> dict[str, Any]:
    """A picture in numbers, for the text twin."""
    return {
        "sequence": header.sequence,
        "width": header.width,
        "height": header.height,
        "strip_rows": strip_rows(header.width),
        "flags": int(header.flags),
    }
