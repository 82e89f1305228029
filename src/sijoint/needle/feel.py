"""What the operator's hand feels, and the plane that gives although the joint is further on."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Feel:
    """One thing felt at the hub: a new layer, a sudden give, or bone.

    `tissue` names the layer entered or the bone; a give names none, so that a true and a false one tell apart only by
    force. For a give `force_n` is the drop in resistance, otherwise the peak.
    """

    kind: Literal["layer", "give", "bone"]
    depth_mm: float
    force_n: float
    tissue: str = ""


@dataclass(frozen=True)
class FalseGive:
    """A cause: a plane this far before the target that gives, with a strength of 0 (nothing) to 1 (as the capsule)."""

    before_target_mm: float
    strength: float
