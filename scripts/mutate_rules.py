"""How many small faults in the rules the tests notice: the mutation score of the room ``pathway``.

Each mutant runs in a process of its own, forked before the room is imported, against the tests that call the function it
lies in. `--mutants N` draws a sample by `--seed`, the same share of each file; 0 takes all. `--page` writes the figures
into docs/rules.md between their marks. A mutant that no test notices is printed: some change nothing that can be seen.
"""

import argparse
import ast
import contextlib
import importlib.abc
import importlib.machinery
import json
import os
import random
import re
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import hypothesis  # noqa: F401  # imported before the fork, as all that the rules need and do not hold
import pytest

import sijoint.formulary
import sijoint.frames
import sijoint.model.wire

sys.path.insert(0, str(Path(__file__).parent))
from mutants import Mutant, mutants_of

TOP = Path(__file__).parent.parent
ROOM = Path(sijoint.formulary.__file__).parent.parent / "pathway"
TESTS = TOP / "tests" / "pathway"
SLOW = "test_every_rule.py"  # asks all rules at random: too slow for every mutant, and no test of one rule
PAGE = TOP / "docs" / "rules.md"
MARKS = ("<!-- mutation score: begin -->", "<!-- mutation score: end -->")
LONGEST_CPU_S = 120  # a fault may make a loop that never ends

Calls = dict[str, set[tuple[str, str]]]  # what each test calls: (module, function)


class Selected:
    """A plugin of pytest that runs some tests only, and stops at the first that fails."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [one for one in items if one.nodeid in self.wanted]


class Watched:
    """A plugin of pytest that notes which functions of the room each test calls."""

    def __init__(self) -> None:
        self.calls: Calls = defaultdict(set)
        self.failing: set[str] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        seen = self.calls[item.nodeid]

        def note(frame: FrameType, event: str, argument: object) -> None:
            code = frame.f_code
            if code.co_filename.startswith(room):
                seen.add((code.co_filename[len(room) + 1 : -3], code.co_qualname.replace(".<locals>", "")))

        room = str(ROOM)
        sys.settrace(note)
        yield
        sys.settrace(None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failing.add(report.nodeid)


class MutatedModule(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module of the room, with its fault."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = f"sijoint.pathway.{mutant.module}"

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        if name != self.name:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=str(ROOM / f"{self.mutant.module}.py"))

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(ROOM / f"{self.mutant.module}.py")
        exec(compile(self.mutant.tree(), module.__file__, "exec"), module.__dict__)


def in_a_process(work: Any) -> tuple[int, bytes]:
    """The exit code and the answer of work done in a forked process; a negative code for a signal."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 70
        with contextlib.suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_CPU_S, LONGEST_CPU_S))
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (1, 2):
                os.dup2(nothing, stream)
            code, answer = work()
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(answer)
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), answer


def run_tests(files: Sequence[str], plugin: object) -> int:
    os.chdir(TOP)
    quiet = ["-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not deep"]
    return int(pytest.main([*quiet, *files], plugins=[plugin]))


def files_of_tests(modules: Sequence[str]) -> list[str]:
    """The files of tests that name something these files of the room offer; all of them for no file in particular."""
    files = [one for one in sorted(TESTS.glob("test_*.py")) if one.name != SLOW]
    names = {
        one.name
        for module in modules
        for one in ast.parse((ROOM / f"{module}.py").read_text(encoding="utf-8")).body
        if isinstance(one, ast.FunctionDef | ast.ClassDef) and not one.name.startswith("_")
    }
    offered = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    return [str(one) for one in files if not modules or offered.search(one.read_text(encoding="utf-8"))]


def who_calls_what(modules: Sequence[str]) -> Calls:
    """Every passing test of these files of the room with the functions that it calls."""

    def work() -> tuple[int, bytes]:
        watched = Watched()
        run_tests(files_of_tests(modules), watched)
        passing = {key: sorted(one) for key, one in watched.calls.items() if key not in watched.failing}
        return 0, json.dumps([passing, len(watched.failing)]).encode()

    code, answer = in_a_process(work)
    if code != 0:
        raise SystemExit("the tests of the rules cannot be run as they are: put that right first")
    passing, failing = json.loads(answer)
    if failing:
        print(f"{failing} tests fail without any fault put in; they are left out", flush=True)
    return {key: {(module, name) for module, name in calls} for key, calls in passing.items()}


