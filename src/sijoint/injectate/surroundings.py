"""The tissues round the joint as fluid sees them: which compartment a tip lies in and how its fibres run."""

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Tissue
from sijoint.frames import Side
from sijoint.injectate.asked_of_anatomy import Body, Joint
from sijoint.injectate.causes import Compartment
from sijoint.injectate.depot import Depot, depot_in
from sijoint.injectate.flow_rules import FlowRules, TissueRules

Vector = NDArray[np.float64]

BONE_DEPTH_MM = 0.2  # bone distance is known to 0.2 mm near the surface; deeper is in bone
MOSTLY_FORWARDS = 0.7  # cosine: within 45° of straight forwards
NEAR_VENTRAL_MM = 25.0  # beyond the ventral border and this close to it is the presacral space of this joint


class Surroundings:
    """Tissue round one joint; makes depots with the texture of the place."""

    def __init__(self, body: Body, joint: Joint, side: Side, rules: FlowRules, seed: int) -> None:
        self._body, self._joint, self._side, self._rules, self._seed = body, joint, side, rules, seed

    def refusal_at(self, tip_mm: Vector) -> str:
        """Why nothing can be injected here, or nothing."""
        if not np.isfinite(tip_mm).all():
            return "Where the tip lies is not known; give its place in millimetres."
        if float(self._body.bone_distance_mm(tip_mm[None, :])[0]) < -BONE_DEPTH_MM:
            return "The tip is in bone and nothing flows at any pressure of the hand; withdraw the needle first."
        if self._tissue(tip_mm) == Tissue.AIR:
            return "The tip is not in the patient; advance the needle before injecting."
        return ""

    def compartment_at(self, tip_mm: Vector) -> Compartment:
        """Where fluid goes from a tip outside the cleft and outside vessels."""
        chart = self._joint.chart
        ventral = np.asarray(self._joint.ventral_border_mm)
        nearest = ventral[int(np.argmin(np.sum((ventral - tip_mm) ** 2, axis=1)))]
        distance = float(np.linalg.norm(tip_mm - nearest))
        beyond = float((tip_mm - nearest) @ chart.axis_a)
        # Below the joint is not in front of it: more forwards than sideways counts.
        if beyond > MOSTLY_FORWARDS * distance and distance <= NEAR_VENTRAL_MM:
            return Compartment.VENTRAL
        match self._tissue(tip_mm):
            case Tissue.LIGAMENT | Tissue.CAPSULE | Tissue.CLEFT:
                return Compartment.LIGAMENT
            case Tissue.NERVE:
                return Compartment.SCIATIC if tip_mm[2] < self._joint.inferior_end_mm[2] else Compartment.FORAMEN
            case Tissue.BOWEL:
                return Compartment.VENTRAL
            case Tissue.BONE:  # on the surface: the bevel opens into what covers the bone here
                return Compartment.LIGAMENT if self._near_ligament(tip_mm) else Compartment.MUSCLE
        return Compartment.MUSCLE

    def rules_of(self, where: Compartment) -> TissueRules:
        match where:
            case Compartment.LIGAMENT:
                return self._rules.ligament
            case Compartment.MUSCLE:
                return self._rules.muscle
        return self._rules.loose

    def new_depot(self, where: Compartment, at_mm: Vector, number: int) -> Depot:
        """A depot at this point; its texture is drawn from the procedure's seed and its number."""
        chart = self._joint.chart
        outwards = np.array([float(self._side.x_sign), 0.0, 0.0])
        if where is Compartment.LIGAMENT:  # the posterior bands run from the sacrum up and out to the iliac tuberosity
            fibre, normal = chart.axis_b + 0.5 * chart.normal, chart.axis_a
        elif where is Compartment.MUSCLE:  # gluteus maximus runs down and out
            fibre, normal = outwards * 0.8 - np.array([0.0, 0.0, 0.6]), np.array([0.0, 1.0, 0.0])
        elif where is Compartment.SCIATIC:  # the nerve runs down
            fibre, normal = np.array([0.0, 0.1, -1.0]), np.array([0.0, 1.0, 0.0])
        elif where is Compartment.FORAMEN:  # through the foramen and along the root
            fibre, normal = outwards * 0.4 - np.array([0.0, 0.6, 0.5]), np.array([0.0, 0.0, 1.0])
        else:  # presacral fat: along the bone's ventral face
            fibre, normal = chart.axis_b, chart.axis_a
        rng = np.random.default_rng([self._seed, number])
        return depot_in(
            where,
            self._body,
            at_mm,
            fibre,
            normal,
            self.rules_of(where),
            self._rules.numbers,
            rng,
        )

    def _tissue(self, tip_mm: Vector) -> int:
        return int(self._body.tissue_at(tip_mm[None, :])[0])

    def _near_ligament(self, tip_mm: Vector) -> bool:
        aside = 2.0 * np.vstack([np.eye(3), -np.eye(3)])
        return bool(
            np.any(np.isin(self._body.tissue_at(tip_mm + aside), [Tissue.LIGAMENT, Tissue.CAPSULE, Tissue.CLEFT]))
        )
