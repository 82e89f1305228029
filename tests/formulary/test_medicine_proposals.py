"""A typed medicine name gets proposals; nothing is accepted without a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.formulary import ingredients_of, medicine, medicines, propose

NAMES = sorted({name for one in medicines() for name in one.names})
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("elequis", "apixaban"),
        ("Xarelto 20", "rivaroxaban"),
        ("coumadine", "warfarin"),
        ("asprin", "aspirin"),
        ("PLAVIX", "clopidogrel"),
        ("eliquis 5mg twice a day", "apixaban"),
        ("baby aspirin", "aspirin"),
        ("ASS 100", "aspirin"),
        ("Novo Rapid", "insulin"),
        ("prednisolon", "prednisolone"),
        ("ibu 600", "ibuprofen"),
    ],
)
def test_misspelt_and_trade_names_are_proposed_first(typed, code):
    assert propose(typed)[0].code == code


@pytest.mark.parametrize("typed", ["", "   ", "qqqqqq", "12345", "blood thinner"])
def test_nothing_is_proposed_for_nothing_known(typed):
    assert propose(typed) == ()


@given(st.text(max_size=40))
def test_proposals_name_listed_medicines_best_first_and_never_fail(typed):
    found = propose(typed)
    assert len(found) <= 3
    assert all(medicine(code) is not None for one in found for code in (one.code, *one.also))
    assert [one.similarity for one in found] == sorted((one.similarity for one in found), reverse=True)


def test_every_name_on_the_list_leads_to_its_own_ingredient():
    for one in medicines():
        for name in one.names:
            assert one.code in {code for proposal in propose(name) for code in (proposal.code, *proposal.also)}


@given(st.sampled_from([name for name in NAMES if len(name) >= 7]), st.data())
def test_one_wrong_letter_in_a_long_name_still_leads_to_it(name, data):
    place = data.draw(st.integers(0, len(name) - 1))
    typed = name[:place] + data.draw(st.sampled_from(LETTERS)) + name[place + 1 :]
    meant = {one.code for one in ingredients_of(name)}
    assert meant & {code for one in propose(typed) for code in (one.code, *one.also)}


def test_a_product_of_several_is_proposed_with_all_its_ingredients():
    proposal = propose("agrenox")[0]
    assert {proposal.code, *proposal.also} == {"aspirin", "dipyridamole"}
    assert {one.code for one in ingredients_of("AGGRENOX")} == {"aspirin", "dipyridamole"}
    assert ingredients_of("moon dust") == ()


def test_a_code_that_is_not_listed_is_nobody():
    assert medicine("") is None


def test_no_two_ingredients_share_a_name_that_is_an_ingredient():
    """Only products are of several; an ingredient's own name leads to it alone."""
    for one in medicines():
        assert [each.code for each in ingredients_of(one.name)] == [one.code]
