"""Reading contrast from images: layouts that are known because they were painted."""

from dataclasses import replace

import numpy as np
import pytest
from slab_phantom import DORSAL_A, SlabBody

from sijoint.fluoroscopy import LayerGrid, LineIntegrals, Relationship, Scene, Technique, expose, layer_areal_density
from sijoint.frames import Grid, ProjectionGeometry, ReceptorTilt, Side, load_carm_model
from sijoint.guidance import ContrastRun, UnreadableRun, read_arthrogram
from sijoint.guidance.arthrogram import INTRA_ARTICULAR, pattern_probabilities, reading_of
from sijoint.guidance.arthrogram_rule import load_arthrogram_rule
from sijoint.guidance.contrast_features import contrast_evidence
from sijoint.guidance.shadow_shape import share_in_footprint
from sijoint.model import ContrastPattern

CARM = load_carm_model()
BODY, SIDE = SlabBody(), Side.LEFT
JOINT = BODY.joints[SIDE]
TIP = JOINT.chart.world(DORSAL_A + 3, 20.0)
DETECTOR = CARM.detector.binned_to(256)
TRAJECTORY, LATERAL = ReceptorTilt(-8.0, 0.0), ReceptorTilt(90.0, 0.0)
MG, ML = 100.0, 0.5


def painted(a_mm, b_mm, off_mm, mg=MG):
    """A box of the joint's own coordinates filled evenly with so much iodine."""
    low, high = np.array([a_mm, b_mm, off_mm], dtype=float).T
    chart, pitch = JOINT.chart, 0.5
    shape = tuple(int(n) for n in np.maximum(np.ceil((high - low) / pitch), 1) + 2)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([chart.axis_a, chart.axis_b, chart.normal], axis=1) * pitch
    matrix[:3, 3] = chart.origin_mm + (low - pitch / 2) @ np.stack([chart.axis_a, chart.axis_b, chart.normal])
    values = np.zeros(shape, np.float32)
    values[1:-1, 1:-1, 1:-1] = 1
    return LayerGrid(Grid(shape, matrix), values * mg / (values.sum() * pitch**3 / 1000))


def run_of(tilt, stages, rng, water=18.0):
    """A mask and one frame for each painted stage through even water; the last stage is what stays."""
    pose = CARM.pose(tilt.direction, TIP)
    geometry = ProjectionGeometry.of(pose, DETECTOR)
    even = np.full(geometry.shape, water, np.float32)
    anatomy = LineIntegrals(even, np.zeros_like(even), np.zeros(even.shape, bool))
    frames = []
    for time_s, stage in enumerate([None, *stages]):
        iodine = None if stage is None else layer_areal_density(stage, geometry)
        scene = Scene(anatomy, None, iodine)
        frames.append(expose(scene, pose, DETECTOR, Technique(80.0, 4.0), CARM, rng, time_s=float(time_s)))
    return ContrastRun(frames[0], tuple(frames[1:-1]), tuple(frames[-1:]), ML, MG / ML)


def two_views(*stages):
    rng = np.random.default_rng(5)
    return run_of(TRAJECTORY, stages, rng), run_of(LATERAL, stages[-1:], rng)


CLEFT = painted((6, 20), (12, 38), (-0.5, 0.5))
LIGAMENT = painted((-6, 0), (14, 26), (-3, 3))
MUSCLE = painted((-32, -22), (12, 28), (-5, 5))
FAINT = painted((-8, 0), (10, 40), (-1, 1), mg=4.0)


def evidence(*stages):
    return contrast_evidence(two_views(*stages), BODY, SIDE, TIP, load_arthrogram_rule())


def test_nearly_all_injected_iodine_is_found_again_in_the_images():
    assert evidence(CLEFT, CLEFT).values["seen_share"] == pytest.approx(1.0, abs=0.25)
    assert evidence(MUSCLE, MUSCLE).values["seen_share"] == pytest.approx(1.0, abs=0.25)


