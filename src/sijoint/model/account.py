"""What a patient was given and exposed to in a rolling year, over all episodes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class AgentTotal:
    """All of one agent, every syringe together; ``dose_mg`` of the active substance, None where its strength is not known."""

    agent: str
    name: str
    volume_ml: Decimal
    dose_mg: Decimal | None


@dataclass(frozen=True)
class YearlyAccount:
    """The account on a day over so many days back. A session is a day; ``joints`` counts injections, two for two sides.

    Radiation is what was recorded: ``exposures_without_dose`` counts presses whose dose is not known and not in the sums.
    """

    on: date
    days: int
    sessions: tuple[tuple[str, int], ...]
    joints: tuple[tuple[str, int], ...]
    steroid: tuple[AgentTotal, ...]
    anaesthetic: tuple[AgentTotal, ...]
    contrast: tuple[AgentTotal, ...]
    unknown_agents: tuple[AgentTotal, ...]
    steroid_mpe_mg: Decimal
    steroid_maximum_mpe_mg: Decimal
    iodine_mg: Decimal
    dose_area_product_mgy_cm2: Decimal
    kerma_reference_mgy: Decimal
    fluoroscopy_s: Decimal
    exposures_without_dose: int = 0
