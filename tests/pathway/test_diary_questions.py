"""What the diary asks beside the pain."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from well_patient import NO, NOW, POLICY, YES, answers, followed, order

from sijoint.model import DiaryEntry, Episode, EpisodeState, Fact
from sijoint.pathway import language
from sijoint.pathway.diary_questions import peg, signs_asked

STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))


def fields(session, after=timedelta(hours=2), **told):
    episode = Episode("e", "p", EpisodeState.DISCHARGED, 1, None, screening_answers=answers(**told))
    return [one.field for one in signs_asked(session, episode, POLICY, NOW + after, language())]


def test_every_sign_is_a_fact_of_the_entry_and_the_leg_comes_first():
    asked = fields(followed({}))
    assert asked[0] == "leg_weak"
    assert all(DiaryEntry.__dataclass_fields__[one].type is Fact for one in asked)


def test_ketones_are_asked_after_steroid_where_sugar_may_be_ill():
    steroid = followed({}, order(*STEROID))
    assert "ketones_raised" in fields(steroid, diabetes=YES)
    assert "ketones_raised" not in fields(steroid, diabetes=NO)
    assert "ketones_raised" not in fields(followed({}), diabetes=YES)
    assert "ketones_raised" not in fields(replace(steroid, procedure=None), diabetes=YES)


def test_a_sore_place_is_asked_about_once_its_days_are_over():
    assert "site_still_sore" not in fields(followed({}), timedelta(days=3))
    assert "site_still_sore" in fields(followed({}), timedelta(days=3, hours=1))


def test_peg_is_the_mean_of_three():
    assert peg(4, 5, 5) == Decimal("4.7")
    assert peg(0, 0, 0) == 0
    assert peg(10, 10, 10) == 10
