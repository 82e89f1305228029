"""A library pelvis whole: the same bytes again, what was drawn is found, and the program takes it as a patient."""

import numpy as np
import pytest

from sijoint.anatomy import PelvisVariant, UnsuitableAnatomy, draw_pelvis, extract_joint, pelvis_of, sample_pelvis
from sijoint.anatomy.tissue import body_mask
from sijoint.frames import Side
from sijoint.model import Sex

ASKED = {"bmi": 31.0, "age_years": 66.0, "sex": Sex.MALE, "width_mm": 2.0}


@pytest.fixture(scope="module")
def made():
    return pelvis_of(draw_pelvis(7, variants={Side.LEFT: (PelvisVariant.VACUUM,)}, **ASKED))


def test_both_joints_are_found_as_wide_as_drawn(made):
    for side in Side:
        joint = extract_joint(made.patient, side)
        assert joint.width_measurable
        assert joint.mean_width_mm == pytest.approx(2.0, abs=0.35)
        assert 10 < joint.area_cm2 < 30


def test_labels_and_ct_are_one_grid_with_known_numbers(made):
    patient = made.patient
    assert patient.ct.grid.same_as(patient.labels.grid)
    assert {25, 26, 27, 77, 78} <= set(np.unique(patient.labels.values))
    assert patient.ct.hu.dtype == np.int16
    assert patient.labels.values.dtype == np.uint8


def test_bone_has_the_grey_values_of_the_real_bone(made, pelvis):
    for numbers in ((25,), (77,), (78,)):
        ours = np.percentile(made.patient.ct.hu[np.isin(made.patient.labels.values, numbers)], [25, 50, 90])
        real = np.percentile(pelvis.ct.hu[np.isin(pelvis.labels.values, numbers)], [25, 50, 90])
        assert ours == pytest.approx(real, rel=0.15, abs=25)


def test_air_surrounds_the_body(made):
    inside = body_mask(made.patient)
    assert not inside[[0, -1]].any()
    assert not inside[:, [0, -1]].any()


def test_gas_shows_in_the_joint_that_has_it_and_only_there(made):
    def darkest(side):
        joint = extract_joint(made.patient, side)
        grid = made.patient.ct.grid
        i, j, k = np.rint(grid.to_index(joint.chart.nodes_mm[joint.synovial])).astype(int).T
        return made.patient.ct.hu[i, j, k].min()

    assert darkest(Side.LEFT) < -150 < darkest(Side.RIGHT)


def test_it_says_that_it_is_synthetic_and_whose_data_it_is_made_from(made):
    provenance = made.patient.provenance
    assert "synthetic" in provenance.name
    assert provenance.measured == ()
    assert "Wasserthal" in provenance.attribution
    assert "Han" in provenance.attribution
    assert any("no evidence for entry depth or dose" in sentence for sentence in provenance.modelled)


def test_voxels_that_the_ct_cannot_give_are_refused():
    with pytest.raises(UnsuitableAnatomy, match=r"voxels of 0.3 mm; choose 0.8 to 3"):
        sample_pelvis(1, voxel_mm=0.3)


@pytest.mark.deep
def test_the_same_arguments_give_the_same_voxels(made):
    again = sample_pelvis(7, variants={Side.LEFT: (PelvisVariant.VACUUM,)}, **ASKED)
    assert np.array_equal(again.ct.hu, made.patient.ct.hu)
    assert np.array_equal(again.labels.values, made.patient.labels.values)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(6))
def test_both_joints_of_every_pelvis_are_found(seed):
    patient = sample_pelvis(seed)
    for side in Side:
        assert 8 < extract_joint(patient, side).area_cm2 < 35
