"""Veiling glare: the small share of light that travels far sideways in scintillator and housing and veils dark places.

Two components: the sharp one keeps ``1 - share``; the other is spread as exp(-r / length) over the detector and beyond its
edges, which in frequency is 1 / (1 + (2 pi length f)^2)^(3/2). It is smooth, so it is made on coarse pixels.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft


def glare_transfer(frequency_per_mm: NDArray[np.float64] | float, length_mm: float) -> NDArray[np.float64]:
    """Fourier transform of the tail exp(-r / length) / (2 pi length^2) at radial frequencies."""
    return np.asarray((1 + (2 * np.pi * length_mm * np.asarray(frequency_per_mm)) ** 2) ** -1.5)


def glare_tail(row_sums: NDArray[np.float32], factor: int, pixel_mm: float, length_mm: float) -> NDArray[np.float32]:
    """The spread tail on coarse pixels of ``factor`` fine ones, from sums (rows, coarse columns) along fine rows.

    Beyond the detector it is dark: light that goes there is lost.
    """
    rows = row_sums.shape[0]
    starts = np.arange(0, rows, factor)
    means = np.add.reduceat(row_sums, starts, axis=0) / np.float32(factor * factor)
    size_mm = factor * pixel_mm
    around = int(np.ceil(6 * length_mm / size_mm))
    shape = tuple(fft.next_fast_len(n + around, real=True) for n in means.shape)
    down, across = fft.fftfreq(shape[0], size_mm), fft.rfftfreq(shape[1], size_mm)
    transfer = glare_transfer(np.hypot(down[:, None], across), length_mm).astype(np.float32)
    spread = fft.irfft2(fft.rfft2(means, shape) * transfer, shape)[: means.shape[0], : means.shape[1]]
    return np.ascontiguousarray(spread, dtype=np.float32)
