"""What a rehearsal's causes put into the body is told in words, from the causes and not from what should follow."""

import pytest

from sijoint.cohort.rehearsal import ImpossibleRehearsal, held_in


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
    told = held_in("vascular")[0]
    assert told.startswith("a vessel 6 mm wide passes ")
    assert float(told.split("passes ")[1].split(" mm")[0]) < 22  # its middle is that far away


def test_nothing_of_another_name_is_known():
    with pytest.raises(ImpossibleRehearsal):
        held_in("nothing of the kind")
