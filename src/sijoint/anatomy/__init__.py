"""The body: reading a CT and its labels, the sacroiliac joint as a shape, tissues, and the pelves that come with the program.

Everything is in LPS millimetres, arrays are ``[i, j, k]``. Bone surfaces and distances are measured; the border between the
synovial and the ligamentous part, the ligaments and the capsule are models and say so.
"""

from sijoint.anatomy.approach import Approach, approaches, outward_direction
from sijoint.anatomy.body import Body, body_of
from sijoint.anatomy.chart import Chart
from sijoint.anatomy.ct import CT, Labels, PatientCT, Provenance
from sijoint.anatomy.describe import Row, describe
from sijoint.anatomy.errors import UnreadableImage, UnsuitableAnatomy
from sijoint.anatomy.extraction import extract_joint, joint_of_surfaces
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.label_reading import label_map_template, labels_are_known, read_labels, read_patient
from sijoint.anatomy.landmarks import Landmark
from sijoint.anatomy.library import bundled_pelvis
from sijoint.anatomy.library_draw import DrawnJoint, PelvisSample, PelvisVariant, draw_pelvis
from sijoint.anatomy.library_sample import LibraryPelvis, pelvis_of, sample_pelvis
from sijoint.anatomy.library_shape import PelvisBones, shape_subjects, subject_bones
from sijoint.anatomy.metal import Metal, metal_near
from sijoint.anatomy.opening import DorsalOpening
from sijoint.anatomy.picture import bone_mesh
from sijoint.anatomy.reading import read_ct, read_field
from sijoint.anatomy.structure_at_risk import StructureAtRisk, structure_in_words
from sijoint.anatomy.structures_at_risk import structures_at_risk
from sijoint.anatomy.tissue import Tissue

__all__ = [
    "CT",
    "Approach",
    "Body",
    "Chart",
    "DorsalOpening",
    "DrawnJoint",
    "Joint",
    "Labels",
    "Landmark",
    "LibraryPelvis",
    "Metal",
    "PatientCT",
    "PelvisBones",
    "PelvisSample",
    "PelvisVariant",
    "Provenance",
    "Row",
    "StructureAtRisk",
    "Tissue",
    "UnreadableImage",
    "UnsuitableAnatomy",
    "approaches",
    "body_of",
    "bone_mesh",
    "bundled_pelvis",
    "describe",
    "draw_pelvis",
    "extract_joint",
    "joint_of_surfaces",
    "label_map_template",
    "labels_are_known",
    "metal_near",
    "outward_direction",
    "pelvis_of",
    "read_ct",
    "read_field",
    "read_labels",
    "read_patient",
    "sample_pelvis",
    "shape_subjects",
    "structure_in_words",
    "structures_at_risk",
    "subject_bones",
]
