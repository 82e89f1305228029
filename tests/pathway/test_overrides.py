"""Overrides: a coded reason, a second clinician for a stop, one finding, and void as soon as a fact changes."""

from dataclasses import replace
from decimal import Decimal

import pytest
from well_patient import NOW, POLICY, YES, answers, order, patient

from sijoint.model import Decision, Override, Severity
from sijoint.pathway import RefusedOverride, apply_overrides, check_override, facts_digest, found, screen

FACTS = answers(implant_or_fusion_at_joint=YES, hip_or_spine_surgery_3_months=YES)


def digest(one=FACTS, who=None, the_order=None):
    return facts_digest(one, the_order or order(), who or patient(), ())


def override(code, **changes):
    return replace(Override(code, "benefit", "seen together", "Dr A", "", digest()), **changes)


def decided(*overrides, one=FACTS):
    assessed = screen(one, order(), patient(), (), POLICY, NOW)
    return apply_overrides(assessed, overrides, digest(one), POLICY)


def test_a_review_is_decided_one_by_one():
    assert decided(override("fusion.present")).decision is Decision.REVIEW
    both = decided(override("fusion.present"), override("surgery.recent"))
    assert both.decision is Decision.CLEAR
    assert all("Overridden by Dr A: seen together" in one.clinician for one in both.findings)
    assert {one.severity for one in both.findings} == {Severity.NOTE}


def test_a_changed_fact_voids_the_override():
    changed = replace(FACTS, hba1c_percent=Decimal(9))
    both = (override("fusion.present"), override("surgery.recent"))
    assert decided(*both, one=changed).decision is Decision.REVIEW


@pytest.mark.parametrize(
    ("who", "the_order"), [(patient(weight_kg=Decimal(71)), None), (None, order(("lidocaine_2_percent", "1.1")))]
)
def test_weight_and_order_are_facts_too_and_a_new_phone_number_is_not(who, the_order):
    assert digest(who=who, the_order=the_order) != digest()
    assert digest(who=patient(contact="another phone")) == digest()


@pytest.mark.parametrize("second", ["", "Dr A", " Dr A "])
def test_a_stop_needs_a_second_clinician_who_is_another_person(second):
    stop = found("infection.present")
    with pytest.raises(RefusedOverride, match="second clinician"):
        check_override(override("infection.present", second=second), stop, digest())
    check_override(override("infection.present", second="Dr B"), stop, digest())


def test_an_absolute_finding_is_corrected_and_never_overridden():
    with pytest.raises(RefusedOverride, match="corrected, never overridden"):
        check_override(override("pregnancy.confirmed", second="Dr B"), found("pregnancy.confirmed"), digest())
    pregnant = answers(pregnancy=YES)
    tried = override("pregnancy.confirmed", second="Dr B", facts_digest=digest(pregnant))
    assert decided(tried, one=pregnant).decision is Decision.ABSOLUTE


@pytest.mark.parametrize("missing", ["by", "reason", "reason_code"])
def test_an_override_without_name_or_reason_does_nothing(missing):
    with pytest.raises(RefusedOverride, match="coded reason"):
        check_override(override("fusion.present", **{missing: " "}), found("fusion.present"), digest())


def test_stale_facts_are_said_to_be_stale():
    with pytest.raises(RefusedOverride, match="facts have changed"):
        check_override(override("fusion.present", facts_digest="old"), found("fusion.present"), digest())
