"""The text twin of everything that the canvas shows: a session's state in words and numbers, without ground truth."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.formulary import agent as agent_by_code
from sijoint.formulary import needle as needle_by_code
from sijoint.formulary import needles
from sijoint.frames import ReceptorTilt, receptor_direction, unit
from sijoint.guidance import Plan
from sijoint.model import ContrastPattern, Recipe, RecipeLine, SyringeUse, ViewPurpose
from sijoint.needle import NeedleState
from sijoint.room import Session
from sijoint.room.events import Event, Exposed, Injected, NeedleMoved, PatientFelt
from sijoint.room.settings import BRIGHTNESS, CONTRAST, EDGE, RoomSettings, tube_limits
from sijoint.room.timing import TIMING


@dataclass
class Seen:
    """What the events have told so far, as far as a person in the room knows it."""

    contrast_ml: Decimal  # drawn up, for as many runs as the site allows
    given_ml: dict[SyringeUse, Decimal] = field(default_factory=lambda: dict.fromkeys(SyringeUse, Decimal(0)))
    peak_kpa: dict[SyringeUse, float] = field(default_factory=dict)
    images: list[dict[str, Any]] = field(default_factory=list)
    moved: NeedleMoved | None = None
    patient: PatientFelt | None = None

    def take(self, event: Event) -> None:
        match event:
            case Injected():
                self.given_ml[event.use] += event.volume_ml
                self.peak_kpa[event.use] = event.peak_pressure_kpa
            case Exposed():
                self.images += [
                    {"sha256": one.sha256, "at_s": one.at_s, "purpose": str(one.purpose), "words": _image_words(one)}
                    for one in event.images
                ]
            case NeedleMoved():
                self.moved = event
            case PatientFelt():
                self.patient = event


def procedure_told(session: Session) -> dict[str, Any]:
    setting = session.setting
    return {
        "kind": str(setting.procedure_kind),
        "side": str(setting.side),
        "target": str(setting.target),
        "operator": setting.operator,
    }


def session_told(session: Session, seen: Seen, mark_mm: ArrayLike | None) -> dict[str, Any]:
    """What changes with every command."""
    scope = session.fluoroscope
    technique, collimator = scope.technique(), scope.collimator
    return {
        "version": session.commands_done,
        "session_ms": round(1000 * session.now_s),
        "pose": {
            **_tilt(scope.pose.direction, session.setting.position.prone),
            "primary_deg": round(scope.pose.primary_deg, 2),
            "secondary_deg": round(scope.pose.secondary_deg, 2),
            "isocentre_mm": _place(scope.pose.isocentre_mm),
            "turning": session.turn is not None,
            "warnings": list(scope.warnings),
        },
        "collimator": {
            "half_width_mm": None if collimator is None else collimator.half_width_mm,
            "half_height_mm": None if collimator is None else collimator.half_height_mm,
        },
        "technique": {
            "kvp": round(technique.kvp, 1),
            "ma": round(technique.ma, 2),
            "pulse_ms": technique.pulse_ms,
            "copper_mm": technique.copper_mm,
        },
        "settings": settings_told(session),
        "skin_mark": None if mark_mm is None else {"at_mm": _place(mark_mm), "pointer": session.pointer_mm is not None},
        "needle": _needle(session, seen),
        "syringes": {use.name.lower(): _syringe(use, session.setting.recipe, seen) for use in SyringeUse},
        "images": seen.images,
        "patient": None if seen.patient is None else _patient(seen.patient),
        "ended": session.ended,
    }


def settings_told(session: Session) -> dict[str, Any]:
    settings = session.settings
    carm = session.setting.carm
    return {each.name: getattr(settings, each.name) for each in fields(RoomSettings)} | {
        "automatic": settings.kvp is None,
        "longest_press_s": TIMING.longest_press_s,
        "choices": {
            "pulses_per_s": TIMING.pulse_rates,
            "zoom": list(carm.zooms),
            "brightness": BRIGHTNESS,
            "contrast": CONTRAST,
            "edge": EDGE,
            **tube_limits(),
        },
    }


def choices_told() -> dict[str, Any]:
    """What may be chosen in any room."""
    return {
        "purposes": [str(one) for one in ViewPurpose],
        "patterns": [{"value": str(one), "words": str(one)} for one in ContrastPattern],
        "needles": [{"code": one.code, "words": needle_words(one.code)} for one in needles()],
    }


def plan_told(plan: Plan, prone: bool = True) -> dict[str, Any]:
    """The plan that the room was opened with."""
    return {
        "receptor": _tilt(plan.receptor.direction, prone),
        "straight": _tilt(plan.straight.direction, prone),
        "lateral": _tilt(plan.lateral.direction, prone),
        "isocentre_mm": _place(plan.target_mm),
        "entry_mm": _place(plan.entry_mm),
        "aim": aim_told(plan.direction_at_skin, prone),
        "depth_mm": round(plan.depth_mm, 1),
        "needle": plan.needle,
        "bevel_clock_deg": plan.bevel_clock_deg,
    }


def aim_told(direction: ArrayLike, prone: bool) -> dict[str, Any]:
    """Where a needle points, in the receptor's words: the two angles of the receptor that sees it end on."""
    tilt = ReceptorTilt.of(-np.asarray(direction), prone)
    words = tilt.words.replace("receptor", "end on for the receptor")
    return {"left_deg": round(tilt.left_deg, 2), "cephalad_deg": round(tilt.cephalad_deg, 2), "words": words}


