"""``sij arthrogram``: contrast into one joint, or beside it: where it goes, at what pressure, and what X-rays see of it."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from sijoint.anatomy import Body, Joint, body_of
from sijoint.cli.arthrogram_views import fluoroscopic_series
from sijoint.cli.limits import ADVICE, limits_in_words
from sijoint.cli.options import CT_HELP, LABELS_HELP
from sijoint.cli.outfolder import refuse_unusable, result_folder
from sijoint.cli.sides import patient_of
from sijoint.formulary import agent
from sijoint.formulary import needle as needle_by_code
from sijoint.frames import Grid, Side
from sijoint.injectate import (
    Compartment,
    Fluid,
    FluidBody,
    JointFilling,
    arthrogram_grade,
    cephalad_share,
    draw_joint_causes,
    is_type_one,
    what_is_modelled,
)
from sijoint.report.arthrogram_picture import filling_picture

CONTRAST = "iohexol_240"
NEEDLE_OF_GAUGE = {22: "quincke_22g_90mm", 25: "quincke_25g_90mm"}
PORTION_ML = 0.02
SHOWN = 4  # volumes in the pictures


class Tip(StrEnum):
    """Places of the needle's tip by name."""

    RECESS = "recess"  # inferior recess: the usual target
    UPPER = "upper"  # inside the dorsal border of the upper third
    DORSAL = "dorsal"  # just behind the dorsal capsule at the recess
    LIGAMENT = "ligament"  # posterior ligament target
    MUSCLE = "muscle"  # two centimetres short of the joint


class UnclearInjection(ValueError):
    """What was asked for is no injection; the text says what to give instead."""


