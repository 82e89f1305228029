"""One anatomy, made ready once: body, attenuation volume, C-arm and the plans that were asked for."""

from dataclasses import dataclass, field

from sijoint.anatomy import Body, PatientCT, body_of
from sijoint.fluoroscopy import AttenuationVolume, volume_from_hu
from sijoint.frames import CArmModel, PatientPosition, Side, load_carm_model
from sijoint.guidance import Plan, plan
from sijoint.model import Target


@dataclass(eq=False)
class Case:
    patient: PatientCT
    body: Body
    volume: AttenuationVolume
    carm: CArmModel
    position: PatientPosition = PatientPosition.HFP
    _plans: dict[tuple[Side, Target], Plan] = field(default_factory=dict)

    def plan(self, side: Side, target: Target) -> Plan:
        """The best plan. Raises NoPlan with the plain reason, UnsuitableAnatomy when the CT does not show the side."""
        key = (side, target)
        if key not in self._plans:
            self._plans[key] = plan(self.body, side, target, self.carm, self.position)[0]
        return self._plans[key]


def case_of(patient: PatientCT, sides: tuple[Side, ...] = tuple(Side)) -> Case:
    """Joints, tissues and X-ray volume of one CT."""
    return Case(patient, body_of(patient, sides), volume_from_hu(patient.ct.grid, patient.ct.hu), load_carm_model())
