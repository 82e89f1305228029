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

    A cell lifts when, at its opening pressure, what the wet part does not hold suffices to lift it; what is lifted stays so,
    and the pressure may fall when a tight place bursts. Raises ValueError for more than the sheet holds at its yield.
    """
    lifting = sheet.lifting_kpa([source])
    order, _ = invasion(sheet, lifting, [source])
    wet = np.zeros(len(lifting), dtype=bool)

    def held(kpa: float) -> Vector:
        closing = sheet.lift_ml * kpa / lifting
        return np.where(wet, np.where(kpa < lifting, closing, sheet.volume_ml(kpa, lifting)), 0.0)

    newest, over = order[0], volume_ml
    for newest in order:
        over = volume_ml - float(held(float(lifting[newest])).sum())
        if over < sheet.lift_ml[newest]:
            break
        wet[newest] = True
    if over > 0 and not wet[newest]:  # it is just opening, at constant pressure
        kpa = float(lifting[newest])
        some = held(kpa)
        some[newest] = over
    else:
        bottom, top = 0.0, sheet.rules.full_kpa
        for _ in range(60):
            kpa = (bottom + top) / 2
            bottom, top = (kpa, top) if held(kpa).sum() < volume_ml else (bottom, kpa)
        some = held(kpa)
    if kpa > sheet.rules.full_kpa or abs(some.sum() - volume_ml) > 1e-6:
        raise ValueError(f"{volume_ml:.3f} mL do not fit into this cleft below its capsule's yield")
    return some, kpa
