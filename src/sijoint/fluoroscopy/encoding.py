"""Frames as bytes: a 16-bit PNG (same frame, same bytes) and a sidecar that is plain JSON."""

import struct
import zlib
from dataclasses import asdict
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sijoint.fluoroscopy.annotation import with_origin_strip
from sijoint.fluoroscopy.errors import UnreadableFrame
from sijoint.fluoroscopy.frame import Frame, Relationship
from sijoint.fluoroscopy.technique import Collimator, Technique
from sijoint.frames import CArmPose, Detector

SCHEMA_VERSION = 1
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode(frame: Frame) -> tuple[bytes, dict[str, Any]]:
    """The pixels as a 16-bit greyscale PNG, and the sidecar that ``decode`` needs beside it."""
    sidecar: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "relationship": frame.relationship.value,
        "scale": frame.scale,
        "scale_unit": "detected keV/mm2 per pixel step",
        "pose": None if frame.pose is None else asdict(frame.pose),
        "missing": list(frame.missing),
        "detector": asdict(frame.detector),
        "patient_orientation": list(frame.patient_orientation),
        "time_s": frame.time_s,
        "technique": None if frame.technique is None else asdict(frame.technique),
        "kerma_reference_mgy": frame.kerma_reference_mgy,
        "dose_area_product_mgy_cm2": frame.dose_area_product_mgy_cm2,
        "truncated_share": frame.truncated_share,
        "origin": frame.origin,
        "field_signal": frame.field_signal,
        "averaged": frame.averaged,
        "derived_from": frame.derived_from,
        "warnings": list(frame.warnings),
    }
    if sidecar["pose"] is not None:
        sidecar["pose"]["isocentre_mm"] = list(sidecar["pose"]["isocentre_mm"])
    return _png16(frame.pixels), sidecar


def export(frame: Frame) -> tuple[bytes, dict[str, Any]]:
    """As ``encode``, for files that leave the program: a strip above the field names what the image is.

    ``strip_rows`` of the sidecar says how many rows to leave out to have the frame's own pixels.
    """
    pixels = with_origin_strip(frame)
    _, sidecar = encode(frame)
    return _png16(pixels), {**sidecar, "strip_rows": pixels.shape[0] - frame.pixels.shape[0]}


def _png16(pixels: NDArray[np.uint16]) -> bytes:
    rows, columns = pixels.shape
    lines = np.zeros((rows, 1 + 2 * columns), np.uint8)  # filter byte 0, then big-endian pixels
    lines[:, 1:] = np.ascontiguousarray(pixels.astype(">u2")).view(np.uint8).reshape(rows, -1)
    header = struct.pack(">IIBBBBB", columns, rows, 16, 0, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines.tobytes(), 1)) + _chunk(b"IEND", b"")
    return _SIGNATURE + body


def decode(png: bytes, sidecar: dict[str, Any]) -> Frame:
    """The frame of ``encode``'s two parts. Raises UnreadableFrame."""
    try:
        version = sidecar["schema_version"]
        if version != SCHEMA_VERSION:
            raise UnreadableFrame(
                f"this image's sidecar has schema_version {version}; this program reads {SCHEMA_VERSION}"
            )
        pixels = np.array(Image.open(BytesIO(png)))
        detector = Detector(**sidecar["detector"])
        if pixels.shape != (detector.rows, detector.columns) or pixels.min() < 0 or pixels.max() > 65535:
            raise UnreadableFrame("the image and its sidecar do not belong together: their sizes differ")
        pose = sidecar["pose"]
        if pose is not None:
            x, y, z = pose["isocentre_mm"]
            pose = CArmPose(**{**pose, "isocentre_mm": (x, y, z)})
        technique = sidecar["technique"]
        if technique is not None:
            collimator = technique["collimator"]
            technique = Technique(
                **{**technique, "collimator": None if collimator is None else Collimator(**collimator)}
            )
        column, row = sidecar["patient_orientation"]
        return Frame(
            pixels.astype(np.uint16),
            Relationship(sidecar["relationship"]),
            sidecar["scale"],
            pose,
            tuple(sidecar["missing"]),
            detector,
            (column, row),
            sidecar["time_s"],
            technique,
            sidecar["kerma_reference_mgy"],
            sidecar["dose_area_product_mgy_cm2"],
            sidecar["truncated_share"],
            sidecar["origin"],
            sidecar["field_signal"],
            sidecar["averaged"],
            sidecar["derived_from"],
            tuple(sidecar.get("warnings", ())),  # not in sidecars of earlier releases
        )
    except UnreadableFrame:
        raise
    except KeyError as error:
        raise UnreadableFrame(f"the image's sidecar lacks {error}") from None
    except (OSError, TypeError, ValueError, SyntaxError) as error:
        raise UnreadableFrame(f"the stored image cannot be read: {error}") from None


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
