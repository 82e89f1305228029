"""A small picture of where the receptor stands: the patient seen from the feet, and from the side with the head to the right."""

from math import cos, radians, sin

from sijoint.report.words import tilt


def receptor_glyph(primary_deg: float, secondary_deg: float) -> str:
    """Inline SVG, decorative: the words beside it say the same."""
    where = tilt(primary_deg, secondary_deg)
    from_feet_x = -sin(radians(where.left_deg)) * (1 if where.behind else -1)
    from_feet = _beam(24, 24, from_feet_x, -cos(radians(where.left_deg)))
    left_letter, right_letter = ("L", "R") if where.behind else ("R", "L")
    parts = [
        '<ellipse class="body" cx="24" cy="24" rx="11" ry="6.5"/>',
        f'<circle class="spine" cx="24" cy="{20.5 if where.behind else 27.5}" r="1.7"/>',
        f'<text x="3" y="46">{left_letter}</text><text x="45" y="46" text-anchor="end">{right_letter}</text>',
        from_feet,
    ]
    if abs(where.left_deg) < 60:
        parts += [
            '<rect class="body" x="57" y="19.5" width="24" height="9" rx="4.5"/><circle class="body" cx="86" cy="23.5" r="4"/>',
            _beam(70, 24, sin(radians(where.cephalad_deg)), -cos(radians(where.cephalad_deg))),
            '<text x="94" y="46" text-anchor="end">head</text>',
        ]
    return f'<svg class="glyph" viewBox="0 0 96 48" width="96" height="48" aria-hidden="true">{"".join(parts)}</svg>'


def _beam(x: float, y: float, towards_x: float, towards_y: float) -> str:
    """Receptor bar at one end of the beam, a dot for the source at the other."""
    bar_x, bar_y = x + 17 * towards_x, y + 17 * towards_y
    across_x, across_y = -towards_y * 7, towards_x * 7
    source_x, source_y = x - 17 * towards_x, y - 17 * towards_y
    return (
        f'<line class="beam" x1="{source_x:.1f}" y1="{source_y:.1f}" x2="{bar_x:.1f}" y2="{bar_y:.1f}"/>'
        f'<line class="plate" x1="{bar_x - across_x:.1f}" y1="{bar_y - across_y:.1f}" x2="{bar_x + across_x:.1f}" y2="{bar_y + across_y:.1f}"/>'
        f'<circle class="source" cx="{source_x:.1f}" cy="{source_y:.1f}" r="1.6"/>'
    )
