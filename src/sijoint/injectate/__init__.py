"""The fluid in the body: where contrast and drug go from the needle's tip, at what pressure, and what X-rays see of it.

Inside the joint the fluid opens a compliant cleft cell by cell; outside it soaks ligament, muscle or loose tissue, or a
vessel carries it off. Volume is conserved by construction. Pressures and spreads are assumed; `flow.toml` says so.
"""

from sijoint.injectate.arthrography import Arthrography, to_firm_end_point
from sijoint.injectate.capacity import draw_capacity_ml
from sijoint.injectate.causes import CapsularPath, Compartment, Fluid, LeakPath, Vessel
from sijoint.injectate.filling import JointFilling, arthrogram_grade, cephalad_share, is_type_one
from sijoint.injectate.flow_rules import what_is_modelled
from sijoint.injectate.fluid_body import FlowStep, FluidBody, RefusedInjection
from sijoint.injectate.joint_causes import JointCauses, draw_joint_causes
from sijoint.injectate.needle_pressure import needle_pressure_kpa
from sijoint.injectate.vessel_stream import distance_to_vessel_mm

__all__ = [
    "Arthrography",
    "CapsularPath",
    "Compartment",
    "FlowStep",
    "Fluid",
    "FluidBody",
    "JointCauses",
    "JointFilling",
    "LeakPath",
    "RefusedInjection",
    "Vessel",
    "arthrogram_grade",
    "cephalad_share",
    "distance_to_vessel_mm",
    "draw_capacity_ml",
    "draw_joint_causes",
    "is_type_one",
    "needle_pressure_kpa",
    "to_firm_end_point",
    "what_is_modelled",
]
