"""One simulated image of a view, with the joint lines, the target and the planned needle in it."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sijoint.anatomy import Body
from sijoint.fluoroscopy import CapsuleChain, Collimator, Mark, Projector, annotated, starting_technique, take_image
from sijoint.formulary import needle as needle_by_code
from sijoint.frames import CArmModel, ReceptorTilt, Side
from sijoint.guidance import Plan, joint_lines
from sijoint.guidance.view_rule import load_view_rule

ROWS = 768
POSTERIOR, ANTERIOR, TARGET = (255, 120, 90), (110, 200, 255), (255, 230, 60)


def look(
    projector: Projector,
    body: Body,
    side: Side,
    target_mm: NDArray[np.float64],
    receptor: ReceptorTilt,
    carm: CArmModel,
    plan: Plan | None,
) -> bytes:
    """PNG of the view with the isocentre on the target, from the side in front of it; the same bytes for the same view."""
    lateral = abs(receptor.left_deg) > 60
    field = load_view_rule().field
    isocentre = target_mm - np.array([0.0, field.lateral_ventral_mm if lateral else 0.0, 0.0])
    technique = starting_technique(Collimator(field.half_mm, field.half_mm))
    frame = take_image(
        projector,
        carm.pose(receptor.direction, isocentre),
        carm,
        carm.detector.binned_to(ROWS),
        technique=technique,
        tubes=() if plan is None else (needle_in(plan),),
        rng=np.random.default_rng(0),
    )
    lines = joint_lines(body.joints[side], receptor.direction)
    marks = [Mark(target_mm[None], TARGET, "cross: target", "cross")]
    if not lateral:  # from the side the two lines are one surface seen flat
        marks = [
            Mark(lines.posterior_mm, POSTERIOR, "posterior joint line"),
            Mark(lines.anterior_mm, ANTERIOR, "anterior joint line"),
            *marks,
        ]
    out = BytesIO()
    Image.fromarray(annotated(frame, marks=marks)).save(out, format="PNG")
    return out.getvalue()


def needle_in(plan: Plan) -> CapsuleChain:
    """The planned needle from hub to tip: straight outside the skin, bent inside."""
    needle = needle_by_code(plan.needle)
    inside = float(np.linalg.norm(np.diff(plan.path_mm, axis=0), axis=1).sum())
    hub = plan.entry_mm - max(needle.length_mm - inside, 0.1) * plan.direction_at_skin
    every = plan.path_mm[np.linspace(0, len(plan.path_mm) - 1, 24).astype(int)]
    return CapsuleChain(np.vstack([hub, every]), needle.outer_mm, needle.bore_mm)
