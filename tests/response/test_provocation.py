"""Pain of needle steps and of filling, and how often it is familiar."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.anatomy import Tissue
from sijoint.injectate import Compartment
from sijoint.response import (
    Delivered,
    PainCause,
    familiar_pain,
    pain_of_filling,
    pain_of_skin_anaesthetic,
    pain_of_step,
    state_at,
    touches_nerve,
)
from sijoint.response.pharmacology import pharmacology

JOINT = PainCause(1, 0, 0, 7, 4)


def mean_pain(tissue, force, cause=JOINT):
    return np.mean([float(pain_of_step(tissue, force, cause, np.random.default_rng(k)).nrs) for k in range(200)])


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
    pains = [pain_of_filling(JOINT, 10.0, True, np.random.default_rng(k)).nrs for k in range(50)]
    strange = [pain_of_filling(JOINT, 10.0, False, np.random.default_rng(k)).nrs for k in range(50)]
    assert np.mean(pains) > np.mean(strange) + 2


def test_familiar_pain_goes_where_such_joints_hurt():
    """Slipman 2000: buttock in 94 %, low back in 72 %, groin in 14 %."""
    said = [pain_of_filling(JOINT, 10.0, True, np.random.default_rng(k)) for k in range(600)]
    assert {pain.quality for pain in said} == {"familiar"}
    for place, share in (("buttock", 0.94), ("low back", 0.72), ("groin", 0.14)):
        assert np.mean([place in pain.territory for pain in said]) == pytest.approx(share, abs=0.05)
    assert pain_of_filling(JOINT, 10.0, False, np.random.default_rng(1)).territory == ""


def test_a_joint_that_is_full_is_familiar_at_little_pressure_too():
    def share(joint_ml, cause=JOINT):
        return np.mean(
            [familiar_pain(cause, 0.2, "joint", np.random.default_rng(k), joint_ml=joint_ml) for k in range(3000)]
        )

    assert share(0.1) < 0.02 < share(0.5) < share(1.08) < 0.66
    assert share(1.5, PainCause(0, 0, 1, 7, 4)) < 0.07
    full = np.mean([familiar_pain(JOINT, 0.2, "ligament", np.random.default_rng(k), joint_ml=2.0) for k in range(500)])
    assert full < 0.05, "what is in the joint does not stretch the ligament"


def test_skin_anaesthetic_takes_the_prick_away_and_not_the_periosteum():
    def mean(tissue, numbed):
        said = [pain_of_step(tissue, 2.2, JOINT, np.random.default_rng(k), numbed=numbed) for k in range(300)]
        return np.mean([float(pain.nrs) for pain in said])

    assert mean("skin", True) < 0.3 * mean("skin", False)
    assert mean("bone", True) == mean("bone", False)


def test_a_touched_nerve_shoots_into_its_territory():
    said = [pain_of_step("nerve", 0.5, JOINT, np.random.default_rng(k), nerve="sciatic_nerve") for k in range(100)]
    assert all("foot" in pain.territory and pain.quality == "shooting" for pain in said if pain.nrs)
    assert np.mean([float(pain.nrs) for pain in said]) > 5
    assert "calf" in pain_of_step("nerve", 0.5, JOINT, np.random.default_rng(1), nerve="foramen_s1").territory
    assert "leg" in pain_of_step("nerve", 0.5, JOINT, np.random.default_rng(1)).territory
    assert pain_of_step("ligament", 2.0, JOINT, np.random.default_rng(1), nerve="sciatic").territory == ""


def test_a_root_is_touched_in_the_middle_of_its_foramen_and_a_vessel_never_shoots():
    assert touches_nerve("nerve", -0.1, 4.0)
    assert not touches_nerve("nerve", 0.1, 4.0)
    assert touches_nerve("foramen", -2.5, 4.0)
    assert not touches_nerve("foramen", -1.0, 4.0)
    assert not touches_nerve("vessel", -3.0, 4.0)


def test_skin_anaesthetic_itself_burns():
    said = [pain_of_skin_anaesthetic(JOINT, np.random.default_rng(k)) for k in range(200)]
    assert np.mean([float(pain.nrs) for pain in said]) == pytest.approx(3.0, abs=0.3)
    assert said[0].quality == "burning"


@given(st.sampled_from([tissue.name.lower() for tissue in Tissue]), st.floats(0, 12), st.floats(0, 3), st.booleans())
def test_every_answer_is_a_whole_step_of_the_scale_and_the_same_for_the_same_chance(tissue, force, discomfort, numbed):
    cause = PainCause(1, 0, 0, 7, 4, discomfort=discomfort)
    pain = pain_of_step(tissue, force, cause, np.random.default_rng(4), numbed=numbed)
    assert isinstance(pain.nrs, Decimal)
    assert 0 <= pain.nrs <= 10
    assert pain.nrs == int(pain.nrs)
    assert pain == pain_of_step(tissue, force, cause, np.random.default_rng(4), numbed=numbed)


def test_compartments_and_tissues_are_named_as_the_rooms_that_make_them_name_them():
    p = pharmacology()
    assert {where for where, _ in p.reach} <= {str(compartment) for compartment in Compartment}
    assert {tissue for tissue, _ in p.step_pain} == {tissue.name.lower() for tissue in Tissue} | {"fascia"}
    by_enum = Delivered("bupivacaine", 0.0, {Compartment.JOINT: 1.5}, 5.0)
    assert state_at(JOINT, (by_enum,), 1.0, np.random.default_rng(1)).index_nrs <= 1
