"""A joint whose every answer can be worked out by hand: two blocks of bone, a flat cleft between them, flat skin behind."""

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

import numpy as np

from sijoint.anatomy import CT, Tissue
from sijoint.anatomy.chart import Chart
from sijoint.frames import Grid, PatientPosition, Side, load_carm_model, rotation_about
from sijoint.guidance import JointThird, plan
from sijoint.model import Target

SKIN_Y, BELLY_Y, FLANK_X, WIDTH, CLEFT_X = 60.0, -140.0, 150.0, 3.0, 40.0
CT_LOW_Z, CT_HIGH_Z, CT_STEP = -150.0, 150.0, 3.0
DORSAL_A, VENTRAL_A, LOW_B, HIGH_B = 5.0, 30.0, 5.0, 45.0


@dataclass(frozen=True)
class SlabJoint:
    """Flat cleft, turned about the long axis of the body by ``angle_deg`` (posteromedial to anterolateral positive)."""

    side: Side
    angle_deg: float
    width: float = WIDTH

    @property
    def chart(self):
        turn = rotation_about("z", -self.angle_deg if self.side is Side.RIGHT else self.angle_deg)
        axis_a, normal = turn @ [0.0, -1.0, 0.0], turn @ [float(self.side.x_sign), 0.0, 0.0]
        origin = np.array([CLEFT_X * self.side.x_sign, 0.0, 0.0])
        return Chart(origin, axis_a, np.array([0.0, 0.0, 1.0]), normal, 1.0, np.zeros((41, 61)))

    @property
    def synovial(self):
        a, b = np.meshgrid(np.arange(41.0), np.arange(61.0), indexing="ij")
        return (a >= DORSAL_A) & (a <= VENTRAL_A) & (b >= LOW_B) & (b <= HIGH_B)

    @property
    def valid(self):
        return self.synovial

    def contains(self, points_mm, slack_mm=0.0):
        a, b, off = np.moveaxis(self.chart.coordinates(points_mm), -1, 0)
        inside = (a >= DORSAL_A - slack_mm) & (a <= VENTRAL_A + slack_mm)
        return inside & (b >= LOW_B - slack_mm) & (b <= HIGH_B + slack_mm) & (np.abs(off) <= self.width / 2 + slack_mm)

    def _line(self, a_mm):
        return self.chart.world(np.full(41, a_mm), np.arange(LOW_B, HIGH_B + 1))

    dorsal_border_mm = property(lambda self: self._line(DORSAL_A))
    ventral_border_mm = property(lambda self: self._line(VENTRAL_A))
    inferior_end_mm = property(lambda self: self.chart.world(DORSAL_A + 5, LOW_B))
    modelled = ("blocks of bone",)
    inferior_recess_mm = property(lambda self: self.chart.world(DORSAL_A + 2, LOW_B + 10))
    ligament_target_mm = property(lambda self: self.chart.world(1.0, 25.0))


