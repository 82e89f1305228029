"""Where things are: the LPS patient frame, grids, the patient on the table, the gantry, the C-arm as a camera, display.

One world: DICOM patient LPS, millimetres, float64. Angles are degrees at the surface.
"""

from sijoint.frames.carm import CArmPose, Detector, ProjectionGeometry
from sijoint.frames.carm_model import CArmModel, Housings, load_carm_model
from sijoint.frames.clearance import (
    LyingPatient,
    beam_misses,
    clearances,
    collision,
    collisions,
    focus_skin_distance_mm,
)
from sijoint.frames.display import DisplayOrientation, default_display, side_at_screen_left
from sijoint.frames.errors import UnreachablePose
from sijoint.frames.gantry import (
    GantryJoints,
    joints_for_direction,
    joints_from_pose,
    pose_from_joints,
    reaches,
    why_not,
)
from sijoint.frames.grid import Grid
from sijoint.frames.imperfection import (
    PERFECT,
    Breathing,
    Flex,
    Imperfection,
    PatientShift,
    load_breathing,
    load_flex,
    true_geometry,
)
from sijoint.frames.receptor import (
    ReceptorTilt,
    angle_between_deg,
    interpolate_direction,
    positioner_angles,
    receptor_direction,
)
from sijoint.frames.side import Side
from sijoint.frames.table import PatientPosition
from sijoint.frames.transform import rigid, rotation_about, transform_directions, transform_points, unit

__all__ = [
    "PERFECT",
    "Breathing",
    "CArmModel",
    "CArmPose",
    "Detector",
    "DisplayOrientation",
    "Flex",
    "GantryJoints",
    "Grid",
    "Housings",
    "Imperfection",
    "LyingPatient",
    "PatientPosition",
    "PatientShift",
    "ProjectionGeometry",
    "ReceptorTilt",
    "Side",
    "UnreachablePose",
    "angle_between_deg",
    "beam_misses",
    "clearances",
    "collision",
    "collisions",
    "default_display",
    "focus_skin_distance_mm",
    "interpolate_direction",
    "joints_for_direction",
    "joints_from_pose",
    "load_breathing",
    "load_carm_model",
    "load_flex",
    "pose_from_joints",
    "positioner_angles",
    "reaches",
    "receptor_direction",
    "rigid",
    "rotation_about",
    "side_at_screen_left",
    "transform_directions",
    "transform_points",
    "true_geometry",
    "unit",
    "why_not",
]
