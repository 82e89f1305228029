"""The first reading of an arthrogram: which contrast pattern the images show, how sure, and in which words.

Only images, their geometry, the known anatomy and what the operator knows of the syringe go in. The probability is
calibrated on simulation; the physician judges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sijoint.anatomy import Body
from sijoint.fluoroscopy import UnphysicalView
from sijoint.frames import Side
from sijoint.guidance.arthrogram_rule import ArthrogramRule, load_arthrogram_rule
from sijoint.guidance.contrast_features import contrast_evidence
from sijoint.guidance.contrast_run import ContrastRun, UnreadableRun, check_run
from sijoint.model import ContrastPattern

INTRA_ARTICULAR = (ContrastPattern.IA_TYPE_I, ContrastPattern.IA_TYPE_II, ContrastPattern.IA_CAPSULAR_LEAK)
_FEARED = (
    ContrastPattern.VASCULAR,
    ContrastPattern.MIXED_WITH_VASCULAR,
    ContrastPattern.FORAMINAL,
    ContrastPattern.VENTRAL_LEAK,
)


@dataclass(frozen=True)
class ArthrogramReading:
    """The pattern decided for and its probability, all probabilities, the features behind them, and sentences.

    The pattern is the likeliest, except that one of vessel, foramen or ventral leak is named from a lower probability on.
    """

    pattern: ContrastPattern
    probability: float
    probabilities: Mapping[ContrastPattern, float]
    features: Mapping[str, float]
    words: tuple[str, ...]

    @property
    def intra_articular_probability(self) -> float:
        """That the contrast is in the joint, whatever its spread."""
        return sum(self.probabilities.get(each, 0.0) for each in INTRA_ARTICULAR)


def read_arthrogram(
    runs: Sequence[ContrastRun],
    body: Body,
    side: Side,
    tip_mm: ArrayLike | None = None,
    rule: ArthrogramRule | None = None,
) -> ArthrogramReading:
    """The pattern that the views of one injection show.

    ``body`` is the pre-operative anatomy in the frame of the poses; ``tip_mm`` where the operator takes the tip to be (LPS,
    planned or found in the images), else the usual target. Raises UnreadableRun when images cannot be subtracted.
    """
    rule = rule or load_arthrogram_rule()
    if not runs:
        raise UnreadableRun("there is no contrast run to read; inject contrast and take images first")
    for run in runs:
        check_run(run)
    tip = np.asarray(body.joints[side].inferior_recess_mm if tip_mm is None else tip_mm, dtype=np.float64)
    try:
        features = contrast_evidence(runs, body, side, tip, rule).values
    except UnphysicalView as reason:
        raise UnreadableRun(f"the contrast run cannot be subtracted: {reason}") from reason
    return reading_of(features, rule)


def reading_of(features: Mapping[str, float], rule: ArthrogramRule) -> ArthrogramReading:
    """The reading that a set of features leads to."""
    probabilities = pattern_probabilities(features, rule)
    if features["peak_share"] < rule.none_below_share:  # what is too little to be contrast has no pattern either
        probabilities = {pattern: float(pattern is ContrastPattern.NONE_SEEN) for pattern in probabilities}
    pattern = _decided(probabilities, rule)
    return ArthrogramReading(
        pattern,
        probabilities[pattern],
        probabilities,
        dict(features),
        _words(pattern, probabilities, features),
    )


def _decided(probabilities: Mapping[ContrastPattern, float], rule: ArthrogramRule) -> ContrastPattern:
    """The likeliest pattern, the intra-articular ones counted together; in doubt a pattern that forbids any drug."""
    feared = max(_FEARED, key=lambda each: probabilities.get(each, 0.0))
    if probabilities.get(feared, 0.0) >= rule.feared_from:
        return feared
    outside = {each: chance for each, chance in probabilities.items() if each not in INTRA_ARTICULAR}
    likeliest = max(outside, key=lambda each: outside[each])
    if sum(probabilities.values()) - sum(outside.values()) > outside[likeliest]:
        return max(INTRA_ARTICULAR, key=lambda each: probabilities.get(each, 0.0))
    return likeliest


def pattern_probabilities(features: Mapping[str, float], rule: ArthrogramRule) -> dict[ContrastPattern, float]:
    """Softmax of the linear scores, by pattern; flatter when one view alone leaves the depth unknown."""
    usual = {key: min(max(features[key], low), high) for key, (low, high) in rule.usual.items()}
    scores = {
        pattern: weights["bias"] + sum(weight * usual[key] for key, weight in weights.items() if key != "bias")
        for pattern, weights in rule.scores.items()
    }
    trust = 1.0 if features["views"] >= 2 else rule.one_view_trust
    top = max(scores.values())
    powers = {pattern: float(np.exp(trust * (score - top))) for pattern, score in scores.items()}
    total = sum(powers.values())
    return {pattern: power / total for pattern, power in powers.items()}


def _words(
    pattern: ContrastPattern, probabilities: Mapping[ContrastPattern, float], features: Mapping[str, float]
) -> tuple[str, ...]:
    words = [f"{pattern.value}, probability {probabilities[pattern]:.0%} (calibrated on simulation)"]
    if pattern in INTRA_ARTICULAR:
        inside = sum(probabilities.get(each, 0.0) for each in INTRA_ARTICULAR)
        words[0] = f"{pattern.value}; in the joint with probability {inside:.0%} (calibrated on simulation)"
    words.append(f"{features['seen_share']:.0%} of the injected iodine is seen at the end of the run")
    if features["washed_share"] > 0.2:
        words.append(f"{features['washed_share']:.0%} of what was seen has washed away")
    places = {
        "in the cleft": features["cleft"],
        "at its rim": features["rim"],
        "in the posterior ligaments": features["ligament"],
        "in muscle or fat": features["muscle"],
        "at a sacral foramen": features["foramen"],
        "in front of the joint or towards the notch": features["ventral"],
    }
    told = [
        f"{share:.0%} {place}" for place, share in sorted(places.items(), key=lambda item: -item[1]) if share >= 0.1
    ]
    if told:
        words.append("it lies " + ", ".join(told))
    if pattern in INTRA_ARTICULAR:
        words.append(f"it reaches up to {min(features['cephalad'], 1.0):.0%} of the joint's height")
    if features["views"] < 2:
        words.append("read from one view only: the depth of the contrast is uncertain")
    return tuple(words)
