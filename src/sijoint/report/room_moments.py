"""The course of a procedure, event by event: what happened in words, and how the room stood after it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sijoint.model import Procedure, SyringeUse
from sijoint.report.words import counted, finished, in_words, joined, nrs, number, receptor, sentence_case
from sijoint.room.events import (
    CArmMoved,
    Collimated,
    Ended,
    Event,
    Exposed,
    GateAnswered,
    Injected,
    Judged,
    NeedleChosen,
    NeedleMoved,
    PatientFelt,
    Refused,
    Started,
)

FELT = {
    "layer": "a layer",
    "give": "a give",
    "bone": "bone that stops",
    "scrape": "bone that the tip scrapes along",
}
HOW = {
    "insert": "needle through the skin",
    "advance": "needle advanced",
    "withdraw": "needle withdrawn",
    "redirect": "needle redirected",
    "rotate": "bevel turned",
    "out": "needle out",
}


@dataclass(frozen=True)
class RoomThen:
    """How the room stood at a moment, as people there could see, hear and feel it."""

    receptor: str = ""  # words with the raw angles
    primary_deg: float | None = None
    secondary_deg: float | None = None
    needle: str = ""
    depth_mm: float | None = None  # None: no needle in the skin
    passes: int = 0
    redirections: int = 0
    felt: str = ""
    resistance_n: tuple[float, ...] = ()  # of the last advance, every 0.5 mm
    presses: int = 0
    fluoroscopy_s: float = 0.0
    kerma_mgy: float = 0.0
    dose_area_mgy_cm2: float = 0.0
    patient: str = ""
    pain: int | None = None
    image: str = ""  # hash of the image that was shown last
    image_receptor: str = ""  # where the receptor was for it
    contrast_ml: float = 0.0
    drug_ml: float = 0.0
    gate: str = ""


@dataclass(frozen=True)
class RoomMoment:
    """``kind`` is one of: begin, carm, image, needle, felt, patient, fluid, judged, gate, refused, end, other."""

    at_s: float
    kind: str
    words: str
    then: RoomThen
    command_id: str = ""
    images: tuple[str, ...] = ()  # hashes of the images that this moment stored
    marks: tuple[str, ...] = field(default=())  # what a time line marks: give, bone, allowed, held


def room_moments(events: Iterable[Event]) -> tuple[RoomMoment, ...]:
    """Every event that a person would tell, oldest first."""
    then = RoomThen()
    moments: list[RoomMoment] = []
    for event in events:
        told = _told(event, then)
        if told is None:
            continue
        kind, words, then, *more = told
        images = tuple(image.sha256 for image in event.images) if isinstance(event, Exposed) else ()
        marks = more[0] if more else ()
        moments.append(RoomMoment(event.at_s, kind, finished(words), then, event.command_id, images, marks))
    return tuple(moments)


def _told(event: Event, then: RoomThen) -> tuple[Any, ...] | None:
    match event:
        case Started():
            return "begin", f"the procedure begins: {event.side} side, {event.target} target", then
        case CArmMoved():
            pose = receptor(event.primary_deg, event.secondary_deg)
            after = replace(then, receptor=pose, primary_deg=event.primary_deg, secondary_deg=event.secondary_deg)
            return "carm", f"C-arm: {pose}", after
        case Collimated():
            size = f"{number(2 * event.half_width_mm, 0)} × {number(2 * event.half_height_mm, 0)} mm"
            return "carm", f"field {size} at the joint", then
        case Exposed():
            return _exposed(event, then)
        case NeedleChosen():
            words = f"{event.gauge} G, {number(event.length_mm, 0)} mm, {event.tip}"
            return "needle", f"needle chosen: {words}", replace(then, needle=words)
        case NeedleMoved():
            return _moved(event, then)
        case PatientFelt():
            words = _patient(event)
            return "patient", f"patient: {words}", replace(then, patient=words, pain=event.nrs)
        case Injected():
            return _injected(event, then)
        case Judged():
            return "judged", f"contrast judged {event.pattern}, by {event.by}", then
        case GateAnswered():
            why = joined(finding.clinician for finding in event.findings)
            words = "the drug may be given" if event.allowed else f"the drug is held back. {why}"
            return "gate", f"gate: {words}", replace(then, gate=words), ("allowed" if event.allowed else "held",)
        case Refused():
            return "refused", f"refused: {event.sentence}", then
        case Ended():
            why = f"the procedure is abandoned: {event.abandoned_because}" if event.abandoned_because else ""
            return "end", why or "the procedure ends", then
        case _:
            return None  # settings of the screen and a pointer on the skin change nothing that is looked back at


def _exposed(event: Exposed, then: RoomThen) -> tuple[Any, ...]:
    purposes = joined(dict.fromkeys(str(image.purpose) for image in event.images))
    seen_from = receptor(event.primary_deg, event.secondary_deg)
    after = replace(
        then,
        receptor=seen_from,
        primary_deg=event.primary_deg,
        secondary_deg=event.secondary_deg,
        presses=then.presses + 1,
        fluoroscopy_s=then.fluoroscopy_s + event.seconds,
        kerma_mgy=then.kerma_mgy + event.kerma_reference_mgy,
        dose_area_mgy_cm2=then.dose_area_mgy_cm2 + event.dose_area_product_mgy_cm2,
        image=event.images[-1].sha256 if event.images else then.image,
        image_receptor=seen_from if event.images else then.image_receptor,
    )
    words = f"X-rays: {counted(event.pulses, 'pulse')}, {number(event.seconds, 1)} s"
    return "image", f"{words}, {purposes}" if purposes else words, after


def _moved(event: NeedleMoved, then: RoomThen) -> tuple[Any, ...]:
    felt = joined(
        f"{FELT[one.what]} at {number(one.depth_mm, 0)} mm ({number(one.force_n, 1)} N)" for one in event.felt
    )
    after = replace(
        then,
        depth_mm=None if event.how == "out" else event.depth_mm,
        passes=event.passes,
        redirections=event.redirections,
        felt=felt,
        resistance_n=event.resistance_n,
    )
    words = HOW[event.how]
    if event.how in ("advance", "withdraw"):
        words += f" to {number(event.depth_mm, 1)} mm"
    marks = tuple(mark for mark in ("give", "bone") if any(one.what == mark for one in event.felt))
    return ("felt" if felt else "needle"), f"{words}; felt: {felt}" if felt else words, after, marks


def _patient(event: PatientFelt) -> str:
    parts = [f"pain {nrs(event.nrs)}", event.quality, event.where]
    if event.familiar is not None:
        parts.append("this is my pain" if event.familiar else "not my usual pain")
    return ", ".join(part for part in parts if part)


def _injected(event: Injected, then: RoomThen) -> tuple[Any, ...]:
    volume = float(event.volume_ml)
    after = then
    if event.use is SyringeUse.CONTRAST:
        after = replace(then, contrast_ml=then.contrast_ml + volume)
    elif event.use is SyringeUse.DRUG:
        after = replace(then, drug_ml=then.drug_ml + volume)
    words = f"{event.use}: {number(event.volume_ml)} mL {in_words(event.agent)}"
    if event.peak_pressure_kpa:
        words += f", at most {number(event.peak_pressure_kpa, 0)} kPa on the plunger"
    return "fluid", words, after


def recorded_moments(procedure: Procedure) -> tuple[RoomMoment, ...]:
    """The course as the record tells it, where the room's own events are not kept: no positions, forces or words."""
    events: list[Event] = [
        Started(
            at_s=0.0,
            procedure_id=procedure.id,
            procedure_kind=procedure.kind,
            side=procedure.side,
            target=procedure.target,
            operator=procedure.operator,
            virtual_operator=procedure.virtual_operator,
        )
    ]
    taken = {image.at_s: [] for image in procedure.images}  # type: dict[float, list[Any]]
    for image in procedure.images:
        taken[image.at_s].append(image)
    for one in procedure.exposures:
        told = {name: getattr(one, name) for name in vars(one)}
        events.append(Exposed(**told, images=tuple(_images_of(one.at_s, one.seconds, taken))))
    for given in procedure.administrations:
        events.append(
            Injected(
                at_s=given.at_s,
                movement=given.after_movement,
                use=given.use,
                agent=given.agent,
                volume_ml=given.volume_ml,
                peak_pressure_kpa=given.peak_pressure_kpa,
            )
        )
    for word in procedure.judgements:
        events.append(
            Judged(
                at_s=word.at_s,
                movement=word.after_movement,
                pattern=word.pattern,
                by=word.by,
                virtual_operator=word.virtual_operator,
                image_sha256=word.image_sha256,
            )
        )
    for gate in procedure.gate_answers:
        events.append(
            GateAnswered(at_s=gate.at_s, movement=gate.after_movement, allowed=gate.allowed, findings=gate.findings)
        )
    if procedure.ended_at is not None:
        seconds = (procedure.ended_at - procedure.started_at).total_seconds()
        events.append(Ended(at_s=seconds, abandoned_because=procedure.abandoned_because))
    return room_moments(sorted(events, key=lambda event: event.at_s))


def _images_of(at_s: float, seconds: float, taken: dict[float, list[Any]]) -> list[Any]:
    """The images of one exposure: those stored within it, each given once."""
    here = sorted(when for when in taken if at_s - seconds - 1e-3 <= when <= at_s + 1e-3)
    return [image for when in here for image in taken.pop(when)]


def moment_title(moment: RoomMoment) -> str:
    """The first words of a moment, for a mark on a time line."""
    return sentence_case(moment.words.split(";")[0].split(",")[0])
