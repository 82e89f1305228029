"""One pulse of X-rays: technique and scene in, a frame with its dose out."""

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.beam import beam
from sijoint.fluoroscopy.collimated import open_shares
from sijoint.fluoroscopy.detected import primary_signal
from sijoint.fluoroscopy.detector_response import Response, digitised
from sijoint.fluoroscopy.dose import air_kerma_mgy, dose_area_product_mgy_cm2, field_mask, field_part
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.frame import SATURATED, Frame, Relationship
from sijoint.fluoroscopy.heel import heel_of_rows
from sijoint.fluoroscopy.measuring_field import measured_pixel
from sijoint.fluoroscopy.physics import physics, scatter_tables
from sijoint.fluoroscopy.scatter import primary_transmission, scatter_signal
from sijoint.fluoroscopy.scene import Scene
from sijoint.fluoroscopy.technique import Technique
from sijoint.frames import CArmModel, CArmPose, Detector

SAME_DISTANCE_MM = 1.0


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
    UnphysicalView when the scene is not of this detector or the collimator is all but closed.
    """
    shape = scene.anatomy.water.shape
    if shape != (detector.rows, detector.columns):
        raise UnphysicalView(
            f"the scene was projected on {shape}, the detector has {(detector.rows, detector.columns)} pixels"
        )
    for density in (scene.anatomy.water, scene.anatomy.bone):
        if not (density.min() >= 0 and density.max() < 1e4):  # not a number is neither
            raise UnphysicalView(
                "areal densities of the body are not finite numbers of g/cm2, zero or more: project again"
            )
    response, part = response_of(pose, detector, technique), field_part(pose, detector, technique)
    # the blades' shadow reaches all of a narrower field: its picture would be black from edge to edge
    if min(response.open_rows.max(), response.open_columns.max()) < 1 or any(side.start >= side.stop for side in part):
        raise UnphysicalView("the collimator is all but closed, no pixel sees the whole focal spot past it: open it")
    source = beam(technique.kvp, technique.copper_mm)
    primary, quantum = primary_signal(scene, source, technique.mas, pose.source_detector_mm, detector.pixel_mm, threads)
    anatomy, field = scene.anatomy, field_mask(pose, detector, technique)
    scatter, factor = scatter_signal(primary, anatomy.water, anatomy.bone, field, detector.pixel_mm, technique)
    pixels = digitised(primary, quantum, scatter, factor, response, rng, threads)
    measured = measured_pixel(pixels, scene, pose, detector, technique)
    truncated_share = np.count_nonzero(anatomy.truncated[part]) / anatomy.truncated[part].size
    return Frame(
        pixels=pixels,
        relationship=Relationship.LINEAR,
        scale=response.step_kev_mm2,
        pose=pose,
        missing=(),
        detector=detector,
        patient_orientation=pose.patient_orientation,
        time_s=time_s,
        technique=technique,
        kerma_reference_mgy=air_kerma_mgy(technique, carm.reference_point_mm),
        dose_area_product_mgy_cm2=dose_area_product_mgy_cm2(pose, detector, technique),
        truncated_share=truncated_share,
        origin="simulated",
        field_signal=None if measured is None else measured * response.step_kev_mm2,
        warnings=(*_what_is_wrong(pixels[part], response), *_what_is_assumed(truncated_share, pose)),
    )


def response_of(pose: CArmPose, detector: Detector, technique: Technique) -> Response:
    """The detector, tube and grid of physics.toml for one view and technique. Blur is that of the isocentre's plane."""
    numbers = physics("detector")
    open_rows, open_columns = open_shares(pose, detector, technique)
    gain, left = heel_of_rows(
        technique.kvp, technique.copper_mm, detector.rows, detector.pixel_mm, pose.source_detector_mm
    )
    beyond = pose.source_detector_mm / pose.source_isocentre_mm - 1  # size of the focal spot's image over its own
    return Response(
        pixel_mm=detector.pixel_mm,
        open_rows=open_rows,
        open_columns=open_columns,
        pass_primary=primary_transmission(technique),
        field_gain=gain,
        field_left=left,
        focal_sigma_mm=numbers["focal_spot_mm"] * beyond / 12**0.5,
        light_sigma_mm=numbers["blur_sigma_mm"],
        glare_share=numbers["glare_share"],
        glare_mm=numbers["glare_mm"],
        swank=numbers["swank"],
        electronic_kev_mm2=numbers["electronic_kev_per_mm"] / detector.pixel_mm,
        step_kev_mm2=float(numbers["gain_kev_per_mm2_step"]),
    )


def _what_is_assumed(truncated_share: float, pose: CArmPose) -> tuple[str, ...]:
    """Sentences when much of the field shows body that the CT does not know, and at distances that scatter was not made for."""
    limit, made = physics("conversion")["warn_truncated_share"], scatter_tables()
    told = []
    if truncated_share > limit:
        told.append(
            f"more than {limit:.0%} of the field is body beyond the CT, assumed soft tissue: centre on the CT or collimate"
        )
    longer = pose.source_detector_mm - made.source_detector_mm, pose.source_isocentre_mm - made.source_isocentre_mm
    if max(map(abs, longer)) > SAME_DISTANCE_MM:
        told.append(
            f"scatter is assumed as with {made.source_detector_mm:g} mm from source to detector and "
            f"{made.source_isocentre_mm:g} mm to the isocentre"
        )
    return tuple(told)


def _what_is_wrong(seen: NDArray[np.uint16], response: Response) -> tuple[str, ...]:
    """A sentence when the field is all white or holds hardly more than the electronics' noise."""
    step = max(1, min(seen.shape) // 64)
    sample = seen[::step, ::step]
    if np.mean(sample == SATURATED) > 0.9:
        return ("the detector is saturated: no body in the beam, or far too much dose; lower mA and kVp",)
    if sample.mean() * response.step_kev_mm2 < 2 * response.electronic_kev_mm2:
        return (
            "hardly any X-rays reach the detector: raise mA and kVp, open the collimator, or turn to a thinner view",
        )
    return ()
