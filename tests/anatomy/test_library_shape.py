"""The shape model: its pelves come back, are pelves, and their modes are what they say."""

import os
from pathlib import Path

import numpy as np
import pytest

from sijoint.anatomy import UnsuitableAnatomy, shape_subjects, subject_bones
from sijoint.anatomy.library_shape import shape_attribution, shape_model
from sijoint.frames import Side


def test_forty_pelves_come_back_as_closed_outward_surfaces():
    assert len(shape_subjects()) == 40
    bones = subject_bones(shape_subjects()[7])
    for bone in (bones.sacrum, bones.hip_left, bones.hip_right):
        edges = np.sort(bone.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        _, used = np.unique(edges, axis=0, return_counts=True)
        assert (used == 2).mean() > 0.995  # the published meshes have a few folds of their own
        a, b, c = bone.corners_mm.transpose(1, 0, 2)
        volume_cm3 = np.einsum("ij,ij->i", a - a.mean(0), np.cross(b - a.mean(0), c - a.mean(0))).sum() / 6000
        assert 80 < volume_cm3 < 600


@pytest.mark.parametrize("side", Side)
def test_the_hip_bone_of_a_side_lies_on_that_side(side):
    for subject in shape_subjects()[::8]:
        bones = subject_bones(subject)
        away = bones.hip(side).vertices_mm.mean(axis=0) - bones.sacrum.vertices_mm.mean(axis=0)
        assert away[0] * side.x_sign > 50
        assert bones.hip(side).vertices_mm[:, 1].max() > bones.sacrum.vertices_mm[:, 1].mean()  # the spine lies behind


def test_an_unknown_subject_is_refused_with_those_that_there_are():
    with pytest.raises(UnsuitableAnatomy, match=r"no pelvis 1 .*choose one of 2, 3"):
        subject_bones(1)


def test_weights_have_the_spread_of_a_standard_normal_and_modes_fall_in_size():
    model = shape_model()
    assert model.weights.std(axis=0, ddof=1) == pytest.approx(np.ones(39), abs=1e-3)
    assert model.weights.mean(axis=0) == pytest.approx(np.zeros(39), abs=1e-3)
    spread = np.sqrt((model.modes_mm.astype(np.float64) ** 2).sum(axis=(1, 2, 3)))
    assert (np.diff(spread) < 1e-3 * spread[0]).all()


def test_size_is_apart_from_shape_and_scales_everything():
    model = shape_model()
    small, large = model.vertices_mm([1.0, -0.5], -0.05), model.vertices_mm([1.0, -0.5], 0.05)
    assert np.allclose(large, small * np.exp(0.1))


def test_the_source_is_named_beside_the_data():
    words = shape_attribution()
    assert words["licence"] == "CC BY 4.0"
    assert "Han" in words["attribution"]
    assert "Not for clinical use" in words["caution"]


@pytest.mark.skipif("SIJ_SHARED_DATA" not in os.environ, reason="needs the published surfaces")
def test_every_vertex_comes_back_within_a_tenth_of_a_millimetre():
    source = np.load(Path(os.environ["SIJ_SHARED_DATA"]) / "pelvis_shapes" / "surfaces.npz")
    for row, subject in enumerate(source["ids"][:6]):
        bones = subject_bones(int(subject))
        used = np.unique(source["faces_sacrum"])
        assert np.abs(bones.sacrum.vertices_mm - source["vertices"][row, 0][used]).max() < 0.1
