"""A room with the bundled pelvis in it, small images, and a permit that a test can change."""

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

import pytest

from sijoint.fluoroscopy import encode, volume_from_hu
from sijoint.frames import Side, load_carm_model
from sijoint.guidance import plan
from sijoint.model import ProcedureKind, Recipe, RecipeLine, Target
from sijoint.response import PainCause
from sijoint.room import Permission, Session, Setting, SimulationCauses
from sijoint.room.commands import AdvanceNeedle, ChooseNeedle, InsertNeedle, PositionCArm

RECIPE = Recipe(
    RecipeLine("lidocaine_1_percent", Decimal("2.0")),
    RecipeLine("iohexol_240", Decimal("0.5")),
    (RecipeLine("bupivacaine_0.5_percent", Decimal("0.5")), RecipeLine("triamcinolone_40", Decimal("1.0"))),
)


@dataclass
class Room:
    """A session with everything that it said, and the last permissions that it asked for."""

    session: Session
    plan: object
    events: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    def do(self, kind, **what):
        number = self.session.commands_done + 1
        return self.session.do(kind(id=f"c{number}", at_s=self.session.now_s, **what))

    def see(self, tilt):
        return self.do(
            PositionCArm,
            left_deg=tilt.left_deg,
            cephalad_deg=tilt.cephalad_deg,
            isocentre_mm=tuple(float(x) for x in self.plan.target_mm),
        )

    def needle_to(self, depth_mm: float):
        """A 22 G needle along the plan, so deep."""
        plan = self.plan
        self.do(ChooseNeedle, code=plan.needle)
        self.do(InsertNeedle, entry_mm=tuple(plan.entry_mm), direction=tuple(plan.direction))
        return self.do(AdvanceNeedle, distance_mm=depth_mm)


@pytest.fixture(scope="session")
def volume(pelvis):
    return volume_from_hu(pelvis.ct.grid, pelvis.ct.hu)


@pytest.fixture(scope="session")
def joint_plan(body):
    return plan(body, Side.LEFT, Target.INTRA_ARTICULAR, load_carm_model())[0]


@pytest.fixture
def setting(body, volume, joint_plan):
    carm = load_carm_model()
    return Setting(
        procedure_id="p1",
        procedure_kind=ProcedureKind.REHEARSAL,
        side=Side.LEFT,
        target=Target.INTRA_ARTICULAR,
        operator="Dr Test",
        virtual_operator=False,
        body=body,
        volume=volume,
        carm=carm,
        detector=carm.detector.binned_to(128),
        recipe=RECIPE,
        causes=SimulationCauses(capacity_ml=1.9, pain=PainCause(1.0, 0.0, 0.0, 8.0, 4.0)),
        target_mm=tuple(float(x) for x in joint_plan.target_mm),
    )


@pytest.fixture
def room(setting, joint_plan):
    """Everything is permitted until a test says otherwise by ``room.refused``."""
    made = Room(None, joint_plan)
    made.refused = set()

    def permit(request):
        made.asked.append(request.action)
        return Permission(request.action not in made.refused)

    made.session = Session(
        setting,
        seed=5,
        permit=permit,
        keep_image=lambda frame: sha256(encode(frame)[0]).hexdigest(),
        on_event=made.events.append,
    )
    made.session.start()
    return made
