"""Today, the inbox of requests, and the list of calls: who is here, who waits, and who has to hear from us."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from sijoint.clinic import duplicates_of
from sijoint.clinic.looking import Seen
from sijoint.clinic.today import OVER, WAITING, TodayRow, in_order, is_of_today, today_row
from sijoint.model import EpisodeState, Patient, Person, Role
from sijoint.pathway import Call, Duplicate, check_request, commands_of, exclusions, roles_for
from sijoint.web.access import InTheHouse, Staff
from sijoint.web.clinic.actions import actions
from sijoint.web.clinic.visitor import listed, require_view
from sijoint.web.clinic.words import words_for
from sijoint.web.pages import render
from sijoint.web.site import Site, TheSite

router = APIRouter()

WHEN = (("today", "Today"), ("waiting", "Waiting"), ("all", "All open"), ("over", "Closed"))
SIDES = (("", "Both sides"), ("left", "Left"), ("right", "Right"))


@dataclass(frozen=True)
class Shown:
    """A row with whose it is."""

    row: TodayRow
    patient: Patient

    def may_do(self, role: Role) -> bool:
        """Whether the next step is this role's; a call beside it may be, and then the step still is not."""
        return self.row.step is not None and role in roles_for(self.row.step.__name__)

    @property
    def verb(self) -> str:
        step = actions().get(self.row.step.__name__) if self.row.step else None
        return step.verb if step else ""


@dataclass(frozen=True)
class Filters:
    """As they stand in the address: nothing of them is about a patient."""

    when: str = "today"
    side: str = ""
    state: str = ""
    mine: bool = False
    flagged: bool = False


@router.get("/today")
def today_page(
    request: Request,
    site: TheSite,
    person: InTheHouse,
    when: str = "today",
    side: str = "",
    state: str = "",
    mine: Annotated[bool, Query()] = False,
    flagged: Annotated[bool, Query()] = False,
) -> Response:
    """The list with lights; asked again by the page itself, it answers with the rows alone."""
    filters = Filters(when, side, state, mine, flagged)
    everybody = _rows(site, person)
    rows = _filtered(everybody, filters, site, person)
    fragment = request.headers.get("hx-request") == "true"
    return render(
        request,
        "clinic/today-rows.html.j2" if fragment else "clinic/today.html.j2",
        w=words_for(site.policy),
        rows=rows,
        filters=filters,
        counts={value: len(_filtered(everybody, Filters(value), site, person)) for value, _ in WHEN},
        when_choices=WHEN,
        side_choices=SIDES,
        states=tuple(EpisodeState),
        flags=[one for one in everybody if one.row.flags],
        named=require_view(person).named,
        sees_findings="findings" in require_view(person).parts,
        may_request="RequestAppointment" in _may(person),
    )


@router.get("/inbox")
def inbox(request: Request, site: TheSite, person: Staff) -> Response:
    """Requests that nobody has answered, those that may be one, and dangers that an assessment would redirect."""
    waiting = [one for one in _rows(site, person) if one.row.state in (EpisodeState.REQUESTED, EpisodeState.ACCEPTED)]
    seen = {one.episode.id: one for one in listed(site, person)}
    requests = [
        Waiting(one, seen[one.row.episode_id], _duplicates(site, one), _open_of(site, seen[one.row.episode_id]))
        for one in sorted(waiting, key=lambda one: one.row.requested_at)
    ]
    return render(
        request,
        "clinic/inbox.html.j2",
        w=words_for(site.policy),
        requests=requests,
        dangers=[one for one in exclusions() if one.dangerous],
        may=_may(person),
    )


@router.get("/calls")
def calls(request: Request, site: TheSite, person: Staff) -> Response:
    """Who is to be called by when and why; recording the talk takes it off the list."""
    found = [ToCall(call, one) for one in _rows(site, person) for call in one.row.calls]
    found.sort(key=lambda one: (not one.by_flag, not one.call.overdue, one.call.closes))
    fragment = request.headers.get("hx-request") == "true"
    return render(
        request,
        "clinic/calls-rows.html.j2" if fragment else "clinic/calls.html.j2",
        w=words_for(site.policy),
        calls=found,
        sees_findings="findings" in require_view(person).parts,
        may=_may(person),
    )


@dataclass(frozen=True)
class Waiting:
    """A request with what stands beside it. ``open_points`` is what it leaves open."""

    shown: Shown
    seen: Seen
    duplicates: tuple[Duplicate, ...]
    open_points: tuple[str, ...]


@dataclass(frozen=True)
class ToCall:
    call: Call
    shown: Shown

    @property
    def by_flag(self) -> bool:
        return self.call.reason == "red flag"


def _rows(site: Site, person: Person) -> list[Shown]:
    policy, now = site.policy, site.clock()
    rows = {one.episode.id: one for one in listed(site, person)}
    ordered = in_order(today_row(one.episode, one.patient, policy, now, one.others) for one in rows.values())
    return [Shown(row, rows[row.episode_id].patient) for row in ordered]


def _filtered(rows: list[Shown], filters: Filters, site: Site, person: Person) -> list[Shown]:
    return [one for one in rows if _fits(one.row, filters, site, person)]


def _fits(row: TodayRow, filters: Filters, site: Site, person: Person) -> bool:
    fits = {
        "today": is_of_today(row, site.policy, site.clock()),
        "waiting": row.state in WAITING,
        "over": row.state in OVER,
    }.get(filters.when, row.state not in OVER)
    return (
        (fits or (filters.when == "today" and bool(row.flags)))
        and (not filters.side or row.side == filters.side or row.bilateral)
        and (not filters.state or row.state == filters.state)
        and (not filters.mine or row.may_lead_on(person.role))
        and (not filters.flagged or bool(row.flags))
    )


def _may(person: Person) -> frozenset[str]:
    return frozenset(commands_of(person.role))


def _duplicates(site: Site, shown: Shown) -> tuple[Duplicate, ...]:
    return duplicates_of(shown.row.episode_id, site.store, site.policy)


def _open_of(site: Site, seen: Seen) -> tuple[str, ...]:
    found = check_request(seen.episode.request, site.policy, site.clock(), seen.episode.assessment).findings
    return tuple(one.clinician for one in found if one.severity != "note")
