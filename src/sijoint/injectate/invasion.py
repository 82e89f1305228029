"""The plain model beside the fast one: infinitely slow filling, one pressure in the whole wet part.

Of all dry cells next to wet ones, the one that opens at the lowest pressure is next. It scales a sheet to its capacity and is
the referee of slow injections.
"""

import heapq
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sijoint.injectate.cleft import CleftSheet

Vector = NDArray[np.float64]


def invasion(sheet: "CleftSheet", lifting_kpa: Vector, sources: list[int]) -> tuple[NDArray[np.int64], Vector]:
    """Cell numbers in the order in which they open from these sources, and the pressure that has been reached by then."""
    seen = np.zeros(len(lifting_kpa), dtype=bool)
    waiting: list[tuple[float, int]] = []
    for cell in sources:
        if not seen[cell]:
            seen[cell] = True
            heapq.heappush(waiting, (0.0, cell))
    order, reached, highest = [], [], 0.0
    lifting = lifting_kpa.tolist()
    beside = np.where(sheet.weight > 0, sheet.neighbour, -1).tolist()
    while waiting:
        need, cell = heapq.heappop(waiting)
        highest = max(highest, need)
        order.append(cell)
        reached.append(highest)
        for other in beside[cell]:
            if other >= 0 and not seen[other]:
                seen[other] = True
                heapq.heappush(waiting, (lifting[other], other))
    return np.array(order), np.array(reached)


def slowly_filled(sheet: "CleftSheet", source: int, volume_ml: float) -> tuple[Vector, float]:
    """Volume (n,) of each cell and the one pressure, once this much has been let in without any haste.

    Raises ValueError for more than the sheet holds at its capsule's yield.
    """
    lifting = sheet.lifting_kpa([source])
    order, needs = invasion(sheet, lifting, [source])

    def held(cells: int, kpa: float) -> Vector:
        some = np.zeros(len(lifting))
        some[order[:cells]] = sheet.volume_ml(kpa, np.minimum(lifting, kpa))[order[:cells]]
        return some

    reachable = int(np.sum(needs <= sheet.rules.full_kpa))
    if volume_ml > held(reachable, sheet.rules.full_kpa).sum():
        raise ValueError(f"{volume_ml:.3f} mL do not fit into this cleft below its capsule's yield")
    low, high = 0, reachable - 1  # the newest cell: the last whose opening the volume has paid for
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if held(middle, needs[middle]).sum() <= volume_ml else (low, middle - 1)
    bottom, cells = float(needs[low]), low + 1
    if held(cells, bottom).sum() >= volume_ml:  # it is just opening, at constant pressure
        some = held(low, bottom)
        some[order[low]] = volume_ml - some.sum()
        return some, bottom
    top = float(needs[cells]) if cells < reachable else sheet.rules.full_kpa
    for _ in range(60):
        kpa = (bottom + top) / 2
        bottom, top = (kpa, top) if held(cells, kpa).sum() < volume_ml else (bottom, kpa)
    return held(cells, top), top
