"""Fluoroscopy images as files: what a person sees (.png), linear pixels (.npy), stored pixels with their scale (.tiff).

Each says that it is simulated: in its strip, or in the JSON file beside the .npy.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from sijoint.cli.outfile import write_whole
from sijoint.fluoroscopy import Frame, Relationship, encode, log_subtraction, subtraction_pixels, with_origin_strip

KINDS = (".png", ".npy", ".tiff", ".tif")
DESCRIPTION_TAG = 270


def subtracted_frame(mask: Frame, live: Frame, inverted: bool) -> Frame:
    """``live`` less ``mask`` as a derived frame of display pixels: contrast dark on mid-grey, or bright."""
    grey = subtraction_pixels(log_subtraction(mask, live), live.detector.pixel_mm)
    return live.with_pixels(
        (255 - grey if inverted else grey).astype(np.uint16),
        relationship=Relationship.DISPLAY,
        scale=1.0,
        origin="derived",
        derived_from=live.derived_from or live.origin,
    )


def write_png(file: BinaryIO, pictures: Sequence[NDArray[np.uint8]], interval_s: float) -> None:
    """Pictures as a person sees them, (rows, columns, 3); several play in a loop where the viewer can (APNG)."""
    first, *others = [Image.fromarray(picture) for picture in pictures]
    if others:
        first.save(file, "PNG", save_all=True, append_images=others, duration=round(1000 * interval_s), loop=0)
    else:
        first.save(file, "PNG", optimize=True)


def write_described_npy(
    out: Path, values: Sequence[NDArray[np.float32]], frames: Sequence[Frame], unit: str, imperfection: Sequence[str]
) -> None:
    """``out`` as (rows, columns) float32, or (images, rows, columns) for several, stored orientation, without any strip.

    What they are stands in ``NAME.npy.json`` beside: origin, unit, and pose, technique and dose of each image.
    """
    images = [{**encode(frame)[1], "scale": 1.0, "scale_unit": unit} for frame in frames]
    described = {"origin": frames[0].origin, "unit": unit, "imperfection": list(imperfection), "images": images}

    def write_both(file: BinaryIO) -> None:
        file.write(json.dumps(described, indent=1, allow_nan=False).encode())
        write_whole(out, lambda pixels: np.save(pixels, values[0] if len(values) == 1 else np.stack(values)))

    write_whole(out.with_name(f"{out.name}.json"), write_both)


def write_tiff(file: BinaryIO, frames: Sequence[Frame], imperfection: Sequence[str]) -> None:
    """16-bit stored pixels below a strip that says SIMULATED, one page an image; each page's description is JSON.

    ``strip_rows`` of the description says how many rows to leave out, ``scale`` what a pixel step is worth,
    ``imperfection`` what differs from the reported pose.
    """
    pages, tags = [], []
    for frame in frames:
        pixels = with_origin_strip(frame)
        _, sidecar = encode(frame)
        page = Image.fromarray(pixels)
        tag = ImageFileDirectory_v2()
        tag[DESCRIPTION_TAG] = json.dumps(
            {**sidecar, "strip_rows": len(pixels) - len(frame.pixels), "imperfection": list(imperfection)}
        )
        page.encoderinfo = {"tiffinfo": tag}
        pages.append(page)
        tags.append(tag)
    pages[0].save(
        file, "TIFF", tiffinfo=tags[0], save_all=True, append_images=pages[1:], compression="tiff_adobe_deflate"
    )
