"""Which joint: the patient's left or the patient's right."""

from enum import StrEnum


class Side(StrEnum):
    """The patient's own side, never the screen's."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def opposite(self) -> "Side":
        return Side.RIGHT if self is Side.LEFT else Side.LEFT

    @property
    def x_sign(self) -> int:
        """+1 for left, -1 for right: the sign of x in LPS on that side of the mid-line."""
        return 1 if self is Side.LEFT else -1

    @property
    def letter(self) -> str:
        """The letter of a radiographic side marker."""
        return "L" if self is Side.LEFT else "R"
