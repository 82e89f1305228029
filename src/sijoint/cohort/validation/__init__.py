"""The validation study: a seeded population of library pelves, a virtual hand fixed beforehand, and published figures.

``plan_file`` reads what was fixed before the models were written, ``subject`` takes one pelvis through every measurement,
``study`` runs the population, ``shape_sides`` measures the forty real shapes, ``estimates`` and ``verdicts`` hold the figures against the published ones, ``page`` tells it.
"""

from sijoint.cohort.validation.estimates import Found
from sijoint.cohort.validation.outcome import Outcome
from sijoint.cohort.validation.page import validation_page
from sijoint.cohort.validation.plan_file import ValidationPlan, read_validation_plan
from sijoint.cohort.validation.shape_sides import shape_sides
from sijoint.cohort.validation.study import run_study
from sijoint.cohort.validation.verdicts import Verdict, verdicts

__all__ = [
    "Found",
    "Outcome",
    "ValidationPlan",
    "Verdict",
    "read_validation_plan",
    "run_study",
    "shape_sides",
    "validation_page",
    "verdicts",
]
