"""Pain of needle steps and of filling, and how often it is familiar."""

import numpy as np
import pytest

from sijoint.anatomy import Tissue
from sijoint.injectate import Compartment
from sijoint.response import Delivered, PainCause, familiar_pain, pain_of_filling, pain_of_step, state_at
from sijoint.response.pharmacology import pharmacology

JOINT = PainCause(1, 0, 0, 7, 4)


def mean_pain(tissue, force, cause=JOINT):
    return np.mean([pain_of_step(tissue, force, cause, np.random.default_rng(k)) for k in range(200)])


def test_bone_hurts_more_than_muscle_and_force_hurts():
    assert mean_pain("bone", 8.0) > mean_pain("ligament", 2.5) > mean_pain("muscle", 1.0) > mean_pain("air", 0.1) == 0
    assert mean_pain("ligament", 5.0) > mean_pain("ligament", 1.0)


def test_a_person_of_more_discomfort_feels_more():
    assert mean_pain("skin", 2.0, PainCause(1, 0, 0, 7, 4, discomfort=2.0)) > mean_pain("skin", 2.0) + 1


def test_unknown_tissue_is_named():
    with pytest.raises(ValueError, match="cheese"):
        pain_of_step("cheese", 1.0, JOINT, np.random.default_rng(1))


def familiar_share(cause, kpa, compartment):
    return np.mean([familiar_pain(cause, kpa, compartment, np.random.default_rng(k)) for k in range(4000)])


def test_filling_a_painful_joint_is_familiar_in_the_published_share():
    assert familiar_share(JOINT, 12.0, "joint") == pytest.approx(0.635, abs=0.025)


def test_filling_is_hardly_ever_familiar_without_pressure_or_when_the_pain_is_elsewhere():
    assert familiar_share(JOINT, 0.2, "joint") < 0.01
    assert familiar_share(PainCause(0, 0, 1, 7, 4), 12.0, "joint") < 0.07
    assert familiar_share(JOINT, 12.0, "ligament") < 0.07


def test_familiar_pain_of_filling_comes_near_the_index_pain():
    pains = [pain_of_filling(JOINT, 10.0, True, np.random.default_rng(k)) for k in range(50)]
    strange = [pain_of_filling(JOINT, 10.0, False, np.random.default_rng(k)) for k in range(50)]
    assert np.mean(pains) > np.mean(strange) + 2


def test_compartments_and_tissues_are_named_as_the_rooms_that_make_them_name_them():
    p = pharmacology()
    assert {where for where, _ in p.reach} <= {str(compartment) for compartment in Compartment}
    assert {tissue for tissue, _ in p.step_pain} == {tissue.name.lower() for tissue in Tissue}
    by_enum = Delivered("bupivacaine", 0.0, {Compartment.JOINT: 1.5}, 5.0)
    assert state_at(JOINT, (by_enum,), 1.0, np.random.default_rng(1)).index_nrs <= 1
