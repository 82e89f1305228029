"""Who a library pelvis belongs to: published figures come out of the draws, and asking for one thing leaves the rest."""

import json

import numpy as np
import pytest

from sijoint.anatomy import PelvisVariant, UnsuitableAnatomy, draw_pelvis
from sijoint.anatomy.library_draw import draw_variants, draw_widths
from sijoint.anatomy.library_rule import library_numbers, library_rule
from sijoint.frames import Side
from sijoint.model import Sex


def test_the_same_seed_draws_the_same_person_and_another_seed_another():
    assert draw_pelvis(7) == draw_pelvis(7)
    assert draw_pelvis(7).weights != draw_pelvis(8).weights


def test_a_sample_survives_json():
    document = json.loads(json.dumps(draw_pelvis(3).document()))
    assert document["seed"] == 3
    assert document["left"]["width_mm"] == draw_pelvis(3).left.width_mm


@pytest.mark.parametrize(
    "asked", [{"bmi": 31.0}, {"age_years": 33.0}, {"sex": Sex.FEMALE}, {"size": 1.1}, {"width_mm": 2.0}]
)
def test_asking_for_one_thing_leaves_the_bones_as_they_were(asked):
    assert draw_pelvis(11, **asked).weights == draw_pelvis(11).weights


def test_what_is_asked_for_is_taken_and_named():
    sample = draw_pelvis(5, bmi=31.0, variants={Side.LEFT: (PelvisVariant.VACUUM,)})
    assert sample.bmi == 31.0
    assert sample.left.variants == (PelvisVariant.VACUUM,)
    assert sample.right.variants == ()
    assert set(sample.asked) == {"bmi", "variants"}


def test_sex_is_written_as_everywhere_and_named_when_it_was_asked_for():
    sample = draw_pelvis(5, sex=Sex.FEMALE)
    assert sample.asked == ("sex",)
    assert json.loads(json.dumps(sample.document()))["sex"] == "female"


def test_a_sex_that_no_source_tells_of_is_refused_and_not_taken_for_a_man():
    with pytest.raises(UnsuitableAnatomy, match="choose female or male"):
        draw_pelvis(5, sex=Sex.OTHER)


def test_modes_stay_within_their_limit():
    weights = np.array([draw_pelvis(seed).weights for seed in range(200)])
    assert np.abs(weights).max() <= library_rule().mode_limit_sd
    assert weights.std() == pytest.approx(0.97, abs=0.03)  # a normal cut at 2.5


@pytest.mark.parametrize(("age", "mean"), [(30, 2.49), (39.9, 2.49), (40, 1.47), (75, 1.47)])
def test_joint_width_follows_age_as_published(age, mean):
    rng = np.random.default_rng(1)
    widths = np.array([draw_widths(age, rng, library_rule()) for _ in range(3000)])
    assert widths.mean() == pytest.approx(mean, abs=0.05)
    assert widths.min() >= 0.77
    assert widths.max() <= 4.39
    assert 0.6 < np.corrcoef(widths.T)[0, 1] < 0.95


def test_joint_width_of_the_published_mixture_of_ages_has_the_published_spread():
    share_young = (1.72 - 1.47) / (2.49 - 1.47)
    rng = np.random.default_rng(2)
    ages = np.where(rng.random(6000) < share_young, 30, 60)
    widths = np.array([draw_widths(age, rng, library_rule())[0] for age in ages])
    assert widths.mean() == pytest.approx(1.72, abs=0.04)
    assert widths.std() == pytest.approx(0.57, abs=0.05)


def test_variants_come_as_often_as_published():
    rng, rule = np.random.default_rng(3), library_rule()
    people = [draw_variants(sex, rng, rule) for sex in (Sex.FEMALE, Sex.MALE) for _ in range(4000)]
    having = {
        variant: np.mean([any(variant in person[side] for side in Side) for person in people])
        for variant in PelvisVariant
    }
    assert having[PelvisVariant.ACCESSORY_JOINT] == pytest.approx(0.175, abs=0.015)
    assert having[PelvisVariant.ILIOSACRAL_COMPLEX] == pytest.approx(0.08, abs=0.02)  # 9.5 % less those with both
    assert having[PelvisVariant.VACUUM] == pytest.approx(0.34, abs=0.02)
    gas = [person for person in people if any(PelvisVariant.VACUUM in person[side] for side in Side)]
    both = np.mean([all(PelvisVariant.VACUUM in person[side] for side in Side) for person in gas])
    assert both == pytest.approx(0.85, abs=0.03)


def test_a_side_has_an_accessory_joint_or_a_complex_and_never_both():
    rng, rule = np.random.default_rng(4), library_rule()
    for _ in range(4000):
        for variants in draw_variants(Sex.FEMALE, rng, rule).values():
            assert not {PelvisVariant.ACCESSORY_JOINT, PelvisVariant.ILIOSACRAL_COMPLEX} <= set(variants)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"bmi": 5.0}, "body mass index of 5; choose one from 16 to 50"),
        ({"age_years": 4.0}, "age of 4; choose one from 18 to 90"),
        ({"width_mm": 9.0}, "joint width of 9"),
        ({"size": 2.0}, "size of 2"),
        ({"bmi": float("nan")}, "body mass index of nan"),
    ],
)
def test_what_the_model_was_not_made_for_is_refused_with_what_to_choose(asked, sentence):
    with pytest.raises(UnsuitableAnatomy, match=sentence):
        draw_pelvis(1, **asked)


def test_every_number_has_a_source_and_a_grade():
    for name, entry in library_numbers().items():
        assert len(entry["source"]) > 15, name
        assert entry["grade"] in "ABDM", name
