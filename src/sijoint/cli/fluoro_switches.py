"""The switches of ``sij fluoro`` for what differs from the reported pose: C-arm, breath, patient; and a look that is refused."""

from collections.abc import Mapping
from enum import StrEnum

from sijoint.cli.fluoro_view import UnclearView, places
from sijoint.frames import Flex, Imperfection, PatientShift, load_breathing, load_flex


class CArmGeometry(StrEnum):
    """How well a C-arm stands where it reports to stand."""

    PERFECT = "perfect"
    CALIBRATED = "calibrated"
    UNCALIBRATED = "uncalibrated"


def differing(geometry: CArmGeometry, breathing: bool, shift: str | None) -> Imperfection:
    """What differs from the reported pose, from the first pulse on. Raises UnclearView."""
    shifts = []
    if shift is not None:
        x, y, z = (float(mm) for mm in places(shift, "--shift")[0])
        shifts.append(PatientShift(0.0, (x, y, z)))
    return Imperfection(
        Flex() if geometry is CArmGeometry.PERFECT else load_flex(geometry.value),
        load_breathing() if breathing else None,
        tuple(shifts),
    )


def refuse_look(subtract: bool, given: Mapping[str, object]) -> None:
    """Raises UnclearView for a look of ordinary pictures, by option, where a subtracted one is asked for."""
    names = [name for name, value in given.items() if value is not None]
    if subtract and names:
        raise UnclearView(
            f"a subtracted picture has a grey scale of its own: leave out {' and '.join(names)}, or --subtract"
        )
