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

_CLASSES: Mapping[str, ContrastPattern] = {
    "ligament": ContrastPattern.LIGAMENT,
    "periarticular": ContrastPattern.PERIARTICULAR,
    "muscle": ContrastPattern.MUSCLE,
    "vascular": ContrastPattern.VASCULAR,
    "mixed_with_vascular": ContrastPattern.MIXED_WITH_VASCULAR,
    "foraminal": ContrastPattern.FORAMINAL,
    "ventral_leak": ContrastPattern.VENTRAL_LEAK,
}
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
    if features["peak_share"] < rule.none_below_share:
        probabilities = {ContrastPattern.NONE_SEEN: 1.0}
    else:
        probabilities = _pattern_probabilities(features, rule)
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
        return max(INTRA_ARTICULAR, key=lambda each: probabilities[each])
    return likeliest


def class_probabilities(features: Mapping[str, float], rule: ArthrogramRule) -> dict[str, float]:
    """Softmax of the linear scores, by class (the intra-articular patterns as one)."""
    scores = {
        name: weights["bias"] + sum(weight * features[key] for key, weight in weights.items() if key != "bias")
        for name, weights in rule.scores.items()
    }
    trust = 1.0 if features["views"] >= 2 else rule.one_view_trust
    top = max(scores.values())
    powers = {name: float(np.exp(trust * (score - top))) for name, score in scores.items()}
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}


def _pattern_probabilities(features: Mapping[str, float], rule: ArthrogramRule) -> dict[ContrastPattern, float]:
    classes = class_probabilities(features, rule)
    inside = classes.pop("intra_articular")
    split = rule.subtypes
    leak = _logistic((1 - features["cleft"] - split.leak_share) / split.leak_scale)
    cephalad = _logistic((10 * features["cephalad"] - split.cephalad_mm) / split.cephalad_scale_mm)
    probabilities = {_CLASSES[name]: share for name, share in classes.items()}
    probabilities[ContrastPattern.IA_CAPSULAR_LEAK] = inside * leak
    probabilities[ContrastPattern.IA_TYPE_I] = inside * (1 - leak) * cephalad
    probabilities[ContrastPattern.IA_TYPE_II] = inside * (1 - leak) * (1 - cephalad)
    return probabilities


def _logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(value, -50, 50))))


def _words(
    pattern: ContrastPattern, probabilities: Mapping[ContrastPattern, float], features: Mapping[str, float]
) -> tuple[str, ...]:
    words = [f"{pattern.value}, probability {probabilities[pattern]:.0%} (calibrated on simulation)"]
    if pattern in INTRA_ARTICULAR:
        inside = sum(probabilities[each] for each in INTRA_ARTICULAR)
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
        words.append(f"it reaches {10 * features['cephalad']:.0f} mm cephalad of the tip")
    if features["views"] < 2:
        words.append("read from one view only: the depth of the contrast is uncertain")
    return tuple(words)
