"""What one running site is made of, and how an endpoint gets at it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from sijoint.model import Role, StoreKind
from sijoint.pathway import Policy, SitePolicies, shipped
from sijoint.records import Store, open_store
from sijoint.web.register import Register
from sijoint.web.throttle import Throttle

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass
class Throttles:
    """How often may be guessed: a code from one address, a code from all, one address, a link's year of birth."""

    pairs: Throttle
    codes: Throttle
    addresses: Throttle
    birth_years: Throttle


def throttles(clock: Callable[[], datetime]) -> Throttles:
    quarter, hour = timedelta(minutes=15), timedelta(hours=1)
    return Throttles(
        pairs=Throttle(5, quarter, clock),
        codes=Throttle(50, quarter, clock),
        addresses=Throttle(30, quarter, clock),
        birth_years=Throttle(10, hour, clock),
    )


@dataclass
class Site:
    """One store and what answers for it. ``hosts`` are the names by which browsers may call; ``secure`` means over TLS."""

    store: Store
    people: Register
    clock: Callable[[], datetime]
    secret: bytes
    policies: SitePolicies  # what ``clinic.handle`` is given
    throttles: Throttles
    hosts: frozenset[str] = LOCAL_HOSTS
    secure: bool = False
    demo: bool = False  # anybody may be anybody: a virtual store on this machine alone
    rooms: Any = None  # the live rooms; set by ``web.room``
    kept: dict[str, Any] = field(default_factory=dict)  # what a subject keeps for as long as the site runs

    @property
    def kind(self) -> StoreKind:
        return self.store.kind

    @property
    def data(self) -> Path:
        """The folder of the store's files, in which a subject may keep files of its own."""
        return self.store.path.parent

    @property
    def policy(self) -> Policy:
        """The policy in force today."""
        return self.policies.at(self.clock())

    def policy_for(self, day: date) -> Policy:
        """The policy in force on a day."""
        return self.policies.on(day)

    def role_of(self, code: str) -> Role | None:
        """The role that somebody holds now, by the code that commands carry; None for nobody known or no longer active."""
        return self.people.role_of(code)


def open_site(
    store: Store | str | Path,
    *,
    secret: bytes | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    hosts: frozenset[str] = LOCAL_HOSTS,
    secure: bool = False,
    demo: bool = False,
    policies: SitePolicies | None = None,
) -> Site:
    """The site of a store that is open, or of the address of one that is there. Raises StoreRefused."""
    opened = store if isinstance(store, Store) else open_store(store)
    return Site(
        store=opened,
        people=Register(opened, clock),
        clock=clock,
        secret=secret or secrets.token_bytes(32),
        policies=policies or shipped(),
        throttles=throttles(clock),
        hosts=hosts,
        secure=secure,
        demo=demo and opened.kind is StoreKind.VIRTUAL,
    )


def site_of(connection: HTTPConnection) -> Site:
    site = connection.app.state.site
    assert isinstance(site, Site)
    return site


TheSite = Annotated[Site, Depends(site_of)]
