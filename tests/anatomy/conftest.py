import numpy as np
import pytest

from sijoint.anatomy import CT, Body, Labels, PatientCT, Provenance, body_of, bundled_pelvis
from sijoint.frames import Grid


@pytest.fixture(scope="session")
def pelvis() -> PatientCT:
    return bundled_pelvis()


@pytest.fixture(scope="session")
def pelvis_body(pelvis) -> Body:
    return body_of(pelvis)


@pytest.fixture
def patient_of():
    """A patient from a label volume (i, j, k): bone where labelled, water elsewhere."""

    def build(grid: Grid, values: np.ndarray) -> PatientCT:
        hu = np.where(values > 0, 600, 0).astype(np.int16)
        return PatientCT(
            CT(grid, hu), Labels(grid, values.astype(np.uint8)), Provenance("phantom", "made", "none", "", (), ("all",))
        )

    return build
