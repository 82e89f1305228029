"""Each row held against its published figure: inside the published 95 % interval, outside it, or only reported."""

from dataclasses import dataclass
from enum import StrEnum

from sijoint.cohort.validation.estimates import MEASURED, Estimate, Found
from sijoint.cohort.validation.intervals import mean_interval, share_interval
from sijoint.cohort.validation.plan_file import Row, Status, ValidationPlan


class Result(StrEnum):
    """What stands in the table."""

    PASS = "inside"
    MISS = "outside"
    REPORTED = "reported"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Figure:
    """One published number, its 95 % interval where there is one, and ours."""

    name: str  # of the grade, where a row has several; else empty
    published: float | None
    interval: tuple[float, float] | None
    ours: Estimate | None

    @property
    def result(self) -> Result:
        if self.ours is None:
            return Result.NOT_MEASURED
        if self.interval is None:
            return Result.REPORTED
        return Result.PASS if self.interval[0] <= self.ours.value <= self.interval[1] else Result.MISS


@dataclass(frozen=True)
class Verdict:
    """A row of the plan with its figures."""

    row: Row
    figures: tuple[Figure, ...]

    @property
    def judged(self) -> bool:
        """Only a held-out row proves anything when it is met."""
        return self.row.status is Status.HELD_OUT


def verdicts(plan: ValidationPlan, found: Found) -> tuple[Verdict, ...]:
    """Every row of the plan, in its order."""
    return tuple(Verdict(row, _figures(row, found, plan)) for row in plan.rows)


def _figures(row: Row, found: Found, plan: ValidationPlan) -> tuple[Figure, ...]:
    measured = MEASURED.get(row.id)
    ours = measured(found, plan.seen) if measured else ()
    published = row.published
    if "counts" in published:
        n = published["n"]
        return tuple(
            Figure(f"grade {grade}", count / n, share_interval(count, n), ours[grade] if ours else None)
            for grade, count in enumerate(published["counts"])
        )
    one = ours[0] if ours else None
    if "events" in published:
        events, n = published["events"], published["n"]
        return (Figure("", events / n, share_interval(events, n), one),)
    if "sd" in published and "n" in published:
        return (Figure("", published["mean"], mean_interval(published["mean"], published["sd"], published["n"]), one),)
    if "low" in published and "high" in published:
        return (Figure("", published.get("mean"), (published["low"], published["high"]), one),)
    return (Figure("", published.get("mean"), None, one),)
