"""A body that a pencil can check: skin plane at y = 60, muscle, ligament, and two bone slabs with a 2 mm gap from y = 10."""

import numpy as np

from sijoint.anatomy import Tissue


class TwoSlabs:
    """LPS: y points backwards, so a needle from behind runs along -y. The gap lies at |x| <= 1."""

    def tissue_at(self, points_mm):
        x, y = np.asarray(points_mm)[..., 0], np.asarray(points_mm)[..., 1]
        layers = [(60, Tissue.SKIN), (58, Tissue.FAT), (45, Tissue.MUSCLE), (20, Tissue.LIGAMENT), (12, Tissue.CAPSULE)]
        tissue = np.full(x.shape, int(Tissue.AIR), dtype=np.uint8)
        for top, kind in layers:
            tissue[y < top] = kind
        tissue[y < 10] = np.where(np.abs(x[y < 10]) <= 1, Tissue.CLEFT, Tissue.BONE)
        return tissue

    def bone_distance_mm(self, points_mm):
        x, y = np.asarray(points_mm)[..., 0], np.asarray(points_mm)[..., 1]
        aside = 1 - np.abs(x)  # positive in the gap
        return np.where(y < 10, aside, np.where(aside > 0, np.hypot(aside, y - 10), y - 10))
