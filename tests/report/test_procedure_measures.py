"""What a procedure took, beside what is published, with interval, source and grade; and what only the simulator knows."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

import room_told
from sijoint.model import SyringeUse, Target
from sijoint.report.debrief import NotThisProcedure
from sijoint.report.debrief_measures import debrief_measures
from sijoint.report.debrief_paper import debrief_paper
from sijoint.report.paper import every_sentence
from sijoint.report.procedure_measures import procedure_measures
from sijoint.report.references import gap, learning_references, references
from sijoint.report.room_moments import room_moments
from sijoint.room.recorded import procedure_told

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PROCEDURE = procedure_told(room_told.events(), BEGAN)
CODES = (
    "procedure_seconds", "fluoroscopy_seconds", "pedal_presses", "needle_passes", "redirections", "dose_area_mgy_cm2",
    "kerma_mgy", "tip_from_target_mm", "angle_from_plan_deg", "tip_inside", "judged_right",
)  # fmt: skip


def measured(code, truth=None, procedure=PROCEDURE, planned=None):
    measures = (*procedure_measures(procedure), *debrief_measures(truth or room_told.truth(), procedure, planned))
    return next(one for one in measures if one.code == code)


def test_the_facts_are_counted():
    told = {one.code: one.told for one in procedure_measures(PROCEDURE)}
    assert told["procedure_seconds"] == "100 s"
    assert told["fluoroscopy_seconds"] == "14 s"
    assert told["pedal_presses"] == "2"
    assert told["dose_area_mgy_cm2"] == "80 mGy·cm²"


def test_what_has_not_ended_has_no_duration():
    running = procedure_told(room_told.events(ended=False), BEGAN)
    assert measured("procedure_seconds", procedure=running).value is None


@pytest.mark.parametrize("code", CODES)
def test_every_measure_has_a_published_value_or_says_that_there_is_none(code):
    found = references(code)
    assert bool(found) != bool(gap(code))
    for one in found:
        assert one.source.strip()
        assert one.grade in {"A", "B", "C", "D", "GK"}
        assert one.interval
        assert (one.low is None) == (one.high is None)
        assert one.low is None or one.low <= one.value <= one.high


def test_what_was_measured_at_this_joint_comes_first():
    assert [one.here for one in references("fluoroscopy_seconds")] == [True, False]
    assert learning_references()[0].source


def test_a_value_is_given_a_place_and_never_a_mark():
    straight, _ = references("procedure_seconds")
    assert straight.beside(100) == "inside the interval"
    assert straight.beside(20) == "below the interval"
    assert straight.beside(400) == "above the interval"
    (mean, _) = references("fluoroscopy_seconds")
    assert mean.beside(21.2) == "0.5 times this value"
    assert references("tip_inside")[0].beside(100) == "a share of many; this is one procedure"


def test_the_truth_is_measured_at_the_drug():
    assert measured("tip_from_target_mm").value == pytest.approx(3.0)
    assert measured("tip_from_target_mm").note == "at the drug"
    assert measured("tip_inside").value == 100
    assert measured("drug_at_target").value == pytest.approx(90)
    assert measured("judged_right").value == 100


def test_the_angle_is_to_the_plan():
    assert measured("angle_from_plan_deg").value is None
    assert measured("angle_from_plan_deg", planned=(0.0, -1.0, 0.0)).value == pytest.approx(4.9, abs=0.05)


def test_a_judgement_against_the_truth_is_wrong():
    outside = tuple(replace(one, tip_in_cleft=False, tip_tissue="ligament") for one in room_told.truth().injections)
    assert measured("judged_right", replace(room_told.truth(), injections=outside)).value == 0


def test_without_an_injection_nothing_is_claimed():
    nothing = replace(room_told.truth(), injections=(), needle_path_mm=())
    for code in ("tip_from_target_mm", "tip_inside", "angle_from_plan_deg", "drug_at_target", "judged_right"):
        assert measured(code, nothing).value is None
        assert measured(code, nothing).note


def test_a_ligament_target_asks_for_the_ligaments():
    procedure = replace(PROCEDURE, target=Target.LIGAMENT)
    codes = [one.code for one in debrief_measures(room_told.truth(), procedure)]
    assert "tip_inside" not in codes
    drug = replace(room_told.truth().injections[1], volumes_ml={"ligament": 0.5, "muscle": 0.5})
    assert drug.use is SyringeUse.DRUG
    assert measured("drug_at_target", replace(room_told.truth(), injections=(drug,)), procedure).value == 50


def test_the_truth_of_another_procedure_is_refused():
    with pytest.raises(NotThisProcedure):
        debrief_measures(room_told.truth("another"), PROCEDURE)


def test_the_paper_says_what_the_page_says():
    measures = (*procedure_measures(PROCEDURE), *debrief_measures(room_told.truth(), PROCEDURE))
    moments = room_moments(room_told.events())
    sentences = every_sentence(debrief_paper(PROCEDURE, room_told.truth(), measures, moments, BEGAN))
    assert any(one.startswith("SIMULATED") for one in sentences)
    assert "Nacey, AJR 2016 (A)" in sentences
    assert {moment.words for moment in moments} <= set(sentences)