@dataclass(frozen=True)
class SlabBody:
    """Both sides, mirrored; ``closed`` lays a plate of bone across the back, ``metal`` one of an implant; ``shown`` leaves
    sides out. Its CT is a box of water in air that the flat skin ends behind."""

    angle_deg: float = 8.0
    width: float = WIDTH
    closed: bool = False
    metal: bool = False
    shown: tuple[Side, ...] = tuple(Side)

    @property
    def joints(self):
        return {side: SlabJoint(side, self.angle_deg, self.width) for side in self.shown}

    @property
    def patient(self):
        return SimpleNamespace(ct=_water_box(self.metal))

    @property
    def inside(self):
        return self.patient.ct.hu > -500

    def bone_distance_mm(self, points_mm):
        points = np.asarray(points_mm, dtype=float)
        nearest = np.full(points.shape[:-1], np.inf)
        for side in Side:
            a, b, off = np.moveaxis(SlabJoint(side, self.angle_deg).chart.coordinates(points), -1, 0)
            for away in (off - self.width / 2, -off - self.width / 2):  # ilium, sacrum: 20 mm thick blocks
                nearest = np.minimum(nearest, _box((a - 20, 20), (b - 25, 25), (away - 10, 10)))
        if self.closed:
            nearest = np.minimum(nearest, _box((points[..., 0], 150), (points[..., 1] - 8, 3), (points[..., 2], 200)))
        return nearest

    def tissue_at(self, points_mm):
        points = np.asarray(points_mm, dtype=float)
        tissue = np.full(points.shape[:-1], Tissue.MUSCLE, dtype=np.uint8)
        for joint in self.joints.values():
            a, b, off = np.moveaxis(joint.chart.coordinates(points), -1, 0)
            tissue[(a > -10) & (a < DORSAL_A) & (np.abs(off) < 6) & (b > LOW_B) & (b < HIGH_B)] = Tissue.LIGAMENT
        tissue[self.bone_distance_mm(points) <= 0] = Tissue.BONE
        tissue[points[..., 1] > SKIN_Y] = Tissue.AIR
        return tissue

    def landmark(self, name, side):
        raise KeyError(name)  # blocks of bone have no foramina

    def skin_exit_mm(self, point_mm, direction):
        return (SKIN_Y - point_mm[1]) / direction[1] if direction[1] > 0 else float("nan")


@dataclass(frozen=True)
class Ball:
    """A structure at risk whose distance is known."""

    name: str
    kind: str
    centre_mm: tuple[float, float, float]
    radius_mm: float
    found_by: str = "landmark"

    def distance_mm(self, points_mm):
        return np.linalg.norm(np.asarray(points_mm) - self.centre_mm, axis=-1) - self.radius_mm


def slab_risks(side):
    """A dorsal foramen medial of the joint, and a vessel below it."""
    return (
        Ball("S2 foramen", "foramen", (20.0 * side.x_sign, 2.0, 30.0), 4.0),
        Ball("gluteal vessels", "vessel", (45.0 * side.x_sign, -20.0, -12.0), 3.0),
    )


def slab_plan(
    body=None,
    side=Side.LEFT,
    target=Target.INTRA_ARTICULAR,
    *,
    third=JointThird.LOWER,
    risks=None,
    position=PatientPosition.HFP,
):
    """Plans on blocks of bone with the default C-arm and the phantom's own structures at risk."""
    return _planned(body or SlabBody(), side, target, third, slab_risks(side) if risks is None else risks, position)


@cache
def _planned(body, side, target, third, risks, position):
    return plan(body, side, target, load_carm_model(), position, third=third, risks=risks)


@cache
def _water_box(metal):
    """300 mm wide, 200 mm deep, from end to end of the CT; the implant is a plate 3 mm thick at y = 30."""
    shape = (121, 101, int((CT_HIGH_Z - CT_LOW_Z) / CT_STEP) + 1)
    step = np.diag([CT_STEP, CT_STEP, CT_STEP, 1.0])
    step[:3, 3] = [-180.0, -180.0, CT_LOW_Z]
    hu = np.full(shape, -1000, dtype=np.int16)
    x, y = -180 + CT_STEP * np.arange(121), -180 + CT_STEP * np.arange(101)
    hu[np.ix_(np.abs(x) <= FLANK_X, (y >= BELLY_Y) & (y <= SKIN_Y))] = 0
    if metal:
        hu[np.ix_(np.abs(x) <= 100, np.abs(y - 30) < 2)] = 3071
    return CT(Grid(shape, step), hu)


def _box(*axes):
    """Signed distance to a box from (offset from its centre, half its size) along each axis."""
    beyond = [np.abs(offset) - half for offset, half in axes]
    outside = sum(np.square(np.maximum(each, 0)) for each in beyond)
    return np.sqrt(outside) + np.minimum(np.maximum(np.maximum(beyond[0], beyond[1]), beyond[2]), 0)
