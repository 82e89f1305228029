"""One implicit step of thin-gap flow over a sheet of cells that open, thicken and leak; compiled, plain loops.

Each cell is closed (dry), opening (it takes fluid at its opening pressure until it is lifted), or open (its volume follows its
pressure; flow to open neighbours by the cube of the thickness). A closed cell takes fluid only from an open neighbour whose
pressure exceeds its opening pressure; what is open stays open. Newton's method on the pressures of the open cells, each
linear system by conjugate gradients with an incomplete Cholesky factor; cells lift and paths tear only at pressures that
already balance, so that every step ends consistent. Units: mL, kPa, s, mm, mPa·s.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLOSED, OPEN = 0, 1
BALANCED_ML = 1e-7  # no cell's volume is further than this from what its pressure asks for
EVENT_ML = 5e-6  # near enough to decide which cell lifts next: a hundredth of a cell
LEAST_THICKNESS = 0.02  # of the aperture: what conducts in a cell that is all but closed
MOST_KPA_A_STEP = 15.0
MOST_ROUNDS = 600
PATIENCE = 20  # rounds without an event, then half steps


class SheetLaw(NamedTuple):
    """What does not change in a sheet of n cells. Neighbours are in row-major order, four before and four after."""

    neighbour: Ints  # (n, 8), -1 where there is none
    weight: Floats  # (n, 8) width of the common face over the distance of the centres, with the metric of the chart
    full_ml: Floats  # at the full aperture
    area_mm2: Floats
    fold_ml: Floats  # what the capsule's fold beside the cell takes
    lift_share: float  # thickness on opening, of the aperture
    compliance_kpa: float
    fold_kpa: float  # the fold yields from here on
    exit_from: Ints  # (n + 1,) the ways out of cell i are the rows exit_from[i] to exit_from[i + 1]
    exit_way: Ints  # (m,) number of the way
    exit_ml_s_kpa: Floats  # (m,)
    exit_kpa: Floats  # (m,) back pressure: below it nothing leaves


@numba.njit(cache=True, nogil=True)
def volume_at(kpa, opening, full, fold, lift_share, compliance, fold_kpa):
    """Volume of an open cell and its slope by pressure."""
    if kpa <= 0.0:
        return 0.0, full * lift_share / opening
    if kpa < opening:
        volume, slope = full * lift_share * kpa / opening, full * lift_share / opening
    else:
        left = (1.0 - lift_share) * np.exp(-(kpa - opening) / compliance)
        volume, slope = full * (1.0 - left), full * left / compliance
    if kpa > fold_kpa and fold > 0.0:
        left = np.exp(-(kpa - fold_kpa) / compliance)
        volume += fold * (1.0 - left)
        slope += fold * left / compliance
    return volume, slope


@numba.njit(cache=True, nogil=True)
def _mobility(law, opening, kpa, viscosity, i):
    """Cube law at the thickness that a pressure makes; the fold beside a cell does not conduct."""
    volume, _ = volume_at(kpa[i], opening[i], law.full_ml[i], 0.0, law.lift_share, law.compliance_kpa, law.fold_kpa)
    thickness = 1000.0 * max(volume, LEAST_THICKNESS * law.full_ml[i]) / law.area_mm2[i]
    return 1000.0 * thickness**3 / (12.0 * viscosity[i])


@numba.njit(cache=True, nogil=True)
def _link_up(law, state, cells, conducts, mobility, link):
    """What each face of the open cells conducts: harmonic mean of two open cells, the cell's own towards a closed one."""
    for i in cells:
        for d in range(8):
            j = law.neighbour[i, d]
            if j < 0:
                continue
            conducts[i, d] = state[j] == OPEN
            if conducts[i, d]:
                link[i, d] = law.weight[i, d] * 2.0 * mobility[i] * mobility[j] / (mobility[i] + mobility[j])
            else:
                link[i, d] = law.weight[i, d] * mobility[i]


@numba.njit(cache=True, nogil=True)
def _imbalance(law, opening, kpa, held, dt, source, cells, conducts, link, way_open, out, diagonal):
    """Outflow less inflow (n,) in mL/s of each open cell at these pressures into `out`; `diagonal` of its derivative."""
    worst = 0.0
    for i in cells:
        volume, slope = volume_at(
            kpa[i], opening[i], law.full_ml[i], law.fold_ml[i], law.lift_share, law.compliance_kpa, law.fold_kpa
        )
        flow = (volume - held[i]) / dt - source[i]
        diag = slope / dt
        for d in range(8):
            j = law.neighbour[i, d]
            if j < 0:
                continue
            if conducts[i, d]:
                flow += link[i, d] * (kpa[i] - kpa[j])
                diag += link[i, d]
            elif kpa[i] > opening[j]:
                flow += link[i, d] * (kpa[i] - opening[j])
                diag += link[i, d]
        for e in range(law.exit_from[i], law.exit_from[i + 1]):
            if way_open[law.exit_way[e]] and kpa[i] > law.exit_kpa[e]:
                flow += law.exit_ml_s_kpa[e] * (kpa[i] - law.exit_kpa[e])
                diag += law.exit_ml_s_kpa[e]
        out[i], diagonal[i] = flow, diag
        worst = max(worst, abs(flow))
    return worst


