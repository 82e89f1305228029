"""Who looks at a patient stands in the ledger: patient data is read through ``read_as``, or a reason stands here why not."""

import ast
import re
from pathlib import Path

import pytest

import sijoint

SOURCE = Path(sijoint.__file__).parent
READS = {"episode", "episodes", "episodes_of", "patient", "commands"}
A_STORE = re.compile(r"(^|\.|_)(store|opened)$|store\(.*\)$")

BECAUSE = {
    # The machine asks, and no person is shown anything.
    "clinic/in_the_room.py": "the gate answers the room with findings, from the facts of the one procedure that runs",
    "clinic/diary_links.py": "the year of birth is compared and only yes or no is answered",
    "web/room/registry.py": "the live room is built for the procedure that has begun; its page was looked at on the record",
    "web/room/kept.py": "the room draws again the pictures that it kept itself, for the operator who is in it",
    "cohort/under_way.py": "virtual patients are nobody, and the course runs in a virtual store alone",
    "cohort/run.py": "virtual patients are nobody, and the course runs in a virtual store alone",
    "cohort/virtual_chart.py": "virtual patients are nobody, and the demo's clinic refuses a care store",
    "cohort/virtual_images.py": "virtual patients are nobody, in a store of its own that is thrown away",
    "cli/demo_files.py": "virtual patients are nobody, and the demo refuses a care store",
    # A person asks, and the look was put on record by whoever calls this.
    "clinic/looking.py": "it is the door that puts every look on record, and keeps what it has read",
    "clinic/duplicates.py": "names are compared for a request that is open on the record; told are ids and days",
    "clinic/packets.py": "the packet is made of the episode that the caller looked at on the record",
    "web/clinic/visitor.py": "names are compared in a search; whoever fits is then looked at on the record",
    "web/clinic/making.py": "the answer to a command that the same person gave on an episode looked at on the record",
    # A care store is asked on the record, a virtual one is not: both branches stand side by side.
    "cli/records.py": "only in a virtual store, whose patients are nobody; a care store is read on the record beside it",
    "cli/payer.py": "only in a virtual store, whose patients are nobody; a care store is read on the record beside it",
    "cli/acting.py": "only in a virtual store, whose patients are nobody; a care store is read on the record beside it",
}


def reads_past_the_record() -> dict[str, list[int]]:
    """Lines where a store is asked for patient data directly, by file; the record's own room is left out."""
    found: dict[str, list[int]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith("records/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_read(node.func):
                found.setdefault(name, []).append(node.lineno)
    return found


def _is_read(called: ast.expr) -> bool:
    if not isinstance(called, ast.Attribute):
        return False
    of = ast.unparse(called.value)
    if called.attr == "get":
        return of.endswith("images") and bool(A_STORE.search(of.rpartition(".")[0]))
    return called.attr in READS and bool(A_STORE.search(of))


def test_patient_data_is_read_on_the_record_or_a_reason_stands_here():
    unexplained = {name: lines for name, lines in reads_past_the_record().items() if name not in BECAUSE}
    assert unexplained == {}


@pytest.mark.parametrize("name", sorted(BECAUSE))
def test_a_reason_belongs_to_a_read_that_is_there(name):
    assert name in reads_past_the_record()
    assert len(BECAUSE[name].split()) >= 8


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("site.store.episode(one)", True),
        ("self._store.patient(one)", True),
        ("opened.episodes()", True),
        ("open_store(place).episode(one)", True),
        ("store.images.get(sha256)", True),
        ("view.episode(one)", False),
        ("work.episode(one)", False),
        ("store.headers()", False),
        ("settings.images.get(name)", False),
    ],
)
def test_the_walker_knows_a_read_when_it_sees_one(code, read):
    assert _is_read(ast.parse(code, mode="eval").body.func) is read
