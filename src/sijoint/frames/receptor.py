"""Where the image receptor is, seen from the isocentre: DICOM positioner angles, directions and a clinician's words.

Direction from DICOM primary angle p and secondary angle s (PS3.3 C.8.7.5): ``(sin p cos s, -cos p cos s, sin s)`` in LPS.
At 0/0 the patient faces the receptor; a prone patient under a receptor above the table is at p = 180.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames.errors import UnreachablePose
from sijoint.frames.transform import unit

Direction = NDArray[np.float64]  # (3,), length one, LPS


def receptor_direction(primary_deg: float, secondary_deg: float) -> Direction:
    """Unit vector from the isocentre to the receptor. Raises UnreachablePose outside -180..180 and -90..90 degrees."""
    if not -180 <= primary_deg <= 180 or not -90 <= secondary_deg <= 90:
        raise UnreachablePose(
            f"positioner angles {primary_deg:g}/{secondary_deg:g} are outside -180..180 (primary) and -90..90 (secondary)"
        )
    p, s = np.radians(primary_deg), np.radians(secondary_deg)
    return np.array([np.sin(p) * np.cos(s), -np.cos(p) * np.cos(s), np.sin(s)])


def positioner_angles(direction: ArrayLike) -> tuple[float, float]:
    """DICOM primary and secondary angle in degrees of a receptor direction; primary is +180, never -180.

    Raises UnreachablePose for a direction that is none: not finite, or of no length.
    """
    if not (np.all(np.isfinite(direction)) and np.any(direction)):
        raise UnreachablePose("the direction to the receptor is not known: give it by two angles in degrees")
    x, y, z = unit(direction)
    primary = float(np.degrees(np.arctan2(x, -y))) if np.hypot(x, y) > 1e-12 else 0.0
    if primary <= -180 + 1e-9:
        primary = 180.0
    return primary, float(np.degrees(np.arcsin(np.clip(z, -1, 1))))


def angle_between_deg(a: ArrayLike, b: ArrayLike) -> float:
    """Angle on the sphere between two directions, the only way in which views are compared."""
    a, b = unit(a), unit(b)
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), np.dot(a, b))))


def interpolate_direction(a: ArrayLike, b: ArrayLike, share: float) -> Direction:
    """The direction at ``share`` (0..1) of the great circle from a to b. Raises ValueError for opposite directions."""
    a, b = unit(a), unit(b)
    angle = np.radians(angle_between_deg(a, b))
    if angle < 1e-9:
        return a
    if np.pi - angle < 1e-6:
        raise ValueError("opposite directions have no single great circle between them: name a view in between")
    return unit((np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle))


@dataclass(frozen=True)
class ReceptorTilt:
    """A clinician's words for a receptor behind (prone) or before (supine) the patient.

    ``left_deg`` turns the receptor from straight towards the patient's left (negative: right), ``cephalad_deg`` towards
    the head (negative: caudad). Zero, zero is the straight view: PA for a receptor behind the patient.
    """

    left_deg: float
    cephalad_deg: float
    behind: bool = True

    @property
    def direction(self) -> Direction:
        left, up = np.radians(self.left_deg), np.radians(self.cephalad_deg)
        back = 1.0 if self.behind else -1.0
        return np.array([np.sin(left) * np.cos(up), back * np.cos(left) * np.cos(up), np.sin(up)])

    @staticmethod
    def of(direction: ArrayLike, behind: bool = True) -> "ReceptorTilt":
        x, y, z = unit(direction)
        back = 1.0 if behind else -1.0
        return ReceptorTilt(
            float(np.degrees(np.arctan2(x, back * y))), float(np.degrees(np.arcsin(np.clip(z, -1, 1)))), behind
        )

    @property
    def words(self) -> str:
        """For people, always with the word receptor, e.g. ``receptor 15° to the patient's left, 10° cephalad``."""
        left, up = round(self.left_deg), round(self.cephalad_deg)
        behind = self.behind
        if abs(left) > 92:  # beyond the lateral it is said from the other straight view
            behind, left = not behind, (180 - left if left > 0 else -180 - left)
        place = "behind" if behind else "in front of"
        parts = []
        if abs(left) in range(88, 93):
            parts.append(f"at the patient's {'left' if left > 0 else 'right'} (lateral)")
        elif left:
            beyond = f"{place} the patient, " if behind is not self.behind else ""
            before = "" if behind or beyond else " of straight in front"  # views from behind are the usual ones
            parts.append(f"{beyond}{abs(left)}° to the patient's {'left' if left > 0 else 'right'}{before}")
        elif behind is not self.behind:
            parts.append(f"straight {place} the patient")
        if up:
            parts.append(f"{abs(up)}° {'cephalad' if up > 0 else 'caudad'}")
        return "receptor " + (", ".join(parts) if parts else f"straight {place} the patient")
