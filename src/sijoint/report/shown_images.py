"""The stored frames of a procedure as pictures for a report: which of them are worth printing, and what each shows."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

from PIL import Image

from sijoint.fluoroscopy import Frame, annotated, decode
from sijoint.frames import default_display
from sijoint.model import ImageOrigin, Procedure, StoredImage, ViewPurpose
from sijoint.report.facts import FigureImage

CAPTIONS = {
    ViewPurpose.SCOUT: "Scout, receptor straight behind the patient",
    ViewPurpose.TRAJECTORY: "Trajectory view: the beam runs along the planned needle",
    ViewPurpose.NEEDLE: "Needle, seen along the planned direction: a dot when it runs true",
    ViewPurpose.LATERAL: "Lateral safety view: how deep the tip is, before contrast is given at this place",
    ViewPurpose.BEFORE_CONTRAST: "Before contrast",
    ViewPurpose.CONTRAST: "Contrast",
    ViewPurpose.AFTER_CONTRAST: "After contrast, from the side",
}

ReadImage = Callable[[str], tuple[bytes, Mapping[str, Any]]]  # the PNG and the sidecar of a stored frame, by its hash


def stored_frame(read: ReadImage, image: StoredImage) -> Frame:
    png, sidecar = read(image.sha256)
    return decode(png, dict(sidecar))


def figure_images(procedure: Procedure, read: ReadImage) -> tuple[FigureImage, ...]:
    """The frames worth printing, annotated: marks and words stand in their strip outside the field."""
    shown = worth_printing(procedure.images)
    return tuple(_figure(image, procedure.images, stored_frame(read, image)) for image in shown)


def figure_of(image: StoredImage, images: Sequence[StoredImage], read: ReadImage) -> FigureImage:
    """One stored frame of a procedure's ``images`` as a picture with its marks and words."""
    return _figure(image, images, stored_frame(read, image))


def worth_printing(images: Sequence[StoredImage]) -> tuple[StoredImage, ...]:
    """The first scout and trajectory view, the last of each other purpose, and every contrast image, in order."""
    keep: dict[str, StoredImage] = {}
    for image in images:
        first_only = image.purpose in (ViewPurpose.SCOUT, ViewPurpose.TRAJECTORY)
        key = image.purpose.value
        if first_only and key in keep:
            continue
        if image.purpose in (ViewPurpose.CONTRAST, ViewPurpose.BEFORE_CONTRAST, ViewPurpose.AFTER_CONTRAST):
            key = image.sha256
        keep.pop(key, None)
        keep[key] = image
    return tuple(keep.values())


def _figure(image: StoredImage, images: Sequence[StoredImage], frame: Frame) -> FigureImage:
    caption = _caption(image, images)
    display = default_display(frame.pose) if frame.pose is not None else None
    picture = annotated(frame, display=display, behind=True, text=(caption,))
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG", optimize=True)
    kind = "Simulated X-ray" if image.origin is ImageOrigin.SIMULATED else "X-ray"
    alt = f"{kind} image of the sacroiliac joint: {caption[:1].lower()}{caption[1:]}"
    return FigureImage(buffer.getvalue(), caption, alt, image.purpose, image.sha256)


def _caption(image: StoredImage, images: Sequence[StoredImage]) -> str:
    """Two images of one run say which is which: while the plunger moves, and some seconds after it stopped."""
    if image.purpose is not ViewPurpose.CONTRAST:
        return CAPTIONS[image.purpose]
    run = [one for one in images if one.purpose is image.purpose and one.after_movement == image.after_movement]
    if image == run[0]:
        return "Contrast at the end of the injection"
    return "Contrast some seconds later: it stays or washes away"
