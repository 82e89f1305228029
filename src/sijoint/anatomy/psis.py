"""The posterior superior iliac spine: the landmark from which a joint's lower end is felt."""

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy.surface import Surface
from sijoint.frames import Side

_SLAB_MM = 3.0  # the spine is taken as the most posterior slab of the hip bone, this thick


def psis_mm(hip: Surface, side: Side) -> NDArray[np.float64]:
    """The middle (3,) of the most posterior 3 mm of a hip bone, at the level of the iliac crest's lower half.

    The ischial tuberosity can lie as far back as the spine, so only the upper half of the bone is looked at.
    """
    height = hip.vertices_mm[:, 2]
    upper = hip.vertices_mm[height > 0.5 * (height.min() + height.max())]
    slab = upper[upper[:, 1] > upper[:, 1].max() - _SLAB_MM]
    return slab.mean(axis=0)
