"""A rehearsal meets the same gate as care, and nothing else of care."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sijoint.clinic.rehearsal import NoRehearsal, Rehearsal
from sijoint.frames import Side
from sijoint.model import (
    ContrastPattern,
    ImageOrigin,
    ProcedureKind,
    Recipe,
    RecipeLine,
    StoredImage,
    SyringeUse,
    Target,
    ViewPurpose,
)
from sijoint.pathway import load_policy
from sijoint.room import Action, PermissionRequest
from sijoint.room.events import Exposed, Injected, Judged, NeedleChosen, NeedleMoved, Started

BEGAN = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
RECIPE = Recipe(
    RecipeLine("lidocaine_1_percent", Decimal("2.0")),
    RecipeLine("iohexol_240", Decimal("0.5")),
    (RecipeLine("bupivacaine_0.5_percent", Decimal("1.0")),),
)


@pytest.fixture
def rehearsal():
    return Rehearsal(RECIPE, load_policy("clinic"), BEGAN)


def started(kind=ProcedureKind.REHEARSAL):
    return Started(
        at_s=0.0,
        procedure_id="r1",
        procedure_kind=kind,
        side=Side.LEFT,
        target=Target.INTRA_ARTICULAR,
        operator="trainee",
        virtual_operator=False,
    )


def exposed(primary_deg, after_contrast):
    image = StoredImage("ab" * 32, 1.0, ImageOrigin.SIMULATED, ViewPurpose.NEEDLE, primary_deg, 0.0, after_contrast, 0)
    return Exposed(
        at_s=1.0, pulses=1, seconds=0.1, primary_deg=primary_deg, secondary_deg=0.0, kvp=75, ma=5,
        kerma_reference_mgy=0.1, dose_area_product_mgy_cm2=1.0, images=(image,),
    )  # fmt: skip


def moved(movement):
    return NeedleMoved(
        at_s=1.0, movement=movement, how="advance", depth_mm=40.0, passes=1, redirections=0, bone_contacts=0
    )


CONTRAST = Injected(
    at_s=2.0, movement=1, use=SyringeUse.CONTRAST, agent="iohexol_240", volume_ml=Decimal("0.3"), peak_pressure_kpa=20.0
)
SHOWN = (
    NeedleChosen(at_s=0.5, code="quincke_22g_90", gauge=22, length_mm=90, tip="quincke"),
    moved(1),
    exposed(180.0, False),
    CONTRAST,
    exposed(180.0, True),
    exposed(90.0, True),
)


def judged(pattern):
    return Judged(at_s=3.0, movement=1, pattern=pattern, by="trainee", virtual_operator=False, image_sha256=())


def may(rehearsal, action):
    return rehearsal.permit(PermissionRequest(action, "r1", 1.0))


def told(rehearsal, *events):
    for event in (started(), *events):
        rehearsal.record(event)
    return rehearsal


def test_the_gate_opens_for_contrast_seen_in_the_joint_in_two_views(rehearsal):
    told(rehearsal, *SHOWN)
    assert not may(rehearsal, Action.DRUG).allowed
    rehearsal.record(judged(ContrastPattern.IA_TYPE_I))
    assert may(rehearsal, Action.DRUG).allowed


@pytest.mark.parametrize("pattern", [ContrastPattern.VASCULAR, ContrastPattern.NONE_SEEN, ContrastPattern.MUSCLE])
def test_it_stays_shut_for_contrast_elsewhere(rehearsal, pattern):
    told(rehearsal, *SHOWN, judged(pattern))
    answer = may(rehearsal, Action.DRUG)
    assert not answer.allowed
    assert answer.findings


def test_a_needle_moved_shuts_it_again(rehearsal):
    told(rehearsal, *SHOWN, judged(ContrastPattern.IA_TYPE_I), moved(2))
    assert not may(rehearsal, Action.DRUG).allowed


def test_a_syringe_given_is_given_once(rehearsal):
    drug = Injected(
        at_s=4.0, movement=1, use=SyringeUse.DRUG, agent="bupivacaine_0.5_percent", volume_ml=Decimal("1.0"), peak_pressure_kpa=9.0
    )  # fmt: skip
    told(rehearsal, *SHOWN, judged(ContrastPattern.IA_TYPE_I), drug)
    assert not may(rehearsal, Action.DRUG).allowed


def test_x_rays_need_no_patient_s_papers_and_contrast_needs_a_needle(rehearsal):
    told(rehearsal)
    assert may(rehearsal, Action.EXPOSURE).allowed
    assert may(rehearsal, Action.SKIN).allowed
    assert not may(rehearsal, Action.CONTRAST).allowed


def test_a_performed_procedure_is_not_answered_here(rehearsal):
    with pytest.raises(NoRehearsal):
        rehearsal.record(started(ProcedureKind.PERFORMED))
    with pytest.raises(NoRehearsal):
        may(rehearsal, Action.EXPOSURE)