@numba.njit(cache=True, nogil=True)
def _factor(law, cells, conducts, link, diagonal, inverse):
    """Modified incomplete Cholesky without fill (Gustafsson); `inverse` (n,) of its diagonal."""
    for i in cells:
        pivot = diagonal[i]
        for d in range(4):
            j = law.neighbour[i, d]
            if j >= 0 and conducts[i, d]:
                beyond = 0.0
                for u in range(4, 8):
                    if law.neighbour[j, u] >= 0 and conducts[j, u]:
                        beyond += link[j, u]
                pivot -= link[i, d] * inverse[j] * (link[i, d] + 0.97 * (beyond - link[i, d]))
        inverse[i] = 1.0 / (pivot if pivot > 0.05 * diagonal[i] else diagonal[i])


@numba.njit(cache=True, nogil=True)
def _preconditioned(law, cells, conducts, link, inverse, residual, out):
    for i in cells:
        value = residual[i]
        for d in range(4):
            j = law.neighbour[i, d]
            if j >= 0 and conducts[i, d]:
                value += link[i, d] * out[j]
        out[i] = value * inverse[i]
    for n in range(len(cells) - 1, -1, -1):
        i = cells[n]
        value = 0.0
        for d in range(4, 8):
            j = law.neighbour[i, d]
            if j >= 0 and conducts[i, d]:
                value += link[i, d] * out[j]
        out[i] += value * inverse[i]


@numba.njit(cache=True, nogil=True)
def _solve(law, cells, conducts, link, diagonal, imbalance, change, work, enough):
    """Pressure `change` (n,) that removes the imbalance to the tolerance `enough` in mL/s."""
    inverse, residual, improved, direction, image = work
    _factor(law, cells, conducts, link, diagonal, inverse)
    for i in cells:
        change[i], residual[i] = 0.0, -imbalance[i]
    _preconditioned(law, cells, conducts, link, inverse, residual, improved)
    product = 0.0
    for i in cells:
        direction[i] = improved[i]
        product += residual[i] * improved[i]
    for _ in range(3 * len(cells) + 20):
        curvature = 0.0
        for i in cells:
            value = diagonal[i] * direction[i]
            for d in range(8):
                if conducts[i, d]:
                    value -= link[i, d] * direction[law.neighbour[i, d]]
            image[i] = value
            curvature += value * direction[i]
        if curvature <= 0.0:
            break
        step, worst = product / curvature, 0.0
        for i in cells:
            change[i] += step * direction[i]
            residual[i] -= step * image[i]
            worst = max(worst, abs(residual[i]))
        if worst < enough:
            break
        _preconditioned(law, cells, conducts, link, inverse, residual, improved)
        following = 0.0
        for i in cells:
            following += residual[i] * improved[i]
        for i in cells:
            direction[i] = improved[i] + following / product * direction[i]
        product = following


@numba.njit(cache=True, nogil=True)
def _open_cells(state):
    return np.flatnonzero(state == OPEN)


@numba.njit(cache=True, nogil=True)
def balanced(law, opening, state, kpa, viscosity, held, dt, source, way_open, way_opens_kpa, link, conducts):
    """Open what opens in this step and find the pressures at its end; whether they settled.

    Changes `state`, `kpa`, `way_open`, `link`, `conducts`. `source` (n,) in mL/s may draw as well as give.
    """
    n = len(state)
    mobility, imbalance, change = np.zeros(n), np.zeros(n), np.zeros(n)
    diagonal = np.ones(n)
    work = (np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n))
    taking = np.zeros(n)
    cells = _open_cells(state)
    # Thickness conducts as it was when the step began, and a cell that lifts as it lifts: so the pressures that balance
    # are the zero of a monotone function, and Newton's method does not run in circles.
    for i in cells:
        mobility[i] = _mobility(law, opening, kpa, viscosity, i)
    _link_up(law, state, cells, conducts, mobility, link)
    since_event = 0
    for _ in range(MOST_ROUNDS):
        worst = _imbalance(law, opening, kpa, held, dt, source, cells, conducts, link, way_open, imbalance, diagonal)
        if worst * dt < EVENT_ML:
            if _events(law, opening, state, kpa, held, dt, cells, conducts, link, way_open, way_opens_kpa, taking):
                cells = _open_cells(state)
                for i in cells:
                    if mobility[i] == 0.0:
                        mobility[i] = _mobility(law, opening, kpa, viscosity, i)
                _link_up(law, state, cells, conducts, mobility, link)
                since_event = 0
                continue
            if worst * dt < BALANCED_ML:
                return True
        _solve(law, cells, conducts, link, diagonal, imbalance, change, work, max(0.02 * worst, 0.3 * BALANCED_ML / dt))
        since_event += 1
        part = 1.0 if since_event < PATIENCE else 0.5
        for i in cells:
            kpa[i] = max(kpa[i] + part * min(max(change[i], -MOST_KPA_A_STEP), MOST_KPA_A_STEP), 0.0)
    return False


