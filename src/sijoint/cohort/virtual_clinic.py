"""A whole virtual clinic on one day: some thirty invented persons, each where a person would stand now.

Every step of every course is a command of the clinic, in order of time over all persons, as in a clinic. The same seed and
moment give the same episodes.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sijoint.cohort.clock import CourseClock
from sijoint.cohort.run import NotAVirtualStore
from sijoint.cohort.virtual_chart import Chart
from sijoint.cohort.virtual_courses import course
from sijoint.cohort.virtual_images import ImagedRun
from sijoint.cohort.virtual_roster import people_of_virtual_clinic, roster
from sijoint.model import Person, Role, StoreKind
from sijoint.pathway import shipped
from sijoint.records import Store

HISTORY = timedelta(days=400)  # before now: longer ago than anything that the roster tells
COMMANDS = 870  # about how many there are, for a bar to fill


@dataclass(frozen=True)
class VirtualClinic:
    """Who works and is treated there, and whose episode is whose."""

    people: tuple[Person, ...]
    episode_of: tuple[tuple[str, str], ...]  # episode id and patient id, in the order of the roster


def fill_virtual_clinic(
    store: Store,
    *,
    seed: int,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> VirtualClinic:
    """Fill an empty virtual store. ``progress`` hears after every command how many there were, of about how many.

    Raises NotAVirtualStore for a care store, StoreRefused when the store cannot write.
    """
    if store.kind is not StoreKind.VIRTUAL:
        raise NotAVirtualStore("this is a care store: invented persons are only kept in a virtual store of their own")
    people = people_of_virtual_clinic(seed)
    roles: dict[str, Role] = {one.code: one.role for one in people}
    done = 0

    def told() -> None:
        nonlocal done
        done += 1
        progress(done, max(done, COMMANDS))

    clock = CourseClock(now - HISTORY)
    imaged = ImagedRun(seed)
    try:
        charts = [
            Chart(one, number, store, shipped().at(now), clock, roles.get, seed, told)
            for number, one in enumerate(roster().treated)
        ]
        courses = [course(chart, now, imaged) for chart in charts]
        waiting = [(next(one), number) for number, one in enumerate(courses)]
        heapq.heapify(waiting)
        while waiting and waiting[0][0] <= now:
            moment, number = heapq.heappop(waiting)
            clock.until(moment)
            following = next(courses[number], None)
            if following is not None:
                heapq.heappush(waiting, (following, number))
    finally:
        imaged.close()
    return VirtualClinic(people, tuple((chart.episode_id, chart.patient.id) for chart in charts))
