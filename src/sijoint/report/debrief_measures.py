"""What only the simulator knows of one procedure, as numbers: where the tip was, where the drug went, who judged right."""

import numpy as np
from numpy.typing import ArrayLike

from sijoint.frames import angle_between_deg
from sijoint.injectate import Compartment
from sijoint.model import Procedure, SyringeUse, Target
from sijoint.report.debrief import debrief
from sijoint.report.procedure_measures import Measure
from sijoint.room.truth import SimulationTruth, TrueInjection

NOTHING = "nothing was injected through the needle"


def debrief_measures(
    truth: SimulationTruth, procedure: Procedure, planned_direction: ArrayLike | None = None
) -> tuple[Measure, ...]:
    """At the drug, else at the last contrast. ``planned_direction`` is the plan's, skin straight to target.

    Raises NotThisProcedure.
    """
    last = _last(truth)
    judged = [one.agrees for one in debrief(truth, procedure) if one.agrees is not None]
    measures = [
        Measure("tip_from_target_mm", "Tip from the planned target", _away(truth, last), "mm", 1, _why(last)),
        Measure("angle_from_plan_deg", "Needle from the planned direction", *_angle(truth, planned_direction)),
    ]
    if procedure.target is Target.INTRA_ARTICULAR:
        inside = None if last is None else 100.0 * last.tip_in_cleft
        measures.append(Measure("tip_inside", "Tip in the joint", inside, "%", 0, _why(last)))
    measures.append(_drug_at_target(truth, procedure.target))
    right = 100.0 * sum(judged) / len(judged) if judged else None
    note = f"{sum(judged)} of {len(judged)}: inside or outside" if judged else "no contrast was judged"
    measures.append(Measure("judged_right", "Contrast judged right", right, "%", 0, note))
    return tuple(measures)


def _last(truth: SimulationTruth) -> TrueInjection | None:
    """The last injection of the drug, else of contrast."""
    order = sorted(truth.injections, key=lambda one: (one.use is SyringeUse.DRUG, one.at_s))
    return order[-1] if order else None


def _why(last: TrueInjection | None) -> str:
    return NOTHING if last is None else f"at the {last.use}"


def _away(truth: SimulationTruth, last: TrueInjection | None) -> float | None:
    return None if last is None else float(np.linalg.norm(np.subtract(last.tip_mm, truth.target_mm)))


def _angle(truth: SimulationTruth, planned: ArrayLike | None) -> tuple[float | None, str, int, str]:
    if len(truth.needle_path_mm) < 2:
        return None, "°", 1, NOTHING
    if planned is None:
        return None, "°", 1, "there was no plan"
    straight = np.subtract(truth.needle_path_mm[-1], truth.needle_path_mm[0])
    return angle_between_deg(straight, planned), "°", 1, "skin straight to tip, at the last injection"


def _drug_at_target(truth: SimulationTruth, target: Target) -> Measure:
    words = "Drug that reached the joint" if target is Target.INTRA_ARTICULAR else "Drug that reached the ligaments"
    place = Compartment.JOINT if target is Target.INTRA_ARTICULAR else Compartment.LIGAMENT
    drugs = [one.volumes_ml for one in truth.injections if one.use is SyringeUse.DRUG]
    total = sum(sum(volumes.values()) for volumes in drugs)
    if not total:
        return Measure("drug_at_target", words, None, "%", 0, "no drug was given")
    there = sum(volumes.get(str(place), 0.0) for volumes in drugs)
    return Measure("drug_at_target", words, 100.0 * there / total, "%", 0, "of what was given, at the end of the push")