def needle_words(code: str) -> str:
    needle = needle_by_code(code)
    return f"{needle.gauge} G, {needle.length_mm:g} mm, {needle.tip}"


def _needle(session: Session, seen: Seen) -> dict[str, Any]:
    code, state, moved = session.needle_code, session.needle, seen.moved
    prone = session.setting.position.prone
    told: dict[str, Any] = {"code": code, "words": needle_words(code) if code else "", "in_skin": state is not None}
    if code:
        told["length_mm"] = needle_by_code(code).length_mm
    if moved is not None:
        told |= {
            "passes": moved.passes,
            "redirections": moved.redirections,
            "bone_contacts": moved.bone_contacts,
            "felt": [{"what": one.what, "depth_mm": one.depth_mm, "force_n": one.force_n} for one in moved.felt],
            "resistance_n": list(moved.resistance_n),
        }
    if state is not None:
        told |= {
            "depth_mm": round(state.depth_mm, 2),
            "entry_mm": _place(state.entry_mm),
            "direction": [round(float(x), 5) for x in shaft_direction(state)],
            "aim": aim_told(shaft_direction(state), prone),
            "bevel_clock_deg": state.bevel_clock_deg,
        }
    return told


def shaft_direction(state: NeedleState) -> NDArray[np.float64]:
    """Where the part outside the skin points, which is all of the needle that a person sees without X-rays."""
    return state.direction if len(state.path_mm) < 2 else np.asarray(unit(state.path_mm[1] - state.path_mm[0]))


def _syringe(use: SyringeUse, recipe: Recipe, seen: Seen) -> dict[str, Any]:
    lines = _lines(use, recipe)
    ordered, given = sum((line.volume_ml for line in lines), Decimal(0)), seen.given_ml[use]
    drawn = seen.contrast_ml if use is SyringeUse.CONTRAST else ordered
    return {
        "agents": [
            {"code": line.agent, "name": agent_by_code(line.agent).name, "volume_ml": str(line.volume_ml)}
            for line in lines
        ],
        "ordered_ml": str(ordered),
        "drawn_ml": str(drawn),
        "given_ml": str(given),
        "left_ml": str(max(drawn - given, Decimal(0))),
        "pressure_kpa": seen.peak_kpa.get(use),
    }


def _lines(use: SyringeUse, recipe: Recipe) -> Iterable[RecipeLine]:
    return {SyringeUse.SKIN: (recipe.skin,), SyringeUse.CONTRAST: (recipe.contrast,), SyringeUse.DRUG: recipe.drug}[use]


def _patient(felt: PatientFelt) -> dict[str, Any]:
    words = [felt.quality or ("no pain" if not felt.nrs else "it hurts")]
    if felt.where:
        words.append(f"going to {felt.where}")
    if felt.familiar is not None:
        words.append("this is my pain" if felt.familiar else "not the pain that I know")
    told = {"at_s": felt.at_s, "nrs": felt.nrs, "familiar": felt.familiar, "quality": felt.quality, "where": felt.where}
    return told | {"words": f"{felt.nrs} of 10: {', '.join(words)}"}


def _image_words(image: Any) -> str:
    tilt = ReceptorTilt.of(receptor_direction(image.primary_deg, image.secondary_deg))
    return f"{image.purpose}, {tilt.words}"


def _tilt(direction: ArrayLike, prone: bool) -> dict[str, Any]:
    tilt = ReceptorTilt.of(direction, prone)
    return {"left_deg": round(tilt.left_deg, 2), "cephalad_deg": round(tilt.cephalad_deg, 2), "words": tilt.words}


def _place(point: ArrayLike) -> list[float]:
    return [round(float(x), 2) for x in np.asarray(point)]
