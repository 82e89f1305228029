"""The patient on the table, and what that makes of table directions.

Table frame: x across the table to the left of somebody who lies supine with the head at the table's head end, y down, z to
the head end. For HFS it is the patient's LPS frame up to a shift.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class PatientPosition(StrEnum):
    """DICOM (0018,5100)."""

    HFS = "HFS"
    HFP = "HFP"
    FFS = "FFS"
    FFP = "FFP"

    @property
    def prone(self) -> bool:
        return self in (PatientPosition.HFP, PatientPosition.FFP)

    @property
    def patient_from_table(self) -> NDArray[np.float64]:
        """Rotation (3, 3) from table to patient LPS directions."""
        return {
            PatientPosition.HFS: np.diag([1.0, 1.0, 1.0]),
            PatientPosition.HFP: np.diag([-1.0, -1.0, 1.0]),
            PatientPosition.FFS: np.diag([-1.0, 1.0, -1.0]),
            PatientPosition.FFP: np.diag([1.0, -1.0, -1.0]),
        }[self]
