"""What stands in the beam for one pulse: the anatomy's line integrals, and the tools and contrast on top of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.line_integrals import LineIntegrals


@dataclass(frozen=True, eq=False)
class Scene:
    """Areal densities (rows, columns): anatomy and metals in g/cm2, iodine and gadolinium in mg/cm2; None where there is none."""

    anatomy: LineIntegrals
    steel: NDArray[np.float32] | None = None
    iodine: NDArray[np.float32] | None = None
    gadolinium: NDArray[np.float32] | None = None
    titanium: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        shape = self.anatomy.water.shape
        for name in ("steel", "iodine", "gadolinium", "titanium"):
            values = getattr(self, name)
            if values is not None and values.shape != shape:
                raise UnphysicalView(
                    f"the {name} has shape {values.shape}, the anatomy {shape}: project both for one detector"
                )
            if values is not None and not (values.min() >= 0 and values.max() < np.inf):  # not a number is neither
                raise UnphysicalView(f"areal densities of {name} are finite numbers, zero or more: project it again")

    @property
    def all_steel(self) -> NDArray[np.float32] | None:
        """Steel of tools and of metal in the body together."""
        if self.anatomy.metal is None or self.steel is None:
            return self.steel if self.anatomy.metal is None else self.anatomy.metal
        return self.steel + self.anatomy.metal
