"""The course of one person in the virtual clinic, as a row of moments: the clinic's clock stands at each before its step.

Whatever lies after now is simply never reached, so that everybody stands where a person would stand now.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sijoint.clinic import commands as clinic_commands
from sijoint.cohort import person
from sijoint.cohort.scenario import SideCauses, SideStated
from sijoint.cohort.virtual_aftercare import aftercare
from sijoint.cohort.virtual_chart import Chart, minutes
from sijoint.cohort.virtual_day import day
from sijoint.cohort.virtual_images import ImagedRun
from sijoint.cohort.virtual_roster import Ending, Until, VisitPlan
from sijoint.model import (
    Answer,
    AppointmentRequest,
    BookingWish,
    Fact,
    OrderKind,
    PrescriberContact,
    Recipe,
    RecipeLine,
    Referral,
    Referrer,
    RequestedBy,
    Severity,
)

ASKED_BEFORE = timedelta(days=24)  # the first treatment day; the steps between are invented and unremarkable
SEEN_AFTER, ORDERED_AFTER, ANSWERED_AFTER = timedelta(hours=48), timedelta(hours=49), timedelta(hours=52)
AGAIN_BEFORE = timedelta(days=12)  # from the next order to its treatment day


def course(chart: Chart, now: datetime, imaged: ImagedRun) -> Iterator[datetime]:
    """Every step, each after the moment that is yielded before it."""
    plans, until = chart.treated.visits, chart.treated.until
    asked = plans[0].at(now) - ASKED_BEFORE if plans else now - timedelta(hours=chart.treated.asked_hours)
    yield asked
    _request(chart)
    if until is Until.REQUESTED:
        return
    yield asked + SEEN_AFTER
    _assess(chart)
    if until is Until.ASSESSED or chart.treated.referral is not Referral.ACCEPT:
        return
    for number, plan in enumerate(plans or (VisitPlan(minutes=60 * 24 * 30),)):
        ordered = asked + ORDERED_AFTER if number == 0 else plan.at(now) - AGAIN_BEFORE
        yield ordered
        _order(chart, plan, number)
        if until is Until.ORDERED:
            return
        yield ordered + ANSWERED_AFTER - ORDERED_AFTER
        _screen(chart)
        if until is Until.SCREENED:
            return
        yield from _booked(chart, plan.at(now), ordered)
        if until in (Until.BOOKED, Until.PREPARED) or chart.treated.ends is Ending.CANCELLED:
            return
        yield from day(chart, plan, plan.at(now), imaged)
        if until in (Until.TIMED_OUT, Until.IN_THE_ROOM) or chart.treated.ends is Ending.NO_SHOW:
            return
        yield from aftercare(chart, plan, last=number == len(plans) - 1)


def _request(chart: Chart) -> None:
    treated, now = chart.treated, chart.now
    causes = replace(
        chart.causes,
        sides=SideCauses(request=SideStated.SAME if treated.side_stated else SideStated.ABSENT),
    )
    asked = person.request(causes, chart.side, now)
    referred = treated.asked_by is RequestedBy.REFERRER
    request: AppointmentRequest = replace(
        asked,
        requested_by=treated.asked_by,
        reason=treated.reason,
        causes=treated.request_causes,
        areas=asked.areas if treated.side_stated else (),
        referrer=Referrer("Dr Elsa Holm", "invented practice") if referred else None,
    )
    by = chart.desk if referred else chart.patient.id
    chart.tell(clinic_commands.RequestAppointment, by, patient=chart.patient, request=request)


def _assess(chart: Chart) -> None:
    treated = chart.treated
    found = person.assessment(chart.causes, chart.side, chart.physician, chart.now)
    found = replace(
        found,
        referral=treated.referral,
        reason=treated.referral_reason,
        redirect_to=treated.redirect_to,
        redirect_urgency=treated.redirect_urgency,
    )
    if treated.referral is Referral.REDIRECT:
        found = replace(found, radicular_pain=chart.yes(chart.physician), reflexes_normal=chart.no(chart.physician))
    chart.tell(clinic_commands.Assess, chart.physician, assessment=found)


def _order(chart: Chart, plan: VisitPlan, number: int) -> None:
    recipe = chart.causes.recipe
    drug = recipe.diagnostic if plan.kind is OrderKind.DIAGNOSTIC else recipe.therapeutic
    chart.tell(
        clinic_commands.PlaceOrder,
        chart.physician,
        order_id=f"{chart.episode_id}-o{number + 1}",
        kind=plan.kind,
        target=chart.causes.target,
        side=chart.side,
        recipe=Recipe(
            RecipeLine(*recipe.skin), RecipeLine(*recipe.contrast), tuple(RecipeLine(*line) for line in drug)
        ),
    )


def _screen(chart: Chart) -> None:
    """The patient answers alone, or with a nurse where there are medicines to match; then every review is decided on."""
    told = chart.causes.answers
    by = chart.nurse if told.medicines else chart.patient.id
    answers = person.answers(chart.causes, chart.patient.id, chart.now, matched_by=chart.nurse)
    if chart.treated.inr is not None:
        answers = replace(answers, inr=chart.treated.inr, inr_on=chart.now.date())
    unknown: Any = Fact(Answer.UNKNOWN, chart.patient.id, chart.now)
    answers = replace(answers, **dict.fromkeys(chart.treated.not_known, unknown))
    outcome = chart.tell(clinic_commands.AnswerScreening, by, answers=answers)
    if chart.treated.until is Until.SCREENED:
        return  # it waits for a person
    if chart.treated.pauses:
        contact = PrescriberContact(
            chart.treated.pauses, "Dr Elsa Holm", chart.now, "hold", chart.physician, asked_by=chart.nurse
        )
        outcome = chart.tell(clinic_commands.ContactPrescriber, chart.physician, contact=contact)
    for finding in outcome.findings:
        if finding.severity is Severity.REVIEW:
            chart.tell(
                clinic_commands.OverrideFinding,
                chart.physician,
                code=finding.code,
                reason_code="benefit-outweighs",
                reason="seen and discussed with the patient",
            )


def _booked(chart: Chart, appointment: datetime, ordered: datetime) -> Iterator[datetime]:
    yield ordered + timedelta(days=1)
    chart.tell(clinic_commands.Book, chart.desk, at=appointment)
    if chart.treated.until is Until.BOOKED:
        return
    if chart.treated.pauses:
        yield ordered + timedelta(days=1, hours=1)
        chart.tell(clinic_commands.SignHold, chart.physician, agent=chart.treated.pauses)
    yield ordered + timedelta(days=1, hours=2)
    chart.tell(clinic_commands.Prepare, chart.nurse)
    if chart.treated.ends is Ending.CANCELLED:
        yield ordered + timedelta(days=3)
        chart.tell(
            clinic_commands.CancelBooking, chart.patient.id, reason="away that week", wished_by=BookingWish.PATIENT
        )
    if chart.treated.consent_days_before:
        yield max(chart.now + minutes(5), appointment - timedelta(days=chart.treated.consent_days_before))
