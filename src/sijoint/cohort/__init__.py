"""Many episodes: virtual persons and operators, the scenario table, and the course that drives `clinic` and `room`.

A scenario sets causes; what follows is found out by physics and rules, and compared with what was expected afterwards.
"""

from sijoint.cohort.case import Case, case_of
from sijoint.cohort.course import Course
from sijoint.cohort.outcome import Comparison, compare
from sijoint.cohort.record import CourseRecord, ProcedureRun
from sijoint.cohort.run import NotAVirtualStore, ScenarioRun, replay_log, run_causes, run_scenario, virtual_store
from sijoint.cohort.scenario import Causes, Expected, Scenario, UnknownScenario, read_scenarios, scenario, scenarios
from sijoint.cohort.virtual_clinic import VirtualClinic, fill_virtual_clinic
from sijoint.cohort.virtual_roster import people_of_virtual_clinic

__all__ = [
    "Case",
    "Causes",
    "Comparison",
    "Course",
    "CourseRecord",
    "Expected",
    "NotAVirtualStore",
    "ProcedureRun",
    "Scenario",
    "ScenarioRun",
    "UnknownScenario",
    "VirtualClinic",
    "case_of",
    "compare",
    "fill_virtual_clinic",
    "people_of_virtual_clinic",
    "read_scenarios",
    "replay_log",
    "run_causes",
    "run_scenario",
    "scenario",
    "scenarios",
    "virtual_store",
]
