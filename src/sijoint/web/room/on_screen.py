"""From frames to what the page shows: window, orientation, subtraction, and the strip that says L, R and SIMULATED."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sijoint.fluoroscopy import Frame, Screen, UnphysicalView, edge_letters, log_subtraction, subtraction_pixels
from sijoint.frames import CArmPose, DisplayOrientation, default_display
from sijoint.room.settings import RoomSettings
from sijoint.web.room.wire import Flag

ORIGIN = "SIMULATED"
STRIP_SHARE = 1 / 24  # of the picture's width


class OnScreen:
    """One screen of one room. Not for two threads."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self._screen: Screen | None = None
        self._settings: RoomSettings | None = None

    def shown(
        self, frame: Frame, settings: RoomSettings, mask: Frame | None, *, moving: bool
    ) -> tuple[NDArray[np.uint8], Flag]:
        """(rows + strip, columns) as a person sees it, and what it is. ``mask`` is the picture before contrast."""
        flags = Flag(0)
        grey = None
        if settings.subtraction and mask is not None:
            try:
                grey = subtraction_pixels(log_subtraction(mask, frame), frame.detector.pixel_mm)
                flags |= Flag.SUBTRACTION
            except UnphysicalView:
                grey = None  # another view than the mask's: shown as it is
        if grey is None:
            grey = self._grey(frame, settings, moving)
        assert frame.pose is not None  # made here, by this C-arm
        display = orientation(frame.pose, settings)
        turned = display.apply(grey)
        return np.vstack([strip(edge_letters(frame.pose, display), turned.shape[1]), turned]), flags

    def _grey(self, frame: Frame, settings: RoomSettings, moving: bool) -> NDArray[np.uint8]:
        if self._screen is None or settings != self._settings:
            plain = settings.brightness == 0 and settings.contrast == 1
            adjust = None if plain else settings.window
            self._screen = Screen(settings.display, threads=self._threads, adjust=adjust)
            self._settings = settings
        return self._screen.show(frame, moving=moving)


def orientation(pose: CArmPose, settings: RoomSettings) -> DisplayOrientation:
    """The usual orientation of a pose, turned further as somebody set it."""
    usual = default_display(pose)
    return DisplayOrientation(usual.mirror != settings.mirror, (usual.quarter_turns + settings.quarter_turns) % 4)


def strip_rows(columns: int) -> int:
    """Rows of the strip above a picture so wide."""
    return max(10, round(columns * STRIP_SHARE))


@lru_cache(maxsize=32)
def strip(letters: tuple[str, str], columns: int) -> NDArray[np.uint8]:
    """(strip rows, columns) with the side letters at its ends and the origin between them."""
    rows = strip_rows(columns)
    picture = Image.new("L", (columns, rows))
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(round(0.72 * rows))
    edge = rows / 3
    draw.text((edge, rows / 2), letters[0], 255, font, anchor="lm")
    draw.text((columns - edge, rows / 2), letters[1], 255, font, anchor="rm")
    draw.text((columns / 2, rows / 2), ORIGIN, 210, font, anchor="mm")
    grey = np.asarray(picture, dtype=np.uint8)
    grey.setflags(write=False)
    return grey
