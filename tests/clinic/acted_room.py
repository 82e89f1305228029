"""What happens in the room, acted out as its events; pictures are kept before an event names them."""

from dataclasses import replace
from decimal import Decimal

from clinic_facts import FakeClock

from sijoint.clinic import (
    image_keeper_for,
)
from sijoint.frames import Side
from sijoint.model import (
    ContrastPattern,
    ImageOrigin,
    ProcedureKind,
    StoredImage,
    SyringeUse,
    Target,
    ViewPurpose,
)
from sijoint.records import Store
from sijoint.room import Action, PermissionRequest
from sijoint.room.events import (
    Ended,
    Event,
    Exposed,
    GateAnswered,
    Injected,
    Judged,
    NeedleChosen,
    NeedleMoved,
    Started,
)

EPISODE = "episode-1"


class ActedRoom:
    """Events of one procedure on the left joint."""

    store: Store
    clock: FakeClock

    def started(self, **changes: object) -> Started:
        event = Started(
            at_s=0.0,
            procedure_id="procedure-1",
            procedure_kind=ProcedureKind.PERFORMED,
            side=Side.LEFT,
            target=Target.INTRA_ARTICULAR,
            operator="dr-a",
            virtual_operator=False,
        )
        return replace(event, **changes)

    def may(self, action: Action) -> bool:
        return self.permit(PermissionRequest(action, "procedure-1", 0.0)).allowed

    def picture(self, content: bytes, origin: ImageOrigin = ImageOrigin.SIMULATED) -> str:
        return image_keeper_for(EPISODE, self.store, self.clock)(content, {"origin": str(origin)})

    def exposed(self, at_s: float, primary_deg: float, *, after_contrast: bool = False, **changes: object) -> Exposed:
        origin = changes.pop("origin", ImageOrigin.SIMULATED)
        sha256 = self.picture(f"{at_s} {primary_deg}".encode(), origin)
        image = StoredImage(sha256, at_s, origin, ViewPurpose.NEEDLE, primary_deg, 0.0, after_contrast)
        event = Exposed(
            at_s=at_s,
            pulses=4,
            seconds=0.5,
            primary_deg=primary_deg,
            secondary_deg=0.0,
            kvp=75.0,
            ma=3.0,
            kerma_reference_mgy=0.1,
            dose_area_product_mgy_cm2=20.0,
            images=(image,),
        )
        return replace(event, **changes)

    def moved(self, at_s: float, movement: int) -> NeedleMoved:
        return NeedleMoved(
            at_s=at_s, movement=movement, how="advance", depth_mm=60.0, passes=1, redirections=0, bone_contacts=0
        )

    def injected(self, at_s: float, movement: int, use: SyringeUse, agent: str, volume: str) -> Injected:
        return Injected(
            at_s=at_s, movement=movement, use=use, agent=agent, volume_ml=Decimal(volume), peak_pressure_kpa=20.0
        )

    def judged(self, at_s: float, movement: int, pattern: ContrastPattern = ContrastPattern.IA_TYPE_I) -> Judged:
        return Judged(at_s=at_s, movement=movement, pattern=pattern, by="dr-a", virtual_operator=False, image_sha256=())

    def gate(self, at_s: float, movement: int, *, allowed: bool) -> GateAnswered:
        return GateAnswered(at_s=at_s, movement=movement, allowed=allowed, findings=())

    def drug(self, at_s: float, movement: int) -> Injected:
        return self.injected(at_s, movement, SyringeUse.DRUG, "bupivacaine_0.5_percent", "1.0")

    def events_to_the_drug(self) -> list[Event]:
        """Needle in, two views, contrast, judgement, gate, drug, end."""
        return [
            self.exposed(10, 180.0),
            NeedleChosen(at_s=20, code="quincke-22", gauge=22, length_mm=90.0, tip="Quincke"),
            self.moved(30, 1),
            self.exposed(40, 90.0),
            self.injected(50, 1, SyringeUse.CONTRAST, "iohexol_240", "0.5"),
            self.exposed(60, 180.0, after_contrast=True),
            self.judged(70, 1),
            self.gate(70, 1, allowed=True),
            self.drug(80, 1),
            Ended(at_s=90),
        ]
