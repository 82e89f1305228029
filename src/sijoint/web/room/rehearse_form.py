"""The form that opens a rehearsal: on whom, which side and target, and whether the case hides something."""

import secrets
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sijoint.anatomy.library_rule import library_rule
from sijoint.cohort.rehearsal import ORDINARY, RehearsalChoice, surprise
from sijoint.frames import Side
from sijoint.model import Target
from sijoint.web.forms import BadForm, Form, Problem

LARGEST_NUMBER = 999_999


class Pelvis(StrEnum):
    BUNDLED = "bundled"
    LIBRARY = "library"


class Hides(StrEnum):
    ORDINARY = "ordinary"
    SURPRISE = "surprise"


@dataclass(frozen=True)
class CaseOffered:
    value: str
    name: str
    words: str


CASES = (
    CaseOffered(
        Hides.ORDINARY, "An ordinary case", "Nothing unusual is built in. Needle and fluid still do as they do."
    ),
    CaseOffered(Hides.SURPRISE, "A surprise", "Something may lie in the way. What it was is told in the debrief."),
)
SIDES = ((Side.LEFT.value, "Left"), (Side.RIGHT.value, "Right"))
TARGETS = ((Target.INTRA_ARTICULAR.value, "Into the joint"), (Target.LIGAMENT.value, "Posterior ligaments"))


def read_choice(form: Form) -> RehearsalChoice:
    """What was chosen. Raises BadForm with one sentence a field."""
    pelvis = form.one_of("pelvis", "The pelvis", Pelvis)
    side = form.one_of("side", "The side", Side)
    target = form.one_of("target", "The target", Target)
    hides = form.one_of("case", "What the case hides", Hides)
    number = bmi = None
    if pelvis is Pelvis.LIBRARY:
        number = form.whole("number", "The number of the pelvis", needed=True, lowest=0, highest=LARGEST_NUMBER)
        lowest, highest = (Decimal(str(value)) for value in library_rule().bmi_range)
        bmi = form.number("bmi", "The BMI", lowest=lowest, highest=highest)
    plan = form.whole("plan", "The plan", lowest=1, highest=LARGEST_NUMBER)  # of the planner, counted from 1
    form.done()
    assert side is not None
    assert target is not None
    seed = secrets.randbelow(2**31)
    causes = surprise(seed) if hides is Hides.SURPRISE else ORDINARY
    return RehearsalChoice(side, target, seed, number, None if bmi is None else float(bmi), causes, (plan or 1) - 1)


def problems_of(why: BadForm | Exception) -> tuple[Problem, ...]:
    """For the top of the page."""
    return why.problems if isinstance(why, BadForm) else (Problem("pelvis", str(why)),)
