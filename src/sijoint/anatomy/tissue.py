"""Which tissue fills each voxel: from labels where there are any, from HU elsewhere."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_fill_holes, label

from sijoint.anatomy.ct import PatientCT
from sijoint.anatomy.rules import joint_rule, label_scheme

_BODY_HU = -300  # between air and fat
_FAT_HU = -25  # between fat and muscle


class Tissue(IntEnum):
    """What a needle tip can be in."""

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    LIGAMENT = 4
    CAPSULE = 5
    CLEFT = 6
    BONE = 7
    VESSEL = 8
    BOWEL = 9
    NERVE = 10


def body_mask(patient: PatientCT) -> NDArray[np.bool_]:
    """Voxels (i, j, k) of the body, gas in the bowel included, table and air around it not."""
    dense = patient.ct.hu > _BODY_HU
    pieces, count = label(dense)
    if count == 0:
        return dense
    body = pieces == np.bincount(pieces.ravel())[1:].argmax() + 1
    along = _axis_along_body(patient)  # filled cut by cut, as bowel gas may open at the CT's ends
    for n in range(body.shape[along]):
        cut = tuple(n if axis == along else slice(None) for axis in range(3))
        body[cut] = binary_fill_holes(body[cut])
    return body


def voxel_tissues(patient: PatientCT, body: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The tissue (i, j, k) of every voxel; ligament, capsule and cleft are too thin for voxels and are drawn on top later."""
    scheme, hu = label_scheme(), patient.ct.hu
    tissue = np.where(hu < _FAT_HU, np.uint8(Tissue.FAT), np.uint8(Tissue.MUSCLE))
    tissue[body & (hu < _BODY_HU)] = Tissue.BOWEL  # gas inside the body
    table = np.full(256, 255, dtype=np.uint8)
    for numbers, kind in (
        (scheme.sacrum + scheme.hip_left + scheme.hip_right + scheme.other_bone, Tissue.BONE),
        (scheme.vessel, Tissue.VESSEL),
        (scheme.bowel, Tissue.BOWEL),
        (scheme.nerve, Tissue.NERVE),
        (scheme.muscle + scheme.organ, Tissue.MUSCLE),
    ):
        table[list(numbers)] = kind
    by_label = table[patient.labels.values]
    np.copyto(tissue, by_label, where=by_label != 255)
    tissue[body & _near_air(patient, body)] = Tissue.SKIN
    tissue[~body] = Tissue.AIR
    return tissue


def _axis_along_body(patient: PatientCT) -> int:
    return int(np.abs(patient.ct.grid.world_from_index[2, :3] / patient.ct.grid.spacing_mm).argmax())


def _near_air(patient: PatientCT, body: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Voxels whose centre lies within the skin's thickness of the outside; at least the outermost layer."""
    layers = max(1, round(joint_rule().skin_mm / float(patient.ct.grid.spacing_mm.min())))
    return binary_dilation(~body, iterations=layers)
