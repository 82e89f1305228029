"""The skin dose as a person sees it: the skin of the trunk unrolled, as seen from outside, head up."""

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.skin_dose import SkinDose

TURN_BIN_DEG, HEIGHT_BIN_MM = 3.0, 5.0
ASSUMED_SHOWN_MM = 40.0  # so much of the body beyond the CT is enough
SIDES = {0: "back", 90: "right", 180: "front", 270: "left"}  # going rightwards on the screen, seen from outside


def unrolled(skin: SkinDose) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """Mean dose (heights, turns) in mGy, NaN where there is no skin; edges of both axes; and the turn in the middle.

    Turns are degrees round the body from the back by the patient's right, heights are LPS z in mm. The middle is back or
    front, whichever got more.
    """
    surface = skin.surface
    x, y, z = surface.centres_mm.T
    across, behind = (one - np.average(one, weights=surface.areas_mm2) for one in (-x, y))
    turn = np.degrees(np.arctan2(across, behind))
    weight = skin.dose_mgy * surface.areas_mm2
    middle = 0.0 if (weight * np.cos(np.radians(turn))).sum() >= 0 else 180.0
    shown = (turn - middle + 180) % 360 - 180 + middle
    turns = middle + np.arange(-180, 180 + TURN_BIN_DEG / 2, TURN_BIN_DEG)
    heights = np.arange(z.min(), z.max() + HEIGHT_BIN_MM, HEIGHT_BIN_MM)
    bins = (heights, turns)
    area, _, _ = np.histogram2d(z, shown, bins, weights=surface.areas_mm2)
    dose, _, _ = np.histogram2d(z, shown, bins, weights=surface.areas_mm2 * skin.dose_mgy)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = dose / area
    return mean, heights, turns, middle


def skin_dose_picture(skin: SkinDose) -> NDArray[np.uint8]:
    """RGB (rows, columns, 3): the unrolled skin with its peak; skin that the CT does not show is veiled."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # a second that a frame need not wait for
    from matplotlib.figure import Figure

    dose, heights, turns, middle = unrolled(skin)
    figure = Figure(figsize=(9.6, 5.2), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    mesh = axes.pcolormesh(turns, heights, dose, cmap="YlOrRd", vmin=0.0, rasterized=True)
    axes.set_facecolor("0.7")
    seen_z = skin.surface.centres_mm[~skin.surface.assumed, 2]
    if seen_z.size:
        bottom, top = (
            max(heights[0], seen_z.min() - ASSUMED_SHOWN_MM),
            min(heights[-1], seen_z.max() + ASSUMED_SHOWN_MM),
        )
        axes.set_ylim(bottom, top)
        for low, high in ((bottom, seen_z.min()), (seen_z.max(), top)):
            if high - low > HEIGHT_BIN_MM:
                axes.axhspan(low, high, color="0.6", alpha=0.55, lw=0)
                axes.text(middle, (low + high) / 2, "body assumed beyond the CT", ha="center", va="center", fontsize=8)
    ticks = [turn for turn in range(-180, 361, 90) if turns[0] <= turn <= turns[-1]]
    axes.set_xticks(ticks, [SIDES[turn % 360] for turn in ticks])
    axes.set_xlabel("round the body, as seen from outside")
    axes.set_ylabel("towards the head, LPS z in mm")
    where = " (on assumed body)" if skin.peak_is_on_assumed_skin else ""
    left_out = f" · {skin.pulses_left_out} pulses without dose left out" if skin.pulses_left_out else ""
    axes.set_title(f"Skin dose, computed · peak {skin.peak_mgy:.2f} mGy{where}{left_out}", fontsize=11)
    figure.colorbar(mesh, ax=axes, label="dose in skin, mGy")
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
