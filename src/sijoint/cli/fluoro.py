"""``sij fluoro``: one fluoroscopy image, or a short run, of any CT."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from sijoint.cli.fluoro_around import called_out, needle_out_of_field
from sijoint.cli.fluoro_bounds import refuse_empty, refuse_loose_ends
from sijoint.cli.fluoro_setting import (
    PLANNED,
    Agent,
    best_plan,
    c_arm,
    contrast_layer,
    first_technique,
    needle_chain,
    patient_ct,
    refuse_subtraction,
)
from sijoint.cli.fluoro_switches import CArmGeometry, differing, refuse_look
from sijoint.cli.fluoro_told import behind, facts_of, in_words, needle_facts
from sijoint.cli.fluoro_view import UnclearView, View, limits, place, receptor
from sijoint.cli.image_file import KINDS, subtracted_frame, write_described_npy, write_png, write_tiff
from sijoint.cli.options import CT_HELP
from sijoint.cli.outfile import refuse_unusable, write_whole
from sijoint.fluoroscopy import (
    DisplayOptions,
    Frame,
    Projector,
    Window,
    annotated,
    display_window,
    iodine_estimate,
    last_image_hold,
    magnified,
    subtraction_mask,
    take_run,
    volume_from_hu,
)
from sijoint.frames import (
    DisplayOrientation,
    PatientPosition,
    Side,
    joints_for_direction,
    pose_from_joints,
)
from sijoint.model import Target
from sijoint.report.view_picture import needle_in

HELD_PULSES = 4
LABELS_HELP_FOR_PLANS = "Labels on the CT's grid (NIfTI, TotalSegmentator v2 numbers), for plans."


def fluoro(
    ct: Annotated[Path | None, typer.Argument(help=CT_HELP)] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The image: .png as a person sees it, .npy linear pixels (keV/mm2, float32) beside NAME.npy.json, .tiff 16-bit stored pixels."
        ),
    ] = None,
    view: Annotated[
        View | None,
        typer.Option(help="Default: receptor straight above the table (prone: pa). trajectory: as planned."),
    ] = None,
    left: Annotated[float | None, typer.Option(help="Receptor to the patient's left, degrees from straight.")] = None,
    right: Annotated[float | None, typer.Option(help="Receptor to the patient's right.")] = None,
    cephalad: Annotated[
        float | None, typer.Option("--cephalad", "--cranial", help="Receptor towards the head.")
    ] = None,
    caudad: Annotated[float | None, typer.Option("--caudad", "--caudal", help="Receptor towards the feet.")] = None,
    primary: Annotated[float | None, typer.Option(help="DICOM primary angle instead of words.")] = None,
    secondary: Annotated[float | None, typer.Option(help="DICOM secondary angle instead of words.")] = None,
    position: Annotated[
        PatientPosition, typer.Option(help="Patient on the table; HFP is prone, head first.")
    ] = PatientPosition.HFP,
    at: Annotated[
        str | None, typer.Option(metavar="X,Y,Z", help="Isocentre, LPS mm. Default: the middle of the CT.")
    ] = None,
    side: Annotated[
        Side | None, typer.Option(help="Joint of the trajectory view and of the planned needle. Default: left.")
    ] = None,
    target: Annotated[Target | None, typer.Option(help="What the plan aims at. Default: intra-articular.")] = None,
    labels: Annotated[Path | None, typer.Option(help=LABELS_HELP_FOR_PLANS)] = None,
    needle: Annotated[
        str | None,
        typer.Option(metavar="X,Y,Z:X,Y,Z", help="A needle through these places, hub to tip, or 'planned'."),
    ] = None,
    gauge: Annotated[int | None, typer.Option(help="Gauge of --needle: 22 (default) or 25.")] = None,
    contrast: Annotated[
        Path | None, typer.Option(help="Contrast in mg/mL as a NIfTI volume in the CT's space.")
    ] = None,
    agent: Annotated[Agent, typer.Option(help="What --contrast holds.")] = Agent.IODINE,
    subtract: Annotated[
        bool, typer.Option("--subtract", help="Less a mask without contrast: .png, or .npy with iodine in mg/cm2.")
    ] = False,
    kvp: Annotated[float | None, typer.Option(help="Tube voltage; default is automatic brightness.")] = None,
    ma: Annotated[float | None, typer.Option(help="Tube current with --kvp; default is the control curve's.")] = None,
    pulse_ms: Annotated[float | None, typer.Option(help="Pulse width.")] = None,
    copper_mm: Annotated[float | None, typer.Option(help="Added copper filter.")] = None,
    grid: Annotated[bool, typer.Option(help="Anti-scatter grid.")] = True,
    collimate: Annotated[
        str | None, typer.Option(metavar="WxH", help="Field at the isocentre in mm. Default: the whole detector.")
    ] = None,
    magnification: Annotated[float, typer.Option(help="Detector field: 1, 1.5 or 2 times magnified.")] = 1.0,
    source_detector_mm: Annotated[
        float | None, typer.Option("--source-detector-mm", "--sdd-mm", help="Default: the C-arm's.")
    ] = None,
    source_isocentre_mm: Annotated[
        float | None, typer.Option("--source-isocentre-mm", "--sod-mm", help="Default: the C-arm's.")
    ] = None,
    geometry: Annotated[
        CArmGeometry,
        typer.Option("--c-arm", help="How far the C is from its reported pose: it bends and is off in distances."),
    ] = CArmGeometry.PERFECT,
    breathing: Annotated[bool, typer.Option("--breathing", help="The pelvis moves with the patient's breath.")] = False,
    shift: Annotated[
        str | None, typer.Option(metavar="X,Y,Z", help="The patient lies so many mm (LPS) from where the CT says.")
    ] = None,
    hold: Annotated[
        int, typer.Option(help="Pulses in the image that is held when the pedal is let go.", min=1, max=64)
    ] = HELD_PULSES,
    run: Annotated[
        int | None,
        typer.Option(help="A short run of this many single pulses instead of one held image.", min=1, max=64),
    ] = None,
    rate: Annotated[float | None, typer.Option(help="Pulses a second.")] = None,
    invert: Annotated[bool, typer.Option("--invert", help="White bone, as on a radiograph (.png).")] = False,
    edge: Annotated[
        float | None, typer.Option(help="Edge enhancement: 0 none, 1 as usual and by default (.png).")
    ] = None,
    local_contrast: Annotated[
        float | None, typer.Option(help="Large contrasts softened: 0 not, 1 as usual and by default (.png).")
    ] = None,
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
    image that is held when the pedal is let go. Example: sij fluoro --left 15 --cephalad 10 --out oblique.png
    """
    began = time.perf_counter()
    if out is None:
        raise UnclearView("say where the image shall go: --out image.png (or .npy, .tiff)")
    refuse_unusable(out, KINDS)
    direction = receptor(view, left, right, cephalad, caudad, primary, secondary, position.prone)
    with_plan = direction is None or needle == PLANNED
    if direction is None and at is not None:
        raise UnclearView("the trajectory view has its isocentre on the planned target: leave out --at")
    if with_plan and ct is not None and labels is None:
        raise UnclearView("a plan needs the CT's labels: add --labels, or leave out the CT for the bundled pelvis")
    refuse_loose_ends(ct, labels, needle, gauge, needle == PLANNED, with_plan)
    if not with_plan and (side, target) != (None, None):
        raise UnclearView(
            "--side and --target choose a plan, and none is asked for: add --view trajectory or --needle planned"
        )
    carm = c_arm(source_detector_mm, source_isocentre_mm)
    refuse_subtraction(subtract, contrast, agent, out)
    refuse_look(subtract, {"--window": window, "--edge": edge, "--local-contrast": local_contrast})
    imperfection = differing(geometry, breathing, shift)
    detector = magnified(carm.detector.binned_to(rows), magnification, carm)
    technique = first_technique(kvp, ma, pulse_ms, copper_mm, grid, collimate, rate)
    isocentre = None if at is None else place(at, "--at")
    options = DisplayOptions(
        local_contrast=1.0 if local_contrast is None else local_contrast,
        edge_enhancement=1.0 if edge is None else edge,
        inverted=invert,
    )
    chains = () if needle in (None, PLANNED) else (needle_chain(str(needle), gauge),)
    if direction is not None:
        joints_for_direction(direction, position, carm)  # out of reach is said before a CT is read

    with Console(stderr=True).status("reading the CT") as status:
        scan, patient = patient_ct(ct, labels if with_plan else None)
        layer = None if contrast is None else contrast_layer(contrast, agent)
        read = time.perf_counter()
        if with_plan and patient is not None:
            status.update("planning the needle")
            way = best_plan(patient, side or Side.LEFT, target or Target.INTRA_ARTICULAR, carm, position)
            if needle == PLANNED:
                chains = (needle_in(way),)
            if direction is None:
                direction, isocentre = way.receptor.direction, way.target_mm
        status.update("preparing the body")
        planned = time.perf_counter()
        body = Projector(volume_from_hu(scan.grid, scan.hu), threads=threads)
        assert direction is not None  # by words, or by the plan
        joints = joints_for_direction(direction, position, carm)
        pose = pose_from_joints(joints, position, carm, scan.grid.centre_mm if isocentre is None else isocentre)
        said = called_out(joints, pose, carm, body.volume, position)
        prepared = time.perf_counter()
        status.update("taking images")
        taken_run = take_run(
            body,
            pose,
            carm,
            detector,
            technique=technique,
            automatic=kvp is None,
            tubes=chains,
            contrasts=(None,) * (hold if subtract else 0) + (layer,) * (run or hold),
            rng=np.random.default_rng(seed),
            imperfection=imperfection,
            position=position,
        )
        live = taken_run.images[hold if subtract else 0 :]
        frames = (last_image_hold(live, hold),) if run is None else live
        taken = time.perf_counter()
        grey = display_window(frames[0], options)
        if window is not None:
            grey = refuse_empty(limits(window), grey)
        look = Look(options, grey, DisplayOrientation() if stored else None, imperfection.words)
        if subtract:
            _write_subtracted(out, subtraction_mask(taken_run.images, hold), frames, look)
        else:
            _write(out, frames, look)
    spent = {
        "read_s": read - began,
        "plan_s": planned - read,
        "prepare_s": prepared - planned,
        "take_s": taken - prepared,
        "write_s": time.perf_counter() - taken,
    }
    of = "the bundled pelvis (bone is real, soft tissue is modelled)" if ct is None else ct.name
    modelled = patient.provenance.modelled if ct is None and patient is not None else ()
    facts = facts_of(out, taken_run, frames, grey, body, seed, of, modelled, spent)
    facts["warnings"] += [*said, *needle_out_of_field(chains, pose, detector, technique)]
    facts["needle"] = needle_facts(chains)
    facts["contrast_agent"] = None if layer is None else layer.agent
    facts["imperfection"] = list(imperfection.words)
    typer.echo(json.dumps(facts, indent=1, allow_nan=False) if as_json else in_words(facts))


