"""The pedal: pulses at one pose, brightness control, and the image that holds."""

from sijoint.fluoroscopy import Frame, LayerGrid, last_image_hold
from sijoint.model import ImageOrigin, StoredImage, ViewPurpose
from sijoint.room.events import Exposed
from sijoint.room.permission import Action
from sijoint.room.state import ImpossibleCommand, RoomState
from sijoint.room.timing import TIMING


def press_pedal(session: RoomState, pulses: int, purpose: ViewPurpose) -> None:
    """So many pulses; the mean of the last few is stored and named in the event."""
    if pulses < 1:
        raise ImpossibleCommand("the pedal gives at least one pulse")
    if not session.permitted(Action.EXPOSURE):
        return
    locked = purpose is ViewPurpose.AFTER_CONTRAST  # so that it can be subtracted from the view before
    rng = session.generator("pulse")
    interval = 1.0 / session.settings.pulses_per_s
    if pulses * interval > TIMING.longest_press_s:
        raise ImpossibleCommand(f"the pedal is held for {TIMING.longest_press_s:g} s at most: ask for fewer pulses")
    frames = []
    for _ in range(pulses):
        session.now_s += interval
        session.fluids.wait(interval)
        iodine = iodine_layer(session)  # contrast washes out while the pedal is held
        frames.append(session.fluoroscope.pulse(session.now_s, rng, session.metal, iodine, locked=locked))
        session.onlooker.pulse(frames[-1], sharp=True)
    held = hold(frames)
    session.onlooker.held(held)
    report_exposure(session, frames, ((held, purpose),), interval * pulses)


def hold(frames: list[Frame]) -> Frame:
    """The image that stays on the screen."""
    return last_image_hold(frames, TIMING.last_image_frames)


def iodine_layer(session: RoomState) -> LayerGrid | None:
    """What contrast X-rays meet now; None while there is none."""
    grid, mg_per_ml = session.fluids.iodine()
    return LayerGrid(grid, mg_per_ml) if mg_per_ml.any() else None


def report_exposure(
    session: RoomState,
    frames: list[Frame],
    kept: tuple[tuple[Frame, ViewPurpose], ...],
    seconds: float,
    *,
    pulses: int | None = None,
) -> tuple[str, ...]:
    """Store the kept frames, then say what was exposed, with the dose of every pulse.

    ``pulses``: how many there were, where ``frames`` holds their sum and not each.
    """
    pose = frames[-1].pose
    assert pose is not None  # made here, by this C-arm
    images = tuple(_stored(session, frame, purpose) for frame, purpose in kept)
    technique = frames[-1].technique
    assert technique is not None  # made here, by this C-arm
    session.event(
        Exposed,
        pulses=len(frames) if pulses is None else pulses,
        seconds=round(seconds, 3),
        primary_deg=round(pose.primary_deg, 3),
        secondary_deg=round(pose.secondary_deg, 3),
        kvp=round(technique.kvp, 2),
        ma=round(technique.ma, 3),
        kerma_reference_mgy=round(sum(frame.kerma_reference_mgy or 0.0 for frame in frames), 6),
        dose_area_product_mgy_cm2=round(sum(frame.dose_area_product_mgy_cm2 or 0.0 for frame in frames), 6),
        images=images,
    )
    return tuple(image.sha256 for image in images)


def _stored(session: RoomState, frame: Frame, purpose: ViewPurpose) -> StoredImage:
    """A kept frame as the record names it."""
    pose = frame.pose
    assert pose is not None  # made here, by this C-arm
    return StoredImage(
        sha256=session.keep(frame),
        at_s=round(session.now_s, 3),
        origin=ImageOrigin.SIMULATED,
        purpose=purpose,
        primary_deg=round(pose.primary_deg, 3),
        secondary_deg=round(pose.secondary_deg, 3),
        after_contrast=session.contrast_here and purpose is not ViewPurpose.BEFORE_CONTRAST,
        after_movement=session.movement,
    )
