"""Who may open a diary: a signed link with the patient's year of birth, or the patient's own login (``/d/own``)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from sijoint.model import Role
from sijoint.records import DiaryLink
from sijoint.web.access import Anybody
from sijoint.web.errors import SignInFirst
from sijoint.web.patient.acting import BY_LINK
from sijoint.web.patient.own_episode import require_own_record
from sijoint.web.sign_links import has_diary_pass, read_diary_link
from sijoint.web.site import TheSite

OWN = "own"  # in place of a link: the patient who is signed in
WORKER_PATH = "/d/worker.js"


@dataclass(frozen=True)
class Diarist:
    """Whose diary is open, and the code under which its answers are kept."""

    episode_id: str
    by: str


@dataclass(frozen=True)
class BirthYearFirst:
    """The link is good; this browser has not said the year of birth yet."""

    link: DiaryLink


def diarist(link: str, connection: HTTPConnection, site: TheSite, person: Anybody) -> Diarist | BirthYearFirst:
    """Raises NotHere for a link that opens nothing, SignInFirst for ``own`` without a patient's login."""
    if link == OWN:
        if person is None or person.role is not Role.PATIENT:
            raise SignInFirst
        return Diarist(require_own_record(site, person).with_diary.id, person.code)
    found = read_diary_link(site, link)
    if not has_diary_pass(site, connection, found):
        return BirthYearFirst(found)
    return Diarist(found.episode_id, BY_LINK)


TheDiarist = Annotated[Diarist | BirthYearFirst, Depends(diarist)]