@pytest.mark.parametrize(("layer", "place"), [(CLEFT, "cleft"), (LIGAMENT, "ligament"), (MUSCLE, "muscle")])
def test_two_views_place_the_iodine_where_it_was_painted(layer, place):
    values = evidence(layer, layer).values
    assert values[place] > 0.6
    assert max(("cleft", "rim", "ligament", "muscle", "foramen", "ventral"), key=lambda each: values[each]) == place


def test_contrast_that_is_carried_off_counts_as_washed_and_not_as_a_place():
    values = evidence(LIGAMENT, LIGAMENT, FAINT).values
    assert values["washed_share"] > 0.8
    assert sum(values[each] for each in ("cleft", "rim", "ligament", "muscle", "foramen", "ventral")) < 0.2


def test_spread_towards_the_head_is_told_as_a_share_of_the_joints_height():
    low = evidence(*[painted((6, 20), (12, 22), (-0.5, 0.5))] * 2).values["cephalad"]
    high = evidence(*[painted((6, 20), (12, 42), (-0.5, 0.5))] * 2).values["cephalad"]
    assert high - low == pytest.approx(20 / 40, abs=0.15)  # of the joint's 40 mm


def test_edge_on_cleft_is_a_thin_line_and_muscle_a_blob():
    assert evidence(CLEFT, CLEFT).values["thin"] > 0.7
    assert evidence(MUSCLE, MUSCLE).values["thin"] < 0.6


def test_edge_on_cleft_is_dense_and_narrow_beside_muscle():
    cleft, muscle = evidence(CLEFT, CLEFT).values, evidence(MUSCLE, MUSCLE).values
    assert cleft["stroke"] < 0.6 * muscle["stroke"]
    assert cleft["sheet"] > muscle["sheet"] + 0.5
    assert cleft["depth"] > muscle["depth"]


def test_distance_from_the_cleft_is_told_of_what_lies_outside_it():
    near, far = (painted((-a, 2 - a), (14, 26), (-3, 3)) for a in (2, 12))
    close, away = (evidence(each, each).values["out_half"] for each in (near, far))
    assert away - close == pytest.approx(1.0, abs=0.3)  # cm


def test_footprint_of_the_cleft_holds_its_contrast_in_the_lateral_view_and_not_that_of_muscle():
    cells = JOINT.chart.world(*np.argwhere(JOINT.synovial).T.astype(float))
    assert share_in_footprint(evidence(CLEFT, CLEFT).maps[1], cells, 2.0) > 0.9
    assert share_in_footprint(evidence(MUSCLE, MUSCLE).maps[1], cells, 2.0) < 0.1


def test_no_contrast_is_read_as_none_seen():
    rng = np.random.default_rng(1)
    empty = run_of(TRAJECTORY, [painted((0, 1), (20, 21), (0, 1), mg=1e-3)] * 2, rng)
    reading = read_arthrogram([empty], BODY, SIDE, TIP)
    assert reading.pattern is ContrastPattern.NONE_SEEN


def test_in_doubt_the_pattern_that_forbids_a_drug_is_named():
    sure = contrast_evidence(two_views(CLEFT, CLEFT), BODY, SIDE, TIP, load_arthrogram_rule()).values
    rule = load_arthrogram_rule()
    assert reading_of(sure, rule).pattern in INTRA_ARTICULAR
    staying = ("seen_share", "later_share", "cleft", "rim", "ligament", "muscle", "foramen", "ventral", "below")
    for washed in np.linspace(0, 1, 21):
        left = {name: sure[name] * (1 - washed) for name in staying}
        reading = reading_of(sure | left | {"washed_share": washed, "fading": washed, "lagging": 0.3 * washed}, rule)
        feared = max(
            reading.probabilities[each] for each in (ContrastPattern.VASCULAR, ContrastPattern.MIXED_WITH_VASCULAR)
        )
        assert (reading.pattern in INTRA_ARTICULAR) <= (feared < rule.feared_from)
    assert reading.pattern is ContrastPattern.VASCULAR


