"""What a report is written from: the episode, the patient, pictures that are already annotated, and where it all comes from."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sijoint.model import Assessed, Episode, Finding, Patient, ViewPurpose
from sijoint.pathway import Call


@dataclass(frozen=True)
class FigureImage:
    """One image as it is to be printed: PNG bytes with SIMULATED, side marker and dose already burnt into their strip.

    ``sha256`` names the stored frame that it shows; with it the report prints receptor direction and time from the record.
    """

    png: bytes
    caption: str
    alt: str
    purpose: ViewPurpose
    sha256: str = ""


@dataclass(frozen=True)
class ProcedureFigures:
    """The pictures of one session, in the order in which they are to be read."""

    session_index: int
    images: tuple[FigureImage, ...] = ()
    anatomy_png: bytes | None = None


@dataclass(frozen=True)
class PolicyNamed:
    """The dated policy that judged the episode, and the sentence that says which text it follows."""

    id: str
    effective: str
    name: str = ""
    source: str = ""


@dataclass(frozen=True)
class ProvenanceWords:
    """Sentences on what was measured and what is modelled, assumed or synthetic."""

    measured: tuple[str, ...] = ()
    modelled: tuple[str, ...] = ()
    attribution: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunFacts:
    """What would make this report again: program versions, seed, projector kernel and, in a demo, the scenario's causes."""

    versions: tuple[tuple[str, str], ...] = ()
    seed: int | None = None
    kernel: str = ""
    scenario: str = ""


@dataclass(frozen=True)
class StepRefused:
    """A step that was asked for and refused; the episode keeps its state, the ledger keeps the line."""

    at: datetime
    step: str
    sentence: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Twin:
    """The same causes and seed under another policy, for verdicts side by side."""

    episode: Episode
    label: str
    own_label: str


@dataclass(frozen=True)
class EpisodeReport:
    """Everything that the episode report is written from. ``made_at`` comes from the caller's clock, ``zone`` shows times."""

    episode: Episode
    patient: Patient
    policy: PolicyNamed
    made_at: datetime
    figures: tuple[ProcedureFigures, ...] = ()
    provenance: ProvenanceWords = ProvenanceWords()
    run: RunFacts = RunFacts()
    referral: Assessed | None = None
    refusals: tuple[StepRefused, ...] = ()
    twin: Twin | None = None
    outcome_notice: str = ""
    calls: tuple[Call, ...] = ()  # that were due when the report was made
    zone: tzinfo = UTC
