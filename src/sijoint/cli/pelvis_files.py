"""What ``sij pelvis sample`` writes: CT and labels as NIfTI, and a picture."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from sijoint.anatomy import Joint, LibraryPelvis, PatientCT, UnsuitableAnatomy, bone_mesh, extract_joint
from sijoint.anatomy.reading import SYNTHETIC_NOTE
from sijoint.fluoroscopy import Projector, annotated, last_image_hold, take_run, volume_from_hu
from sijoint.frames import (
    Grid,
    PatientPosition,
    Side,
    joints_for_direction,
    load_carm_model,
    pose_from_joints,
    receptor_direction,
)
from sijoint.report.pelvis_picture import pelvis_picture

_BONES = ("sacrum", "hip_left", "hip_right")
_FACES = 12000
_ROWS, _PULSES = 512, 4


@dataclass(frozen=True)
class FoundJoints:
    """The joints that are found in a new pelvis, and why one is not."""

    joints: dict[Side, Joint]
    missing: dict[Side, str]


def found_joints(patient: PatientCT) -> FoundJoints:
    """Both joints of a patient as any other command finds them."""
    found = FoundJoints({}, {})
    for side in Side:
        try:
            found.joints[side] = extract_joint(patient, side)
        except UnsuitableAnatomy as refusal:
            found.missing[side] = str(refusal)
    return found


def write_volumes(patient: PatientCT, folder: Path) -> None:
    """``ct.nii.gz`` (int16) and ``labels.nii.gz`` (uint8) in a folder; both say of themselves that they are synthetic."""
    sitk.WriteImage(_image(patient.ct.hu, patient.ct.grid), str(folder / "ct.nii.gz"), useCompression=True)
    sitk.WriteImage(_image(patient.labels.values, patient.ct.grid), str(folder / "labels.nii.gz"), useCompression=True)


def _image(values: NDArray, grid: Grid) -> sitk.Image:
    image = sitk.GetImageFromArray(np.ascontiguousarray(values.transpose(2, 1, 0)))
    spacing = grid.spacing_mm
    image.SetSpacing([float(mm) for mm in spacing])
    image.SetOrigin([float(mm) for mm in grid.to_world([0, 0, 0])])
    image.SetDirection([float(v) for v in (grid.world_from_index[:3, :3] / spacing).ravel()])
    image.SetMetaData("ITK_FileNotes", SYNTHETIC_NOTE)  # NIfTI's description: the file says so wherever it goes
    return image


def picture_of(made: LibraryPelvis, found: FoundJoints) -> bytes:
    """PNG: bones with both clefts, a cut through the joints, a fluoroscopic image straight from behind."""
    patient, sample = made.patient, made.sample
    grid = patient.ct.grid
    meshes = {bone: bone_mesh(patient, bone, _FACES) for bone in _BONES}
    clefts = [joint.mid_surface_mesh() for joint in found.joints.values()]
    points = np.concatenate([vertices for vertices, _ in clefts] or [meshes["sacrum"][0]])
    middle = points.mean(axis=0)
    cut = int(np.rint(grid.to_index(middle))[2])
    axial = axial_cut(patient.ct.hu, cut)
    row_mm, column_mm = float(grid.spacing_mm[1]), float(grid.spacing_mm[0])
    title = (
        f"Library pelvis, seed {sample.seed}: {sample.sex}, {sample.age_years:.0f} y, BMI {sample.bmi:.1f} (synthetic)"
    )
    words = "Joint as drawn: " + "; ".join(
        f"{side.value} {sample.joint(side).width_mm:.1f} mm wide"
        + "".join(f", {v}" for v in sample.joint(side).variants)
        for side in Side
    )
    return pelvis_picture(meshes, clefts, axial, (row_mm, column_mm), _straight_view(patient, middle), title, words)


def axial_cut(values: NDArray, cut: int) -> NDArray:
    """One cut (rows, columns) of a library volume as a radiologist sees it: from the feet, back below, left at the right."""
    return values[::-1, ::-1, cut].T  # its axes run to the patient's right, to the front and to the head


def _straight_view(patient: PatientCT, isocentre_mm: NDArray) -> NDArray[np.uint8]:
    carm, position = load_carm_model(), PatientPosition.HFP
    projector = Projector(volume_from_hu(patient.ct.grid, patient.ct.hu))
    pose = pose_from_joints(
        joints_for_direction(receptor_direction(180.0, 0.0), position, carm), position, carm, isocentre_mm
    )
    run = take_run(
        projector,
        pose,
        carm,
        carm.detector.binned_to(_ROWS),
        contrasts=(None,) * _PULSES,
        rng=np.random.default_rng(1),
        position=position,
    )
    return annotated(last_image_hold(run.images, _PULSES), behind=True)
