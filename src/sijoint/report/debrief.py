"""The debrief: where the tip really was, against what was judged. The one document that may read the simulator's truth.

It is made on demand for the person who rehearsed; nothing else reads it, and nothing in the record changes by it.
"""

from dataclasses import dataclass

import numpy as np

from sijoint.model import ContrastPattern, Procedure, SyringeUse
from sijoint.report.words import number, session_clock
from sijoint.room.truth import SimulationTruth, TrueInjection

JUDGED_INSIDE = frozenset({ContrastPattern.IA_TYPE_I, ContrastPattern.IA_TYPE_II, ContrastPattern.IA_CAPSULAR_LEAK})
LEAST_SHARE_NAMED = 0.01  # a compartment with less of the volume than this is left out of the sentence


class NotThisProcedure(ValueError):
    """The truth and the procedure are not of the same injection."""


@dataclass(frozen=True)
class InjectionDebrief:
    """One injection: where it was judged to go, and where it went."""

    at_s: float
    use: SyringeUse
    tip: str
    distance_mm: float
    went: str
    judged: str
    agrees: bool | None


def debrief(truth: SimulationTruth, procedure: Procedure) -> tuple[InjectionDebrief, ...]:
    """Every injection that the simulator knows, oldest first. Raises NotThisProcedure."""
    if truth.procedure_id != procedure.id:
        raise NotThisProcedure(
            f"the truth is of procedure {truth.procedure_id}, the record of {procedure.id}; choose the file of the same name"
        )
    return tuple(_one(injection, truth, procedure) for injection in sorted(truth.injections, key=lambda one: one.at_s))


def debrief_text(truth: SimulationTruth, procedure: Procedure) -> str:
    """The debrief as plain text. Raises NotThisProcedure."""
    told = debrief(truth, procedure)
    lines = [
        f"DEBRIEF of procedure {procedure.id}, {procedure.side} {procedure.target} target",
        "What only the simulator knows. It is not part of the record and changes no verdict.",
        *(f"Not as reported: {sentence}." for sentence in truth.imperfection.words),
        "",
    ]
    if not told:
        return "\n".join([*lines, "Nothing was injected.", ""])
    for one in told:
        lines += [
            f"{session_clock(one.at_s)}  {one.use}",
            f"      tip: {one.tip}, {number(one.distance_mm, 1)} mm from the target",
            f"      went to: {one.went}",
            f"      judged: {one.judged}",
        ]
    wrong = sum(one.agrees is False for one in told)
    judged = sum(one.agrees is not None for one in told)
    if judged:
        lines += ["", f"Judgement and truth disagree on inside or outside in {wrong} of {judged} judged injections."]
    needle = procedure.needle
    if needle is not None:
        lines.append(
            f"Gives felt: {needle.gives_felt}, bone contacts: {needle.bone_contacts}, redirections: {needle.redirections}."
        )
    return "\n".join([*lines, ""])


def _one(injection: TrueInjection, truth: SimulationTruth, procedure: Procedure) -> InjectionDebrief:
    tip = "in the cleft" if injection.tip_in_cleft else f"outside the cleft, in {injection.tip_tissue}"
    judged, agrees = _judged(injection, procedure)
    return InjectionDebrief(
        injection.at_s,
        injection.use,
        tip,
        float(np.linalg.norm(np.subtract(injection.tip_mm, truth.target_mm))),
        _went(injection),
        judged,
        agrees,
    )


def _went(injection: TrueInjection) -> str:
    total = sum(injection.volumes_ml.values())
    if not total:
        return "nowhere: no volume"
    parts = sorted(injection.volumes_ml.items(), key=lambda part: -part[1])
    return ", ".join(
        f"{number(volume, 2)} mL {place} ({number(100 * volume / total, 0)} %)"
        for place, volume in parts
        if volume > LEAST_SHARE_NAMED * total
    )


def _judged(injection: TrueInjection, procedure: Procedure) -> tuple[str, bool | None]:
    """The first judgement at or after a contrast injection and before the next one; other fluids are not judged."""
    contrast = sorted(given.at_s for given in procedure.administrations if given.use is SyringeUse.CONTRAST)
    if injection.use is not SyringeUse.CONTRAST:
        return "not judged (no contrast)", None
    following = [at_s for at_s in contrast if at_s > injection.at_s]
    until = following[0] if following else float("inf")
    words = [one for one in procedure.judgements if injection.at_s <= one.at_s < until]
    if not words:
        return "not judged", None
    pattern = words[0].pattern
    return f"{pattern.value}, by {words[0].by}", (pattern in JUDGED_INSIDE) == injection.tip_in_cleft
