"""The house holds: a room imports lower floors of its own wing and the ground, and only some may know the truth."""

import ast
from pathlib import Path

import pytest

import sijoint

ROOT = Path(sijoint.__file__).parent
GROUND = ("frames", "model", "formulary")  # in this order
IMAGING = {"anatomy": 1, "fluoroscopy": 1, "needle": 2, "injectate": 2, "response": 2, "guidance": 3, "room": 4}
CARE = {"pathway": 3, "records": 4}
UPPER = {"clinic": 5, "cohort": 6, "report": 6, "exchange": 6}
DOORS = ("cli", "web")
READERS_OF_TRUTH = ("room", "cohort", "cli", "web")  # and what report says in a debrief


def allowed(room: str) -> set[str]:
    if room in GROUND:
        return set(GROUND[: GROUND.index(room)])
    if room in IMAGING:
        return set(GROUND) | {other for other, floor in IMAGING.items() if floor < IMAGING[room]}
    if room in CARE:
        return set(GROUND) | {other for other, floor in CARE.items() if floor < CARE[room]}
    everything_below = set(GROUND) | set(IMAGING) | set(CARE)
    if room in UPPER:
        return everything_below | {other for other, floor in UPPER.items() if floor < UPPER[room]}
    return everything_below | set(UPPER)


def files() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if path.parent != ROOT)


def imported(path: Path) -> list[tuple[str, int]]:
    """Full dotted names of sijoint modules or members that a file imports, with the line."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            raise AssertionError(f"{path}: relative imports hide the room; write the full name")
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "sijoint":
            names += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
        if isinstance(node, ast.Import):
            names += [(alias.name, node.lineno) for alias in node.names if alias.name.split(".")[0] == "sijoint"]
    return names


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_lower_floors(path: Path):
    room = path.relative_to(ROOT).parts[0]
    for name, line in imported(path):
        parts = name.split(".")
        other = parts[1]
        if other in (room, "__version__"):
            continue
        if room == "cli" and other == "web":
            assert path.name == "serve.py", f"{path}:{line}: cli imports web inside `sij serve` alone"
            continue
        assert other in allowed(room), f"{path}:{line}: {room} may not import {other}"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_few_may_know_the_truth(path: Path):
    relative = path.relative_to(ROOT)
    if relative.parts[0] in READERS_OF_TRUTH or relative.as_posix().startswith("report/debrief"):
        return
    for name, line in imported(path):
        assert not name.startswith("sijoint.room.truth"), f"{path}:{line}: must not read the simulator's truth"
        assert not name.endswith((".SimulationTruth", ".read_truth", ".write_truth")), f"{path}:{line}: no truth here"


def test_every_room_is_on_a_floor():
    rooms = {path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms <= set(GROUND) | set(IMAGING) | set(CARE) | set(UPPER) | set(DOORS)


def test_no_room_is_called_utils():
    banned = {"utils.py", "helpers.py", "manager.py", "common.py", "misc.py"}
    assert not [path for path in files() if path.name in banned]