@numba.njit(cache=True, nogil=True)
def _events(law, opening, state, kpa, held, dt, cells, conducts, link, way_open, way_opens_kpa, taking):
    """Lift the cells that are full at their opening pressure, tear the ways whose pressure is reached; whether any."""
    taking[:] = 0.0
    for i in cells:
        for d in range(8):
            j = law.neighbour[i, d]
            if j >= 0 and not conducts[i, d] and kpa[i] > opening[j]:
                taking[j] += dt * link[i, d] * (kpa[i] - opening[j])
    any_event = False
    for j in range(len(state)):
        if state[j] == CLOSED and held[j] + taking[j] >= law.full_ml[j] * law.lift_share:
            state[j], kpa[j] = OPEN, opening[j]
            any_event = True
    for i in cells:
        for e in range(law.exit_from[i], law.exit_from[i + 1]):
            way = law.exit_way[e]
            if not way_open[way] and kpa[i] > way_opens_kpa[way]:
                way_open[way] = True
                any_event = True
    return any_event


@numba.njit(cache=True, nogil=True)
def transported(law, opening, state, kpa, parts, dt, given, drawn, way_open, link, conducts, left):
    """Move the fluids `parts` (fluids, n) with the flows of a balanced step, upwind, from high to low pressure.

    `given` (fluids, n) mL/s comes in; what leaves is added to `left` (ways, fluids), whose last rows are the leaks that draw off
    `drawn` (leaks, n) mL/s. What a cell passes on is never more than it has: volume is kept to the last bit of rounding.
    """
    fluids, first_leak = len(parts), len(left) - len(drawn)
    order = np.argsort(-kpa)
    for i in order:
        if state[i] != OPEN:
            continue
        total = 0.0
        for f in range(fluids):
            parts[f, i] += dt * given[f, i]
            total += parts[f, i]
        wish = 0.0
        for leak in range(len(drawn)):
            wish += dt * drawn[leak, i]
        for d in range(8):
            j = law.neighbour[i, d]
            if j >= 0:
                low = kpa[j] if conducts[i, d] else opening[j]
                if kpa[i] > low:
                    wish += dt * link[i, d] * (kpa[i] - low)
        wish += _through_exits(law, i, kpa[i], dt, way_open, parts, 0.0, left)
        if wish <= 0.0 or total <= 0.0:
            continue
        scale = min(1.0, total / wish) / total  # of each millilitre asked for, what there is of it, by fluid
        for d in range(8):
            j = law.neighbour[i, d]
            if j >= 0:
                low = kpa[j] if conducts[i, d] else opening[j]
                if kpa[i] > low:
                    share = scale * dt * link[i, d] * (kpa[i] - low)
                    for f in range(fluids):
                        parts[f, j] += share * parts[f, i]
        _through_exits(law, i, kpa[i], dt, way_open, parts, scale, left)
        for leak in range(len(drawn)):
            for f in range(fluids):
                left[first_leak + leak, f] += scale * dt * drawn[leak, i] * parts[f, i]
        keep = max(1.0 - scale * wish, 0.0)
        for f in range(fluids):
            parts[f, i] *= keep


@numba.njit(cache=True, nogil=True)
def _through_exits(law, i, kpa, dt, way_open, parts, scale, left):
    """Volume that the cell's ways out take in the step; with a scale above zero it leaves."""
    volume = 0.0
    for e in range(law.exit_from[i], law.exit_from[i + 1]):
        if way_open[law.exit_way[e]] and kpa > law.exit_kpa[e]:
            part = dt * law.exit_ml_s_kpa[e] * (kpa - law.exit_kpa[e])
            volume += part
            if scale > 0.0:
                for f in range(parts.shape[0]):
                    left[law.exit_way[e], f] += scale * part * parts[f, i]
    return volume
