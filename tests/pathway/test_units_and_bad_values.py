"""Two units of one value are two fields; what cannot be is not believed and asked for again, never guessed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NOW, POLICY, YES, answers, codes, confirmation, order, patient, session

from sijoint.model import Decision, Medicine
from sijoint.pathway import (
    UnclearMeasurement,
    WeightUnit,
    confirm_today,
    glucose_mg_dl,
    glucose_mmol_l,
    screen,
    weight_kg,
)
from sijoint.pathway.units import believed_answers, believed_today, hba1c_percent, ranges

STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
DIABETIC = answers(diabetes=YES, hba1c_percent=Decimal("6.5"))
RANK = list(Decision)


def screened(told, who=None, the_order=None):
    return screen(told, the_order or order(*STEROID), who or patient(), (), POLICY, NOW)


def today(told, the_answers=DIABETIC):
    return confirm_today(told, session(order(*STEROID)), the_answers, patient(), POLICY, NOW)


@pytest.mark.parametrize(("mg_dl", "mmol_l"), [("90", "5.0"), ("200", "11.1"), ("300", "16.7")])
def test_glucose_goes_both_ways_as_laboratories_print_it(mg_dl, mmol_l):
    assert glucose_mmol_l(Decimal(mg_dl)) == Decimal(mmol_l)
    assert abs(glucose_mg_dl(Decimal(mmol_l)) - Decimal(mg_dl)) <= 1


@pytest.mark.parametrize(
    ("mmol_mol", "percent"), [("42", "6.0"), ("48", "6.5"), ("53", "7.0"), ("64", "8.0"), ("75", "9.0")]
)
def test_hba1c_goes_from_one_unit_to_the_other_as_the_master_equation_says(mmol_mol, percent):
    assert hba1c_percent(Decimal(mmol_mol)) == Decimal(percent)


def test_pounds_are_kilograms_times_the_definition_and_never_guessed():
    assert weight_kg(Decimal(154), WeightUnit.POUND) == Decimal("69.9")
    assert weight_kg(Decimal("69.9"), WeightUnit.KILOGRAM) == Decimal("69.9")
    for value, unit in (
        ("12", WeightUnit.KILOGRAM),
        ("900", WeightUnit.POUND),
        ("-70", WeightUnit.KILOGRAM),
        ("NaN", WeightUnit.POUND),
    ):
        with pytest.raises(UnclearMeasurement, match="with its unit, kg or lb"):
            weight_kg(Decimal(value), unit)


@given(st.decimals(min_value=-10, max_value=2000, places=1))
def test_no_glucose_and_no_hba1c_fits_both_units(value):
    known = ranges()
    assert not (known["glucose_mg_dl"].holds(value) and known["glucose_mmol_l"].holds(value))
    assert not (known["hba1c_percent"].holds(value) and known["hba1c_mmol_mol"].holds(value))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"glucose_mg_dl": Decimal("8.4")}, "measurement.implausible:glucose_mg_dl"),
        ({"glucose_mmol_l": Decimal(140)}, "measurement.implausible:glucose_mmol_l"),
        ({"glucose_mg_dl": Decimal(-100)}, "measurement.implausible:glucose_mg_dl"),
        ({"glucose_mg_dl": Decimal("NaN")}, "measurement.implausible:glucose_mg_dl"),
    ],
)
def test_a_glucose_in_the_wrong_field_is_not_believed_and_is_missing(changes, code):
    found = today(confirmation(**changes))
    assert code in {one.code for one in found.findings}
    assert "today.glucose-missing" in codes(found)


def test_glucose_in_mmol_l_is_judged_by_the_same_limits():
    at = {value: codes(today(confirmation(glucose_mmol_l=Decimal(value)))) for value in ("13.7", "13.9", "16.7")}
    assert at == {"13.7": set(), "13.9": {"today.glucose-high"}, "16.7": {"today.glucose-too-high"}}


def test_two_units_that_disagree_are_told_and_the_higher_counts():
    found = today(confirmation(glucose_mg_dl=Decimal(140), glucose_mmol_l=Decimal("17.0")))
    assert codes(found) == {"measurement.units-disagree", "today.glucose-too-high"}
    assert codes(today(confirmation(glucose_mg_dl=Decimal(140), glucose_mmol_l=Decimal("7.8")))) == set()


def test_hba1c_in_mmol_mol_is_judged_by_the_same_limit():
    def of(**values):
        return codes(screened(answers(diabetes=YES, **values)))

    assert of(hba1c_mmol_mol=Decimal(63)) == {"diabetes.glucose-plan"}
    assert "diabetes.hba1c-high" in of(hba1c_mmol_mol=Decimal(64))
    assert {"measurement.implausible", "diabetes.hba1c-unknown"} <= of(hba1c_percent=Decimal(64))
    assert "measurement.units-disagree" in of(hba1c_percent=Decimal("6.0"), hba1c_mmol_mol=Decimal(75))
    assert "diabetes.hba1c-high" in of(hba1c_percent=Decimal("6.0"), hba1c_mmol_mol=Decimal(75))


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"blood_pressure_systolic": 17}, False),
        ({"blood_pressure_diastolic": -80}, False),
        ({"blood_pressure_systolic": 78, "blood_pressure_diastolic": 128}, False),
        ({"blood_pressure_systolic": 120, "blood_pressure_diastolic": 120}, False),
        ({"blood_pressure_systolic": 179}, True),
    ],
)
def test_a_blood_pressure_that_cannot_be_is_measured_again(changes, known):
    found = codes(screened(answers(**changes)))
    assert (found == set()) is known
    assert ("blood-pressure.unknown" in found) is not known
    assert ("today.blood-pressure-missing" in codes(today(confirmation(**changes), answers()))) is not known


@pytest.mark.parametrize("nrs", [-1, 11, 70])
def test_pain_beyond_the_scale_is_no_pain_recorded(nrs):
    assert "today.no-index-pain" in codes(today(confirmation(index_nrs=nrs), answers()))


@pytest.mark.parametrize("value", ["0", "-2", "25", "250"])
def test_an_inr_that_cannot_be_is_missing(value):
    told = answers(
        medicines=(Medicine("a", "warfarin", "n"),), antithrombotics=YES, inr=Decimal(value), inr_on=NOW.date()
    )
    assert {"measurement.implausible", "inr.missing"} <= codes(screened(told))


def test_platelets_too_few_stop_and_a_count_per_microlitre_is_asked_again():
    assert codes(screened(answers(platelets_10e9_l=Decimal(20)))) == set()
    assert codes(screened(answers(platelets_10e9_l=Decimal("19.9")))) == {"platelets.low"}
    assert screened(answers(platelets_10e9_l=Decimal(19))).decision is Decision.STOP
    assert codes(screened(answers(platelets_10e9_l=Decimal(250000)))) == {"measurement.implausible"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weight_kg": Decimal(5)}, "measurement.implausible"),
        ({"weight_kg": Decimal(700)}, "measurement.implausible"),
        ({"height_cm": Decimal("1.7")}, "measurement.implausible"),
        ({"weight_kg": Decimal(200), "height_cm": Decimal(160)}, "weight.implausible"),
        ({"weight_kg": Decimal(30), "height_cm": Decimal(190)}, "weight.implausible"),
        ({"weight_kg": None}, "order.no-weight"),
    ],
)
def test_a_weight_that_may_be_in_pounds_is_asked_again(changes, code):
    assert codes(screened(answers(), patient(**changes))) == {code}


def test_a_fever_that_was_measured_stops_whatever_was_answered():
    assert codes(today(confirmation(temperature_c=Decimal("37.9")), answers())) == set()
    assert codes(today(confirmation(temperature_c=Decimal("38.0")), answers())) == {"today.fever-measured"}
    assert codes(today(confirmation(temperature_c=Decimal("99.1")), answers())) == {"measurement.implausible"}


MEASURED = st.fixed_dictionaries(
    {},
    optional={
        "glucose_mg_dl": st.decimals(-50, 1200, places=0),
        "glucose_mmol_l": st.decimals(-5, 60, places=1),
        "temperature_c": st.decimals(0, 110, places=1),
        "blood_pressure_systolic": st.integers(-10, 400),
        "blood_pressure_diastolic": st.integers(-10, 400),
        "index_nrs": st.integers(-2, 101),
    },
)


@given(MEASURED, st.sampled_from(["blood_pressure_systolic", "blood_pressure_diastolic", "index_nrs"]))
def test_a_value_of_the_day_withdrawn_never_makes_it_safer(values, name):
    told = confirmation(**values)
    assert RANK.index(today(replace(told, **{name: None})).decision) >= min(
        RANK.index(today(told).decision), RANK.index(Decision.STOP)
    )


@given(MEASURED)
def test_what_is_believed_is_believed_again_without_a_word(values):
    told, _ = believed_today(confirmation(**values))
    again, findings = believed_today(replace(told, glucose_mmol_l=None))
    assert findings == []
    assert again == replace(told, glucose_mmol_l=None)


def test_nothing_is_said_of_values_in_order():
    assert believed_answers(answers()) == (answers(), [])
