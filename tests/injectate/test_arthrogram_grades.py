"""Grades 0 to 3 and types I and II, by painted fillings and over drawn joints."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sheets import CONTRAST, FlatJoint, push

from sijoint.frames import Side
from sijoint.injectate import arthrogram_grade, cephalad_share, draw_capacity_ml, is_type_one
from sijoint.injectate.cleft import bare_sheet
from sijoint.injectate.filling import filling_of
from sijoint.injectate.flow_rules import flow_rules
from sijoint.injectate.joint_fluid import JointFluid

PLAN = tomllib.loads((Path(__file__).parents[2] / "docs" / "validation-plan.toml").read_text(encoding="utf-8"))


def painted(wet):
    """A joint of 30 by 40 mm that is wet where `wet(a, b)` says."""
    sheet = bare_sheet(FlatJoint(np.ones((30, 40))), flow_rules().cleft)
    a, b = sheet.index.T
    held = np.where(wet(a, b), sheet.full_ml, 0.0)
    return filling_of(sheet, held, held, np.zeros(len(held)))


def rim(a, b, broad=2):
    return (a < broad) | (a >= 30 - broad) | (b < broad) | (b >= 40 - broad)


@pytest.mark.parametrize(
    ("wet", "grade"),
    [
        (lambda a, b: rim(a, b) & (b < 20), 0),
        (lambda a, b: rim(a, b), 1),
        (lambda a, b: b < 24, 2),
        (lambda a, b: b < 19, 0),
        (lambda a, b: b < 38, 3),
    ],
)
def test_grade_follows_margin_and_surface(wet, grade):
    assert arthrogram_grade(painted(wet)) == grade


def test_definitions_are_those_that_were_fixed_before_the_first_run():
    seen, ours = PLAN["seen"], flow_rules().seen
    for name in ("grade_margin_share", "grade_substantial_share", "grade_full_share", "cephalad_share"):
        assert getattr(ours, name) == seen[name]


def test_cephalad_share_is_the_height_that_is_reached_and_a_speck_does_not_count():
    assert cephalad_share(painted(lambda a, b: b <= 20)) == pytest.approx(20 / 39, abs=0.03)
    speck = painted(lambda a, b: (b <= 10) | ((b == 39) & (a < 5)))
    assert cephalad_share(speck) == pytest.approx(10 / 39, abs=0.03)
    assert cephalad_share(painted(lambda a, b: np.zeros_like(a, dtype=bool))) == 0.0
    assert is_type_one(painted(lambda a, b: b < 30))
    assert not is_type_one(painted(lambda a, b: b < 20))


@pytest.mark.deep
def test_all_grades_and_both_types_arise_over_a_seeded_population(body):
    joint, rules = body.joints[Side.LEFT], flow_rules()
    rules = replace(rules, numbers=replace(rules.numbers, sub_step_ml=0.02))
    grades, types = set(), set()
    for seed in range(20000, 20060):
        rng = np.random.default_rng(seed)
        fluid = JointFluid(joint, draw_capacity_ml(rng), (), rules, rng)
        fluid.enter_at(joint.inferior_recess_mm)
        push(fluid, 1.0, 0.05, CONTRAST)
        grades.add(arthrogram_grade(fluid.filling()))
        types.add(is_type_one(fluid.filling()))
    assert types == {True, False}
    assert grades == {0, 1, 2, 3}
