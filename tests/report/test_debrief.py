"""The debrief tells where the tip really was, beside what was judged."""

from dataclasses import replace

import pytest

import made_up_episode as made_up
from sijoint.frames import Imperfection, PatientShift, load_breathing, load_flex
from sijoint.model import SyringeUse
from sijoint.report.debrief import NotThisProcedure, debrief, debrief_text
from sijoint.room.truth import SimulationTruth, TrueInjection


@pytest.fixture
def procedure():
    return made_up.episode().sessions[0].procedure


@pytest.fixture
def truth():
    return SimulationTruth(
        "PR-1",
        (40.0, -60.0, 60.0),
        (
            TrueInjection(205, SyringeUse.CONTRAST, (43, -56, 60), False, "ligament", {"ligament": 0.3, "joint": 0.0}),
            TrueInjection(318, SyringeUse.CONTRAST, (40, -61, 60), True, "cleft", {"joint": 0.45, "muscle": 0.05}),
            TrueInjection(401, SyringeUse.DRUG, (40, -61, 60), True, "cleft", {"joint": 1.5}),
        ),
    )


def test_each_contrast_run_stands_beside_its_own_judgement(truth, procedure):
    first, second, drug = debrief(truth, procedure)
    assert first.judged == "peri-articular, by virtual operator"
    assert first.agrees
    assert second.judged == "intra-articular, cephalad spread, by virtual operator"
    assert second.agrees
    assert drug.agrees is None


def test_distance_is_from_tip_to_target_and_shares_are_of_the_volume(truth, procedure):
    first, second, _ = debrief(truth, procedure)
    assert first.distance_mm == pytest.approx(5)
    assert first.tip == "outside the cleft, in ligament"
    assert first.went == "0.3 mL ligament (100 %)"
    assert second.went == "0.45 mL joint (90 %), 0.05 mL muscle (10 %)"


def test_a_wrong_judgement_is_counted(truth, procedure):
    outside = replace(truth.injections[1], tip_in_cleft=False, tip_tissue="ligament")
    misled = replace(truth, injections=(truth.injections[0], outside))
    assert "disagree on inside or outside in 1 of 2 judged injections" in debrief_text(misled, procedure)
    assert "in 0 of 2" in debrief_text(truth, procedure)


def test_nothing_injected_is_said(truth, procedure):
    assert "Nothing was injected." in debrief_text(replace(truth, injections=()), procedure)


def test_the_truth_of_another_procedure_is_refused(truth, procedure):
    with pytest.raises(NotThisProcedure, match="PR-9"):
        debrief(replace(truth, procedure_id="PR-9"), procedure)


def test_an_imperfect_carm_and_a_patient_who_moved_are_told_and_a_perfect_one_is_not(truth, procedure):
    assert "Not as reported" not in debrief_text(truth, procedure)
    imperfection = Imperfection(
        load_flex("uncalibrated"), load_breathing(), (PatientShift(120.0, (3.0, 0.0, -4.0), turned_deg=2.0),)
    )
    told = debrief_text(replace(truth, imperfection=imperfection), procedure)
    assert "Not as reported: the C bends: up to 12 mm at the source and 1° at the receptor." in told
    assert "Not as reported: source to detector is wrong by 10 mm, the principal point by 3.6 mm." in told
    assert "Not as reported: the pelvis moves by 1.4 mm with a breath every 4.3 s." in told
    assert "Not as reported: the patient moved by 5.0 mm and 2° at 120 s." in told
