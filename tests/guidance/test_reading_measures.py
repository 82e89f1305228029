"""The numbers that judge the arthrogram reading: right where the answer is known, and wide when there is little to go by."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from arthrogram_measures import (
    PATTERNS,
    Judged,
    accuracy,
    brier,
    calibration_error,
    falsely_inside,
    feared_missed,
    found_inside,
    interval,
    place_accuracy,
)

NAMED = {name: n for n, name in enumerate(PATTERNS)}


def judged(*pairs, said=1.0, pelvis=None):
    """Readings of (true, read), each with so much probability on what was read and the rest spread evenly."""
    truth, read = (np.array([NAMED[pair[k]] for pair in pairs]) for k in (0, 1))
    chance = np.full((len(pairs), len(PATTERNS)), (1 - said) / (len(PATTERNS) - 1))
    chance[np.arange(len(pairs)), read] = said
    return Judged(truth, read, chance, np.array(pelvis or ["one"] * len(pairs)))


MIXED = judged(
    ("ia_type_i", "ia_type_ii"), ("ia_type_ii", "ligament"), ("vascular", "vascular"), ("foraminal", "ia_type_i")
)


def test_types_of_one_place_are_one_place():
    assert accuracy(MIXED) == 0.25
    assert place_accuracy(MIXED) == 0.5


def test_doors_opened_wrongly_and_fears_missed_are_counted_among_those_that_matter():
    assert found_inside(MIXED) == 0.5
    assert falsely_inside(MIXED) == 0.5
    assert feared_missed(MIXED) == 0.5
    assert np.isnan(feared_missed(judged(("muscle", "muscle"))))


def test_brier_is_zero_for_the_sure_and_right_and_two_for_the_sure_and_wrong():
    assert brier(judged(("muscle", "muscle"))) == 0
    assert brier(judged(("muscle", "ligament"))) == 2


def test_probabilities_that_come_true_as_often_as_they_say_have_no_calibration_error():
    rng = np.random.default_rng(3)
    chance = rng.random(200_000)
    came = (rng.random(200_000) < chance).astype(float)
    assert calibration_error(chance, came) < 0.01
    assert calibration_error(np.full(1000, 0.95), np.zeros(1000)) == pytest.approx(0.95)


def test_the_interval_is_of_pelves_and_not_of_readings():
    pairs = [("muscle", "muscle")] * 50 + [("muscle", "ligament")] * 50
    alike = judged(*pairs, pelvis=[f"p{n % 10}" for n in range(100)])
    apart = judged(*pairs, pelvis=[f"p{n // 10}" for n in range(100)])  # whole pelves right or wrong
    narrow, wide = (np.subtract(*interval(each, accuracy)[::-1]) for each in (alike, apart))
    assert narrow == pytest.approx(0, abs=1e-9)
    assert wide > 0.5
