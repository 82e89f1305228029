"""Arthrography: contrast to the firm end-point, as the fill volume was measured."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from sijoint.injectate.causes import Compartment, Fluid
from sijoint.injectate.flow_rules import flow_rules
from sijoint.injectate.fluid_body import FluidBody, HollowNeedle

PORTION_ML = 0.02


@dataclass(frozen=True)
class Arthrography:
    """What was given, where it was when the injection ended, and whether a firm end-point was felt."""

    injected_ml: float
    in_joint_ml: float
    outside_ml: float
    firm: bool
    most_kpa: float  # the joint's highest pressure meanwhile


def to_firm_end_point(
    fluid_body: FluidBody, tip_mm: ArrayLike, needle: HollowNeedle, fluid: Fluid, rate_ml_s: float
) -> Arthrography:
    """Inject until the joint presses back with its capsule's yield, or as much is outside as ends an arthrography.

    Source of the end-point: fill volume "to a firm end-point under live fluoroscopy"; of the limits: `flow.toml`, assumed.
    """
    rules = flow_rules()
    given, firm, most = 0.0, False, 0.0
    while not firm and given < rules.seen.arthrography_most_ml:
        step = fluid_body.inject(tip_mm, needle, fluid, PORTION_ML, rate_ml_s)
        given += PORTION_ML
        most = max(most, step.site_kpa)
        firm = step.site_kpa >= rules.cleft.full_kpa
        if given - fluid_body.volumes_ml()[Compartment.JOINT] >= rules.seen.arthrography_outside_ml:
            break
    joint = fluid_body.volumes_ml()[Compartment.JOINT]
    return Arthrography(given, joint, given - joint, firm, most)
