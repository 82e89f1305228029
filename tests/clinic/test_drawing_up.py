"""Before the needle the site says that it is ready and syringes are drawn up; afterwards each is accounted for."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from clinic_course import EPISODE, course_in

from sijoint.clinic import AcceptSyringe, AccountForSyringe, ConfirmSite, DrawUp
from sijoint.model import SyringeAccount, SyringeUse, VialKind
from sijoint.records import Tag
from sijoint.room import Action


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def session_of(course):
    return course.store.episode(EPISODE).sessions[-1]


def codes(findings):
    return {one.code.partition(":")[0] for one in findings}


def test_what_the_site_says_is_kept_whatever_it_says_and_shuts_the_room(course):
    course.in_procedure()
    assert course.may(Action.EXPOSURE)
    told = course.accepted(ConfirmSite, readiness=course.readiness(cards_edition="an older one"))
    assert codes(told.findings) == {"site.cards-changed"}
    assert session_of(course).readiness.cards_edition == "an older one"
    assert course.store.ledger()[-1].tag == Tag.SITE_CONFIRMED
    assert not course.may(Action.EXPOSURE)
    course.accepted(ConfirmSite, readiness=course.readiness())
    assert course.may(Action.EXPOSURE)


def test_a_site_that_is_confirmed_tomorrow_is_refused(course):
    course.confirmed()
    later = course.readiness(at=course.clock() + timedelta(hours=1))
    assert "in the future" in course.give(ConfirmSite, readiness=later).refusal


def test_a_spoilt_syringe_is_kept_and_closes_the_gate(course):
    course.in_procedure()
    for event in course.events_to_the_drug()[:7]:
        course.record(event)
    assert course.may(Action.DRUG)
    told = course.accepted(DrawUp, syringe=course.syringe(SyringeUse.DRUG, labelled=course.no()))
    assert codes(told.findings) == {"syringe.unlabelled"}
    assert not course.may(Action.DRUG)
    spoilt = session_of(course).syringes[-1]
    gone = SyringeAccount(spoilt.id, course.clock(), "nurse", Decimal(0), spoilt.drawn_ml, "dr-a")
    course.accepted(AccountForSyringe, account=gone)
    assert course.may(Action.DRUG)


def test_no_syringe_is_drawn_up_twice_empty_or_in_the_future(course):
    course.timed_out()
    first = session_of(course).syringes[0]
    assert "an id of its own" in course.give(DrawUp, syringe=first).refusal
    fresh = course.syringe(SyringeUse.DRUG)
    assert "above zero" in course.give(DrawUp, syringe=replace(fresh, lines=())).refusal
    (line,) = fresh.lines
    assert (
        "above zero"
        in course.give(DrawUp, syringe=replace(fresh, lines=(replace(line, volume_ml=Decimal(-1)),))).refusal
    )
    later = course.clock() + timedelta(minutes=1)
    assert "in the past" in course.give(DrawUp, syringe=replace(fresh, drawn_at=later)).refusal
    opened = replace(line, vial=replace(line.vial, opened_at=later))
    assert "in the past" in course.give(DrawUp, syringe=replace(fresh, lines=(opened,))).refusal
    accepted = replace(fresh, accepted_by="nurse", accepted_because="fine")
    assert "command of its own" in course.give(DrawUp, syringe=accepted).refusal


def test_a_clinician_accepts_what_is_under_review_with_a_reason(course):
    course.timed_out()
    one = course.syringe(SyringeUse.DRUG)
    (line,) = one.lines
    unclear = replace(one, lines=(replace(line, vial=replace(line.vial, kind=VialKind.UNKNOWN)),))
    assert codes(course.accepted(DrawUp, syringe=unclear).findings) == {"syringe.vial-kind"}
    assert "a reason in words" in course.give(AcceptSyringe, syringe_id=unclear.id, reason=" ").refusal
    assert "no syringe of this id" in course.give(AcceptSyringe, syringe_id="none", reason="looked at").refusal
    told = course.accepted(AcceptSyringe, syringe_id=unclear.id, reason="single-dose, label torn")
    assert [one.severity for one in told.findings] == ["note"]
    kept = session_of(course).syringes[-1]
    assert (kept.accepted_by, kept.accepted_because) == ("dr-a", "single-dose, label torn")


def test_every_millilitre_is_accounted_for_against_the_record(course):
    course.procedure_ended()
    at = course.clock()
    volumes = {SyringeUse.SKIN: ("0", "2.0"), SyringeUse.CONTRAST: ("0.5", "0"), SyringeUse.DRUG: ("0.6", "0.4")}
    for syringe in session_of(course).syringes:
        given, wasted = (Decimal(one) for one in volumes[syringe.use])
        last = course.accepted(AccountForSyringe, account=SyringeAccount(syringe.id, at, "nurse", given, wasted))
    assert codes(last.findings) == {"syringe.account-record"}
    drug = next(one for one in session_of(course).syringes if one.use is SyringeUse.DRUG)
    too_much = SyringeAccount(drug.id, at, "nurse", Decimal("1.0"), Decimal("0.5"))
    assert "more than the 1.0 mL drawn" in course.give(AccountForSyringe, account=too_much).refusal
    future = SyringeAccount(drug.id, at + timedelta(hours=1), "nurse", Decimal("1.0"), Decimal(0))
    assert "from the future" in course.give(AccountForSyringe, account=future).refusal
    right = SyringeAccount(drug.id, at, "nurse", Decimal("1.0"), Decimal(0))
    assert course.accepted(AccountForSyringe, account=right).findings == ()
    assert len(session_of(course).syringe_accounts) == 4
