"""What the reader of an arthrogram is given: images of one pose before, during and after contrast, and what was injected."""

from dataclasses import dataclass

from sijoint.fluoroscopy import Frame


@dataclass(frozen=True)
class ContrastRun:
    """Frames of one pose, and what the operator knows of the syringe. Never what a simulator knows.

    ``during`` may be empty (a view taken only before and after); ``after`` holds frames seconds later. ``injected_ml`` is
    what had been given when the last frame of the run was taken.
    """

    before: Frame
    during: tuple[Frame, ...]
    after: tuple[Frame, ...]
    injected_ml: float
    iodine_mg_ml: float

    @property
    def injected_mg(self) -> float:
        return self.injected_ml * self.iodine_mg_ml


class UnreadableRun(ValueError):
    """The images of a run cannot be subtracted or placed; the text says what is missing."""


def check_run(run: ContrastRun) -> None:
    """Raises UnreadableRun when frames are missing, have no pose, or moved between mask and contrast."""
    live = (*run.during, *run.after)
    if not live:
        raise UnreadableRun(
            "the contrast run holds no frame with contrast; take one after the injection at the same pose"
        )
    if not run.injected_mg > 0:
        raise UnreadableRun("the contrast run does not say how much contrast of what strength was injected; enter both")
    if run.before.pose is None:
        raise UnreadableRun(
            "the frame before contrast has no known pose "
            + (f"(missing: {', '.join(run.before.missing)})" if run.before.missing else "")
            + "; register it first"
        )
    for frame in live:
        if frame.pose is None or frame.pixels.shape != run.before.pixels.shape:
            raise UnreadableRun("a contrast frame has no pose or another size than the frame before; repeat the run")
        if frame.pose != run.before.pose:
            raise UnreadableRun(
                "the C-arm moved between the frame before contrast and the run; repeat both at one pose"
            )
