"""A virtual person: who asks, what the examination finds, and what screening hears.

Every number here is invented: one unremarkable person, who claims nothing about anybody. What a scenario varies are causes.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sijoint.cohort.scenario import Causes, SideStated
from sijoint.cohort.staff import NURSE
from sijoint.formulary import propose
from sijoint.frames import Side
from sijoint.model import (
    Answer,
    AppointmentRequest,
    Assessment,
    BodyZone,
    Cause,
    ConservativeCare,
    ConservativeKind,
    DayOfConfirmation,
    Fact,
    ImagingKind,
    ImagingReviewed,
    Medicine,
    OrderKind,
    PainArea,
    Patient,
    Provocation,
    ProvocationTest,
    RequestedBy,
    ScreeningAnswers,
)
from sijoint.pathway import accepted


def patient(causes: Causes, patient_id: str) -> Patient:
    person = causes.person
    return Patient(
        id=patient_id,
        family_name="Virtual",
        given_name="Patient",
        birth_date=person.born,
        sex=person.sex,
        contact="invented person, no contact",
        weight_kg=person.weight_kg,
        height_cm=person.height_cm,
        virtual=True,
    )


def side_on(stated: SideStated, side: Side) -> Side | None:
    """The side that a document states."""
    return {SideStated.SAME: side, SideStated.OPPOSITE: side.opposite, SideStated.ABSENT: None}[stated]


def request(causes: Causes, side: Side, now: datetime) -> AppointmentRequest:
    return AppointmentRequest(
        requested_by=RequestedBy.PATIENT,
        at=now,
        side=side_on(causes.sides.request, side),
        reason="pain in the buttock on standing up and turning in bed",
        zones=(BodyZone.LOW_BACK, BodyZone.BUTTOCK),
        causes=(Cause.CARTILAGE_WEAR,),
        pain_since=(now - timedelta(days=210)).date(),
        areas=(PainArea("buttock", side, worst=True), PainArea("dimple", side)),
    )


def assessment(causes: Causes, side: Side, by: str, now: datetime) -> Assessment:
    """An examination that fits referral: four of six provocation tests positive on the side, none on the other; nerves normal."""
    positive = (
        ProvocationTest.DISTRACTION,
        ProvocationTest.THIGH_THRUST,
        ProvocationTest.COMPRESSION,
        ProvocationTest.SACRAL_THRUST,
    )
    tests = tuple(
        Provocation(test, one, Fact(Answer.YES if test in positive and one is side else Answer.NO, by, now))
        for one in (side, side.opposite)
        for test in ProvocationTest
    )
    yes, no = Fact(Answer.YES, by, now), Fact(Answer.NO, by, now)
    began = (now - timedelta(days=120)).date()
    return Assessment(
        at=now,
        by=by,
        side=side_on(causes.sides.examination, side),
        provocations=tests,
        conservative_care=(
            ConservativeCare(ConservativeKind.PHYSIOTHERAPY, began, None, helped=False),
            ConservativeCare(ConservativeKind.MEDICINES, began, None, helped=False),
        ),
        power_normal=yes,
        reflexes_normal=yes,
        sensation_normal=yes,
        straight_leg_raise_positive=no,
        imaging_reviewed=yes,
        spondyloarthritis_suspected=no,
        sacral_insufficiency_fracture_suspected=no,
        radicular_pain=no,
        pain_above_l5=no,
        red_flag=no,
        cauda_equina_suspected=no,
        cancer_suspected=no,
        infection_suspected=no,
        hip_source_suspected=no,
        lumbar_source_suspected=no,
        gout_suspected=no,
        widespread_pain=no,
        lumbar_fusion_before=no,
        history="pain in the buttock since the spring, without an accident; worse on standing up",
        imaging=(ImagingReviewed(ImagingKind.CT, began, "joint narrow, no other cause seen"),),
        order_kind=OrderKind.DIAGNOSTIC,
        order_target=causes.target,
        baseline_nrs=round(causes.pain.index_nrs),
        baseline_peg=Decimal("6.3"),
        index_movement="standing up from a chair",
        working_diagnosis="pain of the sacroiliac joint or its ligaments",
    )


def answers(causes: Causes, by: str, now: datetime, matched_by: str = NURSE) -> ScreeningAnswers:
    """Everything asked. What the causes do not mention is answered no, by this person, now."""
    no = Fact(Answer.NO, by, now)
    asked: dict[str, Any] = {
        name: no
        for name, field in ScreeningAnswers.__dataclass_fields__.items()
        if field.type is Fact or field.type == "Fact"
    }
    told = causes.answers
    asked |= {
        "pregnancy": Fact(told.pregnancy, by, now),
        "could_be_pregnant": Fact(told.pregnancy, by, now),
        "antithrombotics": Fact(told.antithrombotics, by, now),
        "diabetes": Fact(told.diabetes, by, now),
        "allergies_asked": Fact(Answer.YES, by, now),
        "medicines_asked": Fact(Answer.YES, by, now),
        "driver_arranged": Fact(Answer.YES, by, now),
    }
    return replace(
        ScreeningAnswers(**asked),
        medicines=tuple(one for typed in told.medicines for one in _matched(typed, matched_by, now)),
        hba1c_percent=told.hba1c_percent,
        blood_pressure_systolic=128,
        blood_pressure_diastolic=78,
    )


def confirmation(causes: Causes, by: str, index_nrs: int, rest_nrs: int, now: datetime) -> DayOfConfirmation:
    yes, no = Fact(Answer.YES, by, now), Fact(Answer.NO, by, now)
    takes = bool(causes.answers.medicines)
    return DayOfConfirmation(
        at=now,
        by=by,
        fever=no,
        antibiotics=no,
        new_medicines=no,
        antithrombotics_as_planned=yes,
        last_antithrombotic_dose_at=now - timedelta(hours=3) if takes else None,
        pregnancy=Fact(causes.answers.pregnancy, by, now),
        allergies_unchanged=yes,
        glucose_mg_dl=Decimal(142) if causes.answers.diabetes is Answer.YES else None,
        blood_pressure_systolic=131,
        blood_pressure_diastolic=80,
        driver_present=yes,
        index_nrs=index_nrs,
        rest_nrs=rest_nrs,
        rescue_analgesic_within_6_h=no,
    )


def _matched(typed: str, by: str, now: datetime) -> tuple[Medicine, ...]:
    """The nurse accepts the first proposal for what the patient typed; nothing is accepted without a person."""
    proposals = propose(typed)
    return accepted(typed, proposals[0], by, now - timedelta(hours=10)) if proposals else (Medicine(typed, ""),)
