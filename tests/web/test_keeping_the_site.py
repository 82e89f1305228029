"""The site's own pages: the register of people, the audit, the backups, and where they are found."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from sijoint.clinic.people import account
from sijoint.model import Role
from sijoint.records import Tag

GOOD = "four quiet lanterns"
NEW = {"name": "Nurse B", "code": "n-b", "role": "nurse", "password": GOOD}


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    monkeypatch.setattr("sijoint.clinic.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def keeper(browser):
    return browser("administrator")


def test_an_administrator_adds_a_person_who_signs_in(keeper, browser, site):
    assert keeper.post("/people/new", data=NEW).status_code == 303
    assert "Nurse B" in keeper.get("/people").text
    assert browser().post("/sign-in", data=NEW).headers["location"] == "/today"
    assert site.store.ledger_end().tag == Tag.PERSON_ADDED
    assert account(site.store, "n-b").by == "administrator"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "The name is missing"),
        ({"role": ""}, "The role is not chosen"),
        ({"role": "king"}, "The role must be one of the choices shown"),
        ({"role": "room"}, "program&#39;s own"),
        ({"code": "visitor"}, "program&#39;s own"),
        ({"code": "nurse"}, "code is taken"),
        ({"role": "patient"}, "bound to a patient&#39;s record"),
        ({"password": "short"}, "A password has 12 to 200 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost_but_the_password(keeper, site, wrong, sentence):
    before = site.store.ledger_end()
    answer = keeper.post("/people/new", data=NEW | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert GOOD not in answer.text
    for name in ("name", "code"):
        assert f'value="{(NEW | wrong)[name]}"' in answer.text
    assert site.store.ledger_end() == before


def test_another_role_counts_from_the_next_click_on(keeper, browser):
    nurse = browser(Role.NURSE)
    assert nurse.get("/audit").status_code == 403
    changed = {"name": "Dr Nurse", "role": "physician"}
    assert keeper.post("/people/nurse", data=changed).status_code == 303
    assert nurse.get("/audit").status_code == 200


def test_the_last_administrator_is_told_why_they_stay(keeper):
    answer = keeper.post("/people/administrator/close")
    assert answer.status_code == 422
    assert "This is the last administrator: make another one first." in answer.text
    assert keeper.get("/people").status_code == 200


def test_a_closed_account_is_listed_apart_and_has_no_page(keeper):
    assert keeper.post("/people/nurse/close").status_code == 303
    assert 'href="/people/nurse"' not in keeper.get("/people").text
    assert "Nurse of tests" in keeper.get("/people?closed=yes").text
    for path in ("/people/nurse", "/people/nobody"):
        assert keeper.get(path).status_code == 404


def test_ones_own_password_is_not_set_from_the_register(keeper):
    answer = keeper.post("/people/administrator/password", data={"password": GOOD})
    assert answer.status_code == 422
    assert "under your account" in answer.text


def test_the_audit_filters_and_pages_and_is_never_confused_by_what_is_asked(keeper, browser):
    keeper.post("/people/new", data=NEW)
    auditor = browser(Role.AUDITOR)
    mine = auditor.get("/audit?by=administrator").text
    assert "account n-b, nurse" in mine
    assert "store:created" not in mine
    assert "store:created" in auditor.get("/audit?before=3").text
    for asked in (
        "by=%00",
        "before=x",
        "before=-1",
        "first=soon&last=9999-99-99",
        "episode='; DROP TABLE ledger",
        "subject=x",
    ):
        assert auditor.get(f"/audit?{asked}").status_code == 200
    assert auditor.get(f"/audit?by={'x' * 200}").status_code == 422


def test_what_somebody_typed_into_a_filter_is_shown_as_text(browser):
    text = browser(Role.AUDITOR).get("/audit", params={"by": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in text


def test_a_backup_is_made_verified_tried_and_told(keeper, browser, site):
    assert "There is no backup yet" in keeper.get("/backups").text
    assert keeper.post("/backups").status_code == 303
    page = keeper.get("/backups").text
    assert "and verified" in page
    assert "never tried" in page
    (name,) = [one.name for one in site.store.path.with_name("clinic.db.backups").iterdir() if one.is_dir()]
    assert keeper.post(f"/backups/{name}/try").status_code == 303
    assert "tried 2026-03-02" in keeper.get("/backups").text
    assert keeper.post("/backups/no-such-backup/try").status_code == 404


def test_a_physician_sees_the_backups_and_an_administrator_alone_makes_them(browser):
    physician = browser(Role.PHYSICIAN)
    page = physician.get("/backups")
    assert page.status_code == 200
    assert "Make a backup now" not in page.text
    assert physician.post("/backups").status_code == 403


def test_an_old_backup_is_called_old_and_a_second_one_in_the_same_second_is_refused(keeper, browser, clock):
    keeper.post("/backups")
    assert keeper.post("/backups").status_code == 503
    assert "older than a day" not in keeper.get("/backups").text
    clock.now += timedelta(hours=25)
    assert "older than a day" in browser("administrator").get("/backups").text


def test_the_site_page_leads_only_where_somebody_may_go(browser):
    for who, there, not_there in (
        ("administrator", ("/people", "/backups", "/site/policy"), ("/audit",)),
        (Role.AUDITOR, ("/audit", "/backups"), ("/people",)),
    ):
        client = browser(who)
        text = client.get("/site").text
        for path in there:
            assert f'href="{path}"' in text
            assert client.get(path).status_code == 200
        for path in not_there:
            assert f'<a href="{path}"' not in text.partition("<main")[2]
    assert browser(Role.BILLER).get("/site").status_code == 403