def test_probabilities_sum_to_one_and_belong_to_the_pattern():
    reading = read_arthrogram(two_views(CLEFT, CLEFT), BODY, SIDE, TIP)
    assert sum(reading.probabilities.values()) == pytest.approx(1)
    assert reading.probability == reading.probabilities[reading.pattern]
    assert reading.intra_articular_probability >= reading.probability
    assert "calibrated on simulation" in reading.words[0]


def test_weights_name_known_features_only_and_every_pattern_has_some():
    rule = load_arthrogram_rule()
    known = evidence(CLEFT, CLEFT).values
    assert all(set(weights) - {"bias"} <= set(known) for weights in rule.scores.values())
    assert set(rule.scores) == set(ContrastPattern)
    flat = pattern_probabilities(dict.fromkeys(known, 0.0), rule)
    assert sum(flat.values()) == pytest.approx(1)


def test_the_weights_say_what_they_were_fitted_to():
    made_by = load_arthrogram_rule().made_by
    for word in ("train_arthrogram_reading.py", "penalty", "seeds", "library pelves"):
        assert word in made_by


def test_one_view_alone_is_trusted_less_and_says_so():
    runs = two_views(CLEFT, CLEFT)
    reading = read_arthrogram(runs[:1], BODY, SIDE, TIP)
    twice = read_arthrogram([runs[0], runs[0]], BODY, SIDE, TIP)  # two looks along one line are one view
    both = read_arthrogram(runs, BODY, SIDE, TIP)
    assert reading.probability < both.probability
    assert twice.features["views"] == 1
    assert both.features["views"] == 2
    assert any("one view only" in sentence for sentence in reading.words)


def test_brightness_control_between_two_looks_does_not_make_contrast():
    pose = CARM.pose(LATERAL.direction, TIP)
    even = np.full((DETECTOR.rows, DETECTOR.columns), 18.0, np.float32)
    scene = Scene(LineIntegrals(even, np.zeros_like(even), np.zeros(even.shape, bool)))
    rng = np.random.default_rng(2)
    before, after = (expose(scene, pose, DETECTOR, Technique(kvp, 4.0), CARM, rng) for kvp in (80.0, 82.0))
    reading = read_arthrogram([ContrastRun(before, (), (after,), ML, MG / ML)], BODY, SIDE, TIP)
    assert reading.pattern is ContrastPattern.NONE_SEEN


def test_runs_that_cannot_be_read_are_refused_in_plain_words():
    run, lateral = two_views(CLEFT)
    with pytest.raises(UnreadableRun, match="no contrast run"):
        read_arthrogram([], BODY, SIDE, TIP)
    with pytest.raises(UnreadableRun, match="no frame with contrast"):
        read_arthrogram([replace(run, during=(), after=())], BODY, SIDE, TIP)
    with pytest.raises(UnreadableRun, match="how much contrast"):
        read_arthrogram([replace(run, injected_ml=0.0)], BODY, SIDE, TIP)
    with pytest.raises(UnreadableRun, match="moved between"):
        read_arthrogram([replace(run, after=lateral.after)], BODY, SIDE, TIP)
    with pytest.raises(UnreadableRun, match="no known pose"):
        read_arthrogram([replace(run, before=replace(run.before, pose=None, missing=("0018,1510",)))], BODY, SIDE, TIP)


def test_display_pixels_are_refused_because_they_cannot_be_subtracted():
    run = two_views(CLEFT)[0]
    for_eyes = replace(run.before, relationship=Relationship.DISPLAY)
    with pytest.raises(UnreadableRun, match="display pixels"):
        read_arthrogram([replace(run, before=for_eyes)], BODY, SIDE, TIP)


def test_same_images_give_the_same_reading():
    runs = two_views(CLEFT, CLEFT)
    assert read_arthrogram(runs, BODY, SIDE, TIP) == read_arthrogram(runs, BODY, SIDE, TIP)
