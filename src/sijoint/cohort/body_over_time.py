"""What the virtual body feels after each injection, from where the drug truly went; and the answers it gives.

How fast a person answers, and the vitals that a nurse finds, are invented and unremarkable.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from sijoint.cohort.staff import PATIENT
from sijoint.formulary import agent as agent_by_code
from sijoint.model import (
    Answer,
    DiaryEntry,
    DiaryPrompt,
    DischargeScore,
    Fact,
    Recipe,
    RecoveryCheck,
    SyringeUse,
    Vitals,
)
from sijoint.response import BodyState, Delivered, PainCause, state_at
from sijoint.room.truth import SimulationTruth

BACK_SHARE = 0.75  # of the pain before: from there this person says "my pain is back" (invented)


class VirtualBody:
    """One body with its cause of pain and everything that was delivered to it. Hours count from ``start``."""

    def __init__(self, pain: PainCause, start: datetime, seed: int) -> None:
        self.cause = replace(pain, person=seed)
        self.start, self.seed = start, seed
        self.delivered: list[Delivered] = []

    def receive(self, truth: SimulationTruth, recipe: Recipe, at: datetime) -> None:
        """The drug of one procedure, line by line, where the simulator knows that it went."""
        drawn = sum((line.volume_ml for line in recipe.drug), Decimal(0))
        for injection in truth.injections:
            if injection.use is not SyringeUse.DRUG:
                continue
            for line in recipe.drug:
                strength = float(agent_by_code(line.agent).strength_mg_ml * line.volume_ml / drawn)
                self.delivered.append(Delivered(line.agent, self._hours(at), injection.volumes_ml, strength))

    def receive_where_meant(self, recipe: Recipe, reached: Mapping[str, float], at: datetime) -> None:
        """The drug of a procedure that nobody simulated: ``reached`` are assumed shares by compartment."""
        drawn = sum((line.volume_ml for line in recipe.drug), Decimal(0))
        ml = {compartment: share * float(drawn) for compartment, share in reached.items()}
        for line in recipe.drug:
            strength = float(agent_by_code(line.agent).strength_mg_ml * line.volume_ml / drawn)
            self.delivered.append(Delivered(line.agent, self._hours(at), ml, strength))

    def at(self, moment: datetime) -> BodyState:
        hours = self._hours(moment)
        rng = np.random.default_rng([self.seed, *b"answer", round(hours * 60)])
        return state_at(self.cause, self.delivered, hours, rng)

    def _hours(self, moment: datetime) -> float:
        return (moment - self.start).total_seconds() / 3600


def diary_entry(body: VirtualBody, prompt: DiaryPrompt, baseline_nrs: int, *, by_staff: bool) -> DiaryEntry:
    """An answer a little after the prompt, as a person with a phone gives it; staff ask on the minute."""
    rng = np.random.default_rng([body.seed, *b"phone", *prompt.id.encode()])
    room = (prompt.closes - prompt.due).total_seconds() / 60
    late = 0.0 if by_staff else min(float(rng.gamma(2.0, 2.0)), 0.5 * room)
    answered = prompt.due + timedelta(seconds=round(late * 60))
    state = body.at(answered)
    no, yes = Fact(Answer.NO, PATIENT, answered), Fact(Answer.YES, PATIENT, answered)
    relief = max(0, round(100 * (baseline_nrs - state.index_nrs) / baseline_nrs)) if baseline_nrs else 0
    return DiaryEntry(
        id=f"{prompt.id}-e",
        prompt_id=prompt.id,
        opened=answered - timedelta(seconds=15),
        answered=answered,
        received=answered + timedelta(seconds=0 if by_staff else 2),
        index_nrs=state.index_nrs,
        rest_nrs=state.rest_nrs,
        analgesic_taken=no,
        asleep_or_resting=no,
        leg_weak=yes if state.leg_weak else no,
        patient_stated_percent=min(100, round(relief / 10) * 10),
        by_staff=by_staff,
        weakness_worse_or_both_legs=no,
        bladder_bowel_or_saddle_change=no,
        site_red_swollen_or_leaking=no,
        breathing_trouble_or_chest_pain=no,
        pain_is_back=yes if baseline_nrs and state.index_nrs >= BACK_SHARE * baseline_nrs else no,
    )


def recovery_check(body: VirtualBody, minutes: int, by: str, at: datetime) -> RecoveryCheck:
    """What a nurse finds: vitals of an unremarkable person, the index movement, and the leg as it is."""
    state = body.at(at)
    rng = np.random.default_rng([body.seed, *b"vitals", minutes])
    yes, no = Fact(Answer.YES, by, at), Fact(Answer.NO, by, at)
    vitals = Vitals(
        at=at,
        systolic=round(float(rng.normal(128, 5))),
        diastolic=round(float(rng.normal(78, 4))),
        pulse=round(float(rng.normal(72, 5))),
        spo2=98,
    )
    return RecoveryCheck(
        at=at,
        by=by,
        minutes=minutes,
        vitals=vitals,
        index_nrs=state.index_nrs,
        rest_nrs=state.rest_nrs,
        leg_power_at_baseline=no if state.leg_weak else yes,
        gait_at_baseline=no if state.leg_weak else yes,
        leg_numb=yes if state.leg_numb else no,
        site_dry=yes,
        dressing_intact=yes,
        score=DischargeScore(2, 0 if state.leg_weak else 2, 2, 2, 2),
    )
