"""A joint in the numbers that the literature gives, beside those numbers."""

from dataclasses import dataclass

from sijoint.anatomy.joint import Joint
from sijoint.anatomy.rules import published


@dataclass(frozen=True)
class Row:
    """One line of the table: ours and the published value in words, its source and grade, and what to know about ours."""

    name: str
    ours: str
    published: str
    source: str
    note: str


def describe(joint: Joint) -> tuple[Row, ...]:
    """Area, width where it can be measured, axial angles, dorsal opening and position of a joint beside published values."""
    low, high = joint.area_band_cm2
    width = f"{joint.mean_width_mm:.2f}" if joint.width_measurable else "not measurable"
    touching = f"labels touch on {100 * joint.touching_share:.0f} %" + (
        "" if joint.width_measurable else ", too much to tell"
    )
    angles = joint.axial_angles_deg
    (end_below, end_beside), (below, beside) = (
        joint.from_psis_mm(p) for p in (joint.inferior_end_mm, joint.inferior_recess_mm)
    )
    return (
        _row(
            "Synovial area, cm²",
            f"{joint.area_cm2:.1f} ({low:.1f} to {high:.1f})",
            "area_cm2",
            "modelled border; in brackets an arm 3 mm narrower and wider",
        ),
        _row("Mean width of the cleft, mm", width, "mean_width_mm", touching),
        _row(
            "Axial angle, inferior fifth, °",
            f"{angles[0]:.0f}",
            "inferior_axial_angle_deg",
            "posterior to anterior margin; the anterior one lateral is positive",
        ),
        _row(
            "Axial angles, inferior to superior, °",
            ", ".join(f"{angle:.0f}" for angle in angles),
            "axial_angle_deg",
            "",
        ),
        _row(
            "Dorsal opening, inferior to superior, mm",
            ", ".join(f"{straight:.0f}" for straight, _ in joint.dorsal_opening.by_level()),
            "dorsal_opening_mm",
            "straight from behind; tilted at best "
            + ", ".join(f"{widest:.0f}" for _, widest in joint.dorsal_opening.by_level()),
        ),
        _row(
            "Inferior end below the PSIS, mm",
            f"{end_below:.0f}",
            "below_psis_mm",
            f"the target lies {below:.0f} mm below it",
        ),
        _row(
            "Inferior end lateral of the PSIS, mm",
            f"{round(end_beside)}",
            "lateral_of_psis_mm",
            f"the target {round(beside)} mm",
        ),
    )


def _row(name: str, ours: str, key: str, note: str) -> Row:
    value = published(key)
    return Row(name, ours, value.words, f"{value.source} [{value.grade}]", note)
