"""A request: side, map, referrer and dates; what it leaves open is told, and nothing of it is refused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from well_patient import NO, NOW, POLICY, YES, assessment, codes, request_

from sijoint.frames import Side
from sijoint.model import (
    BodyZone,
    Cause,
    ConservativeCare,
    ConservativeKind,
    Decision,
    PainArea,
    Referrer,
    RequestedBy,
)
from sijoint.pathway import PointsTo, assess_referral, body_map, causes_named, check_request, sides_marked


def asked(**changes):
    return check_request(replace(request_(), **changes), POLICY, NOW)


def test_a_complete_request_leaves_nothing_open():
    assert asked().findings == ()
    assert asked(areas=(PainArea("buttock", Side.LEFT, worst=True),)).findings == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"side": None}, "request.no-side"),
        ({"reason": "  "}, "request.no-reason"),
        ({"requested_by": RequestedBy.REFERRER}, "request.no-referrer"),
        ({"requested_by": RequestedBy.REFERRER, "referrer": Referrer(" ")}, "request.no-referrer"),
        ({"causes": (Cause.SCIATICA,)}, "request.duplicate-cause"),
        ({"causes": (Cause.TRAUMA, Cause.MUSCLE_TIGHTNESS)}, "request.cause-trauma"),
        ({"causes": (Cause.PREGNANCY,)}, "request.cause-pregnancy"),
        ({"causes": (Cause.ARTHRITIS, Cause.LEG_LENGTH_DIFFERENCE)}, "request.cause-arthritis"),
        ({"pain_since": None}, "referral.pain-too-short"),
        ({"areas": (PainArea("elbow", Side.LEFT),)}, "request.area-unknown"),
        ({"areas": (PainArea("buttock", None),)}, "request.area-no-side"),
        ({"areas": (PainArea("buttock", Side.RIGHT),)}, "request.map-other-side"),
        ({"areas": (PainArea("buttock", Side.RIGHT), PainArea("dimple", Side.LEFT))}, "request.map-both-sides"),
        ({"areas": (PainArea("saddle", None), PainArea("buttock", Side.LEFT))}, "request.area-danger"),
        ({"areas": (PainArea("groin", Side.LEFT),)}, "request.area-away-from-joint"),
        ({"areas": (PainArea("inner-foot", Side.LEFT), PainArea("buttock", Side.LEFT))}, "request.area-nerve"),
    ],
)
def test_each_gap_of_a_request_has_its_finding(changes, code):
    assert codes(asked(**changes)) == {code}


def test_a_referrer_who_is_named_can_be_answered():
    assert asked(requested_by=RequestedBy.REFERRER, referrer=Referrer("Dr B", "practice", "phone")).findings == ()


def test_pain_that_begins_tomorrow_is_impossible():
    assert "referral.impossible-date" in codes(asked(pain_since=NOW.date() + timedelta(days=1)))


@pytest.mark.parametrize(
    ("began", "ended"), [(date(2026, 5, 1), None), (date(2026, 1, 10), date(2026, 1, 9))], ids=["future", "backwards"]
)
def test_care_with_impossible_dates_is_told(began, ended):
    care = (ConservativeCare(ConservativeKind.ICE, began, ended, helped=False),)
    assert codes(asked(conservative_care=care)) == {"referral.impossible-date"}


def test_both_sides_are_two_targets_and_no_missing_side():
    both = asked(side=None, bilateral=True, areas=(PainArea("buttock", Side.LEFT), PainArea("buttock", Side.RIGHT)))
    assert codes(both) == {"request.two-targets"}
    assert both.decision is Decision.CLEAR


def test_a_marked_saddle_stops_until_cauda_equina_is_answered_no():
    request = replace(request_(), areas=(PainArea("saddle", None), PainArea("buttock", Side.LEFT)))
    assert assess_referral(request, assessment(cauda_equina_suspected=NO), POLICY, NOW).decision is Decision.CLEAR
    for told in (None, assessment(cauda_equina_suspected=YES)):
        assert "request.area-danger" in codes(assess_referral(request, told, POLICY, NOW))


def test_weeks_that_the_patient_logged_count_with_those_of_the_visit():
    bare = assessment(conservative_care=())
    care = ConservativeCare(ConservativeKind.HEAT, date(2026, 1, 1), date(2026, 1, 28), helped=False)
    assert "referral.care-too-short" in codes(assess_referral(request_(), bare, POLICY, NOW))
    for request, log in ((replace(request_(), conservative_care=(care,)), ()), (request_(), (care,))):
        assert assess_referral(request, bare, POLICY, NOW, log).decision is Decision.CLEAR


def test_all_seven_causes_have_a_row_with_its_source():
    assert set(causes_named()) == set(Cause)
    assert all(one.source for one in causes_named().values())


def test_the_map_has_every_zone_and_says_which_places_have_sides():
    assert {one.zone for one in body_map().values()} == set(BodyZone)
    assert {one.code for one in body_map().values() if not one.sided} == {"mid-line", "tail-bone", "saddle"}
    assert {one.points_to for one in body_map().values()} == set(PointsTo)
    assert all(one.label == one.label.strip() != "" for one in body_map().values())


def test_the_sides_of_a_map_are_those_that_are_marked():
    areas = (PainArea("buttock", Side.LEFT), PainArea("mid-line", None), PainArea("groin", Side.RIGHT))
    assert sides_marked(replace(request_(), areas=areas)) == set(Side)
