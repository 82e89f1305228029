"""What is set on the fluoroscope and its screen, and within which limits. Limits of the screen are assumed."""

from dataclasses import dataclass, replace
from typing import Any

from sijoint.fluoroscopy import DisplayOptions, UnphysicalView, Window
from sijoint.fluoroscopy.physics import physics, xray_tables
from sijoint.room.timing import TIMING

BRIGHTNESS = (-0.5, 0.5)
CONTRAST = (0.25, 4.0)
EDGE = (0.0, 4.0)


def tube_limits() -> dict[str, tuple[float, float]]:
    """Lowest and highest kVp and mA that may be set by hand; the air kerma rate has a limit of its own."""
    kvp = xray_tables().kvp
    return {
        "kvp": (float(kvp[0]), float(kvp[-1])),
        "ma": (float(physics("brightness")["least_ma"]), float(physics("tube")["most_ma"])),
    }


@dataclass(frozen=True)
class RoomSettings:
    """``kvp`` and ``ma`` None: brightness control chooses them.

    The screen: ``brightness`` shifts the window by a share of its width, ``contrast`` narrows it by a factor, ``edge`` is the
    strength of edge enhancement (1: the usual look); ``mirror`` and ``quarter_turns`` turn the usual picture further;
    ``subtraction`` shows what has come since the mask. Raises UnphysicalView.
    """

    pulses_per_s: float = TIMING.fluoroscopy_pulses_per_s
    zoom: float = 1.0
    kvp: float | None = None
    ma: float | None = None
    brightness: float = 0.0
    contrast: float = 1.0
    edge: float = 1.0
    inverted: bool = False
    mirror: bool = False
    quarter_turns: int = 0
    subtraction: bool = False

    def __post_init__(self) -> None:
        if self.pulses_per_s not in TIMING.pulse_rates:
            known = ", ".join(f"{rate:g}" for rate in TIMING.pulse_rates)
            raise UnphysicalView(
                f"the pedal does not give {self.pulses_per_s:g} pulses a second: choose one of {known}"
            )
        if (self.kvp is None) != (self.ma is None):
            raise UnphysicalView(
                "by hand the tube needs both kVp and mA: give both, or leave them to brightness control"
            )
        for name, value, (low, high) in (
            ("brightness", self.brightness, BRIGHTNESS),
            ("contrast", self.contrast, CONTRAST),
            ("edge enhancement", self.edge, EDGE),
        ):
            if not low <= value <= high:
                raise UnphysicalView(f"{name} is between {low:g} and {high:g}, not {value:g}")
        if self.quarter_turns not in range(4):
            raise UnphysicalView("a picture is turned by 0, 1, 2 or 3 quarters")

    def changed(self, automatic: bool | None, **changes: Any) -> "RoomSettings":
        """With everything that is not None changed. Raises UnphysicalView."""
        asked = {name: value for name, value in changes.items() if value is not None}
        by_hand = "kvp" in asked or "ma" in asked
        if automatic and by_hand:
            raise UnphysicalView("either brightness control chooses kVp and mA, or you do: not both")
        if automatic:
            asked |= {"kvp": None, "ma": None}
        return replace(self, **asked)

    @property
    def display(self) -> DisplayOptions:
        return DisplayOptions(edge_enhancement=self.edge, inverted=self.inverted, temporal_filter=True)

    def window(self, usual: Window) -> Window:
        """The window that is shown for the one that the picture itself would have."""
        width = usual.high - usual.low
        shift = -self.brightness if self.inverted else self.brightness
        middle = (usual.high + usual.low) / 2 - shift * width
        half = width / 2 / self.contrast
        return replace(usual, low=middle - half, high=middle + half)
