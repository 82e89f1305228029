"""Styles and scripts come under the hash of what they hold, and vendored libraries are what their makers packed."""

import hashlib
import tomllib
from pathlib import Path

import pytest

import sijoint
from sijoint.web.static_files import static, static_files, static_hash

STATIC = Path(sijoint.__file__).parent / "web" / "static"
LISTS = (STATIC / "vendor" / "vendor.toml", Path(__file__).parent / "vendor" / "vendor.toml")
VENDORED = [
    (path.parent, library, file)
    for path in LISTS
    for library in tomllib.loads(path.read_text(encoding="utf-8"))["library"]
    for file in library["files"]
]


def place_of(folder, library, file):
    return folder / f"{library['name']}-{library['version']}" / Path(file["from"]).name


@pytest.mark.parametrize(
    ("folder", "library", "file"),
    VENDORED,
    ids=[f"{one['name']}-{Path(file['from']).name}" for _, one, file in VENDORED],
)
def test_a_vendored_file_is_what_was_packed(folder, library, file):
    assert hashlib.sha256(place_of(folder, library, file).read_bytes()).hexdigest() == file["sha256"]


@pytest.mark.parametrize("path", LISTS, ids=["served", "of-tests"])
def test_nothing_is_vendored_that_the_list_does_not_name(path):
    named = {place_of(*one) for one in VENDORED if one[0] == path.parent}
    named |= {one.parent / "LICENSE" for one in named}
    assert {one for one in path.parent.rglob("*") if one.is_file()} - {path} <= named
    assert all((one.parent / "LICENSE").is_file() for one in named)


def test_a_static_address_is_kept_for_ever_and_its_answer_is_the_file(browser):
    answer = browser().get(static("tokens.css"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.content == (STATIC / "tokens.css").read_bytes()


def test_under_another_hash_a_file_is_not_kept(browser):
    assert browser().get("/static/0123456789abcdef/tokens.css").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["../site.py", "..%2f..%2fsite.py", "vendor/../../site.py", "no-such.css", "", "%00"])
def test_nothing_else_is_served(browser, path):
    assert browser().get(f"/static/{static_hash()}/{path}").status_code == 404


def test_a_page_that_asks_for_a_file_that_is_not_there_is_a_defect():
    with pytest.raises(FileNotFoundError):
        static("no-such.css")


@pytest.mark.parametrize(
    "name", sorted(one for one in static_files() if one.endswith((".js", ".css")) and "vendor/" not in one)
)
def test_our_own_scripts_and_styles_fetch_nothing_from_elsewhere(name):
    text = static_files()[name].read_text(encoding="utf-8")
    assert "http://" not in text.replace("http://www.w3.org/", "")
    assert "https://" not in text
    assert "eval(" not in text
