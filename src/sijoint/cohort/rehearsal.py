"""A rehearsal: on whom, which side and target, with which causes; made ready for a person at the pedal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sijoint.anatomy import PatientCT, bundled_pelvis, sample_pelvis
from sijoint.cohort.case import Case, case_of
from sijoint.cohort.scenario import Causes, VesselCauses, scenario, scenarios
from sijoint.cohort.setting import room_setting
from sijoint.frames import Side
from sijoint.guidance import Plan, plan
from sijoint.model import ProcedureKind, Recipe, RecipeLine, Target
from sijoint.room import Setting

ORDINARY = "ordinary"
TEXTBOOK = "positive"  # the scenario whose causes an ordinary rehearsal shares, but for its even tissue

Progress = Callable[[float, str], None]


class ImpossibleRehearsal(ValueError):
    """A choice that cannot be rehearsed; the text is what the person reads."""


@dataclass(frozen=True)
class RehearsalChoice:
    """``pelvis`` is the seed of a library pelvis, None the bundled CT; ``bmi`` of a library pelvis.

    ``causes`` is ``ordinary`` or a scenario that has a procedure; ``plan`` counts the plans of the planner from 0, the best.
    """

    side: Side
    target: Target
    seed: int
    pelvis: int | None = None
    bmi: float | None = None
    causes: str = ORDINARY
    plan: int = 0

    def __post_init__(self) -> None:
        if self.pelvis is None and self.bmi is not None:
            raise ImpossibleRehearsal(
                "the bundled CT has the build that it has: choose a library pelvis to choose the BMI"
            )
        if self.seed < 0 or (self.pelvis or 0) < 0 or self.plan < 0:
            raise ImpossibleRehearsal("seeds and numbers count from zero")
        causes_named(self.causes)

    @property
    def words(self) -> str:
        """For people."""
        on = "bundled CT" if self.pelvis is None else f"library pelvis {self.pelvis}"
        build = "" if self.bmi is None else f", BMI {self.bmi:g}"
        return f"{on}{build}, {self.side} side, {self.target} target"


def rehearsal_causes() -> Mapping[str, str]:
    """What may be chosen: name and what it holds, for an instructor; a trainee who reads it knows too much."""
    return {ORDINARY: "nothing out of the ordinary"} | {
        each.name: each.shows for each in scenarios().values() if _has_procedure(each.causes)
    }


def surprise(seed: int) -> str:
    """Causes in which the joint or what is near it misleads, by chance; sometimes there is nothing."""
    hidden = [
        each.name
        for each in scenarios().values()
        if _has_procedure(each.causes) and (each.causes.false_give or each.causes.vessels or each.causes.leaks)
    ]
    return str(np.random.default_rng([seed, *b"surprise"]).choice([ORDINARY, *hidden]))


def causes_named(name: str) -> Causes:
    """Raises ImpossibleRehearsal."""
    if name == ORDINARY:
        return replace(scenario(TEXTBOOK).causes, even_tissue=False)
    if name not in rehearsal_causes():
        known = ", ".join(rehearsal_causes())
        raise ImpossibleRehearsal(f"there is nothing of the name {name!r} to rehearse: choose one of {known}")
    return scenario(name).causes


def held_in(name: str) -> tuple[str, ...]:
    """What the causes of this name put into the body, in words; for the debrief and an instructor alone."""
    causes = causes_named(name)
    told = []
    if causes.false_give is not None:
        told.append(f"a layer gives {causes.false_give.before_target_mm:g} mm before the target, as the joint would")
    for vessel in causes.vessels:
        told.append(f"a vessel {2 * vessel.radius_mm:g} mm wide passes {_past_mm(vessel):.0f} mm from the target")
    told += [
        f"the joint leaks towards {leak.to} once it holds more than {leak.opens_above_ml:g} mL" for leak in causes.leaks
    ]
    told.append(f"the joint takes about {causes.capacity_ml:g} mL")
    return tuple(told)


def _past_mm(vessel: VesselCauses) -> float:
    """How near the middle of a straight vessel comes to the target."""
    at, runs = np.array(vessel.at_mm), np.array(vessel.runs) / np.linalg.norm(vessel.runs)
    along = np.clip(-at @ runs, -vessel.length_mm / 2, vessel.length_mm / 2)
    return float(np.linalg.norm(at + along * runs))


def rehearsed_recipe(causes: Causes) -> Recipe:
    """The syringes of a diagnostic block."""
    recipe = causes.recipe
    return Recipe(
        RecipeLine(*recipe.skin), RecipeLine(*recipe.contrast), tuple(RecipeLine(*line) for line in recipe.diagnostic)
    )


@dataclass(frozen=True, eq=False)
class ReadyRoom:
    setting: Setting
    plan: Plan
    case: Case


def made_ready(
    choice: RehearsalChoice,
    *,
    procedure_id: str,
    kind: ProcedureKind,
    operator: str,
    recipe: Recipe,
    rows: int,
    progress: Progress = lambda share, words: None,
) -> ReadyRoom:
    """Anatomy, volume, plan and setting; ``progress`` is told the share that is done and what comes next.

    Raises ImpossibleRehearsal, NoPlan and UnsuitableAnatomy with the plain reason.
    """
    progress(0.02, "reading the CT")
    patient = _patient(choice)
    progress(0.15, "finding the joint, bones and tissues")
    case = case_of(patient, (choice.side,))
    progress(0.7, "planning the way to the target")
    plans = plan(case.body, choice.side, choice.target, case.carm, case.position)
    if choice.plan >= len(plans):
        raise ImpossibleRehearsal(f"the planner found {len(plans)} ways to this target: choose one of them")
    chosen = plans[choice.plan]
    setting = room_setting(
        case,
        causes_named(choice.causes),
        chosen,
        recipe,
        procedure_id=procedure_id,
        kind=kind,
        operator=operator,
        virtual_operator=False,
        rows=rows,
    )
    return ReadyRoom(setting, chosen, case)


def _patient(choice: RehearsalChoice) -> PatientCT:
    if choice.pelvis is None:
        return bundled_pelvis()
    return sample_pelvis(choice.pelvis, bmi=choice.bmi)


def _has_procedure(causes: Causes) -> bool:
    """Stopped before the room, a scenario has nothing to rehearse."""
    sides: Any = causes.sides
    return causes.answers.pregnancy.value == "no" and all(
        getattr(sides, name).value == "same" for name in type(sides).__dataclass_fields__
    )
