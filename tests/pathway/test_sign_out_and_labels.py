"""Labels read against the order, the operator's own mark, and a sign-out that says who wrote for whom."""

from dataclasses import replace
from datetime import timedelta

import pytest
from well_patient import (
    NO,
    NOW,
    POLICY,
    UNKNOWN,
    YES,
    assessment,
    codes,
    order,
    procedure_done,
    request_,
    session,
    sign_out_for,
    time_out_for,
)

from sijoint.frames import Side
from sijoint.model import NOT_ASKED, Decision
from sijoint.pathway import check_operator, check_sides, check_sign_out, check_time_out


def called(**changes):
    here = session()
    time_out = replace(here.time_out, **changes)
    return check_time_out(time_out, here, request_(), assessment(), POLICY, NOW)


def test_every_label_of_the_order_is_read_and_no_other():
    labels = time_out_for(order(), NOW).labels_read
    assert len(labels) == 3
    assert called(labels_read=tuple(reversed(labels))).decision is Decision.CLEAR
    for number in range(len(labels)):
        fewer = called(labels_read=labels[:number] + labels[number + 1 :])
        assert codes(fewer) == {"timeout.label-missing"}
        assert labels[number] in fewer.findings[0].clinician
    more = called(labels_read=(*labels, "triamcinolone_40"))
    assert codes(more) == {"timeout.label-not-ordered"}
    assert more.decision is Decision.ABSOLUTE


def test_a_label_that_was_not_listed_was_not_read():
    assert codes(called(labels_read=())) == {"timeout.label-missing"}


def test_the_one_who_injects_marks_the_side():
    assert check_operator("physician", session()).findings == ()
    assert check_operator("somebody else", session()).decision is Decision.ABSOLUTE


def test_where_both_joints_hurt_the_ordered_one_is_among_them():
    for side in Side:
        here = session(order(side=side))
        said = (here.order, here.consent, here.skin_mark, here.time_out)
        both = (replace(request_(None), bilateral=True), assessment(side=None, bilateral=True))
        assert check_sides(*both, *said).decision is Decision.CLEAR
        one_side = (request_(None), assessment(side=None))
        assert codes(check_sides(*one_side, *said)) == {"side.missing"}


# Sign-out

DONE = session(procedure=procedure_done(order()))
LATER = NOW + timedelta(hours=1)


def out(**changes):
    return check_sign_out(sign_out_for(NOW, **changes), DONE, POLICY, LATER)


def test_a_whole_sign_out_leaves_nothing_open():
    assert out().findings == ()
    assert codes(check_sign_out(None, DONE, POLICY, LATER)) == {"signout.missing"}


@pytest.mark.parametrize("fact", [NO, UNKNOWN, NOT_ASKED])
@pytest.mark.parametrize(
    ("item", "code"),
    [
        ("counts_correct", "signout.counts"),
        ("dressing_applied", "signout.item"),
        ("site_dry", "signout.item"),
        ("read_back", "signout.not-read-back"),
    ],
)
def test_every_item_must_be_yes(item, code, fact):
    assert codes(out(**{item: fact})) == {code}
    assert out(**{item: fact}).decision is Decision.STOP


def test_no_complication_is_said_and_one_is_told():
    for fact in (UNKNOWN, NOT_ASKED):
        assert codes(out(complications_seen=fact)) == {"signout.complications-not-stated"}
    assert codes(out(complications_seen=YES)) == {"signout.complication-not-told"}
    told = out(complications_seen=YES, complications="fainted, legs up, well after five minutes")
    assert codes(told) == {"signout.complication"}
    assert told.decision is Decision.CLEAR


def test_a_scribe_writes_for_the_operator_who_confirms():
    assert codes(out(recorded_for="")) == {"signout.for-whom"}
    assert codes(out(recorded_for="another doctor")) == {"signout.for-whom"}
    assert codes(out(confirmed_by="nurse")) == {"signout.not-confirmed"}


def test_an_operator_who_writes_alone_needs_no_scribe():
    assert out(by="physician", recorded_for="", read_back=NOT_ASKED, confirmed_by="").findings == ()


def test_a_sign_out_from_the_future_is_refused():
    assert codes(check_sign_out(sign_out_for(LATER + timedelta(minutes=1)), DONE, POLICY, LATER)) == {
        "signout.impossible-time"
    }
