"""Clearance lasts as long as the facts it rests on; an override covers one finding on the facts then seen."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from clinic_course import EPISODE, course_in

from sijoint.clinic import (
    AnswerScreening,
    Assess,
    Book,
    ConfirmToday,
    GiveConsent,
    OverrideFinding,
    PlaceOrder,
    Prepare,
)
from sijoint.frames import Side
from sijoint.model import Decision, EpisodeState, Recipe, RecipeLine, Target


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def ordered(course):
    course.requested()
    course.accepted(Assess, assessment=course.assessment())
    course.accepted(PlaceOrder, **course.order())
    return course


def override(course, code: str, second: str = "", by: str = "dr-a"):
    course.given += 1
    return course.send(
        OverrideFinding(
            id=f"c{course.given}",
            by=by,
            episode_id=EPISODE,
            code=code,
            reason_code="benefit",
            reason="benefit outweighs",
            second=second,
        )
    )


def test_a_stop_needs_a_second_clinician(course):
    ordered(course)
    stopped = course.accepted(AnswerScreening, answers=course.answers(fever=course.yes()))
    assert stopped.episode.state is EpisodeState.STOPPED
    code = next(finding.code for finding in stopped.findings if finding.code.startswith("fever"))
    assert "second clinician" in override(course, code).refusal
    assert "second clinician" in override(course, code, second="dr-a").refusal
    assert override(course, code, second="dr-b").episode.state is EpisodeState.CLEARED


def test_an_absolute_finding_is_never_overridden(tmp_path):
    course = course_in(tmp_path)
    ordered(course)
    absolute = course.accepted(
        AnswerScreening,
        answers=course.answers(pregnancy=course.yes()),
    )
    code = next(finding.code for finding in absolute.findings if finding.severity == "absolute")
    outcome = override(course, code, second="dr-b")
    assert not outcome.accepted
    assert "never overridden" in outcome.refusal
    assert outcome.episode.state is EpisodeState.STOPPED


def test_a_change_of_facts_voids_the_override(course):
    ordered(course)
    told = course.answers(immunosuppression=course.yes())
    reviewed = course.accepted(AnswerScreening, answers=told)
    assert reviewed.episode.state is EpisodeState.NEEDS_REVIEW
    assert override(course, "immunosuppression.present").episode.state is EpisodeState.CLEARED
    again = course.accepted(AnswerScreening, answers=told)
    assert again.episode.state is EpisodeState.CLEARED  # the very same facts
    changed = course.accepted(AnswerScreening, answers=replace(told, hba1c_percent=Decimal("5.5")))
    assert changed.episode.state is EpisodeState.NEEDS_REVIEW


def test_only_a_finding_that_stands_can_be_overridden(course):
    ordered(course)
    course.accepted(AnswerScreening, answers=course.answers(immunosuppression=course.yes()))
    assert "no finding 'fever.present'" in override(course, "fever.present", second="dr-b").refusal


def test_nothing_uncleared_is_booked(course):
    ordered(course)
    course.accepted(AnswerScreening, answers=course.answers(fever=course.yes()))
    outcome = course.give(Book, at=course.clock())
    assert not outcome.accepted
    assert outcome.episode.sessions[-1].booking is None


def test_new_answers_void_the_day(course):
    course.confirmed()
    after = course.accepted(AnswerScreening, answers=course.answers(vasovagal_history=course.yes())).episode
    session = after.sessions[-1]
    assert after.state is EpisodeState.BOOKED
    assert (session.confirmation, session.preparation) == (None, None)


def test_a_fact_that_changed_on_the_day_takes_clearance_away(course):
    course.consented()
    course.clock.forward(days=7)
    changed = course.confirmation(changed=("immunosuppression",))
    outcome = course.accepted(ConfirmToday, confirmation=changed)
    assert outcome.episode.state is EpisodeState.STOPPED
    assert outcome.episode.sessions[-1].screening is None
    assert outcome.episode.sessions[-1].confirmation == changed


def test_a_review_of_the_day_waits_for_a_decision_and_then_goes_on(course):
    ordered(course)
    told = course.answers(diabetes=course.yes(), hba1c_percent=Decimal("6.5"))
    course.accepted(AnswerScreening, answers=told)
    course.accepted(Book, at=course.clock() + timedelta(days=7))
    course.accepted(Prepare)
    course.accepted(GiveConsent, consent=course.consent())
    course.clock.forward(days=7)
    high = course.confirmation(glucose_mg_dl=Decimal(260))
    waiting = course.accepted(ConfirmToday, confirmation=high)
    assert waiting.episode.state is EpisodeState.NEEDS_REVIEW
    assert override(course, "today.glucose-high").episode.state is EpisodeState.CONFIRMED


@pytest.mark.parametrize("side", [Side.RIGHT])
def test_an_order_for_the_side_not_examined_is_refused(course, side):
    course.cleared()
    outcome = course.give(PlaceOrder, **course.order(2, side=side))
    assert not outcome.accepted
    assert "order.side-differs" in {finding.code for finding in outcome.findings}


def test_another_order_voids_clearance_and_another_steroid_voids_consent(course):
    course.consented()
    same = course.accepted(PlaceOrder, **course.order(2)).episode
    assert same.state is EpisodeState.ORDERED
    assert same.sessions[-1].consent is not None
    assert same.sessions[-1].screening is None
    assert len(same.sessions) == 1
    other = course.accepted(PlaceOrder, **course.order(3, target=Target.LIGAMENT)).episode
    assert other.sessions[-1].consent is None
    assert len(other.sessions) == 1


def test_a_refused_order_leaves_the_old_one(course):
    course.cleared()
    recipe = course.recipe()
    mixed = Recipe(
        recipe.skin,
        recipe.contrast,
        (RecipeLine("ropivacaine_0.5_percent", Decimal(1)), RecipeLine("betamethasone_6", Decimal(1))),
    )
    outcome = course.give(PlaceOrder, **course.order(2, recipe=mixed))
    assert not outcome.accepted
    assert outcome.episode.sessions[-1].order.id == "order-1"
    assert outcome.episode.sessions[-1].recipe_check.decision is Decision.CLEAR


def test_an_order_id_is_used_once(course):
    course.cleared()
    assert "id of its own" in course.give(PlaceOrder, **course.order(1)).refusal
