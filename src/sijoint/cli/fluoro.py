"""``sij fluoro``: one fluoroscopy image, or a short run, of any CT."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console

from sijoint.cli.fluoro_setting import (
    PLANNED,
    best_plan,
    c_arm,
    contrast_layer,
    first_technique,
    needle_chain,
    patient_ct,
    planned_needle,
)
from sijoint.cli.fluoro_view import UnclearView, View, limits, places, receptor
from sijoint.cli.image_file import KINDS, write_npy, write_png, write_tiff
from sijoint.cli.options import CT_HELP, LABELS_HELP
from sijoint.cli.outfile import refuse_unusable, write_whole
from sijoint.fluoroscopy import (
    DisplayOptions,
    Frame,
    Projector,
    Run,
    Window,
    annotated,
    display_window,
    last_image_hold,
    magnified,
    take_run,
    volume_from_hu,
)
from sijoint.frames import (
    CArmPose,
    DisplayOrientation,
    PatientPosition,
    ReceptorTilt,
    Side,
    joints_for_direction,
    pose_from_joints,
)
from sijoint.model import Target

HELD_PULSES = 4


def fluoro(
    ct: Annotated[Path | None, typer.Argument(help=CT_HELP)] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The image: .png as a person sees it, .npy linear pixels (keV/mm2, float32), .tiff 16-bit stored pixels."
        ),
    ] = None,
    view: Annotated[
        View | None,
        typer.Option(help="Default: receptor straight above the table (prone: pa). trajectory: as planned."),
    ] = None,
    left: Annotated[float | None, typer.Option(help="Receptor to the patient's left, degrees from straight.")] = None,
    right: Annotated[float | None, typer.Option(help="Receptor to the patient's right.")] = None,
    cranial: Annotated[float | None, typer.Option(help="Receptor towards the head.")] = None,
    caudal: Annotated[float | None, typer.Option(help="Receptor towards the feet.")] = None,
    primary: Annotated[float | None, typer.Option(help="DICOM primary angle instead of words.")] = None,
    secondary: Annotated[float | None, typer.Option(help="DICOM secondary angle instead of words.")] = None,
    position: Annotated[PatientPosition, typer.Option(help="Patient on the table.")] = PatientPosition.HFP,
    at: Annotated[
        str | None, typer.Option(metavar="X,Y,Z", help="Isocentre, LPS mm. Default: the middle of the CT.")
    ] = None,
    side: Annotated[Side, typer.Option(help="Joint of the trajectory view.")] = Side.LEFT,
    target: Annotated[Target, typer.Option(help="What the plan aims at.")] = Target.INTRA_ARTICULAR,
    labels: Annotated[Path | None, typer.Option(help=LABELS_HELP + " For plans only.")] = None,
    needle: Annotated[
        str | None,
        typer.Option(metavar="X,Y,Z:X,Y,Z", help="A needle through these places, hub to tip, or 'planned'."),
    ] = None,
    gauge: Annotated[int, typer.Option(help="Gauge of --needle: 22 or 25.")] = 22,
    contrast: Annotated[Path | None, typer.Option(help="Iodine in mg/mL as a NIfTI volume in the CT's space.")] = None,
    kvp: Annotated[float | None, typer.Option(help="Tube voltage; default is automatic brightness.")] = None,
    ma: Annotated[float | None, typer.Option(help="Tube current with --kvp; default is the control curve's.")] = None,
    pulse_ms: Annotated[float | None, typer.Option(help="Pulse width.")] = None,
    copper_mm: Annotated[float | None, typer.Option(help="Added copper filter.")] = None,
    grid: Annotated[bool, typer.Option(help="Anti-scatter grid.")] = True,
    collimate: Annotated[
        str | None, typer.Option(metavar="WxH", help="Field at the isocentre in mm. Default: the whole detector.")
    ] = None,
    magnification: Annotated[float, typer.Option(help="Detector field: 1, 1.5 or 2 times magnified.")] = 1.0,
    sdd_mm: Annotated[float | None, typer.Option(help="Source to detector. Default: the C-arm's.")] = None,
    sod_mm: Annotated[float | None, typer.Option(help="Source to isocentre. Default: the C-arm's.")] = None,
    hold: Annotated[
        int, typer.Option(help="Pulses in the image that is held when the pedal is let go.", min=1, max=64)
    ] = HELD_PULSES,
    run: Annotated[
        int | None,
        typer.Option(help="A short run of this many single pulses instead of one held image.", min=1, max=64),
    ] = None,
    rate: Annotated[float | None, typer.Option(help="Pulses a second.")] = None,
    invert: Annotated[bool, typer.Option("--invert", help="White bone, as on a radiograph (.png).")] = False,
    edge: Annotated[float, typer.Option(help="Edge enhancement: 0 none, 1 as usual (.png).", min=0, max=4)] = 1.0,
    local_contrast: Annotated[
        float, typer.Option(help="Large contrasts softened: 0 not, 1 as usual (.png).", min=0, max=2)
    ] = 1.0,
    window: Annotated[
        str | None,
        typer.Option(metavar="LOW,HIGH", help="Grey window, as --json told it for another image (.png)."),
    ] = None,
    stored: Annotated[
        bool, typer.Option("--stored", help="Stored orientation, as seen from the source (.png).")
    ] = False,
    rows: Annotated[int, typer.Option(help="Rows and columns.", min=64, max=1536)] = 1024,
    seed: Annotated[int, typer.Option(help="Same seed, same image.", min=0)] = 1,
    threads: Annotated[int | None, typer.Option(help="Default: two.", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Take one fluoroscopy image, or a short run, of a CT.

    Without anything else: the bundled pelvis, prone, receptor straight above the table, automatic brightness, and the
    image that is held when the pedal is let go. Example: sij fluoro --left 15 --cranial 10 --out oblique.png
    """
    began = time.perf_counter()
    if out is None:
        raise UnclearView("say where the image shall go: --out image.png (or .npy, .tiff)")
    refuse_unusable(out, KINDS)
    direction = receptor(view, left, right, cranial, caudal, primary, secondary, position.prone)
    with_plan = direction is None or needle == PLANNED
    if direction is None and at is not None:
        raise UnclearView("the trajectory view has its isocentre on the planned target: leave out --at")
    if with_plan and ct is not None and labels is None:
        raise UnclearView("a plan needs the CT's labels: add --labels, or leave out the CT for the bundled pelvis")
    carm = c_arm(sdd_mm, sod_mm)
    detector = magnified(carm.detector.binned_to(rows), magnification, carm)
    technique = first_technique(kvp, ma, pulse_ms, copper_mm, grid, collimate, rate)
    isocentre = None if at is None else places(at, "--at")[0]
    options = DisplayOptions(local_contrast=local_contrast, edge_enhancement=edge, inverted=invert)
    chains = () if needle in (None, PLANNED) else (needle_chain(str(needle), gauge),)
    if direction is not None:
        joints_for_direction(direction, position, carm)  # out of reach is said before a CT is read

    with Console(stderr=True).status("reading the CT") as status:
        scan, patient = patient_ct(ct, labels if with_plan else None)
        layer = None if contrast is None else contrast_layer(contrast)
        read = time.perf_counter()
        if with_plan and patient is not None:
            status.update("planning the needle")
            way = best_plan(patient, side, target, carm, position)
            if needle == PLANNED:
                chains = (planned_needle(way),)
            if direction is None:
                direction, isocentre = way.receptor.direction, way.target_mm
        status.update("preparing the body")
        planned = time.perf_counter()
        body = Projector(volume_from_hu(scan.grid, scan.hu), threads=threads)
        assert direction is not None  # by words, or by the plan
        joints = joints_for_direction(direction, position, carm)
        pose = pose_from_joints(joints, position, carm, scan.grid.centre_mm if isocentre is None else isocentre)
        prepared = time.perf_counter()
        status.update("taking images")
        taken_run = take_run(
            body,
            pose,
            carm,
            detector,
            technique=technique,
            automatic=kvp is None,
            steel=chains,
            contrasts=(layer,) * (run or hold),
            rng=np.random.default_rng(seed),
        )
        frames = (last_image_hold(taken_run.images, hold),) if run is None else taken_run.images
        taken = time.perf_counter()
        grey = display_window(frames[0], options) if window is None else limits(window)
        _write(out, frames, options, grey, DisplayOrientation() if stored else None)
    spent = {
        "read_s": read - began,
        "plan_s": planned - read,
        "prepare_s": prepared - planned,
        "take_s": taken - prepared,
        "write_s": time.perf_counter() - taken,
    }
    of = "the bundled pelvis" if ct is None else ct.name
    facts = _facts(out, taken_run, frames, grey, body, seed, of, spent)
    typer.echo(json.dumps(facts, indent=1, allow_nan=False) if as_json else _words(facts))


