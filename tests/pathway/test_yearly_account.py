"""The account of a rolling year and the counters of sessions and joints, over all episodes of a patient."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NOW, POLICY, codes, episode, followed, order, patient

from sijoint.frames import Side
from sijoint.model import (
    DualValue,
    DualVerdict,
    Exposure,
    OrderKind,
    ProcedureKind,
    StatedDose,
    Target,
)
from sijoint.pathway import check_order, finding_texts, judge_block, may_repeat, yearly_account

MIXED = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
RELIEVED = {"15 min": 1, "30 min": 1, "1 h": 1, "2 h": 8}
UNRELIEVED = {"15 min": 8, "30 min": 8, "1 h": 8, "2 h": 8}
WEEKS = ("day 14", "week 4", "week 8", "week 12", "month 4", "month 5")
DIAGNOSTIC, THERAPEUTIC = OrderKind.DIAGNOSTIC, OrderKind.THERAPEUTIC
PRESS = Exposure(10.0, 4, 0.5, 180.0, 0.0, 75.0, 3.0, 0.1, 20.0)


def day(days):
    return (NOW + timedelta(days=days)).date()


def block(days, course=None, number=1, side=Side.LEFT, target=Target.INTRA_ARTICULAR):
    done = followed(course or RELIEVED, order(number=number, side=side, target=target), at=NOW + timedelta(days=days))
    if target is Target.LIGAMENT:
        judged = tuple(replace(one, pattern=POLICY.accepted_ligament[0]) for one in done.procedure.judgements)
        done = replace(done, procedure=replace(done.procedure, judgements=judged))
    return replace(done, verdict=judge_block(done, POLICY, NOW + timedelta(days=days + 2)))


def shot(days, scores=(2, 2, 2, 3, 3, 8), number=9, side=Side.LEFT):
    course = dict(zip(WEEKS, scores, strict=False))
    return followed(course, order(*MIXED, kind=THERAPEUTIC, number=number, side=side), at=NOW + timedelta(days=days))


def exposed(session, *exposures):
    return replace(session, procedure=replace(session.procedure, exposures=exposures))


def gaps(answer):
    return {gap.code for gap in answer.gaps}


# The account


def test_the_account_adds_up_what_was_given_and_exposed_to():
    here = episode(exposed(block(-40), PRESS, PRESS), shot(-20))
    account = yearly_account((here,), POLICY, day(0))
    assert account.steroid_mpe_mg == Decimal("40.0")
    assert [(one.agent, one.dose_mg) for one in account.steroid] == [("triamcinolone_40", Decimal("40.0"))]
    anaesthetic = {one.agent: one.dose_mg for one in account.anaesthetic}
    assert anaesthetic == {"lidocaine_1_percent": Decimal("20.0"), "lidocaine_2_percent": Decimal("30.0")}
    assert [(one.agent, one.volume_ml) for one in account.contrast] == [("iohexol_240", Decimal("1.0"))]
    assert account.iodine_mg == Decimal("240.00")
    assert (account.dose_area_product_mgy_cm2, account.kerma_reference_mgy) == (Decimal(40), Decimal("0.2"))
    assert account.fluoroscopy_s == Decimal("1.0")
    assert account.sessions == (("diagnostic", 1), ("therapeutic", 1))
    assert account.joints == (("left", 2),)


@pytest.mark.parametrize(("days_ago", "counts"), [(365, True), (366, False), (0, True), (-1, False)])
def test_the_day_365_back_counts_and_366_and_tomorrow_do_not(days_ago, counts):
    account = yearly_account((episode(shot(-days_ago)),), POLICY, day(0))
    assert (account.steroid_mpe_mg > 0) is counts
    assert account.sessions[1][1] == int(counts)


def test_two_sides_on_one_day_are_one_session_and_two_joints():
    morning, noon = block(-30), block(-30, side=Side.RIGHT, number=2)
    account = yearly_account((episode(morning, noon),), POLICY, day(0))
    assert account.sessions[0] == ("diagnostic", 1)
    assert account.joints == (("left", 1), ("right", 1))


def test_rehearsals_count_nowhere_and_contrast_without_a_drug_still_counts():
    done = exposed(block(-30), PRESS)
    rehearsed = replace(done, procedure=replace(done.procedure, kind=ProcedureKind.REHEARSAL))
    assert yearly_account((episode(rehearsed),), POLICY, day(0)).kerma_reference_mgy == 0
    abandoned = replace(
        done,
        procedure=replace(done.procedure, administrations=done.procedure.administrations[:2]),
    )
    account = yearly_account((episode(abandoned),), POLICY, day(0))
    assert account.iodine_mg == Decimal("120.00")
    assert (account.sessions[0][1], account.joints) == (0, ())
    assert account.dose_area_product_mgy_cm2 == 20


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), -1.0])
def test_a_press_whose_dose_is_not_known_is_counted_apart(broken):
    here = episode(exposed(block(-30), PRESS, replace(PRESS, dose_area_product_mgy_cm2=broken)))
    account = yearly_account((here,), POLICY, day(0))
    assert (account.dose_area_product_mgy_cm2, account.exposures_without_dose) == (20, 1)


def test_a_dose_stated_as_a_whole_stands_for_the_presses():
    done = exposed(block(-30), PRESS)
    stated = StatedDose(Decimal(1210), None, Decimal(42), ("1.21 Gy·cm²", "42 s"))
    here = replace(done, procedure=replace(done.procedure, dose=stated))
    account = yearly_account((episode(here),), POLICY, day(0))
    assert (account.dose_area_product_mgy_cm2, account.kerma_reference_mgy) == (1210, 0)
    assert (account.fluoroscopy_s, account.exposures_without_dose) == (42, 1)


def test_an_agent_that_the_formulary_does_not_know_is_told_and_not_lost():
    done = block(-30)
    odd = tuple(replace(one, agent="ozone") for one in done.procedure.administrations[-1:])
    here = replace(done, procedure=replace(done.procedure, administrations=odd))
    account = yearly_account((episode(here),), POLICY, day(0))
    assert [(one.agent, one.dose_mg) for one in account.unknown_agents] == [("ozone", None)]


@given(st.lists(st.integers(-500, 20), min_size=1, max_size=4))
def test_the_account_does_not_depend_on_the_order_or_on_how_episodes_are_cut(days):
    sessions = [shot(n, number=i) for i, n in enumerate(days)]
    whole = yearly_account((episode(*sessions),), POLICY, day(0))
    apart = yearly_account(tuple(episode(one) for one in sessions), POLICY, day(0))
    assert whole == apart
    assert whole.steroid_mpe_mg == 40 * sum(0 <= -n <= 365 for n in days)
    for turned in list(permutations(sessions))[:4]:
        assert yearly_account((episode(*turned),), POLICY, day(0)).steroid_mpe_mg == whole.steroid_mpe_mg


# Repeats by side, target and over episodes


def test_a_positive_block_of_the_other_side_or_target_allows_nothing_here():
    here = episode(block(-30))
    assert may_repeat(here, POLICY, day(0), THERAPEUTIC).eligible
    assert gaps(may_repeat(here, POLICY, day(0), THERAPEUTIC, Side.RIGHT)) == {"repeat.no-positive-block"}
    ligament = may_repeat(here, POLICY, day(0), THERAPEUTIC, Side.LEFT, Target.LIGAMENT)
    assert gaps(ligament) == {"repeat.no-positive-block"}
    assert (ligament.side, ligament.target) == ("left", "ligament")


def test_a_second_block_that_did_not_confirm_takes_the_first_away():
    first, second = block(-60), block(-30, UNRELIEVED, number=2)
    pair = DualVerdict(DualValue.NEGATIVE, "o1", "o2", (), (), NOW)
    answer = may_repeat(episode(first, replace(second, dual=pair)), POLICY, day(0), THERAPEUTIC)
    assert gaps(answer) == {"repeat.block-not-confirmed"}
    assert [one.code for one in answer.next_steps] == ["next.other-source"]


def test_the_other_side_on_the_same_day_is_the_same_session():
    blocks = [block(-40, side=side, number=n) for n, side in enumerate(Side)]
    today = episode(*blocks, shot(0, (), side=Side.LEFT))
    other = may_repeat(today, POLICY, day(0), THERAPEUTIC, Side.RIGHT)
    assert other.eligible, other.gaps
    assert "repeat.same-day" in gaps(may_repeat(today, POLICY, day(0), THERAPEUTIC, Side.LEFT))


def test_the_cap_of_a_joint_counts_that_joint_alone():
    policy = replace(POLICY, therapeutic_per_year=9, steroid_year_maximum_mpe_mg=Decimal(1000))
    left = [shot(-80 * n, number=n, side=Side.LEFT) for n in (4, 3, 2, 1)]
    blocks = [block(-400, number=20), block(-400, number=21, side=Side.RIGHT)]
    here = episode(*blocks, *left)
    assert "repeat.cap-joint" in gaps(may_repeat(here, policy, day(0), THERAPEUTIC, Side.LEFT))
    right = may_repeat(here, policy, day(0), THERAPEUTIC, Side.RIGHT)
    assert "repeat.cap-joint" not in gaps(right)
    free = next(
        gap for gap in may_repeat(here, policy, day(0), THERAPEUTIC, Side.LEFT).gaps if gap.code == "repeat.cap-joint"
    )
    assert "4 therapeutic injections of the left joint" in free.text


def test_other_episodes_of_the_patient_count_for_caps_and_distance():
    earlier = episode(*(shot(-70 * n, number=n) for n in (4, 3, 2)), shot(-20, (), number=5))
    here = episode(block(-5, number=6))
    assert may_repeat(here, POLICY, day(0), THERAPEUTIC).eligible
    answer = may_repeat(here, POLICY, day(0), THERAPEUTIC, earlier=(earlier,))
    assert {"repeat.cap", "repeat.cap-joint", "repeat.too-soon"} <= gaps(answer)
    assert answer.account.steroid_mpe_mg == 160
    fresh = may_repeat(episode(sessions=()), POLICY, day(0), THERAPEUTIC, Side.LEFT, earlier=(earlier,))
    assert {"repeat.no-session", "repeat.cap"} <= gaps(fresh)


def test_the_day_the_pain_came_back_is_told():
    here = episode(block(-200), shot(-170))
    answer = may_repeat(here, POLICY, day(0), THERAPEUTIC)
    assert answer.eligible
    assert (answer.pain_back_on - day(-170)).days == 152
    assert answer.next_steps == ()


# What comes instead


@pytest.mark.parametrize(
    ("sessions", "steps"),
    [
        ((block(-30, UNRELIEVED),), ["next.test-ligaments", "next.other-source", "next.surgeon"]),
        (
            (block(-30, UNRELIEVED, target=Target.LIGAMENT),),
            ["next.test-joint", "next.other-source"],
        ),
        ((block(-30, {"15 min": 1}),), ["next.test-first"]),
        ((block(-400), shot(-200, (5, 5, 5, 5))), ["next.lateral-branches", "next.physiotherapy"]),
        (
            (block(-400), shot(-300, (2, 8, 8), number=8), shot(-200, (2, 2, 8, 8))),
            ["next.lateral-branches", "next.physiotherapy", "next.surgeon"],
        ),
        ((block(-400), shot(-200, ())), ["next.ask-relief"]),
        ((block(-400), shot(-200, (2, 2))), ["next.ask-relief"]),
        ((block(-400), shot(-200, (2, 2, 2, 2, 2, 2))), ["next.keep-diary"]),
    ],
    ids=[
        "joint negative",
        "ligament negative",
        "not read",
        "too little",
        "twice too short",
        "nobody answered",
        "answers stopped",
        "pain still away",
    ],
)
def test_what_may_come_instead_follows_from_the_gaps(sessions, steps):
    answer = may_repeat(episode(*sessions), POLICY, day(0), THERAPEUTIC)
    assert answer.next_eligible is None
    assert [one.code for one in answer.next_steps] == steps
    assert all(one.source and one.text.endswith(".") for one in answer.next_steps)


def test_where_only_time_is_missing_nothing_else_is_proposed():
    waiting = may_repeat(episode(block(-100), shot(-40, (2, 2))), POLICY, day(0), THERAPEUTIC)
    assert waiting.next_eligible is not None
    assert waiting.next_steps == ()


def test_no_step_is_an_order():
    steps = [one for one in finding_texts().values() if one.subject == "next_step"]
    assert len(steps) == 11
    assert all(one.severity == "note" for one in steps)


scores = st.lists(st.integers(0, 10), max_size=6)


@given(scores, st.integers(0, 400), st.sampled_from(OrderKind), st.sampled_from(Side), st.sampled_from(Target))
def test_every_answer_agrees_with_itself(course, days, kind, side, target):
    here = episode(block(-30), shot(0, tuple(course)))
    answer = may_repeat(here, POLICY, day(days), kind, side, target)
    assert answer.eligible == (answer.gaps == ())
    assert not (answer.eligible and answer.next_steps)
    assert answer.next_eligible is None or answer.next_eligible >= day(days)
    assert answer.account == yearly_account((here,), POLICY, day(days))


@given(scores, st.integers(1, 400), st.integers(-300, 0))
def test_another_shot_before_never_makes_a_repeat_easier(course, days, before):
    here = episode(block(-330), shot(0, tuple(course)))
    more = episode(block(-330), shot(before, (), number=7, side=Side.RIGHT), shot(0, tuple(course)))
    plain = may_repeat(here, POLICY, day(days), THERAPEUTIC, Side.LEFT)
    added = may_repeat(more, POLICY, day(days), THERAPEUTIC, Side.LEFT)
    assert gaps(plain) <= gaps(added)


def test_an_order_counts_the_patients_other_episodes():
    earlier = episode(*(shot(-70 * n, number=n) for n in (4, 3, 2)), shot(-20, (), number=5))
    here = episode(sessions=())
    wanted = order(*MIXED, kind=THERAPEUTIC)
    alone = codes(check_order(wanted, here, patient(), POLICY, NOW))
    together = codes(check_order(wanted, here, patient(), POLICY, NOW, (earlier,)))
    assert together - alone == {"order.repeat-not-due"}
