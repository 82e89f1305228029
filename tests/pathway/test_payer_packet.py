"""One payer's policy before an injection, requirement by requirement, and the evidence packet after it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NO, NOW, POLICY, UNKNOWN, YES, assessment, episode, followed, order, patient

from sijoint.frames import Side
from sijoint.model import (
    NOT_ASKED,
    ConservativeCare,
    ConservativeKind,
    ContrastPattern,
    Met,
    Note,
    NoteText,
    OrderKind,
    PainScale,
    ProcedureKind,
    Target,
)
from sijoint.model.wire import from_wire, to_wire
from sijoint.pathway import (
    NothingToClaim,
    billing_lines,
    evidence_packet,
    judge_block,
    load_policy,
    payer_check,
    policy_names,
)

MEDICARE = load_policy("medicare-lcd")
RELIEVED = {"15 min": 1, "30 min": 1, "1 h": 1, "2 h": 8, "3 h": 8}
MIXED = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
DIAGNOSTIC, THERAPEUTIC = OrderKind.DIAGNOSTIC, OrderKind.THERAPEUTIC
CARE = (
    ConservativeCare(ConservativeKind.MEDICINES, date(2025, 10, 1), date(2026, 2, 1), False),
    ConservativeCare(ConservativeKind.HOME_EXERCISE, date(2025, 11, 1), None, False),
)
SIGNED = Note((NoteText(NOW, "physician", "note"),), NOW + timedelta(hours=1), "physician")


def block(days=0, course=None, number=1, **changes):
    at = NOW + timedelta(days=days)
    pattern = changes.pop("pattern", ContrastPattern.IA_TYPE_I)
    done = followed(RELIEVED if course is None else course, order(number=number, **changes), at=at, pattern=pattern)
    return replace(done, verdict=judge_block(done, POLICY, at + timedelta(days=2)), note=SIGNED)


def shot(days, number=2, side=Side.LEFT):
    one = order(*MIXED, kind=THERAPEUTIC, number=number, side=side)
    return replace(followed({"day 14": 2}, one, at=NOW + timedelta(days=days)), note=SIGNED)


def cared(*sessions, **changes):
    facts = assessment(conservative_care=CARE, **changes)
    return replace(episode(*sessions), assessment=facts)


def day(days):
    return (NOW + timedelta(days=days)).date()


def lacking(check):
    return [gap.code for gap in check.gaps]


def met(check, code):
    return {one.code: one.met for one in check.requirements}[code]


# Before


def test_a_complete_record_before_a_first_test_lacks_nothing():
    planned = replace(followed({}), procedure=None, prompts=(), entries=(), discharge=None)
    check = payer_check(cared(planned), MEDICARE, day(0), DIAGNOSTIC)
    assert check.gaps == ()
    assert check.complete
    assert (check.policy_id, check.effective) == ("medicare-lcd", date(2023, 3, 19))
    assert len(check.requirements) >= 10


LACKS = {
    "no assessment": (lambda one: replace(one, assessment=None), "payer.tests"),
    "pain too short": (
        lambda one: replace(one, request=replace(one.request, pain_since=day(-60))),
        "payer.pain-duration",
    ),
    "pain since nobody knows": (
        lambda one: replace(one, request=replace(one.request, pain_since=None)),
        "payer.pain-duration",
    ),
    "mild pain": (lambda one: replace(one, assessment=replace(one.assessment, baseline_nrs=3)), "payer.pain-severity"),
    "pain above L5": (
        lambda one: replace(one, assessment=replace(one.assessment, pain_above_l5=YES)),
        "payer.pain-place",
    ),
    "root pain not asked": (
        lambda one: replace(one, assessment=replace(one.assessment, radicular_pain=NOT_ASKED)),
        "payer.pain-place",
    ),
    "two tests": (
        lambda one: replace(one, assessment=replace(one.assessment, provocations=one.assessment.provocations[:2])),
        "payer.tests",
    ),
    "imaging not reviewed": (
        lambda one: replace(one, assessment=replace(one.assessment, imaging_reviewed=NO)),
        "payer.other-causes",
    ),
    "fracture not excluded": (
        lambda one: replace(one, assessment=replace(one.assessment, sacral_insufficiency_fracture_suspected=UNKNOWN)),
        "payer.other-causes",
    ),
    "no care": (lambda one: replace(one, assessment=replace(one.assessment, conservative_care=())), "payer.care-weeks"),
    "medicines alone": (
        lambda one: replace(one, assessment=replace(one.assessment, conservative_care=CARE[:1])),
        "payer.care-kinds",
    ),
    "care has ended": (
        lambda one: replace(
            one, assessment=replace(one.assessment, conservative_care=(CARE[0], replace(CARE[1], ended=day(-9))))
        ),
        "payer.care-continues",
    ),
}


@pytest.mark.parametrize(("spoil", "code"), LACKS.values(), ids=LACKS.keys())
def test_each_thing_that_is_missing_is_a_gap_with_its_words_and_source(spoil, code):
    planned = replace(followed({}), procedure=None, prompts=(), entries=(), discharge=None)
    check = payer_check(spoil(cared(planned)), MEDICARE, day(0), DIAGNOSTIC)
    assert code in lacking(check)
    assert not check.complete
    (gap,) = [one for one in check.gaps if one.code == code]
    assert gap.text.endswith(".")
    assert gap.source


def test_treatment_needs_a_positive_block_by_the_payers_own_threshold():
    half = {"15 min": 4, "30 min": 4, "1 h": 8, "2 h": 8}  # 50 %: the clinic of this test is content with that
    lenient = replace(POLICY, relief_percent=Decimal(50))
    done = followed(half, order(policy=lenient), policy=lenient)
    done = replace(done, verdict=judge_block(done, lenient, NOW + timedelta(days=2)))
    assert done.verdict.verdict == "positive"
    assert lacking(payer_check(cared(done), MEDICARE, day(30), THERAPEUTIC)) == ["payer.repeat"]
    assert payer_check(cared(block()), MEDICARE, day(30), THERAPEUTIC).gaps == ()
    first = payer_check(replace(cared(block()), sessions=()), MEDICARE, day(0), THERAPEUTIC)
    assert any("positive block comes before" in gap.text for gap in first.gaps)


def test_ligaments_are_no_joint_for_this_payer_and_are_for_the_clinic():
    here = cared(replace(followed({}, order(target=Target.LIGAMENT)), procedure=None, entries=(), prompts=()))
    assert met(payer_check(here, MEDICARE, day(0), DIAGNOSTIC), "payer.target") is Met.NO
    assert met(payer_check(here, POLICY, day(0), DIAGNOSTIC), "payer.target") is Met.YES


def test_the_second_payer_asks_for_something_else():
    here = cared(block(-60), shot(0))
    texts = {
        name: [gap.text for gap in payer_check(here, load_policy(name), day(70), THERAPEUTIC).gaps]
        for name in policy_names()
    }
    assert len({tuple(one) for one in texts.values()}) > 1


@given(st.sampled_from(sorted(LACKS)), st.sampled_from(sorted(LACKS)))
def test_taking_more_away_never_closes_a_gap(one, other):
    planned = replace(followed({}), procedure=None, prompts=(), entries=(), discharge=None)
    here = cared(planned)
    if "no assessment" in (one, other):
        return
    lost = LACKS[one][0](here)
    more = LACKS[other][0](lost)
    known = set(lacking(payer_check(lost, MEDICARE, day(0), DIAGNOSTIC)))
    if one != other and LACKS[one][1] != LACKS[other][1] and "care" not in one + other:
        assert known <= set(lacking(payer_check(more, MEDICARE, day(0), DIAGNOSTIC)))


# After


def packet(*sessions, policy=MEDICARE, **changes):
    return evidence_packet(cared(*sessions, **changes), patient(), policy, NOW + timedelta(days=90))


def test_the_packet_holds_what_a_reviewer_reads_and_proves_it():
    told = packet(block())
    assert told.check.gaps == ()
    assert {"payer.views", "payer.inside", "payer.pain-after", "payer.consent", "payer.signed"} <= {
        one.code for one in told.check.requirements
    }
    (session,) = told.sessions
    assert (session.pain_before, session.verdict) == (8, "positive")
    assert session.contrast == ("intra-articular, cephalad spread",)
    assert [one.dose_mg for one in session.given if one.agent == "lidocaine_2_percent"] == [Decimal("20.0")]
    assert [line.relief_percent for line in session.relief[:2]] == [Decimal("87.5"), Decimal("87.5")]
    assert len(told.images) == 3
    assert sum(one.after_contrast for one in told.images) == 2
    assert told.positive_tests == ("compression", "distraction", "thigh thrust")


def test_a_packet_without_signature_views_or_one_scale_says_what_it_does_not_prove():
    unsigned = replace(block(), note=None)
    assert lacking(packet(unsigned).check) == ["payer.signed"]
    few = replace(block(), procedure=replace(block().procedure, images=block().procedure.images[:1]))
    assert "payer.views" in lacking(packet(few).check)
    done = block()
    two_scales = replace(done, entries=(*done.entries[:-1], replace(done.entries[-1], scale=PainScale.VAS)))
    assert "payer.pain-after" in lacking(packet(two_scales).check)


def test_the_check_of_the_packet_is_that_of_the_day_before_the_injection():
    told = packet(block(-60), shot(0))
    assert told.check.on == day(0)
    assert told.check.kind is THERAPEUTIC
    assert [one for one in told.check.gaps if one.code == "payer.repeat"] == []


def test_there_is_nothing_to_claim_for_rehearsals_or_without_a_drug():
    done = block()
    rehearsed = replace(done, procedure=replace(done.procedure, kind=ProcedureKind.REHEARSAL))
    for nothing in (rehearsed, replace(done, procedure=None)):
        with pytest.raises(NothingToClaim):
            packet(nothing)


def test_a_virtual_patient_is_marked_before_anything_else():
    told = evidence_packet(cared(block()), patient(virtual=True), MEDICARE, NOW)
    assert told.notices[0].startswith("VIRTUAL PATIENT")
    assert not any("VIRTUAL" in one for one in packet(block()).notices)


# Bare codes


def codes(*sessions, policy=MEDICARE):
    lines, without = billing_lines(cared(*sessions), policy)
    return [(one.code, *one.modifiers) for one in lines], without


def test_a_test_of_one_joint_has_its_side_and_the_mark_of_a_test():
    assert codes(block()) == ([("27096", "LT", "KX"), ("G0260", "LT", "KX")], ())
    lines, _ = codes(block(), shot(30))
    assert lines[2:] == [("27096", "LT"), ("G0260", "LT")]


def test_ligaments_only_is_never_coded_as_the_joint():
    lines, without = codes(block(target=Target.LIGAMENT, pattern=ContrastPattern.LIGAMENT))
    assert lines == []
    assert "ligaments only: not a joint injection" in without[0]


@pytest.mark.parametrize(
    "pattern", [one for one in ContrastPattern if not one.startswith("intra-articular")], ids=lambda one: one.name
)
def test_without_proof_inside_the_joint_there_is_no_joint_code(pattern):
    lines, without = codes(block(pattern=pattern))
    assert lines == []
    assert "no proof" in without[0]


def test_without_a_kept_picture_after_contrast_there_is_no_joint_code():
    done = block()
    before = tuple(replace(one, after_contrast=False) for one in done.procedure.images)
    lines, without = codes(replace(done, procedure=replace(done.procedure, images=before)))
    assert lines == []
    assert "no picture after contrast" in without[0]


def test_both_sides_of_a_day_are_one_line_for_the_physician_and_two_for_the_place():
    lines, without = codes(shot(0, number=1), shot(0, number=2, side=Side.RIGHT))
    assert lines == [("27096", "50"), ("G0260", "LT"), ("G0260", "RT")]
    assert "other side of the same day" in without[0]
    apart, _ = codes(shot(0, number=1), shot(1, number=2, side=Side.RIGHT))
    assert ("27096", "50") not in apart


def test_no_descriptor_stands_beside_a_code():
    told = packet(block(), policy=MEDICARE)
    for line in told.billing:
        assert re.fullmatch(r"[0-9]{5}|G[0-9]{4}", line.code)
        assert "injection procedure" not in line.why.lower()


scores = st.dictionaries(st.sampled_from(["15 min", "30 min", "1 h", "2 h"]), st.integers(0, 10))


@given(scores, st.sampled_from(ContrastPattern), st.sampled_from(policy_names()), st.sampled_from(Target))
def test_every_packet_is_total_travels_whole_and_codes_only_what_is_proven(course, pattern, name, target):
    done = block(course=course, pattern=pattern, target=target)
    told = packet(done, policy=load_policy(name))
    assert from_wire(type(told), to_wire(told)) == told
    inside = pattern.startswith("intra-articular") and target is Target.INTRA_ARTICULAR
    assert bool(told.billing) == inside
    assert told == packet(done, policy=load_policy(name))
