"""A series of pictures on one screen: what is kept from pulse to pulse so that neither noise nor grey values flicker."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.display import DEFAULT, DisplayOptions, Window, display_pixels, display_window
from sijoint.fluoroscopy.frame import Frame, Relationship
from sijoint.fluoroscopy.temporal import recursively_filtered


class Screen:
    """Shows frames one after another as its options say. One user at a time.

    ``adjust`` makes of the window that a picture would have the one that somebody wants to see.
    """

    def __init__(
        self, options: DisplayOptions = DEFAULT, *, threads: int = 2, adjust: Callable[[Window], Window] | None = None
    ) -> None:
        self.options = options
        self._adjust = adjust
        self._threads = threads
        self._filtered: Frame | None = None
        self._window: tuple[object, Window] | None = None

    def show(self, frame: Frame, *, moving: bool = False) -> NDArray[np.uint8]:
        """(rows, columns) grey in stored orientation. ``moving``: the view is about to change, nothing of it is kept."""
        if frame.relationship is Relationship.DISPLAY:
            return display_pixels(frame, self.options)
        seen = frame
        if self.options.temporal_filter:
            before = None if moving else self._filtered
            seen = self._filtered = recursively_filtered(before, frame, threads=self._threads)
        window = self._kept_window(frame) if self.options.steady_window and not moving else None
        if self._adjust is not None:
            window = self._adjust(window or display_window(frame, self.options, threads=self._threads))
        return display_pixels(seen, self.options, window=window, threads=self._threads)

    def _kept_window(self, frame: Frame) -> Window:
        """One window as long as pose and technique stay, so that noise, needle and contrast do not make grey flicker."""
        of = (frame.pose, frame.technique)
        if self._window is None or self._window[0] != of:
            self._window = (of, display_window(frame, self.options, threads=self._threads))
        return self._window[1]
