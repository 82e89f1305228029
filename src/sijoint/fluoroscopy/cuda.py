"""Line integrals on an NVIDIA card: one thread a pixel, the field as a hardware-filtered 3-D texture (extra ``cuda``).

The same call, the same voxels and the same twelve geometry numbers as on the processor; the kernel is ``line_integral.cu``.
CuPy is imported when an integrator is made and not before, so that nothing here needs a card to be imported.
"""

from functools import lru_cache
from importlib import import_module, resources
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.fluoroscopy.density_field import LEAD, DensityField
from sijoint.fluoroscopy.errors import NoSuchKernel
from sijoint.fluoroscopy.ray_geometry import IndexGeometry, index_geometry
from sijoint.frames import Grid, ProjectionGeometry

BLOCK = (16, 8)  # pixels along columns and rows: neighbours in a block share texels in cache
FULL_TEXEL = 65535  # reads as 1.0


def cuda_kernel_name() -> str:
    """The CUDA kernel, the card and the versions, for reports and results. Raises NoSuchKernel."""
    cupy = _cupy()
    runtime = cupy.cuda.runtime
    card = runtime.getDeviceProperties(runtime.getDevice())["name"].decode()
    return f"ray by ray, CUDA {runtime.runtimeGetVersion()} on {card}, CuPy {cupy.__version__}"


