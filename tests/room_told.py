"""A short rehearsal as its room tells it: scout, one needle, contrast, a gate that opens, the drug, the end."""

from decimal import Decimal

from sijoint.frames import Side
from sijoint.model import (
    ContrastPattern,
    ImageOrigin,
    ProcedureKind,
    StoredImage,
    SyringeUse,
    Target,
    ViewPurpose,
)
from sijoint.pathway import found
from sijoint.room.events import (
    CArmMoved,
    Ended,
    Exposed,
    Felt,
    GateAnswered,
    Injected,
    Judged,
    NeedleChosen,
    NeedleMoved,
    PatientFelt,
    Refused,
    Started,
)
from sijoint.room.permission import Action
from sijoint.room.truth import SimulationTruth, TrueInjection
from sijoint.room.truth_moment import TrueMoment

TARGET = (55.0, 40.0, -20.0)
ENTRY = (55.0, 75.0, -20.0)
SCOUT, RUN = "a" * 64, "b" * 64


def image(sha256: str, at_s: float, purpose: ViewPurpose, primary_deg: float) -> StoredImage:
    return StoredImage(sha256, at_s, ImageOrigin.SIMULATED, purpose, primary_deg, 0.0, False)


def exposed(at_s, command_id, pulses, seconds, sha256, purpose, primary_deg=180.0):
    return Exposed(
        at_s=at_s, command_id=command_id, pulses=pulses, seconds=seconds, primary_deg=primary_deg, secondary_deg=0.0,
        kvp=75.0, ma=10.0, kerma_reference_mgy=0.5, dose_area_product_mgy_cm2=40.0,
        images=(image(sha256, at_s, purpose, primary_deg),),
    )  # fmt: skip


def moved(at_s, command_id, movement, how, depth_mm, felt=(), resistance_n=()):
    return NeedleMoved(
        at_s=at_s, command_id=command_id, movement=movement, how=how, depth_mm=depth_mm, passes=1,
        redirections=int(how == "redirect"), bone_contacts=0, felt=felt, resistance_n=resistance_n,
    )  # fmt: skip


def events(procedure_id="rehearsal-told", operator="trainee", ended=True):
    """Everything that happened, oldest first; the trainee is refused once and told why."""
    held = found("gate.no-contrast")
    told = [
        Started(
            at_s=0.0, procedure_id=procedure_id, procedure_kind=ProcedureKind.REHEARSAL, side=Side.LEFT,
            target=Target.INTRA_ARTICULAR, operator=operator, virtual_operator=False,
        ),
        CArmMoved(
            at_s=6.0, command_id="c1", primary_deg=180.0, secondary_deg=0.0, isocentre_mm=TARGET,
            words="receptor straight behind the patient",
        ),
        exposed(8.0, "c2", 4, 1.0, SCOUT, ViewPurpose.SCOUT),
        NeedleChosen(at_s=8.0, command_id="c3", code="quincke_22g_90mm", gauge=22, length_mm=90.0, tip="quincke"),
        moved(20.0, "c4", 1, "insert", 0.0),
        moved(30.0, "c5", 2, "advance", 34.0, (Felt("give", 33.0, 0.8),), (1.0, 2.5, 1.2)),
        PatientFelt(at_s=30.0, command_id="c5", nrs=3, quality="aching"),
        Refused(at_s=31.0, command_id="c6", action=Action.DRUG, sentence="no contrast run yet", findings=(held,)),
        exposed(50.0, "c7", 26, 13.0, RUN, ViewPurpose.CONTRAST, primary_deg=177.5),
        Injected(
            at_s=50.0, command_id="c7", movement=2, use=SyringeUse.CONTRAST, agent="iohexol_240",
            volume_ml=Decimal("0.5"), peak_pressure_kpa=90.0,
        ),
        PatientFelt(at_s=50.0, command_id="c7", nrs=6, familiar=True, quality="familiar", where="buttock"),
        Judged(
            at_s=60.0, command_id="c8", movement=2, pattern=ContrastPattern.IA_TYPE_I, by=operator,
            virtual_operator=False, image_sha256=(RUN,),
        ),
        GateAnswered(at_s=60.0, command_id="c8", movement=2, allowed=True, findings=()),
        Injected(
            at_s=80.0, command_id="c9", movement=2, use=SyringeUse.DRUG, agent="bupivacaine_0.5_percent",
            volume_ml=Decimal("1.0"), peak_pressure_kpa=40.0,
        ),
    ]  # fmt: skip
    if ended:
        told += [moved(100.0, "c10", 3, "out", 0.0), Ended(at_s=100.0, command_id="c11")]
    return tuple(told)


def truth(procedure_id="rehearsal-told"):
    """The tip was 3 mm beside the target and in the cleft; a tenth of the drug ran out."""
    tip = (58.0, 40.0, -20.0)
    return SimulationTruth(
        procedure_id,
        TARGET,
        (
            TrueInjection(50.0, SyringeUse.CONTRAST, tip, True, "cleft", {"joint": 0.5}),
            TrueInjection(80.0, SyringeUse.DRUG, tip, True, "cleft", {"joint": 0.9, "muscle": 0.1}),
        ),
        (ENTRY, tip),
        1.4,
    )


def track():
    """What the simulator knew after two of the commands."""
    return (
        TrueMoment(20.0, "c4", (ENTRY, ENTRY), ENTRY, "skin", False, 35.0, {}),
        TrueMoment(50.0, "c7", (ENTRY, (58.0, 40.0, -20.0)), (58.0, 40.0, -20.0), "cleft", True, 3.0, {"joint": 0.5}),
    )
