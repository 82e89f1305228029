"""The gates: no X-ray before the day's checks, no drug without contrast, judgement and two views of the needle as it lies."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given as given_
from hypothesis import strategies as st
from well_patient import (
    CLEAR,
    NO,
    NOW,
    POLICY,
    UNKNOWN,
    YES,
    answers,
    assessment,
    codes,
    confirmation,
    consent_for,
    episode,
    given,
    order,
    procedure_before_drug,
    request_,
    session,
    view,
)

from sijoint.frames import Side
from sijoint.model import (
    Assessed,
    ContrastJudgement,
    ContrastPattern,
    Decision,
    EpisodeState,
    ProcedureKind,
    SkinMark,
    SyringeUse,
    Target,
    TimeOut,
)
from sijoint.pathway import accepted_patterns, allows, authorise_drug, authorise_exposure, authorise_injection

P = ContrastPattern
STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))


def running(the_order=None, **procedure):
    one = the_order or order()
    here = replace(procedure_before_drug(target=one.target), **procedure)
    return episode(session(one, procedure=here))


def drug(the_episode, policy=POLICY):
    return authorise_drug(the_episode, policy, NOW + timedelta(minutes=8))


def judged(*patterns, movement=3):
    return tuple(ContrastJudgement(400.0 + n, one, "physician", False, movement) for n, one in enumerate(patterns))


def test_the_gate_opens_when_contrast_judgement_and_two_views_are_there():
    assert drug(running()).findings == ()
    assert allows(drug(running()))


@pytest.mark.parametrize("pattern", [P.IA_TYPE_I, P.IA_TYPE_II, P.IA_CAPSULAR_LEAK])
def test_intra_articular_patterns_open_it_and_a_capsular_leak_is_noted(pattern):
    answer = drug(running(judgements=judged(pattern)))
    assert allows(answer)
    assert codes(answer) == ({"gate.capsular-leak"} if pattern is P.IA_CAPSULAR_LEAK else set())


@pytest.mark.parametrize("pattern", [P.VASCULAR, P.MIXED_WITH_VASCULAR, P.FORAMINAL, P.NONE_SEEN])
@pytest.mark.parametrize("target", list(Target))
def test_vascular_foraminal_and_none_seen_refuse_at_any_target_and_absolutely_with_particles(pattern, target):
    assert drug(running(order(target=target), judgements=judged(pattern))).decision is Decision.STOP
    with_particles = drug(running(order(*STEROID, target=target), judgements=judged(pattern)))
    assert with_particles.decision is Decision.ABSOLUTE
    without = order(("lidocaine_2_percent", "0.5"), ("dexamethasone_4", "1.0"), target=target)
    assert drug(running(without, judgements=judged(pattern))).decision is Decision.STOP


@pytest.mark.parametrize("pattern", [P.LIGAMENT, P.PERIARTICULAR, P.MUSCLE, P.VENTRAL_LEAK])
def test_contrast_outside_the_joint_holds_a_joint_injection_back(pattern):
    assert codes(drug(running(judgements=judged(pattern)))) == {"gate.outside-target"}


def test_the_ligament_target_takes_ligament_and_nothing_else():
    ligament = order(target=Target.LIGAMENT)
    assert allows(drug(running(ligament, judgements=judged(P.LIGAMENT))))
    for pattern in set(P) - {P.LIGAMENT}:
        assert not allows(drug(running(ligament, judgements=judged(pattern))))


def test_no_policy_can_accept_what_is_never_accepted():
    reckless = replace(POLICY, accepted_intra_articular=tuple(P), accepted_ligament=tuple(P))
    for target in Target:
        assert not {P.VASCULAR, P.FORAMINAL, P.NONE_SEEN} & set(accepted_patterns(target, reckless))
    assert not allows(drug(running(judgements=judged(P.VASCULAR)), reckless))


def test_one_bad_run_since_the_last_movement_is_not_talked_away_by_a_better_one():
    assert not allows(drug(running(judgements=judged(P.VASCULAR, P.IA_TYPE_I))))
    earlier = judged(P.VASCULAR, movement=2) + judged(P.IA_TYPE_I)
    assert allows(drug(running(judgements=earlier)))


def test_moving_the_needle_closes_the_gate_again():
    moved = drug(running(movements=4))
    assert codes(moved) == {"gate.no-contrast", "gate.no-judgement", "gate.few-views"}


def test_contrast_without_an_image_or_without_a_judgement_is_not_enough():
    before = (view(180, after_contrast=False), view(90, after_contrast=False))
    assert {"gate.no-stored-run", "gate.no-view-after-contrast"} <= codes(drug(running(images=before)))
    assert codes(drug(running(judgements=()))) == {"gate.no-judgement"}
    assert "gate.no-contrast" in codes(drug(running(administrations=())))


@pytest.mark.parametrize(
    ("angles", "code"),
    [
        ((180, 161), "gate.views-alike"),
        ((180, 160), None),
        ((-170, 170), None),
        ((-175, 175), "gate.views-alike"),
        ((180,), "gate.few-views"),
    ],
)
def test_two_views_differ_by_twenty_degrees_on_the_sphere_across_the_wrap(angles, code):
    views = tuple(view(one, after_contrast=True) for one in angles)
    assert codes(drug(running(images=views))) == ({code} if code else set())


def test_two_views_of_which_none_after_contrast_is_apart_do_not_do():
    views = (view(180, after_contrast=False), view(90, after_contrast=False), view(180, after_contrast=True, at_s=500))
    assert allows(drug(running(images=views)))
    alike = (
        view(180, after_contrast=False),
        view(178, after_contrast=True),
        view(90, after_contrast=False, movement=2),
    )
    assert codes(drug(running(images=alike))) == {"gate.views-alike"}


def test_views_whose_needle_position_is_not_known_do_not_count():
    views = (view(180, after_contrast=True, movement=-1), view(90, after_contrast=True, movement=-1))
    assert "gate.few-views" in codes(drug(running(images=views)))


def test_a_rehearsal_is_refused_by_the_gate_of_care():
    assert "gate.rehearsal" in codes(drug(running(kind=ProcedureKind.REHEARSAL)))
    assert drug(running(kind=ProcedureKind.REHEARSAL)).decision is Decision.ABSOLUTE


def test_what_was_ordered_is_given_once():
    done = (*procedure_before_drug().administrations, given(SyringeUse.DRUG, "lidocaine_2_percent", "1.0", 500))
    assert codes(drug(running(administrations=done))) == {"gate.budget"}
    skin = authorise_injection(SyringeUse.SKIN, running(), POLICY, NOW)
    assert codes(skin) == {"gate.budget"}
    assert allows(authorise_injection(SyringeUse.SKIN, running(administrations=()), POLICY, NOW))


def test_more_skin_anaesthetic_than_ordered_holds_the_drug_back_until_the_dose_is_checked_again():
    contrast = procedure_before_drug().administrations[1]
    much = (given(SyringeUse.SKIN, "lidocaine_1_percent", "1.1", 60, movement=0), contrast)
    assert codes(drug(running(administrations=much))) == {"gate.skin-over-order"}


def test_contrast_needs_a_needle_and_ends_at_the_policys_volume():
    assert allows(authorise_injection(SyringeUse.CONTRAST, running(), POLICY, NOW))
    assert codes(authorise_injection(SyringeUse.CONTRAST, running(movements=0), POLICY, NOW)) == {"gate.no-needle"}
    much = (given(SyringeUse.CONTRAST, "iohexol_240", "3.0", 300),)
    assert codes(authorise_injection(SyringeUse.CONTRAST, running(administrations=much), POLICY, NOW)) == {
        "gate.contrast-budget"
    }


def test_asking_for_the_drug_through_the_injection_gate_is_the_drug_gate():
    moved = running(movements=4)
    assert authorise_injection(SyringeUse.DRUG, moved, POLICY, NOW) == authorise_drug(moved, POLICY, NOW)


# X-rays


def xray(**changes):
    return authorise_exposure(episode(session(procedure=procedure_before_drug(), **changes)), POLICY, NOW)


def test_an_x_ray_is_made_when_all_that_precedes_it_stands():
    assert allows(xray())


SPOILT = {
    "not screened": {"screening": None},
    "screening stops": {"screening": Assessed(Decision.STOP)},
    "review undecided": {"screening": Assessed(Decision.REVIEW)},
    "order not checked": {"recipe_check": None},
    "not confirmed today": {"confirmation": None},
    "confirmed yesterday": {"confirmation": confirmation(NOW - timedelta(hours=13))},
    "confirmed in the future": {"confirmation": confirmation(NOW + timedelta(hours=1))},
    "pregnant today": {"confirmation": confirmation(NOW - timedelta(hours=1), pregnancy=YES)},
    "no consent": {"consent": None},
    "consent refused": {"consent": consent_for(order(), NOW - timedelta(hours=1), given=NO)},
    "consent for the other side": {"consent": consent_for(order(side=Side.RIGHT), NOW - timedelta(hours=1))},
    "consent for another target": {"consent": consent_for(order(target=Target.LIGAMENT), NOW - timedelta(hours=1))},
    "no skin mark": {"skin_mark": None},
    "marked asleep": {"skin_mark": SkinMark(NOW, "physician", Side.LEFT, NO)},
    "no time-out": {"time_out": None},
    "time-out on the other side": {"time_out": TimeOut(NOW, "nurse", Side.RIGHT, Target.INTRA_ARTICULAR, YES, YES)},
    "no procedure": {"procedure": None},
    "procedure over": {"procedure": procedure_before_drug(ended_at=NOW)},
    "procedure on the other side": {"procedure": procedure_before_drug(side=Side.RIGHT)},
}


@pytest.mark.parametrize("changes", SPOILT.values(), ids=SPOILT.keys())
def test_without_any_one_of_them_no_x_ray_and_no_injection_is_allowed(changes):
    spoilt = episode(replace(session(procedure=procedure_before_drug()), **changes))
    assert not allows(authorise_exposure(spoilt, POLICY, NOW))
    assert not any(allows(authorise_injection(use, spoilt, POLICY, NOW)) for use in SyringeUse)


@pytest.mark.parametrize("state", [one for one in EpisodeState if one is not EpisodeState.IN_PROCEDURE])
def test_only_a_running_procedure_gets_x_rays(state):
    one = episode(session(procedure=procedure_before_drug()), state=state)
    assert "gate.not-in-procedure" in codes(authorise_exposure(one, POLICY, NOW))


def test_a_pregnancy_known_to_screening_is_absolute_here_too():
    one = episode(session(procedure=procedure_before_drug()), screening_answers=answers(pregnancy=YES))
    assert authorise_exposure(one, POLICY, NOW).decision is Decision.ABSOLUTE


@pytest.mark.parametrize(
    "changes", [{"request": request_(None)}, {"assessment": assessment(side=None)}, {"assessment": None}]
)
def test_a_side_that_nobody_stated_is_no_agreement(changes):
    one = episode(session(procedure=procedure_before_drug()), **changes)
    assert "side.missing" in codes(authorise_exposure(one, POLICY, NOW))


def test_an_episode_without_sessions_is_answered_not_crashed():
    one = episode(sessions=())
    for answer in (authorise_exposure(one, POLICY, NOW), authorise_drug(one, POLICY, NOW)):
        assert "gate.no-procedure" in codes(answer)


patterns = st.lists(st.sampled_from(P), max_size=3)
views = st.lists(
    st.builds(view, st.integers(-180, 180), after_contrast=st.booleans(), movement=st.integers(0, 4)), max_size=4
)


@given_(patterns, views, st.integers(0, 4), st.sampled_from(Target))
def test_whenever_the_drug_gate_opens_its_conditions_hold(run, images, movements, target):
    here = running(order(target=target), judgements=judged(*run), images=tuple(images), movements=movements)
    if not allows(drug(here)):
        return
    procedure = here.sessions[-1].procedure
    assert any(one.use is SyringeUse.CONTRAST and one.after_movement == movements for one in procedure.administrations)
    assert set(run) <= set(accepted_patterns(target, POLICY))
    assert run
    current = [one for one in images if one.after_movement == movements]
    assert len(current) >= 2
    assert any(one.after_contrast for one in current)


def test_the_fixture_is_as_clean_as_it_says():
    assert CLEAR.findings == ()
    assert UNKNOWN.answer == "unknown"
    assert sum((one.volume_ml for one in procedure_before_drug().administrations), Decimal(0)) == Decimal("1.5")
