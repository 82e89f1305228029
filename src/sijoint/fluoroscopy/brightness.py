"""Automatic brightness control: from the signal in its measuring field to the next pulse's kVp and mA.

From the signal the control infers how much water would have given it, and takes the point of its kVp-mA curve that brings
that water to the target; because the inference uses the beam's own physics it settles in a few pulses. The current gives way
where the air kerma rate would pass the legal limit.
"""

from dataclasses import replace
from enum import StrEnum

import numpy as np
from scipy.optimize import brentq

from sijoint.fluoroscopy.beam import beam, behind_water
from sijoint.fluoroscopy.dose import air_kerma_mgy
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.frame import Frame
from sijoint.fluoroscopy.physics import physics, xray_tables
from sijoint.fluoroscopy.technique import Collimator, Technique
from sijoint.frames import CArmPose

THICKEST = 80.0  # g/cm2 of water: beyond every body


class DosePerPulse(StrEnum):
    """What happens to the dose of one pulse when the pulse rate changes; see [brightness] in physics.toml."""

    CONSTANT = "the same at every pulse rate"
    EQUAL_PERCEPTION = "equal noise to the eye: as one over the root of the pulse rate"


def target_signal_kev_mm2(pulses_per_s: float, policy: DosePerPulse = DosePerPulse.CONSTANT) -> float:
    """Wanted mean absorbed energy in the measuring field for one pulse."""
    numbers = physics("brightness")
    target = float(numbers["target_kev_mm2"])
    if policy is DosePerPulse.EQUAL_PERCEPTION:
        target *= float(np.sqrt(numbers["target_pulses_per_s"] / pulses_per_s))
    return target


def regulate(
    frame: Frame, technique: Technique | None = None, *, policy: DosePerPulse = DosePerPulse.CONSTANT
) -> Technique:
    """The technique for the next pulse: ``technique`` (None: the frame's own) moved along the control curve.

    A signal within a few percent of the target changes nothing, so a still scene keeps a steady technique. At the ends of
    the curve, and at the limit of the air kerma rate, the image stays noisier, or takes more dose, than wanted and
    ``brightness_limit`` says so. A frame whose field holds nothing to measure keeps its technique. Raises UnphysicalView
    for a frame that does not state its technique or pose.
    """
    used, pose = _stated(frame)
    technique = technique or used
    if frame.field_signal is None:
        return technique
    signal = max(frame.field_signal, frame.scale)
    target = float(np.log(target_signal_kev_mm2(technique.pulses_per_s, policy)))
    if abs(np.log(signal) - target) < physics("brightness")["dead_band"] and technique == used:
        return technique
    water = _water_that_gives(signal, used, pose)

    def excess(kvp: float) -> float:
        return _log_signal(water, _allowed(kvp, technique, pose), pose) - target

    curve = physics("brightness")["kvp"]
    low, high = float(curve[0]), float(curve[-1])
    if excess(high) <= 0:
        return _allowed(high, technique, pose)
    kvp = low if excess(low) >= 0 else round(2 * float(brentq(excess, low, high, xtol=0.05))) / 2
    found = _allowed(kvp, technique, pose)
    # the tube takes half kilovolts; the current brings the rest, and alone darkens a body thinner than the curve's start
    wanted = max(found.ma * float(np.exp(-excess(kvp))), float(physics("brightness")["least_ma"]))
    return replace(found, ma=round(min(wanted, _most_ma(kvp, technique, pose)), 2))


def controlled(frame: Frame, *, policy: DosePerPulse = DosePerPulse.CONSTANT) -> tuple[Frame, Technique]:
    """The frame, with ``brightness_limit`` among its warnings, and the technique for the next pulse. Raises UnphysicalView."""
    following = regulate(frame, policy=policy)
    said = _said_at_limit(frame, following, policy)
    return (frame if said is None else replace(frame, warnings=(*frame.warnings, said))), following


