"""Prints what one injection costs in dose by class of body mass index, beside the published medians, and how far it can be trusted.

    python scripts/dose_by_body_mass.py

Whole chain: thickness of the class, brightness control, tube, field, equal screening time. Nothing is fitted: the thickness was
fixed before the first run (src/sijoint/fluoroscopy/data/patient_thickness.toml).
"""

import numpy as np

from sijoint.fluoroscopy import brightness_limit
from sijoint.fluoroscopy.beam import kerma_mgy_per_mas
from sijoint.fluoroscopy.patient_thickness import (
    CLASSES,
    equivalent_cylinders_cm,
    injection_dose,
    patient_table,
    sagittal_diameters_cm,
)
from sijoint.fluoroscopy.physics import physics
from sijoint.frames import load_carm_model


def main() -> None:
    carm = load_carm_model()
    procedure = patient_table()["procedure"]
    published = procedure["median_dose_area_mgy_cm2"]
    print(f"{procedure['seconds']:g} s at {procedure['pulses_per_s']:g} pulses/s, whole receptor, straight view\n")
    print("| class | thickness cm | kVp | mA | kerma at reference point mGy | DAP Gy·cm² | published DAP Gy·cm² |")
    print("|---|---|---|---|---|---|---|")
    for name, thickness in sagittal_diameters_cm().items():
        total, frame = injection_dose(thickness, carm, np.random.default_rng(0))
        technique = frame.technique
        assert technique is not None
        said = brightness_limit(frame)
        print(
            f"| {name} | {thickness:.1f} | {technique.kvp:g} | {technique.ma:.1f} | {total.kerma_reference_mgy:.2f} "
            f"| {total.dose_area_product_mgy_cm2 / 1000:.2f} | {published[name] / 1000:.2f} |{' ' + said if said else ''}"
        )
    print("\nRatio normal : overweight : obese\n\n| what | ratio |\n|---|---|")
    thickness, cylinder = sagittal_diameters_cm(), equivalent_cylinders_cm()
    rows = [("sagittal diameter, as fixed", thickness, 1.0)]
    rows += [(f"every class {more:+g} cm", {n: t + more for n, t in thickness.items()}, 1.0) for more in (-2, 2)]
    rows += [(f"obese alone {more:+g} cm", {**thickness, "obese": thickness["obese"] + more}, 1.0) for more in (-2, 2)]
    rows += [(f"tube output x {output:g}", thickness, output) for output in (0.8, 1.2)]
    rows += [("equivalent cylinder of water instead", cylinder, 1.0)]
    for what, cm, output in rows:
        doses = [
            injection_dose(cm[name], carm, np.random.default_rng(0), tube_output=output)[0].dose_area_product_mgy_cm2
            for name in CLASSES
        ]
        print(f"| {what} | {' : '.join(f'{dose / doses[0]:.2f}' for dose in doses)} |")
    for one in patient_table()["published_ratio"]:
        print(f"| published: {one['source']} | {' : '.join(f'{value:.2f}' for value in one['ratio'])} |")
    print("\nTube output, µGy per mAs at 1 m\n\n| kVp | computed, 3 mm Al | published | source |\n|---|---|---|---|")
    for one in physics("tube")["published_output"]:
        for kvp, value in zip(one["kvp"], one["ugy_per_mas_at_1_m"], strict=True):
            print(f"| {kvp} | {1000 * kerma_mgy_per_mas(kvp, 0.0):.1f} | {value:.1f} | {one['source']} |")


if __name__ == "__main__":
    main()
