"""What the operator or the brightness control sets for a pulse: tube, filter, collimator, grid."""

from dataclasses import dataclass
from math import inf

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.physics import physics, xray_tables

SLOWEST, FASTEST = 1.0, 30.0  # pulses a second of pulsed fluoroscopy


@dataclass(frozen=True)
class Collimator:
    """Half-width and half-height of the field at the isocentre; None is the detector's own."""

    half_width_mm: float | None = None
    half_height_mm: float | None = None

    def __post_init__(self) -> None:
        for value in (self.half_width_mm, self.half_height_mm):
            if value is not None and not 0 < value < inf:
                raise UnphysicalView("the collimator is closed: open it to a half-width above zero")


@dataclass(frozen=True)
class Technique:
    """Tube voltage, current, pulse width and rate (1 to 30 a second); ``copper_mm`` is added to the 3 mm Al that is always there."""

    kvp: float
    ma: float
    pulse_ms: float = 8.0
    pulses_per_s: float = 8.0
    collimator: Collimator | None = None
    grid: bool = True
    copper_mm: float = 0.1

    def __post_init__(self) -> None:
        tables = xray_tables()
        if not tables.kvp[0] <= self.kvp <= tables.kvp[-1]:
            raise UnphysicalView(f"{self.kvp:g} kVp is outside the tube's {tables.kvp[0]:g} to {tables.kvp[-1]:g} kVp")
        if not tables.copper_mm[0] <= self.copper_mm <= tables.copper_mm[-1]:
            raise UnphysicalView(
                f"{self.copper_mm:g} mm copper is outside {tables.copper_mm[0]:g} to {tables.copper_mm[-1]:g} mm"
            )
        if not (0 < self.ma < inf and 0 < self.pulse_ms < inf):
            raise UnphysicalView("mA and pulse width are above zero, or there is no X-ray")
        most_ma = float(physics("tube")["most_ma"])
        if self.ma > most_ma:
            raise UnphysicalView(f"{self.ma:g} mA is more than the tube gives: choose up to {most_ma:g} mA")
        if not SLOWEST <= self.pulses_per_s <= FASTEST:
            raise UnphysicalView(
                f"{self.pulses_per_s:g} pulses a second are outside {SLOWEST:g} to {FASTEST:g}: choose a rate of the pedal"
            )
        if self.pulse_ms * self.pulses_per_s > 1000:
            raise UnphysicalView(
                f"pulses of {self.pulse_ms:g} ms do not fit {self.pulses_per_s:g} times into a second: shorten them"
            )

    @property
    def mas(self) -> float:
        """Tube charge of one pulse in mAs."""
        return self.ma * self.pulse_ms / 1000
