"""What the operator's hand feels, the resistance along the way, and the plane that gives although the joint is further on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Feel:
    """One thing felt at the hub: a new layer, a sudden give, bone that stops, or bone that the tip scrapes along.

    `tissue` names the layer entered or the bone; a give names none, so that a true and a false one tell apart only by
    force. For a give `force_n` is the drop in resistance, otherwise what the tip meets.
    """

    kind: Literal["layer", "give", "bone", "scrape"]
    depth_mm: float
    force_n: float
    tissue: str = ""


@dataclass(frozen=True)
class FalseGive:
    """A cause: a plane this far before the target that gives, with a strength of 0 (nothing) to 1 (as the capsule)."""

    before_target_mm: float
    strength: float


@dataclass(frozen=True)
class Touch:
    """A tissue that the tip came into, felt by the hand or not: what the patient may feel. Force at the tip, newtons."""

    tissue: str
    depth_mm: float
    force_n: float


@dataclass(frozen=True, eq=False)
class ForceTrace:
    """Resistance at the hub along one advance, newtons (n,), at depths (n,) in millimetres; `friction_n` (n,) is the shaft's part."""

    depth_mm: NDArray[np.float64]
    resistance_n: NDArray[np.float64]
    friction_n: NDArray[np.float64]

    def every(self, step_mm: float) -> tuple[float, ...]:
        """Resistance each `step_mm` beyond the first depth, and at the last; empty when nothing moved."""
        if len(self.depth_mm) < 2:
            return ()
        first, last = self.depth_mm[0], self.depth_mm[-1]
        at = np.append(np.arange(first + step_mm, last - 1e-6, step_mm), last)
        return tuple(float(n) for n in np.interp(at, self.depth_mm, self.resistance_n))


def felt_gives(feels: Iterable[Feel], near_mm: float, within_mm: float) -> tuple[Feel, ...]:
    """The gives felt within this distance of a depth, true and false alike: what an operator takes for the joint."""
    return tuple(feel for feel in feels if feel.kind == "give" and abs(feel.depth_mm - near_mm) <= within_mm)
