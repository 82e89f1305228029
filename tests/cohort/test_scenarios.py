"""Every scenario ends as its causes demand, whatever it is called; and another cause has another end."""

import re
from dataclasses import is_dataclass, replace
from pathlib import Path
from tomllib import loads
from typing import get_args, get_type_hints

import numpy as np
import pytest

import sijoint
from sijoint.cohort import Causes, Expected, NotAVirtualStore, read_scenarios, run_scenario, scenario, scenarios
from sijoint.cohort.outcome import gate_answers
from sijoint.frames import Side, angle_between_deg
from sijoint.model import StoreKind
from sijoint.records import open_store, verify
from sijoint.room.commands import InsertNeedle

NAMES = tuple(scenarios())
TABLE = (Path(sijoint.__file__).parent / "cohort" / "scenarios.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_ends_as_its_causes_demand_and_under_another_name(name, run):
    """The name is changed first: nothing but the table may know it."""
    renamed = replace(scenario(name), name="nobody knows me", shows="")
    outcome = run(renamed)
    assert outcome.comparison.differences == ()


@pytest.mark.parametrize("name", ["missed", "vascular"])
def test_without_the_aim_error_the_first_contrast_is_inside(name, run):
    wanted = scenario(name)
    steady = replace(wanted.causes.operator, first_aim_error_mm=(0.0, 0.0, 0.0))
    outcome = run(replace(wanted, causes=replace(wanted.causes, operator=steady)))
    assert gate_answers(outcome.episode) == ((True,),)
    assert not outcome.comparison.as_expected


def test_the_bevel_faces_as_the_plan_says_and_the_needle_is_pointed_for_it(run):
    (done,) = run(scenario("ligament")).record.procedures
    assert done.plan.bevel_clock_deg != 0, "this plan would not tell a bevel that is held from one that is forgotten"
    inserted = [command for command in done.log.commands if isinstance(command, InsertNeedle)]
    assert inserted
    for command in inserted:
        assert command.bevel_clock_deg == done.plan.bevel_clock_deg
        assert angle_between_deg(np.array(command.direction), done.plan.direction_at_skin) < 3


def test_no_other_file_reads_a_scenario_s_name():
    root = Path(sijoint.__file__).parent
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name == "demo.py":  # the default of --scenario, for a person who types nothing
            text = text.replace('= "positive"', "")
        for name in ("misled", "weak-leg", "wrong-side", "apixaban-diabetic"):
            assert f'"{name}"' not in text, f"{path.name} knows {name}"


def test_no_code_but_the_comparison_reads_what_is_expected():
    root = Path(sijoint.__file__).parent
    readers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"\.expected\b", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"cohort/run.py"}


def test_a_scenario_sets_causes_only():
    """Every key of the table is a field of a cause; a mistyped one would silently set nothing."""

    def check(table, kind, place):
        kinds = get_type_hints(kind)
        for key, value in table.items():
            assert key in kinds, f"{place}.{key} is no cause"
            inner = [one for one in (kinds[key], *get_args(kinds[key])) if is_dataclass(one)]
            for row in value if isinstance(value, list) else [value]:
                if inner and isinstance(row, dict):
                    check(row, inner[0], f"{place}.{key}")

    tables = loads(TABLE)
    for name, table in {**tables}.items():
        expected = table.pop("expected", {})
        check(expected, Expected, f"{name}.expected")
        table.pop("shows", None), table.pop("beside", None)
        check(table, Causes, name)


def test_the_same_seed_gives_the_same_episode(run):
    first, again = run(scenario("positive")), run(scenario("positive"))
    assert first.episode == again.episode
    assert run(scenario("positive"), seed=2).episode != first.episode


def test_a_care_store_refuses_a_virtual_episode(case, tmp_path):
    store = open_store(tmp_path / "care.db", kind=StoreKind.CARE, create=True)
    with pytest.raises(NotAVirtualStore, match="care store"):
        run_scenario(
            scenario("positive"), case, store, side=Side.LEFT, seed=1, rows=128, truth_folder=tmp_path / "truth"
        )
    assert store.episodes() == ()


def test_every_run_leaves_a_store_that_verifies(case, tmp_path):
    from sijoint.cohort import virtual_store

    store = virtual_store(tmp_path / "episode.db", 3)
    run_scenario(scenario("missed"), case, store, side=Side.LEFT, seed=3, rows=128, truth_folder=tmp_path / "truth")
    store.close()
    assert verify(tmp_path / "episode.db").intact


def test_an_unknown_scenario_says_which_there_are():
    with pytest.raises(ValueError, match="positive"):
        scenario("no-such")


def test_causes_of_a_user_s_own_table_are_read():
    own = read_scenarios(TABLE.replace("[positive]", "[mine]", 1).replace("[positive.expected]", "[mine.expected]"))
    assert own["mine"].causes == scenarios()["positive"].causes
