"""Every reason why a block is no more than indeterminate; not known spoils as yes does, and thresholds are the order's."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import INJECTED_S, NO, NOW, POLICY, UNKNOWN, YES, followed, order, recovery

from sijoint.frames import Side
from sijoint.model import (
    NOT_ASKED,
    ContrastPattern,
    FrozenRule,
    PainScale,
    SedativeGiven,
    SedativeRoute,
    Target,
    VerdictValue,
)
from sijoint.pathway import changed_since, frozen_rule, judge_block

LATER = NOW + timedelta(days=2)
INJECTED = NOW + timedelta(seconds=INJECTED_S)
RELIEVED = {"15 min": 1, "30 min": 1, "1 h": 2, "2 h": 7, "3 h": 8}  # lidocaine, baseline 8
NOTHING = {"15 min": 8, "30 min": 8, "1 h": 8}
MILD = {**dict.fromkeys(RELIEVED, 5)}


def judged(session, policy=POLICY):
    return judge_block(session, policy, LATER)


def conditions(session, **changes):
    return replace(session, test_conditions=replace(session.test_conditions, **changes))


def day(session, **changes):
    return replace(session, confirmation=replace(session.confirmation, **changes))


def midazolam(route):
    return SedativeGiven(NOW, "nurse", "midazolam", "2 mg", route)


SPOILERS = {
    "a sedative by vein": (
        lambda one: replace(one, sedatives=(midazolam(SedativeRoute.INTRAVENOUS),)),
        "given by vein: midazolam",
    ),
    "an opioid told afterwards": (
        lambda one: conditions(one, intravenous_sedative_or_opioid=YES),
        "sedative or opioid",
    ),
    "sedation nobody knows of": (lambda one: conditions(one, intravenous_sedative_or_opioid=UNKNOWN), "is not known"),
    "steroid beforehand": (lambda one: conditions(one, steroid_premedication=YES), "contrast reaction"),
    "steroid told on the day": (lambda one: day(one, steroid_premedication=YES), "contrast reaction"),
    "steroid beforehand not known": (lambda one: conditions(one, steroid_premedication=UNKNOWN), "beforehand is not"),
    "another injection": (lambda one: conditions(one, other_injection_same_day=YES), "another injection for pain"),
    "another injection not asked": (lambda one: conditions(one, other_injection_same_day=NOT_ASKED), "on the same day"),
    "nothing asked": (lambda one: replace(one, test_conditions=None), "nobody recorded"),
    "rescue painkiller": (lambda one: day(one, rescue_analgesic_within_6_h=YES), "rescue painkiller was taken"),
    "rescue not known": (lambda one: day(one, rescue_analgesic_within_6_h=UNKNOWN), "rescue painkiller"),
    "a baseline of zero": (lambda one: day(one, index_nrs=0), "no share of nothing"),
    "too little pain": (lambda one: day(one, index_nrs=3), "below 4"),
    "a baseline off the scale": (lambda one: day(one, index_nrs=11), "no number from 0 to 10"),
    "two scales": (lambda one: conditions(one, baseline_scale=PainScale.VAS), "below 40"),
    "numbness not known": (lambda one: replace(one, recovery=(recovery(NOW, 30, leg_numb=UNKNOWN),)), "numb"),
    "numbness never asked": (lambda one: replace(one, recovery=(recovery(NOW, 30, leg_numb=NOT_ASKED),)), "numb"),
    "power not known": (
        lambda one: replace(one, recovery=(recovery(NOW, 30, leg_power_at_baseline=UNKNOWN),)),
        "leg was weak is not known",
    ),
}


@pytest.mark.parametrize(("spoil", "word"), SPOILERS.values(), ids=SPOILERS.keys())
@pytest.mark.parametrize("course", [RELIEVED, NOTHING], ids=["relief", "no relief"])
def test_each_makes_it_indeterminate_and_is_told_on_the_card(spoil, word, course):
    one = judged(spoil(followed(course)))
    assert one.verdict is VerdictValue.INDETERMINATE
    assert any(word in reason for reason in one.reasons)
    assert any(word.lower() in sentence.lower() for sentence in one.card)


@pytest.mark.parametrize(
    "pattern",
    [one for one in ContrastPattern if not one.startswith("intra-articular")],
    ids=lambda one: one.name.lower(),
)
def test_contrast_that_was_not_in_the_joint_spoils_a_block_of_the_joint(pattern):
    assert judged(followed(RELIEVED, pattern=pattern)).verdict is VerdictValue.INDETERMINATE


def test_a_block_of_the_ligaments_that_filled_the_joint_tests_neither():
    ligament = order(target=Target.LIGAMENT)
    good = followed(RELIEVED, ligament, pattern=ContrastPattern.LIGAMENT)
    assert judged(good).verdict is VerdictValue.POSITIVE
    both = judged(followed(RELIEVED, ligament, pattern=ContrastPattern.IA_TYPE_I))
    assert both.verdict is VerdictValue.INDETERMINATE
    assert "not in the target alone (ligament): intra-articular, cephalad spread" in " ".join(both.reasons)


def test_a_drug_at_the_other_side_is_no_test_of_this_one():
    done = followed(RELIEVED)
    elsewhere = tuple(replace(one, side=Side.RIGHT) for one in done.procedure.administrations)
    moved = replace(done, procedure=replace(done.procedure, administrations=elsewhere))
    assert judged(moved).verdict is VerdictValue.INDETERMINATE


def test_tablets_before_are_no_sedation_by_vein():
    assert judged(replace(followed(RELIEVED), sedatives=(midazolam(SedativeRoute.ORAL),))).verdict is (
        VerdictValue.POSITIVE
    )


@pytest.mark.parametrize(
    ("threshold", "course", "value"),
    [
        (50, {"15 min": 4, "30 min": 4, "1 h": 8}, VerdictValue.POSITIVE),
        (50, {"15 min": 5, "30 min": 4, "1 h": 5}, VerdictValue.NEGATIVE),
        (75, {"15 min": 2, "30 min": 2, "1 h": 8}, VerdictValue.POSITIVE),
        (80, {"15 min": 2, "30 min": 2, "1 h": 2, "2 h": 8}, VerdictValue.NEGATIVE),
        (80, {"15 min": 1, "30 min": 1, "1 h": 8}, VerdictValue.POSITIVE),
        (100, {"15 min": 1, "30 min": 0, "1 h": 1, "2 h": 8}, VerdictValue.NEGATIVE),
        (100, {"15 min": 0, "30 min": 0, "1 h": 8}, VerdictValue.POSITIVE),
    ],
)
def test_the_threshold_is_one_of_four_and_exactly_met_is_met(threshold, course, value):
    policy = replace(POLICY, relief_percent=Decimal(threshold))
    assert judged(followed(course, order(policy=policy), policy=policy), policy).verdict is value


def test_answers_on_another_scale_are_shown_and_not_counted():
    done = followed(RELIEVED)
    mixed = tuple(replace(one, scale=PainScale.VAS, index_nrs=10) for one in done.entries)
    one = judged(replace(done, entries=mixed))
    assert {line.why_not for line in one.arithmetic if line.nrs is not None} == {
        "on another scale than the pain before"
    }
    assert all(line.relief_percent is None for line in one.arithmetic)
    assert one.verdict is VerdictValue.INDETERMINATE
    assert any("answers inside the window that do not count: on another scale" in reason for reason in one.reasons)


def test_a_scale_to_a_hundred_on_both_sides_is_read_like_any_other():
    done = conditions(day(followed(RELIEVED), index_nrs=80), baseline_scale=PainScale.VAS)
    entries = tuple(replace(one, scale=PainScale.VAS, index_nrs=one.index_nrs * 10) for one in done.entries)
    assert judged(replace(done, entries=entries)).verdict is VerdictValue.POSITIVE


def test_what_does_not_count_inside_the_window_is_told_label_by_label():
    done = followed(RELIEVED)
    spoilt = tuple(replace(one, analgesic_taken=UNKNOWN) for one in done.entries[:2]) + done.entries[2:]
    one = judged(replace(done, entries=spoilt))
    assert one.verdict is VerdictValue.INDETERMINATE
    assert "answers inside the window that do not count: painkiller not answered (15 min, 30 min)" in one.reasons


def test_answers_from_paper_count_and_are_marked():
    done = followed(RELIEVED)
    one = judged(replace(done, entries=tuple(replace(entry, paper=True) for entry in done.entries)))
    assert one.verdict is VerdictValue.POSITIVE
    assert "note: 5 answers counted from paper, where no clock shows when" in one.reasons
    assert all(line.paper for line in one.arithmetic if line.nrs is not None)


def test_changes_since_the_order_are_printed_on_the_card():
    changed = replace(
        POLICY, relief_percent=Decimal(80), baseline_nrs=5, analgesic_hides_hours=8, sedated_is_indeterminate=False
    )
    one = judged(followed(RELIEVED), changed)
    assert one.threshold_percent == 75
    (sentence,) = [told for told in one.card if "frozen with the order" in told]
    for words in ("relief asked 75 % → 80 %", "4 of 10 → 5 of 10", "6 h → 8 h", "sedated blocks not read → read"):
        assert words in sentence
    assert not any("frozen" in told for told in judged(followed(RELIEVED)).card)


def test_a_window_that_has_changed_in_the_formulary_does_not_change_an_order():
    frozen = frozen_rule(POLICY)
    lidocaine = next(one for one in frozen.windows if one.agent == "lidocaine_2_percent")
    shorter = replace(lidocaine, longest_min=60)
    others = tuple(one for one in frozen.windows if one is not lidocaine)
    old = replace(followed(RELIEVED), order=replace(order(), rule=replace(frozen, windows=(*others, shorter))))
    assert judged(old).window_minutes == (0, 60)
    assert any("window of lidocaine_2_percent 30/30/60 min → 30/30/180 min" in told for told in judged(old).card)


def test_an_order_from_before_windows_were_frozen_is_judged_by_todays():
    rule = FrozenRule(Decimal(75), 2, "clinic", "2026-01-01")
    old = replace(followed(RELIEVED), order=replace(order(), rule=rule))
    assert judged(old).verdict is VerdictValue.POSITIVE
    assert changed_since(rule, POLICY) == ()


FACTS = {
    "rescue": lambda one, fact: day(one, rescue_analgesic_within_6_h=fact),
    "sedated": lambda one, fact: conditions(one, intravenous_sedative_or_opioid=fact),
    "premedication": lambda one, fact: conditions(one, steroid_premedication=fact),
    "other injection": lambda one, fact: conditions(one, other_injection_same_day=fact),
    "numb": lambda one, fact: replace(one, recovery=(recovery(NOW, 20), recovery(NOW, 30, leg_numb=fact))),
    "weak at home": lambda one, fact: replace(
        one, entries=(*one.entries, replace(one.entries[0], id="leg", leg_weak=fact))
    ),
}
scores = st.dictionaries(st.sampled_from(["15 min", "30 min", "1 h", "2 h"]), st.integers(0, 10), min_size=1)


@given(scores, st.sampled_from(sorted(FACTS)))
def test_an_answer_replaced_by_not_known_never_makes_a_verdict_firmer(course, name):
    done = followed(course)
    told = judged(FACTS[name](done, YES)).verdict
    assert told is VerdictValue.INDETERMINATE
    assert judged(FACTS[name](done, UNKNOWN)).verdict is VerdictValue.INDETERMINATE
    assert judged(FACTS[name](done, NO)).verdict is judged(done).verdict
