"""What a value can be stands once: the rules of screening, of recovery and the files from outside believe the same."""

import pytest

from sijoint.exchange.plausible import plausible as from_outside
from sijoint.pathway.plausible import plausible_ranges
from sijoint.pathway.units import ranges

SAME = {
    "blood_pressure_systolic": "systolic",
    "blood_pressure_diastolic": "diastolic",
    "index_nrs": "pain",
    "rest_nrs": "pain",
}


@pytest.mark.parametrize("field", sorted(ranges()))
def test_screening_believes_what_every_rule_believes(field):
    one = plausible_ranges()[SAME.get(field, field)]
    assert (ranges()[field].low, ranges()[field].high) == (one.low, one.high)


@pytest.mark.parametrize("field", sorted(set(ranges()) & set(from_outside())))
def test_a_file_from_outside_is_refused_where_the_rules_would_not_believe_it(field):
    assert (from_outside()[field].low, from_outside()[field].high) == (ranges()[field].low, ranges()[field].high)


def test_no_number_fits_both_units_of_one_value():
    for first, second in (("glucose_mmol_l", "glucose_mg_dl"), ("hba1c_percent", "hba1c_mmol_mol")):
        assert plausible_ranges()[first].high < plausible_ranges()[second].low
