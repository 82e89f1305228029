"""A dose read off a console: the unit picker, what one injection can have cost, and which unit was likely meant."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import POLICY, codes, order, patient, procedure_done

from sijoint.model import Exposure, StatedAmount, StatedDose
from sijoint.pathway import (
    DOSE_AREA,
    KERMA,
    SECONDS,
    UnknownUnit,
    dose_area_range_mgy_cm2,
    dose_findings,
    in_unit_of_record,
    procedure_dose,
)

NORMAL = patient(weight_kg=Decimal(65), height_cm=Decimal(170))
HEAVY = patient(weight_kg=Decimal(110), height_cm=Decimal(170))


def read(value, unit, units=DOSE_AREA):
    return in_unit_of_record(StatedAmount(Decimal(value), unit), units, "dose-area product")


@pytest.mark.parametrize("unit", ["mGy·cm²", "mGy.cm2", "mGy cm^2", "mGycm²", " mGy*cm2 "])
def test_a_unit_is_known_in_every_spelling(unit):
    assert read("1210", unit) == 1210


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("1.21", "Gy·cm²"),
        ("121", "cGy·cm²"),
        ("12.1", "dGy·cm²"),
        ("121", "µGy·m²"),
        ("121", "uGym2"),
        ("121", "μGy·m²"),
    ],
)
def test_one_dose_in_five_units_is_one_dose(value, unit):
    assert read(value, unit) == 1210


@pytest.mark.parametrize("unit", ["", "mSv", "MGy·cm²", "R·cm²", "gy.cm2", "mGy"])
def test_a_unit_that_is_not_in_the_picker_is_refused_with_those_that_are(unit):
    with pytest.raises(UnknownUnit, match="cGy·cm²"):
        read("1210", unit)


@pytest.mark.parametrize("value", ["-1", "NaN", "Infinity"])
def test_a_number_that_no_dose_is_is_refused(value):
    with pytest.raises(UnknownUnit, match="zero or more"):
        read(value, "mGy·cm²")


def test_minutes_are_sixty_seconds_and_gray_a_thousand_milligray():
    assert in_unit_of_record(StatedAmount(Decimal("0.7"), "min"), SECONDS, "fluoroscopy") == 42
    assert in_unit_of_record(StatedAmount(Decimal("0.012"), "Gy"), KERMA, "air kerma") == 12


def done(area=None, kerma=None, seconds=None):
    def of(units, stated):
        return None if stated is None else in_unit_of_record(StatedAmount(Decimal(stated[0]), stated[1]), units, "it")

    parts = (("dose-area product", area), ("air kerma", kerma), ("fluoroscopy", seconds))
    words = tuple(f"{what} {stated[0]} {stated[1]}" for what, stated in parts if stated)
    dose = StatedDose(of(DOSE_AREA, area), of(KERMA, kerma), of(SECONDS, seconds), words)
    return replace(procedure_done(order()), dose=dose)


def told(one, who=NORMAL):
    return {each.code: each.clinician for each in dose_findings(one, who, POLICY)}


def test_the_published_medians_are_usual_for_their_bodies():
    for who, median in ((NORMAL, "1210"), (patient(weight_kg=Decimal(80)), "1671"), (HEAVY, "2090")):
        assert told(done(area=(median, "mGy·cm²")), who) == {}


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        (("1210", "cGy·cm²"), "In mGy·cm² it would be usual"),
        (("1.21", "mGy·cm²"), "In Gy·cm² it would be usual"),
        (("121", "mGy·cm²"), "In cGy·cm² or µGy·m² it would be usual"),
        (("12.1", "Gy·cm²"), "In dGy·cm² it would be usual"),
        (("0.0001", "mGy·cm²"), "No unit of the picker makes it usual"),
    ],
)
def test_an_implausible_dose_names_the_unit_that_was_likely_meant(stated, meant):
    assert meant in told(done(area=stated))["dose.area-implausible"]


@given(st.sampled_from(list(DOSE_AREA)), st.sampled_from(list(DOSE_AREA)), st.sampled_from([NORMAL, HEAVY]))
def test_a_median_dose_with_the_wrong_unit_is_always_noticed_and_its_unit_named(right, wrong, who):
    median = {NORMAL: Decimal(1210), HEAVY: Decimal(2090)}[who]
    findings = told(done(area=(f"{median / DOSE_AREA[right]:f}", wrong)), who)
    if DOSE_AREA[right] == DOSE_AREA[wrong]:
        assert findings == {}
    else:
        assert right in findings["dose.area-implausible"].partition("In ")[2]


def test_the_range_follows_the_body_and_without_one_takes_every_body():
    normal, heavy = dose_area_range_mgy_cm2(NORMAL), dose_area_range_mgy_cm2(HEAVY)
    low, high = dose_area_range_mgy_cm2(patient(height_cm=None))
    assert low <= min(normal[0], heavy[0])
    assert high >= max(normal[1], heavy[1])
    assert normal[0] < 1210 < normal[1] < heavy[1]


def test_kerma_and_area_together_are_a_field():
    assert told(done(area=("1210", "mGy·cm²"), kerma=("12", "mGy"))) == {}
    wrong = told(done(area=("1210", "mGy·cm²"), kerma=("12", "Gy")))
    assert "a field of 0.1 cm²" in wrong["dose.kerma-and-area"]
    assert set(told(done(area=("1210", "mGy·cm²"), kerma=("0", "mGy")))) == {"dose.kerma-and-area"}
    assert told(done(kerma=("12", "mGy"))) == {}
    assert "In mGy it would be usual" in told(done(kerma=("12", "Gy")))["dose.kerma-implausible"]


@pytest.mark.parametrize(
    ("stated", "codes_told"),
    [
        (("42", "s"), set()),
        (("60", "s"), set()),
        (("61", "s"), {"dose.fluoroscopy-noted"}),
        (("2.1", "min"), {"dose.fluoroscopy-long"}),
        (("0.7", "s"), {"dose.seconds-implausible"}),
        (("42", "min"), {"dose.seconds-implausible", "dose.fluoroscopy-long"}),
    ],
)
def test_long_and_impossible_fluoroscopy_is_told(stated, codes_told):
    findings = told(done(seconds=stated))
    assert set(findings) == codes_told
    if "dose.seconds-implausible" in findings:
        assert (
            "In min it would be usual" in findings["dose.seconds-implausible"]
            or "In s it" in findings["dose.seconds-implausible"]
        )


def test_views_without_any_dose_are_told_and_measured_exposures_are_summed():
    none = procedure_done(order())
    assert codes(dose_findings(none, NORMAL, POLICY)) == {"dose.not-stated"}
    assert dose_findings(replace(none, images=()), NORMAL, POLICY) == ()
    press = Exposure(1.0, 4, 30.5, 180.0, 0.0, 75.0, 3.0, 1.25, 100.5)
    measured = replace(none, exposures=(press, press))
    dose = procedure_dose(measured)
    assert (dose.dose_area_product_mgy_cm2, dose.kerma_reference_mgy, dose.seconds) == (201, Decimal("2.5"), 61)
    assert codes(dose_findings(measured, NORMAL, POLICY)) == {"dose.fluoroscopy-noted"}