def _write(
    out: Path, frames: Sequence[Frame], options: DisplayOptions, window: Window, display: DisplayOrientation | None
) -> None:
    kind = out.suffix.lower()
    if kind == ".npy":
        write_whole(out, lambda file: write_npy(file, [frame.linear() for frame in frames]))
    elif kind == ".png":
        pictures = [
            annotated(frame, display=display, behind=_behind(frame.pose), options=options, window=window)
            for frame in frames
        ]
        interval_s = 1 / frames[0].technique.pulses_per_s if frames[0].technique else 0.1
        write_whole(out, lambda file: write_png(file, pictures, interval_s))
    else:
        write_whole(out, lambda file: write_tiff(file, frames))


def _behind(pose: CArmPose | None) -> bool:
    return pose is None or bool(pose.direction[1] > -1e-6)


def _facts(
    out: Path,
    run: Run,
    frames: Sequence[Frame],
    window: Window,
    body: Projector,
    seed: int,
    of: str,
    spent: dict[str, float],
) -> dict[str, Any]:
    last = frames[-1]
    technique, pose = last.technique, last.pose
    assert technique is not None
    assert pose is not None
    collimator = technique.collimator
    return {
        "file": str(out),
        "origin": last.origin,
        "of": of,
        "receptor": ReceptorTilt.of(pose.direction, _behind(pose)).words,
        "primary_deg": round(pose.primary_deg, 3),
        "secondary_deg": round(pose.secondary_deg, 3),
        "roll_deg": round(pose.roll_deg, 3),
        "isocentre_mm": [round(value, 2) for value in pose.isocentre_mm],
        "source_detector_mm": pose.source_detector_mm,
        "source_isocentre_mm": pose.source_isocentre_mm,
        "shape": list(last.pixels.shape),
        "pixel_mm": last.detector.pixel_mm,
        "window": [round(window.low, 3), round(window.high, 3)],
        "technique": {
            "kvp": technique.kvp,
            "ma": round(technique.ma, 3),
            "pulse_ms": technique.pulse_ms,
            "pulses_per_s": technique.pulses_per_s,
            "copper_mm": technique.copper_mm,
            "grid": technique.grid,
            "collimator_half_mm": None if collimator is None else [collimator.half_width_mm, collimator.half_height_mm],
        },
        "images": len(frames),
        "pulses_an_image": last.averaged,
        "settling_pulses": len(run.settling),
        "brightness_settled": run.settled,
        "image_kerma_mgy": last.kerma_reference_mgy,
        "image_dose_area_product_mgy_cm2": last.dose_area_product_mgy_cm2,
        "all_pulses_kerma_mgy": run.kerma_reference_mgy,
        "all_pulses_dose_area_product_mgy_cm2": run.dose_area_product_mgy_cm2,
        "warnings": list(last.warnings),
        "truncated_share": round(last.truncated_share, 4),
        "assumed": list(body.volume.assumed),
        "kernel": body.kernel,
        "threads": body.threads,
        "seed": seed,
        "seconds": {name: round(value, 3) for name, value in spent.items()},
    }


