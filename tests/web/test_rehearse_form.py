"""The form that opens a rehearsal: every defect under its field, a surprise that nobody reads from the form."""

import pytest

from sijoint.cohort.rehearsal import ORDINARY, rehearsal_causes, surprise
from sijoint.frames import Side
from sijoint.model import Target
from sijoint.web.forms import BadForm, Form
from sijoint.web.room.rehearse_form import read_choice

FILLED = {"pelvis": "bundled", "side": "left", "target": "intra-articular", "case": "ordinary"}


def form(**changed):
    fields = {**FILLED, **changed}
    return Form({name: (value,) for name, value in fields.items() if value is not None})


def test_an_ordinary_case_on_the_real_ct():
    choice = read_choice(form())
    assert (choice.side, choice.target, choice.pelvis, choice.bmi) == (Side.LEFT, Target.INTRA_ARTICULAR, None, None)
    assert choice.causes == ORDINARY


def test_a_library_pelvis_has_its_number_and_build():
    choice = read_choice(form(pelvis="library", number="17", bmi="31,5", side="right", target="ligament"))
    assert (choice.pelvis, choice.bmi, choice.side, choice.target) == (17, 31.5, Side.RIGHT, Target.LIGAMENT)


def test_a_plan_of_the_planner_is_counted_from_one():
    assert read_choice(form()).plan == 0
    assert read_choice(form(plan="3")).plan == 2
    with pytest.raises(BadForm, match="The plan"):
        read_choice(form(plan="0"))


def test_number_and_build_of_a_library_pelvis_do_not_follow_to_the_real_ct():
    choice = read_choice(form(number="17", bmi="31.5"))
    assert (choice.pelvis, choice.bmi) == (None, None)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"pelvis": None}, "pelvis"),
        ({"side": "middle"}, "side"),
        ({"target": None}, "target"),
        ({"case": "the hidden one"}, "case"),
        ({"pelvis": "library", "number": ""}, "number"),
        ({"pelvis": "library", "number": "-1"}, "number"),
        ({"pelvis": "library", "number": "2.5"}, "number"),
        ({"pelvis": "library", "number": "3", "bmi": "9"}, "bmi"),
        ({"pelvis": "library", "number": "3", "bmi": "heavy"}, "bmi"),
    ],
)
def test_a_defect_is_told_under_its_field(changed, field):
    with pytest.raises(BadForm) as refusal:
        read_choice(form(**changed))
    assert [problem.field for problem in refusal.value.problems] == [field]


def test_a_surprise_is_drawn_by_the_seed_of_the_rehearsal():
    drawn = {surprise(seed) for seed in range(100)}
    assert ORDINARY in drawn
    assert len(drawn) > 2
    assert drawn <= set(rehearsal_causes())
    choice = read_choice(form(case="surprise"))
    assert choice.causes == surprise(choice.seed)


def test_the_words_of_a_surprise_do_not_tell_it():
    choice = read_choice(form(case="surprise"))
    assert all(name not in choice.words.split() for name in rehearsal_causes() if name != "ligament")
