"""A procedure as a person writes it down, or another system tells it: what happened, in its order, with clock times.

The lines stand in the order in which it happened: two lines of the same minute keep it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Discriminator

from sijoint.frames.side import Side
from sijoint.frames.table import PatientPosition
from sijoint.model.facts import NOT_ASKED, Fact
from sijoint.model.order import Target
from sijoint.model.procedure import ContrastPattern, ImageOrigin, ProcedureWriter, SyringeUse, ViewPurpose


@dataclass(frozen=True)
class StatedAmount:
    """A number with the unit that was picked beside it, as written."""

    value: Decimal
    unit: str


@dataclass(frozen=True, kw_only=True)
class NeedleLine:
    """The needle was placed or moved: what was seen before says nothing about where it lies now."""

    at: datetime
    kind: Literal["needle"] = field(default="needle", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class ViewLine:
    """A view that was kept: by hash here, or ``kept_as`` elsewhere.

    The pose in the clinician's words (receptor to the patient's left and towards the head, degrees) or as DICOM positioner
    angles, never both; neither where it is not known.
    """

    at: datetime
    purpose: ViewPurpose
    after_contrast: bool
    origin: ImageOrigin = ImageOrigin.RECEIVED
    left_deg: Decimal | None = None
    cephalad_deg: Decimal | None = None
    primary_deg: Decimal | None = None
    secondary_deg: Decimal | None = None
    sha256: str = ""
    kept_as: str = ""
    kind: Literal["view"] = field(default="view", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class AgentLine:
    """Something was given; side and target are those of the procedure where they are not named."""

    at: datetime
    use: SyringeUse
    agent: str
    volume_ml: Decimal
    side: Side | None = None
    target: Target | None = None
    kind: Literal["given"] = field(default="given", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class JudgementLine:
    at: datetime
    pattern: ContrastPattern
    by: str
    kind: Literal["judgement"] = field(default="judgement", kw_only=True)


FormLine = Annotated[NeedleLine | ViewLine | AgentLine | JudgementLine, Discriminator("kind")]


@dataclass(frozen=True, kw_only=True)
class ProcedureForm:
    """``needle`` is a formulary code. ``position`` is how the patient lay; without it no pose is read from angles."""

    procedure_id: str
    side: Side | None
    target: Target | None
    operator: str
    started_at: datetime
    ended_at: datetime
    lines: tuple[FormLine, ...]
    writer: ProcedureWriter = ProcedureWriter.FORM
    source: str = ""
    needle: str = ""
    passes: int = 0
    position: PatientPosition | None = None
    familiar_pain_on_filling: Fact = NOT_ASKED
    dose_area: StatedAmount | None = None
    kerma: StatedAmount | None = None
    fluoroscopy: StatedAmount | None = None
    abandoned_because: str = ""
    recorded_for: str = ""
    read_back: Fact = NOT_ASKED
