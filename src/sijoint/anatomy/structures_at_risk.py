"""Everything round one joint that a needle keeps away from, from labels where there are any, from bone where not."""

from functools import lru_cache

import numpy as np

from sijoint.anatomy.body import Body
from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.landmark_numbers import landmark_number
from sijoint.anatomy.notch import sciatic_notch
from sijoint.anatomy.risk_courses import iliac_vessels_by_bone, sciatic_nerve, superior_gluteal_vessels
from sijoint.anatomy.risk_surfaces import labelled_structure, pelvic_cavity
from sijoint.anatomy.sacrum import Foramen, dorsal_foramina, sacrum_of
from sijoint.anatomy.structure_at_risk import StructureAtRisk
from sijoint.frames import Side


@lru_cache(maxsize=4)
def structures_at_risk(body: Body, side: Side) -> tuple[StructureAtRisk, ...]:
    """Foramina S1 to S3, notch, sciatic nerve, superior gluteal and iliac vessels, bowel and pelvic cavity on one side.

    Bowel without a label and the notch of a CT that ends above it are left out: of them nothing is known. Raises
    UnsuitableAnatomy for a side that is not in ``joints``. The last four answers are kept.
    """
    if side not in body.joints:
        raise UnsuitableAnatomy(f"The {side.value} joint is not part of this body; choose the side that the CT shows.")
    joint, labels = body.joints[side], body.patient.labels
    sacrum = sacrum_of(labels)
    found: list[StructureAtRisk] = [_foramen(each, side) for each in dorsal_foramina(labels, joint)]
    drawn = f"As labelled, within {landmark_number('risk_reach_mm'):g} mm of the joint."
    vessels = [
        labelled_structure(name, "vessel", labels, (f"{name}_{side.value}",), joint, drawn)
        for name in ("iliac_artery", "iliac_vena")
    ]
    seen = [each for each in vessels if each]
    try:
        notch = sciatic_notch(labels, joint)
    except UnsuitableAnatomy:
        notch = None
    if notch:
        vessels_here = seen or [iliac_vessels_by_bone(notch, joint)]
        iliac = np.concatenate([each.points_mm for each in vessels_here])
        third = dorsal_foramina(labels, joint)[-1].opening_mm
        front = sacrum.front_mm(third[0], third[2]) - [0.0, landmark_number("sciatic_nerve_radius_mm"), 0.0]
        found += [
            StructureAtRisk(
                "sciatic_notch",
                "notch",
                side,
                "label",
                notch.roof_mm,
                0.0,
                "The bony roof of the greater sciatic notch, by the shape of the hip bone.",
            ),
            sciatic_nerve(notch, joint, front),
            superior_gluteal_vessels(labels, notch, joint, iliac),
        ]
        seen = vessels_here
    bowel = [
        labelled_structure("colon", "bowel", labels, ("colon",), joint, f"{drawn} The rectum is part of it."),
        labelled_structure("small_bowel", "bowel", labels, ("small_bowel", "duodenum"), joint, drawn),
    ]
    return (*found, *seen, *(each for each in bowel if each), pelvic_cavity(sacrum, joint))


def _foramen(foramen: Foramen, side: Side) -> StructureAtRisk:
    depths = np.arange(0.0, landmark_number("foramen_canal_mm") + 0.1, 1.0)
    return StructureAtRisk(
        f"foramen_s{foramen.number}",
        "foramen",
        side,
        foramen.found_by,
        foramen.opening_mm + depths[:, None] * foramen.inwards,
        foramen.radius_mm,
        "A hole in the labelled sacrum, from its dorsal opening inwards."
        if foramen.found_by == "label"
        else "No hole was found in the labels; placed by proportion between the mid-line and the joint.",
    )
