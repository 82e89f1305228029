"""How long things take in a simulated room, and how many pulses it makes: the values of ``timing.toml``, all assumed."""

from dataclasses import dataclass
from importlib import resources
from tomllib import loads


@dataclass(frozen=True)
class Timing:
    source: str
    grade: str
    gantry_start_s: float
    gantry_deg_per_s: float
    isocentre_mm_per_s: float
    needle_mm_per_s: float
    needle_handling_s: float
    run_pulses_per_s: float
    fluoroscopy_pulses_per_s: float
    judgement_s: float
    skin_anaesthetic_s: float
    syringe_change_s: float
    last_image_frames: int
    live_pulses_per_s: float
    pulse_rates: list[float]
    longest_press_s: float


TIMING = Timing(**loads(resources.files("sijoint.room").joinpath("timing.toml").read_text(encoding="utf-8")))
