"""What the study measures beside the plan's rows, so that its figures can be read: leaks by volume, vessels by distance."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from sijoint.cohort.validation.outcome import Outcome

LEAK_AT_ML = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
NEAR_MM = (0.0, 0.5, 1.0, 2.0, 4.0)
IN_JOINT_ML = (0.25, 0.5, 1.0)


def also_measured(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Sentences; none of what was measured on no pelvis."""
    filled = [one.leak_seen_from_ml for one in outcomes if one.leak_lower_ml is not None]
    if filled:
        yield "Joints whose leak is seen, by what was injected in the lower third: " + _shares(
            LEAK_AT_ML, lambda ml: _share(at is not None and at <= ml + 1e-9 for at in filled), "mL"
        )
    gaps = [one.vessel_gap_mm for one in outcomes if one.uptake_lower is not None]
    if gaps:
        yield "First placements in the lower third whose tip is so near to a vessel's wall or nearer: " + _shares(
            NEAR_MM, lambda mm: _share(gap is not None and gap <= mm for gap in gaps), "mm"
        )
    in_joint = [one.dissection_ml for one in outcomes if one.dissection_ml is not None]
    if in_joint:
        yield "Placements of the dissection row with so much or more in the joint: " + _shares(
            IN_JOINT_ML, lambda ml: _share(held >= ml for held in in_joint), "mL"
        )
    for third in ("lower", "upper"):
        read = [
            (bool(getattr(one, f"read_inside_{third}")), bool(getattr(one, f"truly_inside_{third}")))
            for one in outcomes
            if getattr(one, f"read_inside_{third}") is not None
        ]
        if read:
            right = sum(said == true for said, true in read)
            wrongly = sum(said and not true for said, true in read)
            yield (
                f"Success in the {third} third by the truth of the fluid (most of the last contrast in the joint): "
                f"{sum(true for _, true in read)} of {len(read)}; the reader agrees in {right}, says inside wrongly in {wrongly}."
            )


def _share(answers: Iterable[bool]) -> float:
    return float(np.mean(list(answers)))


def _shares(limits: tuple[float, ...], share: Callable[[float], float], unit: str) -> str:
    return ", ".join(f"{limit:g} {unit} {100 * share(limit):.0f} %" for limit in limits) + "."
