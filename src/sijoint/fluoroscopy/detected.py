"""Primary X-ray energy on the detector behind a scene: a table for the anatomy, an exact few-energy sum for tools."""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.beam import BONE_STEP, WATER_STEP, Beam
from sijoint.fluoroscopy.scene import Scene
from sijoint.fluoroscopy.workers import workers

ROWS = 64  # rows of one block of work


def primary_signal(
    scene: Scene, source: Beam, mas: float, source_detector_mm: float, pixel_mm: float, threads: int = 2
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Detected primary energy (rows, columns) in keV/mm2, and its noise step in keV (second over first moment)."""
    anatomy = scene.anatomy
    rows, columns = anatomy.water.shape
    log, step = np.empty((rows, columns), np.float32), np.empty((rows, columns), np.float32)
    nothing = np.zeros((0, 0), np.float32)
    added = scene.all_steel, scene.titanium, scene.iodine, scene.gadolinium
    steel, titanium, iodine, gadolinium = (nothing if density is None else density for density in added)
    scale = np.float32(np.log(mas * (1000 / source_detector_mm) ** 2))

    def block(start: int) -> None:
        stop = min(start + ROWS, rows)
        _look_up(
            anatomy.water, anatomy.bone, source.log_signal, source.quantum_kev, scale,
            np.float32(pixel_mm / source_detector_mm), start, stop, log, step,
        )  # fmt: skip
        if any(density is not None for density in added):
            _through_tools(
                anatomy.water, anatomy.bone, steel, titanium, iodine, gadolinium,
                source.group_weight, source.group_mu, start, stop, log,
            )  # fmt: skip
        np.exp(log[start:stop], out=log[start:stop])

    list(workers(threads).map(block, range(0, rows, ROWS)))
    return log, step


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def _look_up(water, bone, table, quantum, scale, pixel_angle, start, stop, log, step):
    n_water, n_bone = table.shape
    rows, columns = water.shape
    for row in range(start, stop):
        y = (row - np.float32(0.5) * (rows - 1)) * pixel_angle
        for column in range(columns):
            w = water[row, column] * np.float32(1 / WATER_STEP)
            b = bone[row, column] * np.float32(1 / BONE_STEP)
            i, j = min(int(w), n_water - 2), min(int(b), n_bone - 2)
            w -= i
            b -= j  # beyond the table's end both exceed one: extended at constant slope
            t00, t01, t10, t11 = table[i, j], table[i, j + 1], table[i + 1, j], table[i + 1, j + 1]
            x = (column - np.float32(0.5) * (columns - 1)) * pixel_angle
            # distance and slant of the detector's corners: cos^3, ln(1 + r2) by its series
            r2 = x * x + y * y
            slant = np.float32(-1.5) * r2 * (np.float32(1) - np.float32(0.5) * r2)
            log[row, column] = scale + slant + t00 + w * (t10 - t00) + b * (t01 - t00) + w * b * (t11 - t10 - t01 + t00)
            step[row, column] = quantum[i + (w > 0.5), j + (b > 0.5)]


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def _through_tools(water, bone, steel, titanium, iodine, gadolinium, weight, mu, start, stop, log):
    """Adds ln of the transmission through metals (g/cm2) and contrast (mg/cm2) behind the same water and bone.

    ``mu`` is in the order of beam.GROUPED.
    """
    for row in range(start, stop):
        for column in range(water.shape[1]):
            i = iodine[row, column] * np.float32(0.001) if iodine.size else np.float32(0)
            g = gadolinium[row, column] * np.float32(0.001) if gadolinium.size else np.float32(0)
            s = steel[row, column] if steel.size else np.float32(0)
            t = titanium[row, column] if titanium.size else np.float32(0)
            if i <= 0 and g <= 0 and s <= 0 and t <= 0:
                continue
            without, through = np.float32(0), np.float32(0)
            for n in range(weight.size):
                share = weight[n] * np.exp(-mu[0, n] * water[row, column] - mu[1, n] * bone[row, column])
                without += share
                through += share * np.exp(-mu[2, n] * i - mu[3, n] * g - mu[4, n] * s - mu[5, n] * t)
            if without > 0:
                log[row, column] += np.log(max(through / without, np.float32(1e-12)))
