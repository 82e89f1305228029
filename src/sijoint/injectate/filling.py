"""How a volume lies in the cleft: which cells are wet, how much each holds, at what pressure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.injectate.cleft import CleftSheet

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Filling:
    """Volume (n,) of each cell in mL and the one pressure of the wet part in kPa."""

    cell_ml: Vector
    pressure_kpa: float


class Invasion:
    """The order in which a sheet opens from given sources, and the filling that belongs to any volume."""

    def __init__(self, sheet: CleftSheet, sources: list[int]) -> None:
        lifting = sheet.lifting_kpa(sources)
        order, needs = sheet.invasion(lifting, sources)
        can_open = needs <= sheet.rules.full_kpa
        self.sheet = sheet
        self.order, self.needs = order[can_open], needs[can_open]
        self._full = sheet.full_ml[self.order]
        self._lifting = lifting[self.order]
        self.holds_ml = self._volume(len(self.order), sheet.rules.full_kpa)

    def _volume(self, cells: int, kpa: float) -> float:
        return float(self._cells(cells, kpa).sum())

    def _cells(self, cells: int, kpa: float) -> Vector:
        return self._full[:cells] * self.sheet.thickness_share(kpa - self._lifting[:cells])

    def filling(self, volume_ml: float) -> Filling:
        """The filling that holds this volume, exactly; a volume above `holds_ml` is a ValueError."""
        if volume_ml > self.holds_ml * (1 + 1e-9) + 1e-12:
            raise ValueError(f"{volume_ml:.3f} mL do not fit into a cleft that holds {self.holds_ml:.3f} mL")
        cell_ml = np.zeros(len(self.sheet.full_ml))
        if volume_ml <= 0:
            return Filling(cell_ml, 0.0)
        low, high = 0, len(self.order) - 1  # the newest cell: the last whose opening the volume has paid for
        while low < high:
            middle = (low + high + 1) // 2
            if self._volume(middle, self.needs[middle]) <= volume_ml:
                low = middle
            else:
                high = middle - 1
        newest, kpa = low, float(self.needs[low])
        if self._volume(newest + 1, kpa) >= volume_ml:  # it is just opening, at constant pressure
            held = self._cells(newest, kpa)
            cell_ml[self.order[:newest]] = held
            cell_ml[self.order[newest]] = max(volume_ml - held.sum(), 0.0)
            return Filling(cell_ml, kpa)
        top = float(self.needs[newest + 1]) if newest + 1 < len(self.order) else self.sheet.rules.full_kpa
        bottom = kpa
        for _ in range(60):
            kpa = (bottom + top) / 2
            if self._volume(newest + 1, kpa) < volume_ml:
                bottom = kpa
            else:
                top = kpa
        held = self._cells(newest + 1, top)
        cell_ml[self.order[: newest + 1]] = np.minimum(held * (volume_ml / held.sum()), self._full[: newest + 1])
        return Filling(cell_ml, top)
