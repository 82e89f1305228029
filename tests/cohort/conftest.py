"""One case of the bundled pelvis for all courses of a worker."""

import pytest

from sijoint.cohort import case_of, run_scenario, virtual_store
from sijoint.frames import Side


@pytest.fixture(scope="session")
def case(pelvis):
    return case_of(pelvis, (Side.LEFT,))


@pytest.fixture
def run(case, tmp_path):
    """Run a scenario at small frames in a store of its own."""

    def go(scenario, seed=1, rows=256):
        store = virtual_store(tmp_path / f"{seed}-{len(list(tmp_path.iterdir()))}.db", seed)
        return run_scenario(
            scenario, case, store, side=Side.LEFT, seed=seed, rows=rows, truth_folder=tmp_path / "truth"
        )

    return go
