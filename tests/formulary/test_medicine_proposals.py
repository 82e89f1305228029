"""A typed medicine name gets proposals; nothing is accepted without a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.formulary import medicine, medicines, propose


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("elequis", "apixaban"),
        ("Xarelto 20", "rivaroxaban"),
        ("coumadine", "warfarin"),
        ("asprin", "aspirin"),
        ("PLAVIX", "clopidogrel"),
    ],
)
def test_misspelt_and_trade_names_are_proposed_first(typed, code):
    assert propose(typed)[0].code == code


@pytest.mark.parametrize("typed", ["", "   ", "qqqqqq", "12345"])
def test_nothing_is_proposed_for_nothing_known(typed):
    assert propose(typed) == ()


@given(st.text(max_size=40))
def test_proposals_name_listed_medicines_best_first_and_never_fail(typed):
    found = propose(typed)
    assert len(found) <= 3
    assert all(medicine(one.code) is not None for one in found)
    assert [one.similarity for one in found] == sorted((one.similarity for one in found), reverse=True)


def test_every_name_on_the_list_leads_to_its_own_ingredient():
    for one in medicines():
        for name in one.names:
            assert one.code in {proposal.code for proposal in propose(name)}


def test_a_code_that_is_not_listed_is_nobody():
    assert medicine("") is None
