"""The own papers: how to prepare, what to do afterwards, entries for a calendar, and the whole record to take along."""

from collections.abc import Callable
from datetime import UTC
from http import HTTPStatus
from platform import python_version

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint import __version__
from sijoint.exchange import EpisodeFile, MadeBy, UnprintableBooking, diary_entry, episode_text, visit_entry
from sijoint.fluoroscopy import kernel_name
from sijoint.model import Episode
from sijoint.pathway import Language, NothingToPrepare, NothingToTakeHome, language, languages
from sijoint.report import NoSuchPaper, Paper, PaperAsked, PaperKind, paper_of, paper_pdf
from sijoint.report.diary_table import diary_csv
from sijoint.report.own_record import own_record_paper
from sijoint.web.access import OwnPatient
from sijoint.web.errors import NotHere, Refused
from sijoint.web.pages import render
from sijoint.web.patient.own_episode import OwnRecord, require_own_record
from sijoint.web.patient.own_looks import looks_at
from sijoint.web.patient.own_pages import Injection, require_injection
from sijoint.web.site import Site, TheSite

router = APIRouter()
SHEETS = {"preparation": PaperKind.PREPARATION, "home": PaperKind.DISCHARGE}
ENTRIES: dict[str, Callable[[Episode, int, Language], bytes]] = {"visit": visit_entry, "diary": diary_entry}


class NotMadeYet(Refused):
    """A paper that the facts do not allow yet."""

    status = HTTPStatus.NOT_FOUND


@router.get("/me/injections/{place}/{sheet}/{code}")
def sheet_page(request: Request, place: int, sheet: str, code: str, person: OwnPatient, site: TheSite) -> Response:
    """A sheet to read and to print. Other languages say that no clinician has reviewed them."""
    paper = _sheet(site, require_own_record(site, person), place, sheet, code)
    others = tuple((one, language(one).name) for one in languages() if one != code)
    return render(request, "patient/sheet.html.j2", paper=paper, place=place, sheet=sheet, code=code, others=others)


@router.get("/me/injections/{place}/{sheet}/{code}/pdf")
def sheet_pdf(place: int, sheet: str, code: str, person: OwnPatient, site: TheSite) -> Response:
    paper = _sheet(site, require_own_record(site, person), place, sheet, code)
    return _file(paper_pdf(paper), "application/pdf", f"{sheet}.pdf")


@router.get("/me/injections/{place}/calendar-{entry}.ics")
def calendar(place: int, entry: str, person: OwnPatient, site: TheSite) -> Response:
    """The visit, or the questions of the diary, for a calendar: it names nobody."""
    if entry not in ENTRIES:
        raise NotHere
    found = require_injection(site, require_own_record(site, person), place)
    try:
        content = ENTRIES[entry](found.episode, found.number, language())
    except UnprintableBooking:
        raise NotMadeYet("There is nothing for a calendar yet: first we find a day.") from None
    return _file(content, "text/calendar", f"{entry}.ics")


@router.get("/me/data")
def data_page(request: Request, person: OwnPatient, site: TheSite) -> Response:
    """What can be taken along, and in which form."""
    record = require_own_record(site, person)
    looks = looks_at(site, record, person)
    return render(request, "patient/data.html.j2", episodes=len(record.episodes), looks=looks, told=language())


@router.get("/me/data/record.pdf")
def record_pdf(person: OwnPatient, site: TheSite) -> Response:
    record = require_own_record(site, person)
    paper = own_record_paper(record.patient, record.episodes, site.policy, site.clock())
    return _file(paper_pdf(paper), "application/pdf", "my-record.pdf")


@router.get("/me/data/diary.csv")
def record_csv(person: OwnPatient, site: TheSite) -> Response:
    record = require_own_record(site, person)
    return _file(diary_csv(record.episodes).encode("utf-8"), "text/csv; charset=utf-8", "my-diary.csv")


@router.get("/me/data/episode-{place}.json")
def record_json(place: int, person: OwnPatient, site: TheSite) -> Response:
    """One request with all that followed, in the published form ``episode.json``."""
    record = require_own_record(site, person)
    if not 1 <= place <= len(record.episodes):
        raise NotHere
    made_by = MadeBy(__version__, python_version(), kernel_name())
    file = EpisodeFile(site.kind, record.patient, record.episodes[place - 1], made_by)
    return _file(episode_text(file).encode("utf-8"), "application/json", f"episode-{place}.json")


def _sheet(site: Site, record: OwnRecord, place: int, sheet: str, code: str) -> Paper:
    """Raises NotHere, NotMadeYet. A sheet is shown as it was given; in another language while its facts still make it."""
    if sheet not in SHEETS or code not in languages():
        raise NotHere
    found = require_injection(site, record, place)
    kept = found.session.preparation if sheet == "preparation" else found.session.discharge_sheet
    if kept is None:
        raise NotMadeYet("This sheet is not made yet: we make it before you need it.")
    try:
        return _paper(site, record, found, SHEETS[sheet], code)
    except (NoSuchPaper, NothingToPrepare, NothingToTakeHome):
        raise NotMadeYet(
            "Something has changed since this sheet was made. Ask us for a new one, or read it in English."
        ) from None


def _paper(site: Site, record: OwnRecord, found: Injection, kind: PaperKind, code: str) -> Paper:
    """By the clinic's clock where the facts still make the same sheet, else as it was kept."""
    common = (found.episode, found.number, record.patient, site.policy, site.clock(), code)
    try:
        return paper_of(kind, PaperAsked(*common, zone=site.policy.zone))
    except NoSuchPaper:
        return paper_of(kind, PaperAsked(*common, zone=UTC))


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
