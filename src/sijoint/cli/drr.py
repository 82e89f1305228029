"""``sij drr``: the plain line integral of a CT and how long it takes. The command with which anybody compares projectors."""

import json
import os
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, BinaryIO

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image

from sijoint.anatomy import bundled_pelvis, read_ct
from sijoint.anatomy.ct import CT
from sijoint.cli.options import CT_HELP
from sijoint.cli.outfile import refuse_unusable, write_whole
from sijoint.fluoroscopy import LineIntegrator, UnphysicalView, kernel_name
from sijoint.frames import CArmPose, Detector, ProjectionGeometry

TURN_DEG = 0.01  # between two timed frames, so that no cache answers
LARGEST_SIZE = 8192
DENSE_SHARE = 0.3  # of water's attenuation: a source in anything denser stands in the body
KINDS = (".npy", ".tif", ".tiff")
DISTANCES_MM = (1.0, 1e5)  # to a hundred metres: rays as good as parallel; beyond, a view loses its digits
PIXELS_MM = (1e-3, 100.0)
WATER_PER_MM = (1e-3, 1.0)  # water has 0.002 at 10 MeV and 0.5 at 10 keV; 1 gives millimetres of water


def drr(
    ct: Annotated[Path | None, typer.Argument(help=CT_HELP)] = None,
    primary: Annotated[
        float, typer.Option(help="DICOM primary angle; 0 is a receptor in front of the patient, 180 behind.")
    ] = 0.0,
    secondary: Annotated[float, typer.Option(help="DICOM secondary angle; positive towards the head.")] = 0.0,
    sdd_mm: Annotated[float, typer.Option(help="Source to detector.")] = 1020.0,
    sod_mm: Annotated[float, typer.Option(help="Source to isocentre, which is the middle of the CT.")] = 700.0,
    size: Annotated[int, typer.Option(help="Rows and columns.", min=1, max=LARGEST_SIZE)] = 512,
    pixel_mm: Annotated[float, typer.Option(help="Pixel size on the detector.")] = 0.58,
    water_mu: Annotated[float, typer.Option(help="Attenuation of water per mm, at 0 HU.")] = 0.02,
    threads: Annotated[int | None, typer.Option(help="Default: two, or one on a single core.", min=1)] = None,
    repeat: Annotated[int, typer.Option(help="Timed frames, each turned by 0.01 degree.", min=1, max=10000)] = 9,
    out: Annotated[Path | None, typer.Option(help="The image: .npy or .tiff, float32 in stored orientation.")] = None,
) -> None:
    """Line integral of mu = water_mu (1 + HU/1000) per mm, clipped at 0, and its median time as JSON.

    Nothing continues beyond the CT: values fall to zero over one voxel beyond the outermost centres. Rows run from the
    head down, columns as seen from the source. Each timed frame is turned by another 0.01 degree; the image
    is of the exact pose. Reading and preparing the volume are timed apart.
    """
    if out:
        refuse_unusable(out, KINDS)
    for name, value, (least, most) in (
        ("--sdd-mm", sdd_mm, DISTANCES_MM),
        ("--sod-mm", sod_mm, DISTANCES_MM),
        ("--pixel-mm", pixel_mm, PIXELS_MM),
        ("--water-mu", water_mu, WATER_PER_MM),
    ):
        if not least <= value <= most:
            raise UnphysicalView(f"{name} is {value:g}: give a number above zero, from {least:g} to {most:g}")
    threads = min(2, os.cpu_count() or 1) if threads is None else threads
    try:
        pose = CArmPose(primary, secondary, (0.0, 0.0, 0.0), sdd_mm, sod_mm)
    except ValueError as refused:
        raise UnphysicalView(str(refused)) from None

    start = time.perf_counter()
    volume = read_ct(ct) if ct else bundled_pelvis().ct
    read_ms = _since(start)
    mu = linear_attenuation_per_mm(volume.hu, water_mu)
    x, y, z = (float(mm) for mm in volume.grid.centre_mm)
    turn = -TURN_DEG if primary > 0 else TURN_DEG  # away from the end of the range
    detector = Detector(size, size, pixel_mm)
    geometries = [
        ProjectionGeometry.of(replace(pose, primary_deg=primary + turn * n, isocentre_mm=(x, y, z)), detector)
        for n in range(repeat + 1)
    ]
    _refuse_source_in_body(volume, mu, geometries[0], water_mu)

    start = time.perf_counter()
    integrator = LineIntegrator(volume.grid, mu, threads=threads)
    preparation_ms = _since(start)
    start = time.perf_counter()
    image = integrator.integrate(geometries[0])
    first_frame_ms = _since(start)
    if not image.max() > 0:
        raise UnphysicalView("no ray meets anything denser than air: the image would be empty; look at the CT's HU")
    spent = [_timed(integrator, geometry) for geometry in geometries[1:]]
    if out:
        write_whole(out, lambda file: _write(image, file, out.suffix.lower()))
    answer = {
        "median_ms": statistics.median(spent),
        "min_ms": min(spent),
        "max_ms": max(spent),
        "repeat": repeat,
        "kernel": kernel_name(integrator.kernel_of(geometries[0])),
        "threads": threads,
        "read_ms": read_ms,
        "preparation_ms": preparation_ms,
        "first_frame_ms": first_frame_ms,
        "shape": list(image.shape),
        "volume_shape": list(volume.grid.shape),
        "spacing_mm": [round(float(mm), 4) for mm in volume.grid.spacing_mm],
        "mean": float(image.mean(dtype=np.float64)),
        "out": str(out) if out else None,
    }
    typer.echo(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in answer.items()}))


def linear_attenuation_per_mm(hu: NDArray[np.int16], water_mu: float) -> NDArray[np.float32]:
    """mu = water_mu (1 + HU/1000) per mm, clipped at 0, of CT numbers of any shape."""
    mu = hu.astype(np.float32)
    mu *= np.float32(water_mu / 1000)
    mu += np.float32(water_mu)
    return np.maximum(mu, np.float32(0), out=mu)


def _timed(integrator: LineIntegrator, geometry: ProjectionGeometry) -> float:
    start = time.perf_counter()
    integrator.integrate(geometry)
    return _since(start)


def _since(start: float) -> float:
    return 1000 * (time.perf_counter() - start)


def _refuse_source_in_body(volume: CT, mu: NDArray[np.float32], geometry: ProjectionGeometry, water_mu: float) -> None:
    nearest = np.rint(volume.grid.to_index(geometry.source_mm)).astype(int)
    inside = np.all(nearest >= 0) and np.all(nearest < np.array(mu.shape))
    if inside and mu[tuple(nearest)] > DENSE_SHARE * water_mu:
        raise UnphysicalView("the X-ray source is inside the body: increase --sod-mm (and --sdd-mm with it)")


def _write(image: NDArray[np.float32], file: BinaryIO, kind: str) -> None:
    if kind == ".npy":
        np.save(file, image)
    else:
        Image.fromarray(image).save(file, format="TIFF")
