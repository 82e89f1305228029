"""How a stored image is turned for the eye, and where its side marker goes. Pixels on disk never change.

Default for a patient seen from behind: the patient's left at screen left (general radiological practice for spine
procedures in prone position; switchable by the site).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames.carm import CArmPose
from sijoint.frames.side import Side


@dataclass(frozen=True)
class DisplayOrientation:
    """Mirror left-right first, then turn by quarter turns counter-clockwise. Logged with every displayed image."""

    mirror: bool = False
    quarter_turns: int = 0

    def apply(self, image: NDArray[Any]) -> NDArray[Any]:
        """A stored image [row, column] as displayed."""
        return np.rot90(image[:, ::-1] if self.mirror else image, self.quarter_turns)

    def undo(self, displayed: NDArray[Any]) -> NDArray[Any]:
        """The stored image of a displayed one."""
        stored = np.rot90(displayed, -self.quarter_turns)
        return stored[:, ::-1] if self.mirror else stored

    def to_display(self, column_row: ArrayLike, stored_shape: tuple[int, int]) -> NDArray[np.float64]:
        """Displayed (column, row) positions (..., 2) of stored ones."""
        points = np.asarray(column_row, dtype=np.float64)
        column, row = points[..., 0], points[..., 1]
        rows, columns = stored_shape
        if self.mirror:
            column = columns - 1 - column
        for _ in range(self.quarter_turns % 4):
            column, row = row, columns - 1 - column
            rows, columns = columns, rows
        return np.stack([column, row], axis=-1)

    def to_stored(self, column_row: ArrayLike, stored_shape: tuple[int, int]) -> NDArray[np.float64]:
        """Stored (column, row) positions (..., 2) of displayed ones."""
        points = np.asarray(column_row, dtype=np.float64)
        column, row = points[..., 0], points[..., 1]
        rows, columns = stored_shape[:: -1 if self.quarter_turns % 2 else 1]
        for _ in range(self.quarter_turns % 4):
            column, row = rows - 1 - row, column
            rows, columns = columns, rows
        if self.mirror:
            column = columns - 1 - column
        return np.stack([column, row], axis=-1)


def default_display(pose: CArmPose) -> DisplayOrientation:
    """Head up, and the patient's left at screen left when the receptor is behind the patient, else at screen right.

    Beyond 60° from straight the image is a lateral: it is shown as stored, with head up.
    """
    u = pose.axes[0]
    from_behind = pose.direction[1] > 0
    left_at_right = u[0] > 0
    if abs(u[0]) < 0.5:
        return DisplayOrientation()
    return DisplayOrientation(mirror=bool(left_at_right if from_behind else not left_at_right))


def side_at_screen_left(pose: CArmPose, display: DisplayOrientation) -> Side | None:
    """Which side of the patient is at the left edge of the displayed image; None when neither is (lateral views)."""
    u, v, _ = pose.axes
    right_on_screen = -u if display.mirror else u
    down_on_screen = v
    for _ in range(display.quarter_turns % 4):
        right_on_screen, down_on_screen = down_on_screen, -right_on_screen
    if abs(right_on_screen[0]) < 0.5:
        return None
    return Side.RIGHT if right_on_screen[0] > 0 else Side.LEFT