class CudaLineIntegrator:
    """Projects one field, or two on one grid in one pass, on the current CUDA device, where it stays. Raises NoSuchKernel."""

    def __init__(self, grid: Grid, values: ArrayLike) -> None:
        self._take((DensityField.of(grid, values),))

    @staticmethod
    def of(*fields: DensityField) -> "CudaLineIntegrator":
        """An integrator of one or two fields that are already in 16 bits."""
        made = CudaLineIntegrator.__new__(CudaLineIntegrator)
        made._take(fields)
        return made

    def _take(self, fields: tuple[DensityField, ...]) -> None:
        if len(fields) not in (1, 2) or not fields[0].grid.same_as(fields[-1].grid):
            raise ValueError("the CUDA kernel takes one field, or two on one grid")
        self._cupy = _cupy()
        self._kernel = _compiled(len(fields))
        self.grid = fields[0].grid
        texels, self._first = packed_texels(fields)
        self._bases, self._size = len(fields), (*texels.shape[:2], texels.shape[2] // len(fields))
        self._texture = _texture(self._cupy, texels, len(fields))
        self._largest = np.array([field.step * FULL_TEXEL for field in fields])

    def integrate(self, geometry: ProjectionGeometry, *, scale: float = 1.0) -> NDArray[np.float32]:
        """(rows, columns), or (2, rows, columns) of two fields: integral along every ray, source to detector.

        In the field's unit times mm, times ``scale``. Raises UnphysicalView for a view without sense.
        """
        return np.asarray(self._cupy.asnumpy(self.integrate_on_device(geometry, scale=scale)))

    def integrate_on_device(self, geometry: ProjectionGeometry, *, scale: float = 1.0) -> Any:
        """The same as a CuPy array that stays on the card; the current stream computes it."""
        view = index_geometry(self.grid, geometry)
        rows, columns = view.shape
        out = self._cupy.empty((self._bases, rows, columns), np.float32)
        self._kernel(
            (-(-columns // BLOCK[0]), -(-rows // BLOCK[1])),
            BLOCK,
            (
                self._texture,
                self._cupy.asarray(view_numbers(view, self._first)),
                *(np.int32(n) for n in (*self._size, rows, columns)),
                self._cupy.asarray((self._largest * scale).astype(np.float32)),
                out,
            ),
        )
        return out if self._bases > 1 else out[0]


def packed_texels(fields: tuple[DensityField, ...]) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """(i, j, k * fields) voxels of the smallest box that holds all content, fields interleaved, and its first index (3,).

    Beyond the box a texture reads zero, and so do the fields.
    """
    contents = [field.content() for field in fields]
    filled = [content for content in contents if content[0][0] <= content[0][1]] or [((0, 0),) * 3]
    first = np.min([[ends[0] for ends in content] for content in filled], axis=0)
    n_i, n_j, n_k = np.max([[ends[1] for ends in content] for content in filled], axis=0) - first + 1
    i, j, k = first + np.array([1, 1, LEAD])
    inside = [field.counts[i : i + n_i, j : j + n_j, k : k + n_k] for field in fields]
    texels = np.stack(inside, axis=-1) if len(inside) > 1 else inside[0]
    return np.ascontiguousarray(texels).reshape(n_i, n_j, n_k * len(fields)).view(np.uint16), first


def view_numbers(view: IndexGeometry, first: NDArray[np.int64]) -> NDArray[np.float64]:
    """(21,) what the kernel takes of a view: the twelve numbers in voxels from index ``first`` on, and world_from_pixel."""
    parts = view.source - first, view.to_origin, view.column_step, view.row_step, view.world_from_pixel.ravel()
    return np.concatenate(parts)


def kernel_source() -> str:
    """CUDA C++ of the kernel; BASES is defined as 1 or 2 when it is compiled."""
    return resources.files("sijoint.fluoroscopy").joinpath("line_integral.cu").read_text(encoding="utf-8")


def _cupy() -> Any:
    try:
        cupy = import_module("cupy")
    except ImportError as missing:
        raise NoSuchKernel(
            "the CUDA kernel needs CuPy: run pip install 'sijoint[cuda]', or take another kernel"
        ) from missing
    try:
        cupy.cuda.runtime.getDeviceCount()
    except RuntimeError as none:
        raise NoSuchKernel(
            f"the CUDA kernel finds no NVIDIA card ({none}): install its driver, or take another kernel"
        ) from none
    return cupy


@lru_cache
def _compiled(bases: int) -> Any:
    kernel = _cupy().RawKernel(kernel_source(), "line_integral", options=(f"-DBASES={bases}",))
    try:
        kernel.compile()
    except (RuntimeError, OSError) as error:  # no NVRTC on this machine
        raise NoSuchKernel(f"the CUDA kernel cannot be compiled here ({error}): take another kernel") from error
    return kernel


def _texture(cupy: Any, texels: NDArray[np.uint16], bases: int) -> Any:
    """A texture object with linear filter and border zero; x, y, z = k, j, i. Raises NoSuchKernel when it does not fit."""
    runtime, texture = cupy.cuda.runtime, cupy.cuda.texture
    depth, height, width = texels.shape[0], texels.shape[1], texels.shape[2] // bases
    limits = [
        runtime.deviceGetAttribute(attribute, runtime.getDevice())
        for attribute in (
            runtime.cudaDevAttrMaxTexture3DWidth,
            runtime.cudaDevAttrMaxTexture3DHeight,
            runtime.cudaDevAttrMaxTexture3DDepth,
        )
    ]
    if any(size > limit for size, limit in zip((width, height, depth), limits, strict=True)):
        raise NoSuchKernel(
            f"a volume of {depth}x{height}x{width} voxels is larger than this card's textures: take another kernel"
        )
    free, _ = runtime.memGetInfo()
    if texels.nbytes > free:
        raise NoSuchKernel(
            f"the volume takes {texels.nbytes >> 20} MB and the card has {free >> 20} MB left: take another kernel"
        )
    bits = [16 if n < bases else 0 for n in range(4)]
    array = texture.CUDAarray(
        texture.ChannelFormatDescriptor(*bits, runtime.cudaChannelFormatKindUnsigned), width, height, depth
    )
    array.copy_from(texels)
    cupy.cuda.get_current_stream().synchronize()
    return texture.TextureObject(
        texture.ResourceDescriptor(runtime.cudaResourceTypeArray, cuArr=array),
        texture.TextureDescriptor(
            addressModes=(runtime.cudaAddressModeBorder,) * 3,
            filterMode=runtime.cudaFilterModeLinear,
            readMode=runtime.cudaReadModeNormalizedFloat,
        ),
    )
