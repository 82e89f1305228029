"""What is drawn up may be given only where it is in date, labelled, clear and as ordered; every millilitre is accounted for."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import (
    NO,
    NOW,
    POLICY,
    UNKNOWN,
    YES,
    codes,
    episode,
    followed,
    order,
    procedure_before_drug,
    session,
    syringe,
    syringes_for,
    vial,
)

from sijoint.frames import Side
from sijoint.model import NOT_ASKED, Decision, DrawnLine, RecipeLine, SyringeAccount, SyringeUse, VialKind
from sijoint.pathway import (
    RefusedAccount,
    allows,
    authorise_drug,
    authorise_injection,
    check_account,
    check_syringe,
    check_syringes,
    syringe_accounts,
    syringe_labels,
)

DRUG = SyringeUse.DRUG
LIDOCAINE = (RecipeLine("lidocaine_2_percent", Decimal("1.0")),)
STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
LATER = NOW + timedelta(minutes=20)


def drawn(*vials, **changes):
    lines = tuple(DrawnLine(one, Decimal("1.0")) for one in vials or (vial("lidocaine_2_percent"),))
    return replace(syringe(DRUG, LIDOCAINE), lines=lines, **changes)


def judged(one, the_order=None, at=LATER):
    return check_syringe(one, the_order or order(), POLICY, at)


def test_a_fresh_labelled_syringe_as_ordered_has_nothing_against_it():
    assert judged(drawn()).findings == ()


@pytest.mark.parametrize("answer", [NO, UNKNOWN, NOT_ASKED])
@pytest.mark.parametrize(
    ("name", "code"), [("labelled", "syringe.unlabelled"), ("clear_of_precipitate", "syringe.precipitate")]
)
def test_an_unlabelled_or_precipitating_syringe_is_never_given(answer, name, code):
    told = judged(drawn(**{name: answer}))
    assert codes(told) == {code}
    assert told.decision is Decision.ABSOLUTE


@pytest.mark.parametrize(("days", "code"), [(0, None), (-1, "syringe.expired"), (None, "syringe.no-expiry")])
def test_a_vial_is_good_to_its_last_day_and_without_a_date_it_counts_as_expired(days, code):
    expires = None if days is None else LATER.date() + timedelta(days=days)
    told = judged(drawn(vial("lidocaine_2_percent", expires=expires)))
    assert codes(told) == ({code} if code else set())
    assert told.decision is (Decision.ABSOLUTE if code else Decision.CLEAR)


@pytest.mark.parametrize(
    ("changes", "code", "decision"),
    [
        ({"lot": " "}, "syringe.no-lot", Decision.STOP),
        ({"kind": VialKind.UNKNOWN}, "syringe.vial-kind", Decision.REVIEW),
        ({"opened_for_this_patient": NO}, "syringe.shared-vial", Decision.STOP),
        ({"opened_for_this_patient": NOT_ASKED}, "syringe.shared-vial", Decision.STOP),
        ({"kind": VialKind.MULTI_DOSE}, "syringe.multi-dose-opening", Decision.REVIEW),
        ({"kind": VialKind.MULTI_DOSE, "opened_at": NOW - timedelta(days=27)}, None, Decision.CLEAR),
        ({"kind": VialKind.MULTI_DOSE, "opened_at": NOW - timedelta(days=29)}, "syringe.multi-dose-old", Decision.STOP),
    ],
)
def test_one_vial_one_patient_unless_it_was_made_for_more(changes, code, decision):
    told = judged(drawn(vial("lidocaine_2_percent", **changes)))
    assert codes(told) == ({code} if code else set())
    assert told.decision is decision


def test_a_syringe_grows_old_and_belongs_to_a_side_and_to_somebody():
    assert codes(judged(drawn(), at=NOW + timedelta(minutes=61))) == {"syringe.drawn-long-ago"}
    assert codes(judged(drawn(side=Side.RIGHT))) == {"syringe.side"}
    assert judged(drawn(side=Side.RIGHT)).decision is Decision.ABSOLUTE
    assert judged(drawn(side=Side.LEFT)).findings == ()
    assert codes(judged(drawn(drawn_by=" "))) == {"syringe.no-initials"}


def test_what_is_not_ordered_is_not_given_from():
    assert codes(judged(drawn(vial("bupivacaine_0.5_percent")))) == {"syringe.not-ordered"}
    assert codes(judged(drawn(vial("moonshine")))) == {"syringe.unknown-agent", "syringe.not-ordered"}
    twice = drawn(vial("lidocaine_2_percent"), vial("lidocaine_2_percent"))
    assert codes(judged(twice)) == {"syringe.more-than-ordered"}
    assert judged(twice).decision is Decision.CLEAR
    contrast = replace(
        syringe(SyringeUse.CONTRAST, (RecipeLine("iohexol_240", Decimal("3.0")),)), id="contrast for three runs"
    )
    assert judged(contrast).findings == ()


def test_crystals_are_absolute_and_what_was_decided_with_the_order_is_a_note():
    ropivacaine = order(("ropivacaine_0.5_percent", "1.0"), ("betamethasone_6", "1.0"))
    told = judged(drawn(vial("ropivacaine_0.5_percent"), vial("betamethasone_6")), ropivacaine)
    assert (codes(told), told.decision) == ({"syringe.incompatible"}, Decision.ABSOLUTE)
    bupivacaine = order(("bupivacaine_0.5_percent", "1.0"), ("betamethasone_6", "1.0"))
    told = judged(drawn(vial("bupivacaine_0.5_percent"), vial("betamethasone_6")), bupivacaine)
    assert (codes(told), told.decision) == ({"syringe.incompatible"}, Decision.CLEAR)


@pytest.mark.parametrize(
    ("answer", "code"), [(NO, None), (YES, "syringe.preservative"), (UNKNOWN, "syringe.preservative")]
)
def test_a_preservative_and_a_suspension_are_a_clinicians_to_decide(answer, code):
    with_steroid = order(("lidocaine_2_percent", "1.0"), ("triamcinolone_40", "1.0"))
    mixed = drawn(vial("lidocaine_2_percent", preservative=answer), vial("triamcinolone_40"))
    assert codes(judged(mixed, with_steroid)) == ({code} if code else set())
    decided = replace(mixed, accepted_by="physician", accepted_because="no other vial, looked at")
    assert judged(decided, with_steroid).decision is Decision.CLEAR
    alone = drawn(vial("lidocaine_2_percent", preservative=answer))
    assert judged(alone).findings == ()


def test_accepting_decides_on_reviews_and_on_nothing_worse():
    spoilt = drawn(vial("lidocaine_2_percent", kind=VialKind.UNKNOWN), labelled=NO)
    decided = replace(spoilt, accepted_by="physician", accepted_because="because")
    assert judged(decided).decision is Decision.ABSOLUTE
    without_reason = replace(drawn(vial("lidocaine_2_percent", kind=VialKind.UNKNOWN)), accepted_by="physician")
    assert judged(without_reason).decision is Decision.REVIEW


# The gate


def running(**changes):
    return episode(replace(session(procedure=procedure_before_drug()), **changes))


def test_the_gate_asks_for_a_syringe_on_record_that_may_be_given():
    at = NOW + timedelta(minutes=8)
    assert allows(authorise_drug(running(), POLICY, at))
    assert "syringe.none" in codes(authorise_drug(running(syringes=()), POLICY, at))
    assert not allows(authorise_drug(running(syringes=()), POLICY, at))
    unlabelled = tuple(replace(one, labelled=NO) for one in syringes_for(order(), NOW))
    for use in SyringeUse:
        assert authorise_injection(use, running(syringes=unlabelled), POLICY, at).decision is Decision.ABSOLUTE


def test_the_gate_asks_for_the_sites_word_too():
    assert "site.not-confirmed" in codes(authorise_drug(running(readiness=None), POLICY, NOW))


def test_a_syringe_that_is_accounted_for_is_gone():
    here = session()
    account = SyringeAccount("s-drug", NOW, "nurse", Decimal(0), Decimal("1.0"))
    gone = replace(here, syringe_accounts=(account,))
    assert check_syringes(here, DRUG, POLICY, NOW).findings == ()
    assert codes(check_syringes(gone, DRUG, POLICY, NOW)) == {"syringe.none"}
    fresh = replace(gone, syringes=(*gone.syringes, replace(syringe(DRUG, LIDOCAINE), id="s-2")))
    assert check_syringes(fresh, DRUG, POLICY, LATER).findings == ()


def test_every_ordered_agent_is_in_a_syringe():
    here = session(order(*STEROID))
    half = tuple(replace(one, lines=one.lines[:1]) if one.use is DRUG else one for one in here.syringes)
    assert codes(check_syringes(replace(here, syringes=half), DRUG, POLICY, NOW)) == {"syringe.agent-missing"}


# Labels


def test_a_label_says_drug_strength_millilitres_time_and_initials():
    labels = syringe_labels(session(order(*STEROID)), POLICY)
    assert len(labels) == 3
    (label,) = [one for one in labels if one.use is DRUG]
    lidocaine, triamcinolone = label.lines
    assert (lidocaine.name, lidocaine.dose_mg) == ("lidocaine 2 %, plain", 10)
    assert round(triamcinolone.strength_mg_ml, 1) == Decimal("26.7")  # 40 mg in 1.5 mL
    assert (label.total_ml, label.initials, label.particulate) == (Decimal("1.5"), "NB", True)
    assert label.use_until - label.drawn_at == timedelta(hours=POLICY.syringe_hours)


# Accounts


def account(given="1.0", wasted="0", **changes):
    one = SyringeAccount("s-drug", NOW, "nurse", Decimal(given), Decimal(wasted))
    return replace(one, **changes)


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (account(syringe_id="nobody's"), "no syringe of this id"),
        (account("-0.1"), "zero or more"),
        (account("0.5", "-0.5"), "zero or more"),
        (account("NaN"), "zero or more"),
        (account("0.5", "0.7"), "more than the 1.0 mL drawn"),
        (account("0", "2"), "more than the 1.0 mL drawn"),
    ],
)
def test_an_account_that_cannot_be_is_refused(one, says):
    with pytest.raises(RefusedAccount, match=says):
        check_account(one, session(), POLICY)


def test_given_and_wasted_make_up_what_was_drawn():
    done = followed({})
    assert syringe_accounts(done, POLICY).findings == ()
    less = replace(done, syringe_accounts=(*done.syringe_accounts, account("0.5", "0.2", at=NOW + timedelta(hours=1))))
    assert codes(syringe_accounts(less, POLICY)) == {"syringe.account-sum", "syringe.account-record"}
    told = next(one for one in syringe_accounts(less, POLICY).findings if "sum" in one.code)
    assert "0.3 mL are not accounted for" in told.clinician


def test_the_latest_account_counts_and_the_record_has_a_say():
    done = followed({})
    corrected = replace(
        done, syringe_accounts=(account("0", "1.0", at=NOW - timedelta(hours=1)), *done.syringe_accounts)
    )
    assert syringe_accounts(corrected, POLICY).findings == ()
    wasted = replace(done, syringe_accounts=(*done.syringe_accounts, account("0", "1.0", at=NOW + timedelta(hours=1))))
    assert codes(syringe_accounts(wasted, POLICY)) == {"syringe.account-record"}


def test_a_syringe_that_nobody_accounted_for_is_told():
    assert codes(syringe_accounts(replace(followed({}), syringe_accounts=()), POLICY)) == {"syringe.account-open"}


millilitres = st.decimals(min_value="-2", max_value="4", places=2)


@given(millilitres, millilitres)
def test_whatever_is_accepted_adds_up_or_is_told(given_ml, wasted_ml):
    done = replace(followed({}), syringe_accounts=())
    one = account(str(given_ml), str(wasted_ml))
    try:
        check_account(one, done, POLICY)
    except RefusedAccount:
        assert given_ml < 0 or wasted_ml < 0 or given_ml + wasted_ml > Decimal("1.0") + POLICY.syringe_tolerance_ml
        return
    others = tuple(each for each in followed({}).syringe_accounts if each.syringe_id != "s-drug")
    told = codes(syringe_accounts(replace(done, syringe_accounts=(*others, one)), POLICY))
    missing = abs(Decimal("1.0") - given_ml - wasted_ml) > POLICY.syringe_tolerance_ml
    assert ("syringe.account-sum" in told) == missing


facts = st.sampled_from([YES, NO, UNKNOWN, NOT_ASKED])
RANK = list(Decision)


@given(facts, facts, facts, facts, st.sampled_from(VialKind), st.booleans(), st.booleans())
def test_what_is_not_known_about_a_syringe_never_makes_it_safer(
    labelled, clear, mine, preservative, kind, dated, lotted
):
    def rank(**changes):
        known = {"opened_for_this_patient": mine, "preservative": preservative, "kind": kind}
        known |= {"expires": LATER.date() if dated else None, "lot": "L" if lotted else ""}
        known |= {name: changes.pop(name) for name in tuple(changes) if name in known}
        mixed = drawn(vial("lidocaine_2_percent", **known), vial("triamcinolone_40"))
        spoilt = replace(mixed, **{"labelled": labelled, "clear_of_precipitate": clear, **changes})
        with_steroid = order(("lidocaine_2_percent", "1.0"), ("triamcinolone_40", "1.0"))
        return RANK.index(judged(spoilt, with_steroid).decision)

    here = rank()
    for name, good in (("labelled", YES), ("clear_of_precipitate", YES), ("preservative", NO)):
        assert rank(**{name: good}) <= here
        assert rank(**{name: UNKNOWN}) >= rank(**{name: good})
    assert rank(expires=None) >= rank(expires=LATER.date())
    assert rank(lot="") >= rank(lot="L")
    if kind is VialKind.SINGLE_DOSE:
        assert rank(opened_for_this_patient=UNKNOWN) >= rank(opened_for_this_patient=YES)
        assert rank(kind=VialKind.UNKNOWN) >= RANK.index(Decision.REVIEW)
