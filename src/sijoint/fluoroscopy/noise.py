"""Normal random numbers for a detector's pixels: counter-based, so a block of rows is the same whoever computes it.

Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3; SC 2011) gives 32 random bits a
pixel; two 11-bit parts pick from a table of the normal distribution's quantiles and their sum is normal to beyond four
standard deviations. Nothing is stored between calls and no bits serve two pixels.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import ndtri

LEVELS = 2048


def _quantile_table() -> NDArray[np.float32]:
    """(LEVELS,) means of a normal distribution of variance one half over equally likely intervals."""
    edges = ndtri(np.linspace(0, 1, LEVELS + 1))
    means = -np.diff(np.exp(-(edges**2) / 2) / np.sqrt(2 * np.pi)) * LEVELS
    return np.asarray(means / (means.std() * 2**0.5), dtype=np.float32)


QUANTILES = _quantile_table()


def stream_key(rng: np.random.Generator) -> NDArray[np.uint32]:
    """(4,) fresh words that name one image's stream: two of the key, two of the counter."""
    return rng.integers(0, 2**32, size=4, dtype=np.uint32)


@njit(nogil=True, cache=True, error_model="numpy", inline="always")
def _round(c0, c1, c2, c3, k0, k1):
    first, second = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
    low = np.uint64(0xFFFFFFFF)
    return (second >> np.uint64(32)) ^ c1 ^ k0, second & low, (first >> np.uint64(32)) ^ c3 ^ k1, first & low


@njit(nogil=True, cache=True, error_model="numpy")
def philox_words(key, row, words):
    """Fills ``words`` (4, n) uint32 with Philox4x32-10 of counters (0..n-1, row, key[2], key[3]) under key[:2]."""
    low = np.uint64(0xFFFFFFFF)
    for block in range(words.shape[1]):
        c0, c1, c2, c3 = np.uint64(block), np.uint64(row), np.uint64(key[2]), np.uint64(key[3])
        k0, k1 = np.uint64(key[0]), np.uint64(key[1])
        for _ in range(10):
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0 = (k0 + np.uint64(0x9E3779B9)) & low
            k1 = (k1 + np.uint64(0xBB67AE85)) & low
        words[0, block] = c0
        words[1, block] = c1
        words[2, block] = c2
        words[3, block] = c3


@njit(nogil=True, cache=True, error_model="numpy")
def normal_row(key, row, table, words, out):
    """Fills ``out`` (columns,) with normal numbers of mean zero and variance one; ``words`` (4, ceil(columns / 4)) is scratch."""
    philox_words(key, row, words)
    n = words.shape[1]
    for part in range(4):
        start = part * n
        for c in range(min(n, out.size - start)):
            word = words[part, c]
            out[start + c] = table[word & np.uint32(2047)] + table[(word >> np.uint32(11)) & np.uint32(2047)]
