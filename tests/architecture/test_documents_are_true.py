"""What the documents name exists: files, links, commands of ``sij``, and the numbered rules that findings cite."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

import sijoint
from sijoint.cli.app import app

PACKAGE = Path(sijoint.__file__).parent
TOP = PACKAGE.parent.parent
DOCUMENTS = sorted([*TOP.glob("*.md"), *TOP.glob("docs/*.md")])
COMMANDS = set(get_command(app).commands)
RULES = set(re.findall(r"^(\d+)\. ", (TOP / "docs" / "clinical-safety.md").read_text(encoding="utf-8"), re.MULTILINE))


def texts():
    """Every text that a person may read: documents, code and data."""
    return [*DOCUMENTS, *PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.toml")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_file_that_a_document_names_exists(document):
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/-]+\.(?:py|toml|md|txt))`", text))
    places = {
        path.relative_to(TOP).as_posix()
        for folder in ("src", "tests", "docs", "scripts", "benchmarks")
        for path in (TOP / folder).rglob("*")
    } | {path.name for path in TOP.iterdir()}
    missing = sorted(name for name in named if not any(f"/{place}".endswith(f"/{name}") for place in places))
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_link_of_a_document_leads_somewhere(document):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_command_that_is_named_exists():
    named = {
        (path.name, name) for path in texts() for name in re.findall(r"`sij ([a-z]+)", path.read_text(encoding="utf-8"))
    }
    assert named
    assert {one for one in named if one[1] not in COMMANDS} == set()


def test_every_clinical_rule_that_is_cited_stands_in_its_document():
    cited = {
        (path.name, number)
        for path in texts()
        for numbers in re.findall(r"clinical safety rules? (\d+(?: and \d+)?)", path.read_text(encoding="utf-8"))
        for number in numbers.split(" and ")
    }
    assert cited
    assert {one for one in cited if one[1] not in RULES} == set()