@dataclass(frozen=True)
class Look:
    """How images are turned into a picture; ``display`` None is the orientation that goes with the view.

    ``imperfection``: what differs from the reported pose, in words.
    """

    options: DisplayOptions
    window: Window
    display: DisplayOrientation | None
    imperfection: tuple[str, ...]


def _write(out: Path, frames: Sequence[Frame], look: Look) -> None:
    kind = out.suffix.lower()
    if kind == ".npy":
        write_described_npy(out, [frame.linear() for frame in frames], frames, "detected keV/mm2", look.imperfection)
    elif kind == ".png":
        _write_pictures(out, frames, look)
    else:
        write_whole(out, lambda file: write_tiff(file, frames, look.imperfection))


def _write_subtracted(out: Path, mask: Frame, frames: Sequence[Frame], look: Look) -> None:
    if out.suffix.lower() == ".npy":
        amounts = [iodine_estimate(mask, frame) for frame in frames]
        derived = [
            replace(frame, origin="derived", derived_from=frame.derived_from or frame.origin) for frame in frames
        ]
        write_described_npy(out, amounts, derived, "iodine mg/cm2", look.imperfection)
    else:
        _write_pictures(out, [subtracted_frame(mask, frame, look.options.inverted) for frame in frames], look)


def _write_pictures(out: Path, frames: Sequence[Frame], look: Look) -> None:
    pictures = [
        annotated(
            frame,
            display=look.display,
            behind=behind(frame.pose),
            text=look.imperfection,
            options=look.options,
            window=look.window,
        )
        for frame in frames
    ]
    interval_s = 1 / frames[0].technique.pulses_per_s if frames[0].technique else 0.1
    write_whole(out, lambda file: write_png(file, pictures, interval_s))
