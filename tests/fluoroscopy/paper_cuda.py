"""A stand-in for CuPy on a machine without a card: the same calls, the kernel compiled as C++, a texture unit on paper.

It knows what CuPy 14 does with the few calls that the integrator makes, and fails where CuPy or CUDA would.
"""

import ctypes
import shutil
import subprocess
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np

SHIM = Path(__file__).with_name("cuda_as_cpp.cpp")
COMPILER = shutil.which("g++") or shutil.which("clang++")

DOUBLES = np.ctypeslib.ndpointer(np.float64, flags="C")
FLOATS = np.ctypeslib.ndpointer(np.float32, flags="C")
TEXELS = np.ctypeslib.ndpointer(np.uint16, flags="C")


class Runtime:
    """Constants and limits of cupy.cuda.runtime, with names that CuPy 14 has."""

    cudaDevAttrMaxTexture3DWidth, cudaDevAttrMaxTexture3DHeight, cudaDevAttrMaxTexture3DDepth = 24, 25, 26
    cudaChannelFormatKindUnsigned, cudaResourceTypeArray = 1, 0
    cudaAddressModeBorder, cudaFilterModeLinear, cudaReadModeNormalizedFloat = 3, 1, 1

    largest_side, free_bytes = 2048, 1 << 30

    def getDeviceCount(self):
        return 1

    def getDevice(self):
        return 0

    def getDeviceProperties(self, device):
        return {"name": b"paper"}

    def runtimeGetVersion(self):
        return 12090

    def deviceGetAttribute(self, attribute, device):
        assert attribute in (24, 25, 26)
        return self.largest_side

    def memGetInfo(self):
        return self.free_bytes, 1 << 30


class CudaArray:
    def __init__(self, desc, width, height=0, depth=0):
        self.bits, self.width, self.height, self.depth = desc, width, height, depth
        assert desc[0] == 16
        assert desc[4] == Runtime.cudaChannelFormatKindUnsigned

    def copy_from(self, host):
        assert host.dtype == np.uint16
        assert host.shape == (self.depth, self.height, self.width * sum(bits > 0 for bits in self.bits[:4]))
        self.texels = np.ascontiguousarray(host)


def texture_object(resource, texture):
    assert texture == {"addressModes": (3, 3, 3), "filterMode": 1, "readMode": 1}  # border, linear, 0..1
    return resource


class RawKernel:
    """Runs the kernel in C++; ``fraction_steps`` 0 filters exactly, ``rounding`` 0 cuts fractions instead of rounding them."""

    def __init__(self, folder, filtering, source, name, options):
        self.folder, self.filtering, self.source, self.options = folder, filtering, source, options
        assert f"void {name}(" in source

    def compile(self):
        kernel = self.folder / "kernel.cu"
        library = self.folder / ("".join(self.options) + ".so")
        kernel.write_text(self.source, encoding="utf-8")
        if not library.exists():
            flags = ["-std=c++17", "-O2", "-shared", "-fPIC", "-Wall", "-Wno-unknown-pragmas", "-Werror", *self.options]
            subprocess.run([COMPILER, *flags, f'-DKERNEL="{kernel}"', str(SHIM), "-o", str(library)], check=True)
        self.launch = ctypes.CDLL(str(library)).launch
        numbers = [ctypes.c_int] * 4 + [TEXELS] + [ctypes.c_double] * 2 + [DOUBLES] + [ctypes.c_int] * 5
        self.launch.argtypes, self.launch.restype = [*numbers, FLOATS, FLOATS], None

    def __call__(self, grid, block, args):
        texture, view, *sizes, largest, out = args
        assert [type(size) for size in sizes] == [np.int32] * 5  # a Python int would arrive as 64 bits
        assert tuple(sizes[:3]) == (texture.depth, texture.height, texture.width)
        assert view.shape == (21,)
        steps, rounding = self.filtering["fraction_steps"], self.filtering["rounding"]
        memory = np.full(out.size + 10_000, np.nan, np.float32)
        self.launch(*grid, *block, texture.texels, steps, rounding, view, *map(int, sizes), largest, memory)
        assert np.isnan(memory[out.size :]).all()  # threads beyond the image write nothing
        out[...] = memory[: out.size].reshape(out.shape)


def paper_cupy(folder: Path, filtering: dict) -> SimpleNamespace:
    """What ``import cupy`` gives instead; kernels are compiled in ``folder``. ``filtering`` may be changed later."""
    texture = SimpleNamespace(
        ChannelFormatDescriptor=lambda *bits: bits,
        CUDAarray=CudaArray,
        ResourceDescriptor=lambda kind, cuArr: cuArr,
        TextureDescriptor=lambda **settings: settings,
        TextureObject=texture_object,
    )
    stream = SimpleNamespace(synchronize=nullcontext)
    return SimpleNamespace(
        __version__="on paper",
        RawKernel=lambda source, name, options: RawKernel(folder, filtering, source, name, options),
        empty=lambda shape, dtype: np.full(shape, np.nan, dtype),
        asarray=np.ascontiguousarray,
        asnumpy=np.asarray,
        cuda=SimpleNamespace(runtime=Runtime(), texture=texture, get_current_stream=lambda: stream),
    )