def noticed(mutant: Mutant, calls: Calls) -> bool:
    """Whether a test fails, or never ends, with this fault in the room."""
    exact = frozenset(
        test for test, names in calls.items() if mutant.function and (mutant.module, mutant.function) in names
    )
    of_module = frozenset(test for test, names in calls.items() if any(one == mutant.module for one, _ in names))
    wanted = of_module if mutant.cached or not mutant.function or not exact else exact
    if not wanted:
        return False

    def work() -> tuple[int, bytes]:
        sys.meta_path.insert(0, MutatedModule(mutant))
        files = sorted({test.partition("::")[0] for test in wanted})
        return run_tests(["-x", *files], Selected(wanted)), b""

    return in_a_process(work)[0] != 0


def drawn(modules: Sequence[str], number: int, seed: int) -> list[Mutant]:
    """A sample with the same share of each file; all of them for 0."""
    whole = {
        path.stem: list(mutants_of(path.stem, path.read_text(encoding="utf-8")))
        for path in sorted(ROOM.glob("*.py"))
        if path.stem != "__init__" and (not modules or path.stem in modules)
    }
    total = sum(map(len, whole.values()))
    share = min(1.0, number / total) if number else 1.0
    rng = random.Random(seed)
    sample = [one for few in whole.values() for one in rng.sample(few, min(len(few), round(share * len(few) + 0.5)))]
    print(f"{len(sample)} of {total} mutants", flush=True)
    return sample


def report(results: Sequence[tuple[Mutant, bool]], options: argparse.Namespace, seconds: float) -> str:
    """The figures as a table."""
    tried, killed = Counter(one.module for one, _ in results), Counter(one.module for one, seen in results if seen)
    score = sum(killed.values()) / len(results)
    asked = "".join(f"{name} " for name in options.modules)
    lines = [
        f"{sum(killed.values())} of {len(results)} mutants noticed: **{score:.0%}** "
        f"(`scripts/mutate_rules.py {asked}--mutants {options.mutants} --seed {options.seed}`, {seconds / 60:.0f} min).",
        "",
        "| file | mutants | noticed | share |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{name}.py` | {tried[name]} | {killed[name]} | {killed[name] / tried[name]:.0%} |" for name in sorted(tried)
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="files of the room, such as verdict; default is all")
    parser.add_argument("--mutants", type=int, default=400, help="how many; 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="write the figures into docs/rules.md")
    options = parser.parse_args()
    began = time.monotonic()
    calls = who_calls_what(options.modules)
    print(f"{len(calls)} tests call the rules ({time.monotonic() - began:.0f} s)", flush=True)
    sample = drawn(options.modules, options.mutants, options.seed)
    with ThreadPoolExecutor(options.workers) as pool:
        results = list(zip(sample, pool.map(lambda one: noticed(one, calls), sample), strict=True))
    for mutant, seen in results:
        if not seen:
            place = f"{mutant.module}.py:{mutant.line}"
            print(f"not noticed  {place}  {_short(mutant.before)}  ->  {_short(mutant.after)}")
    text = report(results, options, time.monotonic() - began)
    print(text)
    if options.page:
        kept = PAGE.read_text(encoding="utf-8")
        between = re.compile(f"{re.escape(MARKS[0])}.*{re.escape(MARKS[1])}", re.DOTALL)
        PAGE.write_text(between.sub(lambda _: f"{MARKS[0]}\n{text}\n{MARKS[1]}", kept), encoding="utf-8")


def _short(text: str) -> str:
    line = text.splitlines()[0]
    return line if len(line) <= 90 else f"{line[:87]}..."


if __name__ == "__main__":
    main()