def _words(facts: dict[str, Any]) -> str:
    technique, count = facts["technique"], facts["images"]
    x, y, z = facts["isocentre_mm"]
    settling, pulses = facts["settling_pulses"], facts["pulses_an_image"]
    brightness = f"brightness found in {settling} pulses" if settling else "set by hand"
    if not facts["brightness_settled"]:
        brightness = f"brightness not settled after {settling} pulses"
    each = f"{count} images of one pulse" if count > 1 else f"one image of {pulses} pulse" + "s" * (pulses > 1)
    lines = [
        f"{facts['file']}: simulated, of {facts['of']}, {each}",
        f"{facts['receptor']} (DICOM {facts['primary_deg']:.1f}°/{facts['secondary_deg']:.1f}°), "
        f"isocentre {x:.1f}, {y:.1f}, {z:.1f} mm (LPS)",
        f"{technique['kvp']:g} kVp, {technique['ma']:.1f} mA, {technique['pulse_ms']:g} ms, {brightness}",
        f"all pulses together {facts['all_pulses_kerma_mgy']:.3f} mGy at the reference point, "
        f"{facts['all_pulses_dose_area_product_mgy_cm2']:.2f} mGy·cm2",
        *facts["warnings"],
    ]
    if facts["truncated_share"] > 0:
        lines.append(f"{facts['truncated_share']:.0%} of the field is body beyond the CT, assumed soft tissue")
    lines.append(f"{sum(facts['seconds'].values()):.1f} s, {facts['kernel']}")
    return "\n".join(lines)
