"""Automatic brightness control: from the signal in a declared field to the next pulse's kVp and mA.

The field is the central part of the collimated field without direct beam, skin edge, metal, or body that the CT does not show. From
the signal the control infers how much water would have given it, and takes the point of its kVp-mA curve that brings that
water to the target; because the inference uses the beam's own physics it settles in two or three pulses.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from sijoint.fluoroscopy.beam import beam, behind_water
from sijoint.fluoroscopy.dose import field_mask
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.frame import Frame
from sijoint.fluoroscopy.physics import physics, xray_tables
from sijoint.fluoroscopy.scene import Scene
from sijoint.fluoroscopy.technique import Collimator, Technique
from sijoint.frames import CArmPose, Detector


def measuring_field(scene: Scene, pose: CArmPose, detector: Detector, technique: Technique) -> NDArray[np.bool_]:
    """(rows, columns) True where the control measures."""
    numbers = physics("brightness")
    measured = field_mask(pose, detector, technique, float(numbers["field_share"]))
    rows, columns = np.flatnonzero(measured.any(axis=1)), np.flatnonzero(measured.any(axis=0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    anatomy = scene.anatomy
    measured[part] &= ~anatomy.truncated[part]
    thickness = anatomy.water[part] + anatomy.bone[part]
    measured[part] &= thickness > numbers["direct_beam_g_cm2"]
    if measured.any():
        measured[part] &= thickness > numbers["thin_share"] * np.percentile(thickness[measured[part]][::8], 80)
    steel = scene.all_steel
    if steel is not None:
        measured[part] &= steel[part] <= 0
    return measured


def regulate(frame: Frame, technique: Technique | None = None) -> Technique:
    """The technique for the next pulse: ``technique`` (None: the frame's own) moved along the control curve.

    A signal within a few percent of the target changes nothing, so a still scene keeps a steady technique. Raises
    UnphysicalView for a frame that does not state its technique or pose. At the ends of the control curve the technique stays there and the image is darker or brighter than its target. A
    frame whose field holds nothing to measure keeps its technique.
    """
    used, pose = frame.technique, frame.pose
    if used is None or pose is None:
        raise UnphysicalView(
            "brightness control needs the frame's technique and pose; a received frame may hold neither"
        )
    technique = technique or used
    if frame.field_signal is None:
        return technique
    signal = max(frame.field_signal, frame.scale)
    curve = physics("brightness")
    target = np.log(float(curve["target_kev_mm2"]))
    if abs(np.log(signal) - target) < curve["dead_band"] and used.kvp == technique.kvp and used.ma == technique.ma:
        return technique
    water = _water_that_gives(signal, used, pose)
    low, high = float(curve["kvp"][0]), float(curve["kvp"][-1])

    def excess(kvp: float) -> float:
        return _log_signal(water, on_curve(kvp, technique), pose) - float(target)

    if excess(low) >= 0:
        return on_curve(low, technique)
    if excess(high) <= 0:
        return on_curve(high, technique)
    return on_curve(round(2 * float(brentq(excess, low, high, xtol=0.05))) / 2, technique)


def on_curve(kvp: float, technique: Technique) -> Technique:
    """``technique`` at a point of the control curve."""
    curve = physics("brightness")
    return replace(technique, kvp=kvp, ma=float(np.interp(kvp, curve["kvp"], curve["ma"])))


def starting_technique(collimator: Collimator | None = None) -> Technique:
    """A technique in the middle of the control curve, for the first pulse."""
    return on_curve(75.0, Technique(75.0, 14.0, collimator=collimator))


def _log_signal(water: float, technique: Technique, pose: CArmPose) -> float:
    whole = min(int(technique.kvp), int(xray_tables().kvp[-1]) - 1)  # few beams, each computed once
    low, high = (behind_water(beam(float(kvp), technique.copper_mm), water)[0] for kvp in (whole, whole + 1))
    log_per_mas = low + (technique.kvp - whole) * (high - low)
    return log_per_mas + float(np.log(technique.mas * (1000 / pose.source_detector_mm) ** 2))


def _water_that_gives(signal: float, technique: Technique, pose: CArmPose) -> float:
    wanted = float(np.log(signal))
    if wanted >= _log_signal(0.0, technique, pose):
        return 0.0
    if wanted <= _log_signal(80.0, technique, pose):
        return 80.0
    return float(brentq(lambda water: _log_signal(water, technique, pose) - wanted, 0.0, 80.0, xtol=0.01))
