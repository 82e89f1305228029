"""Payers' numbers on the day of the appointment, and requests that may be one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from well_patient import NOW, POLICY, codes, episode, followed, patient, request_, session

from sijoint.frames import Side
from sijoint.model import Authorisation, BodyZone, Decision, EpisodeState, OrderKind, PainArea
from sijoint.pathway import check_authorisation, duplicate_of, same_person, units_used

ASKED = replace(POLICY, authorisation="required")
DAY = NOW.date()


def number(**changes):
    one = Authorisation("payer", "A-1", DAY - timedelta(days=10), DAY + timedelta(days=10), 1, NOW, "biller")
    return replace(one, **changes)


def judged(*authorisations, policy=ASKED, on=DAY, sessions=()):
    here = episode(*sessions, session(), state=EpisodeState.BOOKED, authorisations=authorisations)
    return check_authorisation(here, on, policy)


def test_one_that_covers_the_day_is_enough():
    assert judged(number()).findings == ()
    assert judged(number(valid_to=DAY - timedelta(days=1)), number(number="A-2")).findings == ()
    assert judged(number(valid_from=DAY, valid_to=DAY)).findings == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_to": DAY - timedelta(days=1)}, "authorisation.expired"),
        ({"valid_from": DAY + timedelta(days=1)}, "authorisation.not-yet"),
        ({"number": " "}, "authorisation.unreadable"),
        ({"units": 0}, "authorisation.unreadable"),
        ({"valid_from": DAY + timedelta(days=1), "valid_to": DAY}, "authorisation.unreadable"),
        ({"side": Side.RIGHT}, "authorisation.missing"),
        ({"kind": OrderKind.THERAPEUTIC}, "authorisation.missing"),
    ],
)
def test_each_thing_that_it_lacks_is_told_and_is_never_a_stop(changes, code):
    told = judged(number(**changes))
    assert code in codes(told)
    assert told.decision is Decision.REVIEW


def test_where_no_payer_asks_none_is_missed_and_an_expired_one_is_still_told():
    assert judged(policy=POLICY).findings == ()
    assert codes(judged()) == {"authorisation.missing"}
    assert codes(judged(number(valid_to=DAY - timedelta(days=1)), policy=POLICY)) == {"authorisation.expired"}


def test_a_session_done_under_it_uses_a_unit():
    done = followed({}, at=NOW - timedelta(days=5))
    assert codes(judged(number(), sessions=(done,))) == {"authorisation.used-up"}
    assert judged(number(units=2), sessions=(done,)).findings == ()
    before = followed({}, at=NOW - timedelta(days=50))
    assert units_used(number(), episode(before), POLICY) == 0
    assert units_used(number(side=Side.RIGHT), episode(done), POLICY) == 0


# Requests that may be one

ONE = episode(state=EpisodeState.REQUESTED, sessions=(), assessment=None, screening_answers=None)


def other(days=3, side=Side.LEFT, state=EpisodeState.REQUESTED, **changes):
    request = replace(request_(side), at=ONE.request.at + timedelta(days=days), **changes)
    return replace(ONE, id="e2", state=state, request=request)


def duplicate(episode_, who=None):
    return duplicate_of(ONE, patient(), episode_, who or patient(), POLICY)


def test_the_same_person_twice_for_the_same_side_is_shown():
    told = duplicate(other())
    assert (told.episode_id, told.same_person_by, told.days_apart) == ("e2", "id", 3)
    assert told.shared == ("left",)
    assert duplicate(other(side=None)).shared == ("nothing that tells them apart",)


def test_a_person_registered_twice_is_known_by_name_and_birth_date():
    again = patient(id="q", given_name="DOE", family_name="  jo ")
    assert same_person(patient(), again) == "name and birth date"
    assert duplicate(other(), again).same_person_by == "name and birth date"
    assert same_person(patient(family_name="Müller"), patient(id="q", family_name="muller")) == "name and birth date"
    assert same_person(patient(), patient(id="q", birth_date=date(1980, 5, 5))) == ""
    assert duplicate(other(), patient(id="q", given_name="Ann")) is None


def test_another_side_another_place_or_another_time_is_another_request():
    assert duplicate(other(side=Side.RIGHT)) is None
    assert duplicate(other(days=POLICY.duplicate_request_days)) is not None
    assert duplicate(other(days=POLICY.duplicate_request_days + 1)) is None
    here = replace(ONE, request=replace(ONE.request, zones=(BodyZone.BUTTOCK,)))
    knee = other(zones=(BodyZone.LOWER_LEG,))
    assert duplicate_of(here, patient(), knee, patient(), POLICY) is None
    marked = other(areas=(PainArea("dimple", Side.LEFT), PainArea("buttock", Side.LEFT)))
    assert duplicate_of(here, patient(), marked, patient(), POLICY).shared == ("left", "buttock")


@pytest.mark.parametrize("state", [EpisodeState.CLOSED, EpisodeState.DECLINED, EpisodeState.REDIRECTED])
def test_what_is_over_is_no_duplicate_and_neither_is_the_request_itself(state):
    assert duplicate(other(state=state)) is None
    assert duplicate(ONE) is None
