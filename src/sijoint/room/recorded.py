"""What the events of the room leave in the facts of its procedure: what was done, as it was told, without ground truth."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sijoint.model import (
    Administration,
    ContrastJudgement,
    Exposure,
    GateAnswer,
    NeedleUse,
    Procedure,
)
from sijoint.room.events import (
    Ended,
    Event,
    Exposed,
    GateAnswered,
    Injected,
    Judged,
    NeedleChosen,
    NeedleMoved,
    PatientFelt,
    Started,
)


class NotBegun(ValueError):
    """Events that do not start with the start of a procedure."""


def with_event(procedure: Procedure, event: Event) -> Procedure:
    """The procedure's facts after one event, as the room tells it; positions, collimation and refusals leave none."""
    match event:
        case Exposed():
            return _exposed(procedure, event)
        case NeedleChosen():
            before = procedure.needle or NeedleUse(event.gauge, event.length_mm, event.tip)
            needle = replace(before, gauge=event.gauge, length_mm=event.length_mm, tip=event.tip)
            return replace(procedure, needle=needle)
        case NeedleMoved():
            return _moved(procedure, event)
        case PatientFelt():
            return procedure if event.familiar is None else replace(procedure, familiar_pain_on_filling=event.familiar)
        case Injected():
            given = Administration(
                at_s=event.at_s,
                use=event.use,
                agent=event.agent,
                volume_ml=event.volume_ml,
                side=procedure.side,
                target=procedure.target,
                after_movement=min(event.movement, procedure.movements),
                peak_pressure_kpa=event.peak_pressure_kpa,
            )
            return replace(procedure, administrations=(*procedure.administrations, given))
        case Judged():
            # Never a movement to come: a word on what has not been seen would open the gate later.
            judgement = ContrastJudgement(
                at_s=event.at_s,
                pattern=event.pattern,
                by=event.by,
                virtual_operator=event.virtual_operator,
                after_movement=min(event.movement, procedure.movements),
                image_sha256=event.image_sha256,
            )
            return replace(procedure, judgements=(*procedure.judgements, judgement))
        case GateAnswered():
            gate = GateAnswer(event.at_s, event.allowed, event.findings, procedure.movements)
            return replace(procedure, gate_answers=(*procedure.gate_answers, gate))
        case Ended():
            ended_at = procedure.started_at + timedelta(seconds=event.at_s)
            return replace(procedure, ended_at=ended_at, abandoned_because=event.abandoned_because)
        case _:
            return procedure


def procedure_told(events: Iterable[Event], started_at: datetime) -> Procedure:
    """The procedure that all these events tell, the first of them its start. Raises NotBegun."""
    told = iter(events)
    first = next(told, None)
    if not isinstance(first, Started):
        raise NotBegun("nothing is known of this procedure: its events do not begin with its start")
    procedure = Procedure(
        id=first.procedure_id,
        kind=first.procedure_kind,
        side=first.side,
        target=first.target,
        operator=first.operator,
        virtual_operator=first.virtual_operator,
        started_at=started_at,
    )
    for event in told:
        procedure = with_event(procedure, event)
    return procedure


def _exposed(procedure: Procedure, event: Exposed) -> Procedure:
    exposure = Exposure(
        at_s=event.at_s,
        pulses=event.pulses,
        seconds=event.seconds,
        primary_deg=event.primary_deg,
        secondary_deg=event.secondary_deg,
        kvp=event.kvp,
        ma=event.ma,
        kerma_reference_mgy=event.kerma_reference_mgy,
        dose_area_product_mgy_cm2=event.dose_area_product_mgy_cm2,
    )
    images = tuple(replace(image, after_movement=procedure.movements) for image in event.images)
    return replace(procedure, exposures=(*procedure.exposures, exposure), images=(*procedure.images, *images))


def _moved(procedure: Procedure, event: NeedleMoved) -> Procedure:
    """Every movement counts, whatever number it comes with: contrast seen before it proves nothing any more."""
    movements = max(event.movement, procedure.movements + 1)
    needle = procedure.needle
    if needle is not None:
        needle = replace(
            needle,
            passes=event.passes,
            redirections=event.redirections,
            bone_contacts=event.bone_contacts,
            gives_felt=needle.gives_felt + sum(felt.what == "give" for felt in event.felt),
            depth_mm=max(needle.depth_mm, event.depth_mm),
        )
    return replace(procedure, movements=movements, needle=needle)
