"""Dose by class of body mass index: the data keep what they promise, and the chain reacts as physics says.

The ratio of the classes is reported by scripts/dose_by_body_mass.py and not asserted: thickness by class rests on assumptions.
"""

import numpy as np
import pytest

from sijoint.fluoroscopy import brightness_limit
from sijoint.fluoroscopy.patient_thickness import (
    CLASSES,
    equivalent_cylinders_cm,
    injection_dose,
    patient_table,
    sagittal_diameters_cm,
    slab,
)
from sijoint.frames import load_carm_model

CARM = load_carm_model()


def test_the_file_names_sources_and_assumptions():
    table = patient_table()
    for section in ("sagittal_diameter", "class_share", "equivalent_cylinder", "procedure"):
        assert len(table[section]["source"]) > 20
    assert table["class_share"]["assumed"]
    assert table["tissue"]["assumed"]


def test_classes_share_the_population_and_their_thickness_lies_in_it():
    table = patient_table()
    assert sum(table["class_share"][name] for name in CLASSES) == pytest.approx(1.0)
    thickness = [sagittal_diameters_cm()[name] for name in CLASSES]
    assert thickness == sorted(thickness)
    low, *_, high = table["sagittal_diameter"]["cm"]
    assert low < thickness[0]
    assert thickness[-1] < high


def test_the_population_median_is_the_published_one_when_a_class_is_everybody(monkeypatch):
    everybody = {"normal": 1.0, "overweight": 0.0, "obese": 0.0}
    monkeypatch.setitem(patient_table(), "class_share", everybody)
    assert sagittal_diameters_cm()["normal"] == pytest.approx(21.9)


def test_the_equivalent_cylinder_weighs_what_the_person_weighs():
    table = patient_table()["equivalent_cylinder"]
    for name, diameter in equivalent_cylinders_cm().items():
        weight = table["body_mass_index"][name] * table["height_m"] ** 2
        assert np.pi * (diameter / 200) ** 2 * table["height_m"] * 1000 == pytest.approx(weight)


def test_a_slab_has_the_thickness_asked_for():
    lines, tissue = slab(22.0, (3, 4)), patient_table()["tissue"]
    cm = lines.water / tissue["soft_g_cm3"] + lines.bone / tissue["bone_g_cm3"]
    np.testing.assert_allclose(cm, 22.0, rtol=1e-5)


def test_an_injection_costs_more_in_a_thicker_patient_and_takes_the_same_time():
    doses, frames = zip(
        *(injection_dose(cm, CARM, np.random.default_rng(0)) for cm in sagittal_diameters_cm().values()), strict=True
    )
    products = [dose.dose_area_product_mgy_cm2 for dose in doses]
    assert products == sorted(products)
    assert len({dose.seconds for dose in doses}) == 1
    assert doses[0].seconds == pytest.approx(patient_table()["procedure"]["seconds"], rel=0.01)
    assert all(brightness_limit(frame) is None for frame in frames)  # no class is at a limit of the machine
    field = 4 * (CARM.detector.rows * CARM.detector.pixel_mm / 20) ** 2  # cm2 at the receptor
    at_receptor = (CARM.reference_point_mm / CARM.source_detector_mm) ** 2
    assert products[0] == pytest.approx(doses[0].kerma_reference_mgy * at_receptor * field, rel=1e-6)


def test_a_stronger_tube_is_turned_down():
    """Kerma at the receptor is what control keeps; a tube with a fifth more output changes the patient's dose by little."""
    usual, strong = (
        injection_dose(22.0, CARM, np.random.default_rng(0), tube_output=output)[0] for output in (1.0, 1.2)
    )
    assert strong.dose_area_product_mgy_cm2 == pytest.approx(usual.dose_area_product_mgy_cm2, rel=0.12)