def arthrogram(
    ct: Annotated[Path | None, typer.Option(help=CT_HELP)] = None,
    labels: Annotated[Path | None, typer.Option(help=LABELS_HELP)] = None,
    side: Annotated[Side, typer.Option(help="Which joint.")] = Side.LEFT,
    seed: Annotated[int, typer.Option(help="Draws the joint: how much it takes, where it opens and leaks.", min=0)] = 1,
    volume_ml: Annotated[float, typer.Option("--volume-ml", help="Contrast, 0.05 to 10 mL.")] = 1.0,
    rate: Annotated[float, typer.Option("--rate", help="mL/s, 0.005 to 2.")] = 0.05,
    tip: Annotated[Tip | None, typer.Option(help="Where the needle's tip lies. Default: recess.")] = None,
    tip_mm: Annotated[
        tuple[float, float, float] | None, typer.Option("--tip-mm", metavar="X Y Z", help="The tip in LPS mm instead.")
    ] = None,
    gauge: Annotated[int, typer.Option(help="22 or 25, spinal needle of 90 mm.")] = 22,
    out: Annotated[Path | None, typer.Option(help="Folder for pictures: fluoroscopic series and filled joint.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Inject contrast at a virtual needle's tip and watch where it goes. Simulated; the physician decides."""
    if not 0.05 <= volume_ml <= 10:
        raise UnclearInjection(f"--volume-ml {volume_ml:g} is no arthrogram: give 0.05 to 10 mL")
    if not 0.005 <= rate <= 2:
        raise UnclearInjection(f"--rate {rate:g} is no push of a thumb: give 0.005 to 2 mL/s")
    if tip is not None and tip_mm is not None:
        raise UnclearInjection("--tip and --tip-mm both say where the tip lies: give one of them")
    if tip_mm is not None and not np.isfinite(tip_mm).all():
        raise UnclearInjection("--tip-mm takes three numbers in LPS mm, such as those that sij anatomy --json tells")
    if gauge not in NEEDLE_OF_GAUGE:
        raise UnclearInjection(f"there is no {gauge} G needle for this: choose --gauge 22 or 25")
    if out is not None:
        refuse_unusable(out)
    patient = patient_of(ct, labels)
    with Console(stderr=True).status("finding the joint"):
        body = body_of(patient, (side,))
    joint = body.joints[side]
    place = place_of(joint, tip or Tip.RECESS) if tip_mm is None else np.array(tip_mm)
    with Console(stderr=True).status("injecting"):
        watched, course, causes = _watched(body, side, place, seed, volume_ml, rate, gauge)
    filling = watched[-1][1]
    document: dict[str, Any] = {
        "side": side.value,
        "seed": seed,
        "tip_mm": [round(float(x), 2) for x in place],
        "tip": "given" if tip_mm is not None else (tip or Tip.RECESS).value,
        "in_joint": bool(joint.contains(place)),
        "contrast": CONTRAST,
        "needle": NEEDLE_OF_GAUGE[gauge],
        "rate_ml_s": rate,
        "drawn": causes,
        "course": course,
        "covered_share": round(filling.covered_share, 3),
        "outlined_share": round(filling.outlined_share, 3),
        "grade": arthrogram_grade(filling) if filling.injected_ml.any() else None,
        "cephalad_share": round(cephalad_share(filling), 3),
        "type": ("I" if is_type_one(filling) else "II") if filling.injected_ml.any() else None,
        "origin": "simulated",
        "modelled": [*what_is_modelled(), *patient.provenance.modelled, *joint.modelled],
        "advice": ADVICE,
    }
    if out is not None:
        with Console(stderr=True).status("taking images"), result_folder(out) as folder:
            _write_pictures(folder, body, side, place, gauge, watched, seed)
            (folder / "arthrogram.json").write_text(json.dumps(document, indent=1, allow_nan=False), encoding="utf-8")
    typer.echo(json.dumps(document, indent=1, allow_nan=False) if as_json else in_words(document, out))


Watched = tuple[str, JointFilling, tuple[Grid, NDArray[np.float32]]]


def place_of(joint: Joint, tip: Tip) -> NDArray[np.float64]:
    """The point (3,) of the tip by its name."""
    match tip:
        case Tip.RECESS:
            return joint.inferior_recess_mm
        case Tip.UPPER:
            border = joint.dorsal_border_mm[round(0.75 * len(joint.dorsal_border_mm))]
            a, b, _ = joint.chart.coordinates(border)
            return joint.chart.world(a + 2.5, b)
        case Tip.DORSAL:
            return joint.inferior_recess_mm + 5.0 * joint.recess_out
        case Tip.LIGAMENT:
            return joint.ligament_target_mm
        case Tip.MUSCLE:
            return joint.inferior_recess_mm + 20.0 * joint.recess_out


def _watched(
    body: Body, side: Side, tip_mm: NDArray[np.float64], seed: int, volume_ml: float, rate: float, gauge: int
) -> tuple[list[Watched], list[dict[str, Any]], dict[str, Any]]:
    """What is seen at a few volumes, the time course, and what the seed drew."""
    rng = np.random.default_rng(seed)
    causes = draw_joint_causes(rng, body.joints[side], body, side)
    fluids = FluidBody(body, side, capacity_ml=causes.capacity_ml, vessels=causes.vessels, leaks=causes.leaks, rng=rng)
    contrast, needle = agent(CONTRAST), needle_by_code(NEEDLE_OF_GAUGE[gauge])
    fluid = Fluid("contrast", contrast.viscosity_mpa_s, contrast.iodine_mg_ml)
    stops = volume_ml * np.arange(1, SHOWN + 1) / SHOWN
    portions = max(1, round(volume_ml / SHOWN / PORTION_ML))
    watched, course, given = [], [], 0.0
    for stop in stops:
        for n in range(portions):
            step = fluids.inject(tip_mm, needle, fluid, volume_ml / SHOWN / portions, rate)
            given += volume_ml / SHOWN / portions
            if n + 1 == portions or round(given / PORTION_ML) % 5 == 0:
                volumes = {where.value: round(ml, 4) for where, ml in fluids.volumes_ml().items() if ml > 5e-5}
                course.append(
                    {
                        "at_s": round(given / rate, 2),
                        "injected_ml": round(given, 3),
                        "plunger_kpa": round(step.plunger_kpa, 2),
                        "needle_kpa": round(step.needle_kpa, 2),
                        "joint_kpa": round(step.site_kpa, 2),
                        "covered_share": round(fluids.joint_covered_share(), 3),
                        "volumes_ml": volumes,
                    }
                )
        watched.append((f"{stop:.2f} mL", fluids.joint_filling(), fluids.iodine()))
    drawn = {
        "capacity_ml": round(causes.capacity_ml, 3),
        "vessels": len(causes.vessels),
        "weak_places": [{"to": path.to.value, "opens_at_kpa": round(path.opens_at_kpa, 1)} for path in causes.leaks],
    }
    return watched, course, drawn


def _write_pictures(
    folder: Path, body: Body, side: Side, tip_mm: NDArray[np.float64], gauge: int, watched: list[Watched], seed: int
) -> None:
    joint = body.joints[side]
    fillings = [(label, filling) for label, filling, _ in watched]
    inside = tip_mm if bool(joint.contains(tip_mm, slack_mm=1.0)) else None
    title = f"Contrast in the {side.value} sacroiliac joint"
    (folder / "filled_joint.png").write_bytes(filling_picture(fillings, inside, joint.chart.pitch_mm, title))
    out_of_back = joint.ligament_out if np.linalg.norm(tip_mm - joint.ligament_target_mm) < 1 else joint.recess_out
    layers = [(label, iodine) for label, _, iodine in watched]
    needle = needle_by_code(NEEDLE_OF_GAUGE[gauge])
    for name, picture in fluoroscopic_series(body, side, tip_mm, out_of_back, needle, layers, seed).items():
        picture.save(folder / f"{name}.png", optimize=True)


def in_words(document: dict[str, Any], out: Path | None) -> str:
    """The time course and what came of it, for a person."""
    lines = [
        f"{document['side'].capitalize()} joint, tip {document['tip']} "
        f"({'inside' if document['in_joint'] else 'outside'} the joint), {document['needle']}, {document['rate_ml_s']:g} mL/s",
        f"Drawn by seed {document['seed']}: takes {document['drawn']['capacity_ml']:.2f} mL to the capsule's yield, "
        f"{document['drawn']['vessels']} vessel(s) near; "
        + (
            "weak places towards "
            + ", ".join(
                f"{one['to']} (opens at {one['opens_at_kpa']:g} kPa)" for one in document["drawn"]["weak_places"]
            )
            if document["drawn"]["weak_places"]
            else "no weak place in the capsule"
        ),
        "",
        "   s      mL   plunger = needle + joint kPa   covered   where",
    ]
    for row in document["course"]:
        where = ", ".join(f"{name} {ml:.2f}" for name, ml in row["volumes_ml"].items())
        lines.append(
            f"{row['at_s']:5.1f}  {row['injected_ml']:5.2f}   {row['plunger_kpa']:6.1f} = {row['needle_kpa']:5.1f} + "
            f"{row['joint_kpa']:5.1f}           {100 * row['covered_share']:5.0f} %   {where}"
        )
    if document["grade"] is None:
        lines += ["", "Nothing of it lies in the joint."]
    else:
        lines += [
            "",
            f"Grade {document['grade']} (covered {100 * document['covered_share']:.0f} %, margin outlined "
            f"{100 * document['outlined_share']:.0f} %), type {document['type']} (reaches "
            f"{100 * document['cephalad_share']:.0f} % of the joint's height)",
        ]
    outside = sum(ml for name, ml in document["course"][-1]["volumes_ml"].items() if name != Compartment.JOINT.value)
    lines.append(f"Outside the joint: {outside:.2f} mL")
    lines += [*limits_in_words(document["modelled"]), f"Simulated. {ADVICE}"]
    if out is not None:
        lines.append(f"Pictures: {out}")
    return "\n".join(lines)
