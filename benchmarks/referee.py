"""The reference image: float64, trilinear, ten samples a voxel along every ray; and the errors against it.

The volume ends at its outer voxels' faces, with the outermost value up to there. Programs end it in other ways, which matters
where the CT cuts the body; so errors are given of all rays and of those that meet air where they enter and leave the volume. A
regular share of the rays is compared: every third or fifth in both directions, which meets every phase of a kernel's bands.
"""

# mypy: disable-error-code=no-untyped-def

from dataclasses import dataclass

import numpy as np
from bodies import Body
from numba import njit, prange

from sijoint.frames import ProjectionGeometry

SAMPLES_A_VOXEL = 10
RAYS_ACROSS = 205  # about so many rays in each direction


AIR_MU = 0.002  # per mm; what is below counts as air where a ray enters or leaves


@dataclass(frozen=True, eq=False)
class Reference:
    """Line integrals (rows, columns) of the compared rays, and which of them cross no cut face of the body."""

    integrals: np.ndarray
    inner: np.ndarray


@dataclass(frozen=True)
class ImageError:
    """``rrmse``: root mean square difference over the mean of the reference; ``mean_ratio``: mean over mean."""

    rrmse: float
    mean_ratio: float
    inner_rrmse: float
    inner_share: float


def every(size: int) -> slice:
    """The rows (or columns) that are compared: an odd step."""
    step = max(size // RAYS_ACROSS, 1)
    step += 1 - step % 2
    return slice(step // 2, None, step)


def reference(body: Body, view: ProjectionGeometry) -> Reference:
    """The reference image of the rays that are compared."""
    return Reference(*_rays(body, view, (every(view.shape[0]), every(view.shape[1]))))


def line_integrals(body: Body, view: ProjectionGeometry, part: tuple[slice, slice]) -> np.ndarray:
    """Line integrals of the rays of a part of the detector."""
    return _rays(body, view, part)[0]


def error_of(image: np.ndarray, ref: Reference) -> ImageError:
    """The error of a whole image against the reference's rays."""
    compared = image[every(image.shape[0]), every(image.shape[1])].astype(np.float64)
    squares, mean = (compared - ref.integrals) ** 2, ref.integrals.mean()
    inner = squares[ref.inner]
    return ImageError(
        float(np.sqrt(squares.mean()) / mean),
        float(compared.mean() / mean),
        float(np.sqrt(inner.mean()) / mean) if inner.size else float("nan"),
        float(ref.inner.mean()),
    )


def _rays(body: Body, view: ProjectionGeometry, part: tuple[slice, slice]) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = (np.arange(n)[some] for n, some in zip(view.shape, part, strict=True))
    pixels = view.pixel_positions(*np.meshgrid(columns, rows))
    half = np.array(body.hu.shape) * body.spacing_mm / 2
    step = body.spacing_mm.min() / SAMPLES_A_VOXEL
    integrals, at_faces = _trilinear(body.mu, body.spacing_mm, half, view.source_mm, pixels, step)
    return integrals, at_faces < AIR_MU


@njit(parallel=True, cache=True, error_model="numpy")
def _trilinear(mu, spacing, half, source, pixels, step):
    n_i, n_j, n_k = mu.shape
    rows, columns = pixels.shape[:2]
    out, at_faces = np.zeros((rows, columns)), np.zeros((rows, columns))
    for row in prange(rows):
        for column in range(columns):
            d = pixels[row, column] - source
            length = np.sqrt((d * d).sum())
            near, far = 0.0, 1.0
            for axis in range(3):
                if abs(d[axis]) < 1e-12:
                    if abs(source[axis]) > half[axis]:
                        far = -1.0
                else:
                    a, b = (-half[axis] - source[axis]) / d[axis], (half[axis] - source[axis]) / d[axis]
                    near, far = max(near, min(a, b)), min(far, max(a, b))
            if far <= near:
                continue
            steps = int(np.ceil((far - near) * length / step))
            dt = (far - near) / steps
            total = 0.0
            for n in range(steps):
                t = near + (n + 0.5) * dt
                x = min(max((source[0] + t * d[0] + half[0]) / spacing[0] - 0.5, 0.0), n_i - 1.0)
                y = min(max((source[1] + t * d[1] + half[1]) / spacing[1] - 0.5, 0.0), n_j - 1.0)
                z = min(max((source[2] + t * d[2] + half[2]) / spacing[2] - 0.5, 0.0), n_k - 1.0)
                i, j, k = min(int(x), n_i - 2), min(int(y), n_j - 2), min(int(z), n_k - 2)
                x, y, z = x - i, y - j, z - k
                a = mu[i, j, k] * (1 - x) + mu[i + 1, j, k] * x
                b = mu[i, j + 1, k] * (1 - x) + mu[i + 1, j + 1, k] * x
                c = mu[i, j, k + 1] * (1 - x) + mu[i + 1, j, k + 1] * x
                e = mu[i, j + 1, k + 1] * (1 - x) + mu[i + 1, j + 1, k + 1] * x
                here = (a * (1 - y) + b * y) * (1 - z) + (c * (1 - y) + e * y) * z
                total += here
                if n == 0 or n == steps - 1:
                    at_faces[row, column] = max(at_faces[row, column], here)
            out[row, column] = total * dt * length
    return out, at_faces
