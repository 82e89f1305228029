"""Our figure for each row of the plan, from the outcomes of the population."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sijoint.cohort.validation.intervals import measured_mean_interval, share_interval
from sijoint.cohort.validation.outcome import Outcome
from sijoint.cohort.validation.plan_file import Seen
from sijoint.cohort.validation.shape_sides import ShapeSide


@dataclass(frozen=True)
class Estimate:
    """A mean or a share with its 95 % interval, and of how many pelves; ``sd`` of a mean, nan for a share."""

    value: float
    low: float
    high: float
    n: int
    sd: float = float("nan")


@dataclass(frozen=True)
class Found:
    """All that was measured: the pelves of the population, and the sides of the shapes."""

    outcomes: tuple[Outcome, ...]
    sides: tuple[ShapeSide, ...] = ()


Measured = Callable[[Found, Seen], tuple[Estimate, ...]]  # one for each published number of the row


def mean_of(name: str) -> Measured:
    """The mean of one measurement over the pelves that have it."""
    return lambda found, seen: _mean([getattr(one, name) for one in found.outcomes])


def mean_of_shapes(name: str) -> Measured:
    """The mean of one measurement over the sides of the shapes."""
    return lambda found, seen: _mean([getattr(one, name) for one in found.sides])


def _mean(measured: Sequence[float | None]) -> tuple[Estimate, ...]:
    values = [value for value in measured if value is not None]
    if not values:
        return ()
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
    return (Estimate(float(np.mean(values)), *measured_mean_interval(values), len(values), sd),)


def share_of(told: Callable[[Outcome, Seen], bool | None]) -> Measured:
    """The share of pelves of which it is true; those of which it is not known are left out."""

    def measured(found: Found, seen: Seen) -> tuple[Estimate, ...]:
        answers = [answer for answer in (told(one, seen) for one in found.outcomes) if answer is not None]
        return (_share(sum(answers), len(answers)),) if answers else ()

    return measured


def grades_of(sex: str) -> Measured:
    """The share of each arthrogram grade, 0 to 3, in one sex."""

    def measured(found: Found, seen: Seen) -> tuple[Estimate, ...]:
        grades = [one.grade for one in found.outcomes if one.sex == sex and one.grade is not None]
        return tuple(_share(grades.count(grade), len(grades)) for grade in range(4)) if grades else ()

    return measured


def above(name: str, least: str) -> Callable[[Outcome, Seen], bool | None]:
    """Whether a volume reaches what counts as seen."""

    def told(one: Outcome, seen: Seen) -> bool | None:
        volume = getattr(one, name)
        return None if volume is None else bool(volume >= getattr(seen, least))

    return told


def flag(name: str) -> Callable[[Outcome, Seen], bool | None]:
    return lambda one, seen: getattr(one, name)


def _share(events: int, n: int) -> Estimate:
    return Estimate(events / n, *share_interval(events, n), n)


MEASURED: Mapping[str, Measured] = {
    "fill_volume": mean_of("fill_ml"),
    "leak_arthrography": share_of(above("leak_arthrography_ml", "leak_on_ct_ml")),
    "leak_clinical_lower": share_of(above("leak_lower_ml", "leak_on_fluoroscopy_ml")),
    "leak_clinical_upper": share_of(above("leak_upper_ml", "leak_on_fluoroscopy_ml")),
    "leak_test_lower": share_of(above("leak_test_lower_ml", "leak_on_fluoroscopy_ml")),
    "leak_test_upper": share_of(above("leak_test_upper_ml", "leak_on_fluoroscopy_ml")),
    "success_lower": share_of(flag("read_inside_lower")),
    "success_upper": share_of(flag("read_inside_upper")),
    "success_first_series": share_of(flag("read_inside_lower")),
    "dissection_inside": share_of(flag("dissection_inside")),
    "dissection_felt": share_of(flag("dissection_felt")),
    "grades_men": grades_of("male"),
    "grades_women": grades_of("female"),
    "vessel_density": share_of(flag("vessel_near")),
    "vessel_uptake_lower": share_of(flag("uptake_lower")),
    "vessel_uptake_upper": share_of(flag("uptake_upper")),
    "vessel_uptake_trial": share_of(flag("uptake_lower")),
    "type_one_share": share_of(flag("type_one")),
    "overlap_angle": mean_of("overlap_angle_deg"),
    "margin_below_psis": mean_of_shapes("below_psis_mm"),
    "margin_below_psis_library": mean_of("below_psis_mm"),
    "area": mean_of_shapes("area_cm2"),
    "area_library": mean_of("area_cm2"),
    "width": mean_of("width_measured_mm"),
    "inferior_angle": mean_of_shapes("inferior_angle_deg"),
    "inferior_angle_library": mean_of("inferior_angle_deg"),
    "provoked_familiar_pain": share_of(flag("familiar_on_filling")),
    "deflection_quincke": mean_of("deflection_quincke_mm"),
    "deflection_short_bevel": mean_of("deflection_short_bevel_mm"),
}
