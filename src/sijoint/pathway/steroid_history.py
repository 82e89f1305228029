"""Steroid that was given elsewhere: how long ago, and what the year comes to with this order."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from sijoint.formulary import Steroid, ingredients
from sijoint.model import Finding, Order, ScreeningAnswers, SteroidTaken
from sijoint.pathway.doses import steroid_agents, steroid_equivalent_mg
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy
from sijoint.pathway.span import Span


def steroid_findings(answers: ScreeningAnswers, order: Order, policy: Policy, injection_on: date) -> Iterator[Finding]:
    """Every steroid told of by day and dose; what is not known of it is asked for."""
    months = Span(policy.steroid_months, months=True)
    for number, one in enumerate(answers.steroids_taken, 1):
        missing = _missing(one, injection_on)
        if missing:
            yield found("steroid.dates-unknown", of=str(number), what=" and ".join(missing))
        if one.on is not None and months.after(one.on) > injection_on:
            yield found("steroid.within-months", of=str(number), on=one.on, months=policy.steroid_months)
    if steroid_agents(order):
        yield from _year(answers, order, policy, injection_on)


def _missing(one: SteroidTaken, injection_on: date) -> list[str]:
    missing = []
    if one.on is None or one.on > injection_on:
        missing.append("a day that has passed")
    if one.dose_mg is None or one.dose_mg <= 0:
        missing.append("its dose")
    if _equivalent_mg(one) is None:
        missing.append("a name that the formulary knows")
    return missing


def _year(answers: ScreeningAnswers, order: Order, policy: Policy, injection_on: date) -> Iterator[Finding]:
    since = injection_on - timedelta(days=policy.rolling_year_days)
    told = [
        equivalent
        for one in answers.steroids_taken
        if one.on is not None and one.on >= since and (equivalent := _equivalent_mg(one)) is not None
    ]
    if not told:
        return
    total = sum(told, steroid_equivalent_mg(order.recipe.drug))
    if total > policy.steroid_year_maximum_mpe_mg:
        shown = total.quantize(Decimal(1))
        yield found("steroid.year-sum", sum=shown, limit=policy.steroid_year_maximum_mpe_mg)


def _equivalent_mg(one: SteroidTaken) -> Decimal | None:
    """Milligrams of methylprednisolone that are as strong; None for a steroid or dose that is not known."""
    taken, measure = _steroid(one.agent), _steroid("methylprednisolone")
    if taken is None or measure is None or one.dose_mg is None or one.dose_mg <= 0:
        return None
    return one.dose_mg * measure.equivalent_mg / taken.equivalent_mg


def _steroid(code: str) -> Steroid | None:
    return next((one.steroid for one in ingredients() if one.code == code), None)
