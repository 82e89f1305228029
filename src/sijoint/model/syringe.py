"""What is drawn up: vials with lot and expiry, syringes with their labels, and what became of every millilitre."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.frames.side import Side
from sijoint.model.facts import NOT_ASKED, Fact
from sijoint.model.procedure import SyringeUse


class VialKind(StrEnum):
    """What the maker's label says."""

    SINGLE_DOSE = "single-dose"
    MULTI_DOSE = "multi-dose"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Vial:
    """``agent`` is a formulary code. ``expires`` is the last day of use; None where nobody has read it."""

    agent: str
    lot: str
    expires: date | None
    kind: VialKind = VialKind.UNKNOWN
    opened_at: datetime | None = None
    opened_for_this_patient: Fact = NOT_ASKED
    preservative: Fact = NOT_ASKED  # whether the label names one


@dataclass(frozen=True)
class DrawnLine:
    vial: Vial
    volume_ml: Decimal


@dataclass(frozen=True)
class Syringe:
    """One syringe as it was filled. ``drawn_by`` are initials, as they stand on the label.

    ``accepted_by`` is the clinician who decided on what is under review about it, ``accepted_because`` the reason.
    """

    id: str
    use: SyringeUse
    lines: tuple[DrawnLine, ...]
    drawn_at: datetime
    drawn_by: str
    side: Side | None = None  # None: for either side of a one-sided order
    labelled: Fact = NOT_ASKED
    clear_of_precipitate: Fact = NOT_ASKED
    accepted_by: str = ""
    accepted_because: str = ""

    @property
    def drawn_ml(self) -> Decimal:
        return sum((line.volume_ml for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class SyringeAccount:
    """What became of a syringe. A later account of the same syringe counts instead of the earlier one, which is kept."""

    syringe_id: str
    at: datetime
    by: str
    given_ml: Decimal
    wasted_ml: Decimal
    witness: str = ""


@dataclass(frozen=True)
class LabelLine:
    """One agent on a label: its name with the strength of the vial, its share of the syringe and its dose."""

    name: str
    volume_ml: Decimal
    dose_mg: Decimal
    strength_mg_ml: Decimal  # in the syringe, after mixing
    lot: str
    expires: date | None


@dataclass(frozen=True)
class SyringeLabel:
    """What is printed and stuck on a syringe: drug, strength, millilitres, time and initials."""

    syringe_id: str
    use: SyringeUse
    side: Side | None
    lines: tuple[LabelLine, ...]
    total_ml: Decimal
    drawn_at: datetime
    initials: str
    use_until: datetime
    particulate: bool
