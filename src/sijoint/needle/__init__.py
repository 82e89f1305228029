"""The needle in the body: a spinal needle that bends by its bevel, feels layers, gives, skids along bone, and stops at it.

States are frozen; every movement returns a new one. The only randomness is a passed generator (small wandering of the
tip, the drawn forces, and once the patient's fine structure). Forces are assumed distributions, bending is published gel
data; `mechanics.toml` says which.
"""

from sijoint.needle.advance import Pushed, advance, push
from sijoint.needle.bending import SpinalNeedle, aim, bent_path, bevel_opening, curvature_per_mm
from sijoint.needle.body_map import TissueMap
from sijoint.needle.feel import FalseGive, Feel, ForceTrace, Touch, felt_gives
from sijoint.needle.grain import EVEN, Grain, drawn_grain
from sijoint.needle.mechanics import what_is_modelled
from sijoint.needle.state import NeedleState, RefusedMovement, insert, redirect, rotate_bevel, withdraw

__all__ = [
    "EVEN",
    "FalseGive",
    "Feel",
    "ForceTrace",
    "Grain",
    "NeedleState",
    "Pushed",
    "RefusedMovement",
    "SpinalNeedle",
    "TissueMap",
    "Touch",
    "advance",
    "aim",
    "bent_path",
    "bevel_opening",
    "curvature_per_mm",
    "drawn_grain",
    "felt_gives",
    "insert",
    "push",
    "redirect",
    "rotate_bevel",
    "what_is_modelled",
    "withdraw",
]
