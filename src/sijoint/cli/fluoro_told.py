"""What ``sij fluoro`` tells about the image that it took, for programs and for people."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sijoint.fluoroscopy import CapsuleChain, Frame, Projector, Run, Window, kernel_name
from sijoint.formulary import needles
from sijoint.frames import CArmPose, ReceptorTilt


def behind(pose: CArmPose | None) -> bool:
    return pose is None or bool(pose.direction[1] > -1e-6)


def facts_of(
    out: Path,
    run: Run,
    frames: Sequence[Frame],
    window: Window,
    body: Projector,
    seed: int,
    of: str,
    modelled: tuple[str, ...],
    spent: dict[str, float],
) -> dict[str, Any]:
    last = frames[-1]
    technique, pose = last.technique, last.pose
    assert technique is not None
    assert pose is not None
    collimator = technique.collimator
    return {
        "file": str(out),
        "origin": last.origin,
        "of": of,
        "receptor": ReceptorTilt.of(pose.direction, behind(pose)).words,
        "primary_deg": round(pose.primary_deg, 3) + 0.0,  # never -0.0
        "secondary_deg": round(pose.secondary_deg, 3) + 0.0,
        "roll_deg": round(pose.roll_deg, 3) + 0.0,
        "isocentre_mm": [round(value, 2) for value in pose.isocentre_mm],
        "source_detector_mm": pose.source_detector_mm,
        "source_isocentre_mm": pose.source_isocentre_mm,
        "shape": list(last.pixels.shape),
        "pixel_mm": last.detector.pixel_mm,
        "window": [round(window.low, 3), round(window.high, 3)],
        "technique": {
            "kvp": technique.kvp,
            "ma": float(f"{technique.ma:.4g}"),
            "pulse_ms": technique.pulse_ms,
            "pulses_per_s": technique.pulses_per_s,
            "copper_mm": technique.copper_mm,
            "grid": technique.grid,
            "collimator_half_mm": None if collimator is None else [collimator.half_width_mm, collimator.half_height_mm],
        },
        "images": len(frames),
        "pulses_an_image": last.averaged,
        "settling_pulses": len(run.settling),
        "brightness_settled": run.settled,
        "brightness_measured": last.field_signal is not None,
        "image_kerma_mgy": last.kerma_reference_mgy,
        "image_dose_area_product_mgy_cm2": last.dose_area_product_mgy_cm2,
        "all_pulses_kerma_mgy": run.dose.kerma_reference_mgy,
        "all_pulses_dose_area_product_mgy_cm2": run.dose.dose_area_product_mgy_cm2,
        "warnings": list(last.warnings),
        "truncated_share": round(last.truncated_share, 4),
        "assumed": [*body.volume.assumed, *(words for words in last.warnings if "assumed" in words)],
        "modelled": list(modelled),
        "kernel": kernel_name(body.kernel),
        "threads": body.threads,
        "seed": seed,
        "seconds": {name: round(value, 3) for name, value in spent.items()},
    }


def needle_facts(chains: Sequence[CapsuleChain]) -> dict[str, Any] | None:
    """Hub, tip (LPS mm) and outer diameter of the needle in the image; None without one."""
    if not chains:
        return None
    chain = chains[0]
    hub, tip = ([round(float(mm), 2) for mm in chain.points_mm[end]] for end in (0, -1))
    gauge = next((one.gauge for one in needles() if one.outer_mm == chain.outer_mm), None)
    return {"gauge": gauge, "hub_mm": hub, "tip_mm": tip, "outer_mm": chain.outer_mm}


def in_words(facts: dict[str, Any]) -> str:
    technique, count = facts["technique"], facts["images"]
    x, y, z = facts["isocentre_mm"]
    pulses = facts["pulses_an_image"]
    each = f"{count} images of one pulse" if count > 1 else f"one image of {_pulses(pulses)}"
    lines = [
        f"{facts['file']}: simulated, of {facts['of']}, {each}",
        f"{facts['receptor']} (DICOM {facts['primary_deg']:.1f}°/{facts['secondary_deg']:.1f}°), "
        f"isocentre {x:.1f}, {y:.1f}, {z:.1f} mm (LPS)",
        f"{technique['kvp']:g} kVp, {technique['ma']:.3g} mA, {technique['pulse_ms']:g} ms, {_brightness(facts)}",
        f"all pulses together {facts['all_pulses_kerma_mgy']:.3g} mGy at the reference point, "
        f"{facts['all_pulses_dose_area_product_mgy_cm2']:.3g} mGy·cm2",
        *facts["warnings"],
        *facts["imperfection"],
    ]
    if facts["truncated_share"] > 0:
        lines.append(f"{facts['truncated_share']:.0%} of the field is body beyond the CT, assumed soft tissue")
    lines.append(f"{sum(facts['seconds'].values()):.1f} s, {facts['kernel']}")
    return "\n".join(lines)


def _brightness(facts: dict[str, Any]) -> str:
    settling = facts["settling_pulses"]
    if settling == 0:
        return "set by hand"
    if facts["brightness_settled"]:
        return f"brightness found in {_pulses(settling)}"
    if not facts["brightness_measured"]:
        return "brightness control had nothing to measure"
    return f"brightness not settled after {_pulses(settling)}"


def _pulses(count: int) -> str:
    return f"{count} pulse" + "s" * (count != 1)
