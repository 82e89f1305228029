"""A kept image as a file for people: turned for the eye, with SIMULATED, sides, receptor words and dose burnt into strips."""

from io import BytesIO

from PIL import Image

from sijoint.fluoroscopy import Frame, annotated


def picture_png(frame: Frame, *, prone: bool = True) -> bytes:
    """PNG bytes; the same frame, the same bytes."""
    out = BytesIO()
    Image.fromarray(annotated(frame, behind=prone)).save(out, format="PNG")
    return out.getvalue()
