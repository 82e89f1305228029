"""The own account: a new password, and the browsers that are signed in."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.clinic.people import set_password
from sijoint.clinic.situation import CommandRefused
from sijoint.web.access import SignedIn
from sijoint.web.forms import Problem, TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.sign_in import address_of, keep_token, token_of
from sijoint.web.site import TheSite

router = APIRouter()


@router.get("/account")
def account(request: Request, site: TheSite, person: SignedIn) -> Response:
    return render(request, "people/account.html.j2", sessions=site.people.sessions(person.code), problems=())


@router.post("/account/password")
def change_password(request: Request, site: TheSite, person: SignedIn, form: TheForm) -> Response:
    """All sessions end, and this browser gets a new one."""
    pair = f"{person.code} {address_of(request)}"
    site.throttles.pairs.count(pair)
    try:
        if form.raw("new") != form.raw("again"):
            raise CommandRefused("the two new passwords differ: type both once more")
        old, new = form.raw("old"), form.raw("new")
        set_password(site.store, person.code, new, by=person.code, at=site.clock(), old=old)
    except CommandRefused as refusal:
        problems = (Problem("old", str(refusal)),)
        sessions = site.people.sessions(person.code)
        return render(request, "people/account.html.j2", status=422, sessions=sessions, problems=problems)
    site.throttles.pairs.forget(pair)
    answer = redirect("/account")
    keep_token(site, answer, site.people.open_session(person.code))
    return answer


@router.post("/account/sign-out-others")
def sign_out_others(request: Request, site: TheSite, person: SignedIn) -> Response:
    """Every browser of this person but this one."""
    site.people.close_others(person.code, token_of(site, request))
    return redirect("/account")
