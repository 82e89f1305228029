"""What the hand meets along a way: each layer's resistance at the tip, friction along the shaft, and what gives.

A layer asks of the tip a force of its own, reached over a short way while the tissue stretches. Leaving it for a softer one
lets go of the difference at once: that is a give, whether the softer layer is the joint or fat between two ligaments.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sijoint.needle.bending import GAUGE_22_MM
from sijoint.needle.feel import Feel, ForceTrace, Touch
from sijoint.needle.mechanics import mechanics
from sijoint.needle.state import NeedleState

Vector = NDArray[np.float64]
_STRETCHED = frozenset({"fascia", "capsule"})  # sheets that stretch before they tear: entering one never eases
_THIN = frozenset({"nerve", "vessel"})  # what a needle meets of these is thin; a patient feels them all the same


@dataclass
class LayerWalk:
    """The tip's passage through layers, sample by sample; begins where the needle stands."""

    state: NeedleState
    rng: Generator
    feels: list[Feel] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)

    def __post_init__(self) -> None:
        state, self.rules = self.state, mechanics()
        self.scale = state.needle.outer_mm / GAUGE_22_MM[0]
        self.tip_scale = self.scale * self.rules.tip_force_of(state.needle.tip)
        self.tissue, self.layers = state.tissue, list(state.layers)
        self.tip_n, self.layer_n = state.tip_n, state.layer_n
        self.depth = state.depth_mm
        self.friction_n = shaft_friction_n(state)
        self.trace = [(self.depth, self.tip_n + self.friction_n, self.friction_n)]

    def along(self, depths_mm: Vector, names: NDArray[np.str_], uneven: Vector, scraped: NDArray[np.bool_]) -> None:
        """Through samples at these depths, the tip's present place first; `names` go on beyond the last depth.

        `uneven` scales each sample's resistance; `scraped` marks those reached along bone.
        """
        rule = self.rules
        if not self.tissue:
            self._begin(str(names[0]))
        if np.isnan(self.layer_n):
            self.layer_n = self._drawn(self.tissue)
        for i in range(1, len(depths_mm)):
            self._change(i, float(depths_mm[i]), names)
            step = float(depths_mm[i]) - self.depth
            self.depth = float(depths_mm[i])
            layer = rule.layers[self.tissue]
            wanted = self.layer_n * uneven[i]
            self.tip_n = min(float(wanted), self.tip_n + step * self.layer_n / layer.rise_mm)
            self.friction_n += step * layer.friction_n_per_mm * self.scale
            scrape = rule.bone.scrape_n * self.scale if scraped[i] else 0.0
            if scraped[i] and not scraped[i - 1]:
                self.feels.append(Feel("scrape", self.depth, scrape, "bone"))
                self.touches.append(Touch("bone", self.depth, scrape))
            self.trace.append((self.depth, self.tip_n + scrape + self.friction_n, self.friction_n))

    def stops_at_bone(self) -> None:
        force = self._drawn("bone")
        self.feels.append(Feel("bone", self.depth, force, "bone"))
        self.touches.append(Touch("bone", self.depth, force))
        self.trace.append((self.depth, force + self.friction_n, self.friction_n))

    @property
    def force_trace(self) -> ForceTrace:
        return ForceTrace(*np.array(self.trace).T)

    def _begin(self, name: str) -> None:
        """A needle that was turned stands in a layer that is not news to the hand."""
        self.tissue = name
        if not self.layers or self.layers[-1][0] != name:
            self.layers.append((name, self.depth))

    def _change(self, i: int, depth: float, names: NDArray[np.str_]) -> None:
        new, now, grain = str(names[i]), self.tissue, self.rules.grain
        if now == "fascia":
            if new != "bone" and depth - self.layers[-1][1] >= grain.fascia_mm:
                self._enter(new, depth)
        elif new not in (now, "bone") and (new in _THIN or self._lasts(names, i, self.rules.tissue_change_mm)):
            between = {now, new} == {"fat", "muscle"} and not self._even
            thick = self._lasts(names, i, grain.fascia_between_mm)
            deep = bool(self.layers) and depth - self.layers[-1][1] >= grain.fascia_between_mm
            self._enter("fascia" if between and thick and deep else new, depth)

    def _enter(self, new: str, depth: float) -> None:
        """Into a layer: a give when the force falls enough to be noticed, else the layer itself when it can be felt.

        Skin that lets go is seen, and felt as what it is.
        """
        old, force = self.tissue, self._drawn(new)
        if new in _STRETCHED:
            force = max(force, self.tip_n)
        drop, before = self.tip_n - force, self.tip_n + self.friction_n
        if old != "skin" and drop >= max(self.rules.felt_above_n, self.rules.felt_share * before):
            self.feels.append(Feel("give", depth, float(drop)))
        elif force >= self.rules.felt_above_n:
            self.feels.append(Feel("layer", depth, force, new))
        self.touches.append(Touch(new, depth, force))
        self.tissue, self.layer_n = new, force
        self.layers.append((new, depth))

    def _lasts(self, names: NDArray[np.str_], i: int, way_mm: float) -> bool:
        hold = max(1, round(way_mm / self.rules.feel_step_mm))
        return bool((names[i : i + hold] == names[i]).all())

    def _drawn(self, tissue: str) -> float:
        return self.rules.layers[tissue].tip_n.drawn(self.rng) * self.tip_scale

    @property
    def _even(self) -> bool:
        return self.state.grain is None or self.state.grain.even


def shaft_friction_n(state: NeedleState) -> float:
    """Friction of the tissues round the shaft, newtons."""
    layers = mechanics().layers
    if not state.layers:
        return 0.0
    ends = [depth for _, depth in state.layers[1:]] + [state.depth_mm]
    force = sum(
        layers[name].friction_n_per_mm * (end - begins) for (name, begins), end in zip(state.layers, ends, strict=True)
    )
    return force * state.needle.outer_mm / GAUGE_22_MM[0]
