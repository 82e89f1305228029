"""What a recipe comes to, worked out for one patient: every sum with its parts, for the person who draws it up."""

from dataclasses import dataclass
from decimal import Decimal

from sijoint.model.finding import Finding


@dataclass(frozen=True)
class AnaestheticShare:
    """One dose of anaesthetic against its maximum for this patient.

    ``maximum_mg`` and ``share`` take the lowest maximum that sources give, which counts; ``highest_mg`` and
    ``share_at_highest`` the highest, which is shown.
    """

    agent: str
    name: str
    given_before: bool  # within the policy's hours, in another session, at another site or on the other side
    volume_ml: Decimal
    dose_mg: Decimal
    maximum_mg: Decimal
    highest_mg: Decimal
    share: Decimal
    share_at_highest: Decimal


@dataclass(frozen=True)
class SteroidDose:
    """``usual_mg`` is the lowest and the highest dose published for this joint."""

    agent: str
    name: str
    dose_mg: Decimal
    methylprednisolone_mg: Decimal
    usual_mg: tuple[Decimal, Decimal]
    particulate: bool


@dataclass(frozen=True)
class RecipeSheet:
    """``weight_kg`` is the one that doses are computed for, None where it is not known; then no share is computed.

    ``at_target_ml`` is contrast and drug together in the joint, the drug alone in ligaments; ``room_ml`` the policy's
    volume from which leak is likely, where it has one, and the one that is refused above.
    """

    weight_kg: Decimal | None
    anaesthetics: tuple[AnaestheticShare, ...]
    anaesthetic_share: Decimal | None
    anaesthetic_share_at_highest: Decimal | None
    steroids: tuple[SteroidDose, ...]
    methylprednisolone_mg: Decimal
    iodine_mg: Decimal
    at_target_ml: Decimal
    room_ml: tuple[Decimal | None, Decimal]
    particulate: bool
    findings: tuple[Finding, ...]
