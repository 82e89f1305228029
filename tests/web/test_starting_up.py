"""A site that would be open to the wrong people does not start, and says in one sentence what to do."""

import stat

import pytest
import typer
from argon2 import PasswordHasher
from fastapi import APIRouter
from typer.testing import CliRunner

from sijoint.cli.people import NotEnoughSaid, add_first_administrator, people
from sijoint.cli.serve import serve as serve_command
from sijoint.clinic.passwords import fits
from sijoint.clinic.people import account
from sijoint.clinic.situation import CommandRefused
from sijoint.model import Person, Role, StoreKind
from sijoint.records import open_store
from sijoint.web import (
    NotSafeToStart,
    Opening,
    create_app,
    require_safe,
    require_somebody,
    require_virtual,
    secret_for,
    serve,
)
from sijoint.web.access import Anybody, Clinician, UndeclaredAccess

LONG = "8f1c0b7e55d94aa2b6f3e1d0c9a87b65"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    monkeypatch.setattr("sijoint.clinic.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_this_machine_alone_needs_no_tls(host):
    require_safe(Opening(host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "10.0.0.1", "clinic.example", "203.0.113.7"])
def test_an_address_that_others_reach_is_refused_without_tls_before_it(host):
    with pytest.raises(NotSafeToStart, match="put a TLS proxy before it"):
        require_safe(Opening(host))
    require_safe(Opening(host, tls_name="clinic.example"))


def test_a_demo_is_for_this_machine_alone():
    for opening in (Opening("0.0.0.0", tls_name="clinic.example"), Opening(tls_name="clinic.example")):
        with pytest.raises(NotSafeToStart, match="on this machine alone"):
            require_safe(opening, demo=True)


def test_serving_itself_asks_too(site):
    with pytest.raises(NotSafeToStart):
        serve(site, Opening("0.0.0.0"))


def test_the_command_refuses_before_it_opens_a_store(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotSafeToStart):
        serve_command(store="clinic.db", demo=False, host="0.0.0.0", port=8000, tls_name="", trusted_proxy="127.0.0.1")
    assert list(tmp_path.iterdir()) == []


def test_a_secret_is_made_once_for_its_owners_eyes(tmp_path):
    made = secret_for(tmp_path / "clinic.db", {})
    file = tmp_path / "clinic.db.web-secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(made) >= 32
    assert secret_for(tmp_path / "clinic.db", {}) == made
    assert secret_for(tmp_path / "other.db", {}) != made


def test_a_secret_that_others_can_read_is_refused(tmp_path):
    secret_for(tmp_path / "clinic.db", {})
    (tmp_path / "clinic.db.web-secret").chmod(0o644)
    with pytest.raises(NotSafeToStart, match="others can read"):
        secret_for(tmp_path / "clinic.db", {})


@pytest.mark.parametrize("given", ["", "short", "changeme" * 5, "default" + LONG, "a" * 64, "secret" + LONG])
def test_a_secret_that_could_be_guessed_is_refused(tmp_path, given):
    with pytest.raises(NotSafeToStart, match="short or an example"):
        secret_for(tmp_path / "clinic.db", {"SIJ_SECRET": given})


def test_a_secret_of_ones_own_is_taken_from_the_environment(tmp_path):
    assert secret_for(tmp_path / "clinic.db", {"SIJ_SECRET": LONG}) == LONG.encode()
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_nobody_can_enter_does_not_start(tmp_path, monkeypatch):
    store = open_store(tmp_path / "clinic.db", StoreKind.CARE, create=True)
    with pytest.raises(
        NotSafeToStart, match=r"`sij people add CODE --role physician --administrator --store clinic.db`"
    ):
        require_somebody(store)
    answers = iter(["dr-a", "Dr A", "physician"])
    monkeypatch.setattr("sijoint.cli.people._asked", lambda what: next(answers))
    monkeypatch.setattr("typer.prompt", lambda *all, **more: next(answers))
    monkeypatch.setattr("sijoint.cli.people._new_password", lambda: "four quiet lanterns")
    add_first_administrator(store)
    require_somebody(store)


def test_a_demo_opens_no_care_store(tmp_path):
    care = open_store(tmp_path / "clinic.db", StoreKind.CARE, create=True)
    with pytest.raises(NotSafeToStart, match="care store"):
        require_virtual(care)


def route_with(**endpoints):
    router = APIRouter()
    for path, endpoint in endpoints.items():
        router.add_api_route(f"/{path}", endpoint)
    return router


def no_word_of_access() -> str:
    return ""


def two_words_of_access(one: Anybody, other: Clinician) -> str:
    return ""


@pytest.mark.parametrize("endpoint", [no_word_of_access, two_words_of_access])
def test_a_route_that_does_not_say_once_who_may_call_it_is_refused_at_start(site, monkeypatch, endpoint):
    monkeypatch.setattr("sijoint.web.app.SUBJECTS", (route_with(somewhere=endpoint),))
    with pytest.raises(UndeclaredAccess, match=r"/somewhere .*must say once who may call it"):
        create_app(site)


@pytest.fixture
def sij_people(tmp_path):
    """``sij people`` on a care store of its own, with what is typed into it."""
    app, path = typer.Typer(), str(tmp_path / "clinic.db")
    app.command()(people)
    open_store(path, StoreKind.CARE, create=True).close()

    def run(*words, typed=""):
        ended = CliRunner().invoke(app, [*words, "--store", path], input=typed, catch_exceptions=False)
        return ended.output

    run.path = path
    return run


ADD = ("add", "dr-a", "--name", "Dr A", "--role", "physician", "--administrator")
GOOD = "four quiet lanterns"


def test_people_are_added_changed_listed_and_closed_on_the_command_line(sij_people):
    sij_people(*ADD, typed=f"{GOOD}\n")
    sij_people("add", "n-b", "--name", "Nurse B", "--role", "nurse", typed=f"{GOOD}\n")
    sij_people("change", "n-b", "--role", "radiographer", "--administrator")
    sij_people("password", "n-b", typed="a heron on the roof\n")
    kept = account(open_store(sij_people.path), "n-b")
    assert (kept.person.name, kept.person.role, kept.person.administers) == ("Nurse B", Role.RADIOGRAPHER, True)
    assert fits(kept.password, "a heron on the roof")
    sij_people("close", "dr-a")
    listed = sij_people("list")
    assert "closed" in listed
    assert "radiographer" in listed
    assert open_store(sij_people.path).ledger_end().sequence == 6


def test_the_command_line_refuses_what_the_register_refuses(sij_people):
    with pytest.raises(CommandRefused, match="12 to 200 characters"):
        sij_people(*ADD, typed="short\n")
    sij_people(*ADD, typed=f"{GOOD}\n")
    with pytest.raises(CommandRefused, match="last administrator"):
        sij_people("close", "dr-a")
    with pytest.raises(NotEnoughSaid, match="say which --role"):
        sij_people("add", "n-b", "--name", "Nurse B")
    with pytest.raises(NotEnoughSaid, match="nobody with the code n-z"):
        sij_people("change", "n-z", "--role", "nurse")
    assert open_store(sij_people.path).ledger_end().sequence == 2


def test_an_account_made_at_the_console_needs_no_administrator(site):
    assert site.people.add(Person("n-z", "Nurse Z", Role.NURSE)).by == "console"
