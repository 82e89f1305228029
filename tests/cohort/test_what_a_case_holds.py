"""What a rehearsal's causes put into the body is told in words, from the causes and not from what should follow."""

from dataclasses import replace

import pytest

from sijoint.cohort import rehearsal
from sijoint.cohort.rehearsal import ImpossibleRehearsal, held_in
from sijoint.cohort.scenario import scenario


def test_an_ordinary_case_holds_a_joint_and_nothing_else():
    (told,) = held_in("ordinary")
    assert told.startswith("the joint takes about ")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("misled", "a layer gives 9 mm before the target, as the joint would"),
        ("weak-leg", "the joint leaks towards sciatic once it holds more than 0.9 mL"),
    ],
)
def test_what_misleads_is_named(name, words):
    assert words in held_in(name)


def test_a_vessel_is_told_by_how_near_it_passes():
    assert held_in("vascular")[0] == "a vessel 6 mm wide passes 22 mm from the target"


def test_a_vessel_that_runs_towards_the_target_passes_nearer_than_its_middle_lies(monkeypatch):
    (vessel,) = scenario("vascular").causes.vessels
    towards = replace(vessel, at_mm=(20.0, 0.0, 5.0), runs=(2.0, 0.0, 0.0), length_mm=60.0)
    causes = replace(scenario("vascular").causes, vessels=(towards,))
    monkeypatch.setattr(rehearsal, "causes_named", lambda name: causes)
    assert "passes 5 mm" in held_in("vascular")[0]


def test_nothing_of_another_name_is_known():
    with pytest.raises(ImpossibleRehearsal):
        held_in("nothing of the kind")
