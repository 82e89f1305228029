"""The pictures of docs/fluoroscopy.md, from the bundled CT: straight, oblique and lateral views, the trajectory view with its
needle, a running arthrogram and its subtraction. Same program, same pictures.

    python scripts/make_fluoroscopy_pictures.py            # into docs/images

Single views can be made without this script; the document shows the `sij fluoro` command of each.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sijoint.anatomy import Body, body_of, bundled_pelvis
from sijoint.cli.image_file import subtracted_frame
from sijoint.fluoroscopy import (
    CapsuleChain,
    Collimator,
    DisplayOptions,
    Frame,
    LayerGrid,
    LineIntegrals,
    Projector,
    Run,
    TableTop,
    annotated,
    average,
    display_window,
    last_image_hold,
    magnified,
    skin_dose,
    skin_surface,
    starting_technique,
    take_run,
    volume_from_hu,
)
from sijoint.fluoroscopy.skin_dose_picture import skin_dose_picture
from sijoint.formulary import agent, needle
from sijoint.frames import (
    CArmPose,
    Detector,
    PatientPosition,
    ProjectionGeometry,
    ReceptorTilt,
    Side,
    default_display,
    joints_for_direction,
    load_carm_model,
    pose_from_joints,
)
from sijoint.guidance import Plan, plan
from sijoint.injectate import Fluid, FluidBody
from sijoint.model import Target

FOLDER = Path(__file__).parents[1] / "docs" / "images"
LARGEST_BYTES = 250_000
ROWS, SMALL_ROWS = 640, 360
CARM, POSITION = load_carm_model(), PatientPosition.HFP
SIDE = Side.LEFT
FILL_ML, RATE_ML_S, WATCHED_ML = 1.2, 0.1, (0.0, 0.3, 0.7, 1.2)


def main() -> None:
    patient = bundled_pelvis()
    body = body_of(patient, (SIDE,))
    projector = Projector(volume_from_hu(patient.ct.grid, patient.ct.hu))
    way = plan(body, SIDE, Target.INTRA_ARTICULAR, CARM, POSITION)[0]
    centre = patient.ct.grid.centre_mm
    whole = CARM.detector.binned_to(ROWS)

    straight = pose_at(way.straight.direction, centre)
    save("fluoroscopy-straight", picture(held(projector, straight, whole)))
    save("fluoroscopy-white-bone", picture(held(projector, straight, whole), DisplayOptions(inverted=True)))
    save("fluoroscopy-single-pulse", single_and_held(projector, pose_at(way.straight.direction, way.target_mm)))

    spinal = planned_needle(way)
    close = magnified(whole, 1.5, CARM)
    save(
        "fluoroscopy-trajectory",
        picture(held(projector, pose_at(way.receptor.direction, way.target_mm), close, (spinal,))),
    )
    oblique = pose_at(ReceptorTilt(-25, 15).direction, way.target_mm)
    save("fluoroscopy-oblique", picture(held(projector, oblique, close, (spinal,))))
    lateral = pose_at(way.lateral.direction, way.target_mm + np.array([0.0, -30.0, 15.0]))
    save("fluoroscopy-lateral", picture(held(projector, lateral, whole, (spinal,))))
    save("fluoroscopy-collimated", picture(held(projector, lateral, whole, (spinal,), Collimator(60, 45))))
    save("fluoroscopy-areal-densities", areal_densities(projector, straight, CARM.detector.binned_to(SMALL_ROWS)))

    skin = Image.fromarray(skin_dose_of_an_injection(projector, way))
    skin.save(FOLDER / "fluoroscopy-skin-dose.png", optimize=True)

    run = arthrogram(projector, body, way, spinal)
    save("fluoroscopy-arthrogram", arthrogram_series(run))
    save("fluoroscopy-subtraction", subtraction_series(run))


def pose_at(direction: NDArray[np.float64], isocentre_mm: NDArray[np.float64]) -> CArmPose:
    return pose_from_joints(joints_for_direction(direction, POSITION, CARM), POSITION, CARM, isocentre_mm)


def held(
    projector: Projector,
    pose: CArmPose,
    detector: Detector,
    tubes: tuple[CapsuleChain, ...] = (),
    collimator: Collimator | None = None,
) -> Frame:
    """The image that stays when the pedal is let go."""
    run = take_run(
        projector,
        pose,
        CARM,
        detector,
        technique=starting_technique(collimator),
        tubes=tubes,
        contrasts=(None,) * 4,
        rng=np.random.default_rng(1),
    )
    return last_image_hold(run.images)


def planned_needle(way: Plan) -> CapsuleChain:
    spinal = needle(way.needle)
    hub = way.target_mm - spinal.length_mm * way.direction
    return CapsuleChain(np.array([hub, way.target_mm]), spinal.outer_mm, spinal.bore_mm)


def single_and_held(projector: Projector, pose: CArmPose) -> NDArray[np.uint8]:
    """One pulse beside the mean of four."""
    detector = magnified(CARM.detector.binned_to(SMALL_ROWS), 1.5, CARM)
    run = take_run(projector, pose, CARM, detector, contrasts=(None,) * 4, rng=np.random.default_rng(1))
    return beside([picture(run.images[0]), picture(last_image_hold(run.images))])


def areal_densities(projector: Projector, pose: CArmPose, detector: Detector) -> NDArray[np.uint8]:
    """Water and bone beside each other: what geometry hands to physics."""
    seen: LineIntegrals = projector.project(ProjectionGeometry.of(pose, detector))
    turned = default_display(pose)
    shown = ((seen.water, 12.0, 24.0), (seen.bone, 0.0, 6.0))  # g/cm2 that are black and white
    greys = [255 * np.clip((values - low) / (high - low), 0, 1) for values, low, high in shown]
    return beside([np.repeat(turned.apply(grey)[..., None], 3, axis=2).astype(np.uint8) for grey in greys])


def skin_dose_of_an_injection(projector: Projector, way: Plan) -> NDArray[np.uint8]:
    """Some 50 s of fluoroscopy at 8 pulses a second: straight, oblique and lateral, each collimated."""
    pulses = []
    middle = way.target_mm + np.array([0.0, -40.0, 0.0])
    detector, collimator = CARM.detector.binned_to(256), Collimator(45, 40)
    for tilt, count in ((way.straight, 200), (ReceptorTilt(-15, 10), 150), (way.lateral, 60)):
        frame = held(projector, pose_at(tilt.direction, middle), detector, (), collimator)
        pulses += [frame] * (count // frame.averaged)
    surface = skin_surface(projector.volume)
    return skin_dose_picture(skin_dose(surface, pulses, CARM, TableTop.under(surface, POSITION)))


def arthrogram(projector: Projector, body: Body, way: Plan, spinal: CapsuleChain) -> Run:
    """Contrast flowing into the joint through the planned needle: a mask, then four pulses at each watched volume."""
    rng = np.random.default_rng(3)
    steel, contrast = needle(way.needle), agent("iohexol_240")
    fluids = FluidBody(body, SIDE, capacity_ml=1.5, rng=rng)
    fluid = Fluid("contrast", contrast.viscosity_mpa_s, contrast.iodine_mg_ml)
    layers: list[LayerGrid | None] = []
    given = 0.0
    for volume_ml in WATCHED_ML:
        while given < volume_ml - 1e-9:
            fluids.inject(way.target_mm, steel, fluid, 0.05, RATE_ML_S)
            given += 0.05
        layers += [LayerGrid(*fluids.iodine()) if volume_ml else None] * 4
    pose = pose_at(way.receptor.direction, way.target_mm)
    detector = magnified(CARM.detector.binned_to(SMALL_ROWS), 1.5, CARM)
    return take_run(projector, pose, CARM, detector, tubes=(spinal,), contrasts=layers, rng=rng)


def arthrogram_series(run: Run) -> NDArray[np.uint8]:
    window = display_window(run.images[0])
    frames = [last_image_hold(run.images[4 * n : 4 * n + 4]) for n in range(len(WATCHED_ML))]
    return in_square(
        [annotated(frame, window=window, text=(f"{ml:.1f} mL",)) for frame, ml in zip(frames, WATCHED_ML, strict=True)]
    )


def subtraction_series(run: Run) -> NDArray[np.uint8]:
    """Each volume less the mean of the pulses before contrast."""
    mask = average(run.images[:4])
    lives = [last_image_hold(run.images[4 * n : 4 * n + 4]) for n in range(1, len(WATCHED_ML))]
    return beside(
        [
            annotated(subtracted_frame(mask, live, inverted=False), text=(f"{ml:.1f} mL",))
            for live, ml in zip(lives, WATCHED_ML[1:], strict=True)
        ]
    )


def picture(frame: Frame, options: DisplayOptions | None = None) -> NDArray[np.uint8]:
    return annotated(frame, options=options or DisplayOptions())


def beside(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    tallest = max(one.shape[0] for one in pictures)
    return np.hstack([np.pad(one, ((0, tallest - one.shape[0]), (0, 4), (0, 0))) for one in pictures])


def in_square(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.vstack([beside(pictures[:2]), beside(pictures[2:])])


def save(name: str, pixels: NDArray[np.uint8]) -> None:
    """As a small PNG: even greys and the amber of the markers, fewer greys until the file is small; noise hides the steps."""
    for greys in (96, 64, 48, 32):
        palette = Image.new("P", (1, 1))
        even = [level for grey in np.linspace(0, 255, greys).round().astype(int).tolist() for level in [grey] * 3]
        palette.putpalette([*even, 255, 176, 0, 160, 110, 0, 80, 55, 0])
        image = Image.fromarray(pixels).quantize(palette=palette, dither=Image.Dither.NONE)
        packed = BytesIO()
        image.save(packed, "PNG", optimize=True)
        if packed.tell() <= LARGEST_BYTES:
            break
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(packed.getvalue())
    print(f"{name}.png  {packed.tell() // 1000} kB, {greys} greys")


if __name__ == "__main__":
    main()
