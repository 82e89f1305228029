"""Two blocks with anaesthetics of different length: longer relief with the longer drug, or the first is not confirmed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NOW, POLICY, UNKNOWN, followed, order

from sijoint.frames import Side
from sijoint.model import DualValue, Target, VerdictValue
from sijoint.pathway import NothingToCompare, block_before, judge_block, judge_pair, with_pair

AFTER = NOW + timedelta(days=21)
BUPIVACAINE = (("bupivacaine_0.5_percent", "1.0"),)
LIDOCAINE = (("lidocaine_2_percent", "1.0"),)
ONE_HOUR = {"15 min": 1, "30 min": 1, "1 h": 1, "2 h": 8, "3 h": 8}
FOUR_HOURS = {"15 min": 1, "30 min": 1, "1 h": 1, "2 h": 1, "3 h": 1, "4 h": 2, "6 h": 8, "8 h": 8}
ALL_DAY = {**FOUR_HOURS, "6 h": 1, "8 h": 1, "bedtime": 1, "next morning": 1, "day 3": 8}
TWO_HOURS = {"15 min": 1, "30 min": 1, "1 h": 1, "2 h": 1, "3 h": 8, "4 h": 8}
STILL_THERE = {"15 min": 1, "30 min": 1, "1 h": 1, "2 h": 1}
NONE = {"15 min": 8, "30 min": 8, "1 h": 8, "2 h": 8, "3 h": 8}


def block(drug, course, at=NOW, number=1, **changes):
    one = followed(course, order(*drug, number=number, **changes), at=at)
    return replace(one, verdict=judge_block(one, POLICY, at + timedelta(days=4)))


def pair(first, second):
    one = block(*first)
    other = block(*second, at=AFTER, number=2)
    return judge_pair(one, other, POLICY, AFTER + timedelta(days=4))


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ((LIDOCAINE, ONE_HOUR), (BUPIVACAINE, FOUR_HOURS), DualValue.CONCORDANT),
        ((BUPIVACAINE, FOUR_HOURS), (LIDOCAINE, ONE_HOUR), DualValue.CONCORDANT),  # the order of the drugs is free
        ((LIDOCAINE, ONE_HOUR), (BUPIVACAINE, ALL_DAY), DualValue.CONCORDANT_PROLONGED),
        ((LIDOCAINE, FOUR_HOURS), (BUPIVACAINE, TWO_HOURS), DualValue.DISCORDANT),
        ((LIDOCAINE, ONE_HOUR), (BUPIVACAINE, NONE), DualValue.NEGATIVE),
        ((LIDOCAINE, NONE), (BUPIVACAINE, FOUR_HOURS), DualValue.NEGATIVE),
        ((LIDOCAINE, NONE), (BUPIVACAINE, NONE), DualValue.NEGATIVE),
        ((LIDOCAINE, ONE_HOUR), (LIDOCAINE, TWO_HOURS), DualValue.INDETERMINATE),  # nothing to compare
        ((LIDOCAINE, ONE_HOUR), (BUPIVACAINE, {}), DualValue.INDETERMINATE),
        ((LIDOCAINE, STILL_THERE), (BUPIVACAINE, FOUR_HOURS), DualValue.INDETERMINATE),  # at least 2 h, and 4 to 6 h
        ((LIDOCAINE, ONE_HOUR), (BUPIVACAINE, STILL_THERE), DualValue.CONCORDANT),  # at least 2 h, and 1 to 2 h
    ],
)
def test_each_has_its_definition(first, second, value):
    told = pair(first, second)
    assert told.value is value
    assert str(value) in told.card[0]
    assert len(told.reasons) >= 2


def test_the_words_say_what_each_means():
    assert "the first positive is confirmed" in pair((LIDOCAINE, ONE_HOUR), (BUPIVACAINE, FOUR_HOURS)).card[1]
    assert "not confirmed" in pair((LIDOCAINE, ONE_HOUR), (BUPIVACAINE, NONE)).card[1]
    assert pair((LIDOCAINE, NONE), (BUPIVACAINE, NONE)).card[1].startswith("Neither of two blocks relieved")


def test_both_durations_and_drugs_are_told():
    told = pair((LIDOCAINE, ONE_HOUR), (BUPIVACAINE, FOUR_HOURS))
    assert told.reasons[0].startswith("first block positive with lidocaine")
    assert "between 1 h and 2 h" in told.reasons[0]
    assert "between 4 h and 6 h" in told.reasons[1]


def test_the_second_card_no_longer_speaks_of_first_positives():
    one, other = block(LIDOCAINE, ONE_HOUR), block(BUPIVACAINE, FOUR_HOURS, at=AFTER, number=2)
    assert any("About 1 in 8" in sentence for sentence in other.verdict.card)
    told = with_pair(other.verdict, judge_pair(one, other, POLICY, AFTER), POLICY)
    assert not any("About 1 in 8" in sentence for sentence in told.card)
    assert told.card[-1] == "The physician decides."
    assert told.verdict is VerdictValue.POSITIVE


def test_only_the_same_joint_and_target_is_compared_and_only_a_block_that_was_read():
    second = block(BUPIVACAINE, FOUR_HOURS, at=AFTER, number=2)
    first = block(LIDOCAINE, ONE_HOUR)
    assert block_before(second, (first,), POLICY) is first
    unread = block(LIDOCAINE, {}, at=NOW + timedelta(days=5), number=3)
    assert block_before(second, (first, unread), POLICY) is first
    right = replace(first, order=replace(first.order, side=Side.RIGHT))
    ligament = replace(first, order=replace(first.order, target=Target.LIGAMENT))
    same_day = block(LIDOCAINE, ONE_HOUR, at=AFTER - timedelta(hours=1), number=4)
    assert block_before(second, (right, ligament, same_day, replace(first, verdict=None)), POLICY) is None
    with pytest.raises(NothingToCompare):
        judge_pair(right, second, POLICY, AFTER)
    with pytest.raises(NothingToCompare):
        judge_pair(replace(first, verdict=None), second, POLICY, AFTER)


courses = st.dictionaries(
    st.sampled_from(["15 min", "30 min", "1 h", "2 h", "3 h", "4 h", "6 h", "8 h"]), st.integers(0, 10)
)


@given(courses, courses)
def test_confirmed_only_when_both_are_positive_and_every_pair_has_an_answer(one, other):
    first, second = block(LIDOCAINE, one), block(BUPIVACAINE, other, at=AFTER, number=2)
    told = judge_pair(first, second, POLICY, AFTER)
    both = {first.verdict.verdict, second.verdict.verdict} == {VerdictValue.POSITIVE}
    if told.value in (DualValue.CONCORDANT, DualValue.CONCORDANT_PROLONGED, DualValue.DISCORDANT):
        assert both
    if not both and VerdictValue.INDETERMINATE not in (first.verdict.verdict, second.verdict.verdict):
        assert told.value is DualValue.NEGATIVE


@given(courses, courses)
def test_a_block_that_is_no_longer_read_never_confirms(one, other):
    first, second = block(LIDOCAINE, one), block(BUPIVACAINE, other, at=AFTER, number=2)
    spoilt = replace(second, test_conditions=replace(second.test_conditions, intravenous_sedative_or_opioid=UNKNOWN))
    spoilt = replace(spoilt, verdict=judge_block(spoilt, POLICY, AFTER + timedelta(days=4)))
    assert judge_pair(first, spoilt, POLICY, AFTER).value is DualValue.INDETERMINATE
