"""A command that answers for one side, or for every side that the CT shows."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from sijoint.anatomy import Body, PatientCT, UnsuitableAnatomy, body_of, bundled_pelvis, extract_joint, read_patient
from sijoint.cli.options import both_or_neither
from sijoint.frames import Side

Answer = TypeVar("Answer")


def patient_of(ct: Path | None, labels: Path | None) -> PatientCT:
    """The patient's own CT with its labels, or the bundled pelvis. Raises IncompleteInput and what reading raises."""
    both_or_neither(ct, labels)
    with Console(stderr=True).status("reading the CT"):
        return read_patient(ct, labels) if ct and labels else bundled_pelvis()


def each_side(
    patient: PatientCT,
    side: Side | None,
    answer: Callable[[Body, Side], Answer],
    refusal: type[ValueError],
    doing: str,
) -> tuple[Body, dict[Side, Answer], dict[Side, str]]:
    """The body, the answer for each side, and the sentence for each side without one.

    ``doing`` is what a person who waits is told. The side that was asked for must have an answer, or of both sides one: else raises what stands against it.
    """
    wanted = (side,) if side else tuple(Side)
    found: dict[Side, Answer] = {}
    missing: dict[Side, str] = {}
    refused: ValueError | None = None
    with Console(stderr=True).status("finding the joint") as status:
        body = body_of(patient, wanted)
        for one in wanted:
            status.update(f"{doing}, {one.value} side")
            try:
                if one not in body.joints:
                    extract_joint(patient, one)  # says why
                found[one] = answer(body, one)
            except (UnsuitableAnatomy, refusal) as reason:
                missing[one] = str(reason)
                refused = refused or reason
    if not found and refused is not None:
        raise refused
    return body, found, missing
