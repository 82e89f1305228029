"""``sij pelvis``: synthetic pelves that need no patient's CT."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sijoint.anatomy import PelvisSample, PelvisVariant, describe, draw_pelvis, pelvis_of
from sijoint.cli.outfolder import result_folder
from sijoint.cli.pelvis_files import FoundJoints, found_joints, picture_of, write_volumes
from sijoint.frames import Side
from sijoint.model import Sex

FILES = ("ct.nii.gz", "labels.nii.gz", "pelvis.json", "pelvis.png")
SCHEMA_VERSION = 1


class PelvisAction(StrEnum):
    """What is wanted of the library."""

    SAMPLE = "sample"
    LIST = "list"


class Incomplete(ValueError):
    """An option is missing, or two say different things; the text says which."""


def pelvis(
    action: Annotated[
        PelvisAction,
        typer.Argument(help="sample: one pelvis from a seed. list: what is drawn, and from which numbers."),
    ],
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same pelvis.", min=0)] = None,
    out: Annotated[Path | None, typer.Option(help=f"A folder for {', '.join(FILES)}.")] = None,
    bmi: Annotated[float | None, typer.Option(help="Body mass index, 16 to 50. Default: drawn, 19 to 38.")] = None,
    age: Annotated[float | None, typer.Option(help="Years, 18 to 90. Default: drawn, 20 to 80.")] = None,
    sex: Annotated[Sex | None, typer.Option(help="female or male. Default: drawn.")] = None,
    size: Annotated[float | None, typer.Option(help="Scale against the mean pelvis, 0.85 to 1.15.")] = None,
    width_mm: Annotated[float | None, typer.Option(help="Mean width of both joints. Default: drawn by age.")] = None,
    variant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VARIANT[:SIDE]", help="Instead of drawing them: " + ", ".join(PelvisVariant) + " or none."
        ),
    ] = None,
    voxel_mm: Annotated[float, typer.Option(help="Edge of a voxel, 0.8 to 3.")] = 1.5,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Draw a pelvis from a model of 40 real ones: CT and labels that every other command takes with --ct and --labels.

    Example: sij pelvis sample --seed 7 --bmi 31 --out pelvis7
    """
    if action is PelvisAction.LIST:
        _list(as_json)
        return
    if seed is None or out is None:
        missing = "--seed" if seed is None else "--out"
        raise Incomplete(
            f"a pelvis needs a seed and a place: add {missing}, as in sij pelvis sample --seed 7 --out pelvis7"
        )
    wanted = draw_pelvis(
        seed, age_years=age, sex=sex, bmi=bmi, size=size, width_mm=width_mm, variants=_variants(variant)
    )
    with result_folder(out) as folder, Console(stderr=True).status("drawing the pelvis") as status:
        made = pelvis_of(wanted, voxel_mm=voxel_mm, say=status.update)
        status.update("writing CT and labels")
        write_volumes(made.patient, folder)
        status.update("measuring the joints")
        joints = found_joints(made.patient)
        document = _document(made.sample, joints, made.patient.provenance.__dict__)
        (folder / "pelvis.json").write_text(json.dumps(document, indent=1, allow_nan=False), encoding="utf-8")
        status.update("taking a fluoroscopic image")
        (folder / "pelvis.png").write_bytes(picture_of(made, joints))
    typer.echo(json.dumps(document, indent=1, allow_nan=False) if as_json else _words(document, out))


def _variants(given: list[str] | None) -> dict[Side, tuple[PelvisVariant, ...]] | None:
    """Variants by side from ``NAME`` or ``NAME:SIDE``; None where they are to be drawn. Raises Incomplete."""
    if not given:
        return None
    found: dict[Side, list[PelvisVariant]] = {side: [] for side in Side}
    for text in given:
        name, _, side = text.partition(":")
        if text == "none":
            continue
        if name not in list(PelvisVariant) or (side and side not in list(Side)):
            known = ", ".join(PelvisVariant)
            raise Incomplete(
                f"--variant {text!r} is not known: give none, or one of {known}, with :left or :right for one side"
            )
        for one in (Side(side),) if side else tuple(Side):
            found[one].append(PelvisVariant(name))
    return {side: tuple(dict.fromkeys(one)) for side, one in found.items()}


def _document(sample: PelvisSample, joints: FoundJoints, provenance: dict[str, Any]) -> dict[str, Any]:
    measured = {side.value: {row.name: row.ours for row in describe(joint)} for side, joint in joints.joints.items()}
    return {
        "schema_version": SCHEMA_VERSION,
        "synthetic": True,
        "drawn": sample.document(),
        "measured": measured,
        "not_found": {side.value: sentence for side, sentence in joints.missing.items()},
        "provenance": provenance,
    }


def _words(document: dict[str, Any], out: Path) -> str:
    drawn = document["drawn"]
    lines = [
        f"Library pelvis, seed {drawn['seed']}: {drawn['sex']}, {drawn['age_years']:.0f} years, "
        f"body mass index {drawn['bmi']:.1f}, {drawn['size']:.2f} times the mean pelvis (all synthetic)."
    ]
    for side in Side:
        one = drawn[side.value]
        width = (
            document["measured"]
            .get(side.value, {})
            .get("Mean width of the cleft, mm", document["not_found"].get(side.value))
        )
        variants = ", ".join(one["variants"]) or "no variant"
        lines.append(f"  {side.value}: joint drawn {one['width_mm']:.2f} mm wide, found {width}; {variants}")
    lines.append(f"Written: {', '.join(str(out / name) for name in FILES)}")
    lines.append(f"Next: sij anatomy --ct {out / FILES[0]} --labels {out / FILES[1]}")
    lines += [f"Modelled: {sentence}" for sentence in document["provenance"]["modelled"]]
    return "\n".join(lines)


def _list(as_json: bool) -> None:
    from sijoint.anatomy.library_rule import library_numbers

    numbers = library_numbers()
    if as_json:
        typer.echo(json.dumps(numbers, indent=1))
        return
    typer.echo(
        "A library pelvis is drawn from these numbers (grade A primary source, B secondary, D derived, M assumed):"
    )
    for name, entry in numbers.items():
        typer.echo(f"  {name}: {entry['value']} [{entry['grade']}]\n      {entry['source']}")
