"""The needle in the body: a spinal needle that bends by its bevel, feels layers, gives, and stops at cortical bone.

States are frozen; every movement returns a new one. The only randomness is a passed generator (small wandering of the
tip and the drawn forces). Forces are assumed distributions, bending is published gel data; `mechanics.toml` says which.
"""

from sijoint.needle.advance import advance
from sijoint.needle.bending import SpinalNeedle, aim, bent_path, bevel_opening, curvature_per_mm
from sijoint.needle.feel import FalseGive, Feel
from sijoint.needle.mechanics import what_is_modelled
from sijoint.needle.state import NeedleState, RefusedMovement, insert, redirect, rotate_bevel, withdraw

__all__ = [
    "FalseGive",
    "Feel",
    "NeedleState",
    "RefusedMovement",
    "SpinalNeedle",
    "advance",
    "aim",
    "bent_path",
    "bevel_opening",
    "curvature_per_mm",
    "insert",
    "redirect",
    "rotate_bevel",
    "what_is_modelled",
    "withdraw",
]
