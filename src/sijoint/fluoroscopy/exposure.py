"""One pulse of X-rays: technique and scene in, a frame with its dose out."""

import numpy as np

from sijoint.fluoroscopy.beam import beam
from sijoint.fluoroscopy.detected import primary_signal
from sijoint.fluoroscopy.detector_response import digitised
from sijoint.fluoroscopy.dose import air_kerma_mgy, dose_area_product_mgy_cm2, field_half_sizes_mm, field_mask
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.frame import Frame, Relationship
from sijoint.fluoroscopy.measuring_field import measured_pixel
from sijoint.fluoroscopy.physics import physics
from sijoint.fluoroscopy.scatter import grid_transmission, scatter_signal
from sijoint.fluoroscopy.scene import Scene
from sijoint.fluoroscopy.technique import Technique
from sijoint.frames import CArmModel, CArmPose, Detector


def expose(
    scene: Scene,
    pose: CArmPose,
    detector: Detector,
    technique: Technique,
    carm: CArmModel,
    rng: np.random.Generator,
    *,
    time_s: float = 0.0,
    threads: int = 2,
) -> Frame:
    """The frame of one pulse through ``scene``, which was projected for ``pose`` and ``detector``.

    Linear 16-bit pixels in stored orientation. Same inputs and generator state, same bytes, for any ``threads``. Raises
    UnphysicalView when the scene is not of this detector.
    """
    shape = scene.anatomy.water.shape
    if shape != (detector.rows, detector.columns):
        raise UnphysicalView(
            f"the scene was projected on {shape}, the detector has {(detector.rows, detector.columns)} pixels"
        )
    numbers = physics("detector")
    source = beam(technique.kvp, technique.copper_mm)
    field = field_mask(pose, detector, technique)
    primary, quantum = primary_signal(scene, source, technique.mas, pose.source_detector_mm, detector.pixel_mm, threads)
    half_mm = float(np.sqrt(np.prod(field_half_sizes_mm(pose, detector, technique))))
    scatter, factor = scatter_signal(primary, scene.anatomy.water_equivalent, field, detector.pixel_mm, half_mm)
    magnified = pose.source_detector_mm / pose.source_isocentre_mm
    pixels = digitised(
        primary,
        quantum,
        scatter,
        factor,
        field,
        transmission=grid_transmission(technique),
        pixel_mm=detector.pixel_mm,
        swank=numbers["swank"],
        focal_sigma_mm=numbers["focal_spot_mm"] * (magnified - 1) / 12**0.5,
        light_sigma_mm=numbers["blur_sigma_mm"],
        electronic_kev_mm2=numbers["electronic_kev_per_mm"] / detector.pixel_mm,
        step_kev_mm2=numbers["gain_kev_per_mm2_step"],
        rng=rng,
        threads=threads,
    )
    measured = measured_pixel(pixels, scene, pose, detector, technique)
    return Frame(
        pixels=pixels,
        relationship=Relationship.LINEAR,
        scale=float(numbers["gain_kev_per_mm2_step"]),
        pose=pose,
        missing=(),
        detector=detector,
        patient_orientation=pose.patient_orientation,
        time_s=time_s,
        technique=technique,
        kerma_reference_mgy=air_kerma_mgy(technique, carm.reference_point_mm),
        dose_area_product_mgy_cm2=dose_area_product_mgy_cm2(pose, detector, technique),
        truncated_share=float(scene.anatomy.truncated[field].mean()),
        origin="simulated",
        field_signal=None if measured is None else measured * float(numbers["gain_kev_per_mm2_step"]),
    )