def brightness_limit(frame: Frame, *, policy: DosePerPulse = DosePerPulse.CONSTANT) -> str | None:
    """Why the image is noisier, or takes more dose, than wanted although the control can do no more; None while it can.

    The display evens out how bright a picture looks, so noise and dose are what a person notices.

    Raises UnphysicalView for a frame that does not state its technique or pose.
    """
    return _said_at_limit(frame, regulate(frame, policy=policy), policy)


def _said_at_limit(frame: Frame, following: Technique, policy: DosePerPulse) -> str | None:
    used, _ = _stated(frame)
    if frame.field_signal is None or following != used:
        return None
    away = float(np.log(max(frame.field_signal, frame.scale) / target_signal_kev_mm2(used.pulses_per_s, policy)))
    if abs(away) < physics("brightness")["dead_band"]:
        return None
    at = f"{used.kvp:g} kVp and {used.ma:g} mA"
    if away > 0:
        return f"more dose than wanted: brightness control is at its least, {at}"
    if used.ma < on_curve(used.kvp, used).ma:
        limit = physics("brightness")["kerma_rate_limit_mgy_min"]
        return f"noisier than wanted: the air kerma rate is at its limit of {limit:g} mGy/min with {at}"
    return f"noisier than wanted: brightness control is at its limit, {at}"


def on_curve(kvp: float, technique: Technique) -> Technique:
    """``technique`` at a point of the control curve."""
    curve = physics("brightness")
    return replace(technique, kvp=kvp, ma=float(np.interp(kvp, curve["kvp"], curve["ma"])))


def starting_technique(collimator: Collimator | None = None) -> Technique:
    """A technique in the middle of the control curve, for the first pulse."""
    return on_curve(75.0, Technique(75.0, 14.0, collimator=collimator))


def kerma_rate_mgy_min(technique: Technique, pose: CArmPose) -> float:
    """Air kerma rate where the law limits it: 30 cm before the receptor, with a small C-arm at the skin (21 CFR 1020.32(d)(3))."""
    numbers, distance_mm = physics("brightness"), float(pose.source_detector_mm)
    if distance_mm < numbers["small_c_arm_below_mm"]:
        measured_mm = float(numbers["small_c_arm_skin_mm"])
    else:
        measured_mm = distance_mm - float(numbers["kerma_rate_before_receptor_mm"])
    return air_kerma_mgy(technique, measured_mm) * technique.pulses_per_s * 60


def _stated(frame: Frame) -> tuple[Technique, CArmPose]:
    if frame.technique is None or frame.pose is None:
        raise UnphysicalView(
            "brightness control needs the frame's technique and pose; a received frame may hold neither"
        )
    return frame.technique, frame.pose


def _most_ma(kvp: float, technique: Technique, pose: CArmPose) -> float:
    """The current at which the air kerma rate reaches its limit."""
    per_ma = kerma_rate_mgy_min(replace(technique, kvp=kvp, ma=1.0), pose)
    return float(physics("brightness")["kerma_rate_limit_mgy_min"]) / per_ma


def _allowed(kvp: float, technique: Technique, pose: CArmPose) -> Technique:
    """``technique`` at a point of the control curve, with less current where the air kerma rate is limited."""
    point = on_curve(kvp, technique)
    most = _most_ma(kvp, technique, pose)
    return point if point.ma <= most else replace(point, ma=most)


def _log_signal(water: float, technique: Technique, pose: CArmPose) -> float:
    whole = min(int(technique.kvp), int(xray_tables().kvp[-1]) - 1)  # few beams, each computed once
    low, high = (behind_water(beam(float(kvp), technique.copper_mm), water)[0] for kvp in (whole, whole + 1))
    log_per_mas = low + (technique.kvp - whole) * (high - low)
    return log_per_mas + float(np.log(technique.mas * (1000 / pose.source_detector_mm) ** 2))


def _water_that_gives(signal: float, technique: Technique, pose: CArmPose) -> float:
    wanted = float(np.log(signal))
    if wanted >= _log_signal(0.0, technique, pose):
        return 0.0
    if wanted <= _log_signal(THICKEST, technique, pose):
        return THICKEST
    return float(brentq(lambda water: _log_signal(water, technique, pose) - wanted, 0.0, THICKEST, xtol=0.01))
