"""The population's file of outcomes: a run goes on where it was stopped, and never mixes two states of the models."""

from pathlib import Path

import pytest

from sijoint.cohort.validation import Outcome, read_validation_plan, run_study, study
from sijoint.cohort.validation.subject import study_pelvis

PLAN = read_validation_plan(Path(__file__).parents[2] / "docs/validation-plan.toml")


@pytest.fixture
def ran(monkeypatch):
    """Seeds that were run, in order, by a stand-in for the long measurement."""
    seeds = []

    def one(seed, plan):
        seeds.append(seed)
        return Outcome(seed, "left", "male", 50.0, 25.0, grade=seed % 4)

    monkeypatch.setattr(study, "study_pelvis", one)
    return seeds


def test_a_run_goes_on_where_it_was_stopped(tmp_path, ran):
    kept = tmp_path / "outcomes.jsonl"
    first = run_study(PLAN, 3, 1, kept, "these models")
    again = run_study(PLAN, 5, 1, kept, "these models")
    assert ran == [0, 1, 2, 3, 4]
    assert again[:3] == first
    assert [one.seed for one in again] == [0, 1, 2, 3, 4]


def test_a_line_that_was_cut_is_run_again(tmp_path, ran):
    kept = tmp_path / "outcomes.jsonl"
    run_study(PLAN, 3, 1, kept, "these models")
    kept.write_text(kept.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert [one.seed for one in run_study(PLAN, 3, 1, kept, "these models")] == [0, 1, 2]
    assert ran == [0, 1, 2, 2]


def test_outcomes_of_other_models_are_begun_anew(tmp_path, ran):
    kept = tmp_path / "outcomes.jsonl"
    run_study(PLAN, 2, 1, kept, "these models")
    run_study(PLAN, 2, 1, kept, "other models")
    assert ran == [0, 1, 0, 1]


@pytest.mark.deep
def test_one_pelvis_goes_through_every_measurement_the_same_way_twice():
    one, again = study_pelvis(1, PLAN), study_pelvis(1, PLAN)
    assert one == again
    assert one.refusals == ()
    assert one.leak_arthrography_ml is not None
    assert one.grade in range(4)
    assert one.attempts_lower in range(1, PLAN.hand.redirections + 2)
