"""Sheets without chance, for referees: flat, even, closed, of any outline and pitch."""

from dataclasses import replace

import numpy as np

from sijoint.anatomy import Chart
from sijoint.injectate import Fluid
from sijoint.injectate.cleft import bare_sheet
from sijoint.injectate.flow_rules import flow_rules
from sijoint.injectate.joint_fluid import JointFluid
from sijoint.injectate.ways_out import no_way_out

CONTRAST = Fluid("contrast", 2.0, 240.0)


class FlatJoint:
    """A flat cleft whose cells lie where `shape` (na, nb) says, on the plane x = 0: a runs along y, b along z."""

    def __init__(self, shape, pitch_mm=1.0, slope=0.0):
        self.synovial = np.asarray(shape, dtype=bool)
        self.width_mm = np.ones(self.synovial.shape)
        height = slope * pitch_mm * np.arange(self.synovial.shape[0])[:, None] * np.ones(self.synovial.shape[1])
        axes = np.eye(3)
        self.chart = Chart(np.zeros(3), axes[1], axes[2], axes[0], pitch_mm, height)


def rules_with(**cleft):
    """The shipped rules with other numbers for the cleft."""
    rules = flow_rules()
    return replace(rules, cleft=replace(rules.cleft, **cleft))


RIGID = {"opening_share": 0.9999, "compliance_kpa": 1e3, "way_kpa_per_mm": 0.0}


def joint_fluid(shape, rules, *, pitch_mm=1.0, gap_mm=0.5, opening_kpa=None, ways=None, slope=0.0):
    """A closed joint of even gap, or with the given opening pressures (n,) and ways out."""
    sheet = bare_sheet(FlatJoint(shape, pitch_mm, slope), rules.cleft)
    opening = sheet.opening_kpa if opening_kpa is None else opening_kpa * np.ones(len(sheet.index))
    sheet = replace(sheet, full_ml=sheet.area_mm2 * gap_mm / 1000, opening_kpa=opening)
    return JointFluid.of_sheet(sheet, no_way_out() if ways is None else ways(sheet), rules)


def push(fluid, volume_ml, rate_ml_s, what=CONTRAST):
    """Let a volume in; what left by the number of the compartment."""
    left = {}
    for out in fluid.take(what, volume_ml, rate_ml_s):
        left[out.compartment] = left.get(out.compartment, 0.0) + sum(out.fluids_ml.values())
    return left


def refined(joint, times=2):
    """The same joint with cells `times` smaller each way: the same cleft, the same bones."""
    chart, part = joint.chart, 1.0 / times
    away = (part - 1) / 2 * chart.pitch_mm  # the first small cell's centre off the first large one's
    fine = np.arange(joint.synovial.shape[0] * times), np.arange(joint.synovial.shape[1] * times)
    a, b = np.meshgrid(*(away + n * chart.pitch_mm * part for n in fine), indexing="ij")
    small = Chart(
        chart.origin_mm + away * (chart.axis_a + chart.axis_b),
        chart.axis_a,
        chart.axis_b,
        chart.normal,
        chart.pitch_mm * part,
        chart.sample(chart.height_mm, a, b),
    )
    blocks = np.ones((times, times))
    return replace(
        joint,
        chart=small,
        synovial=np.kron(joint.synovial, blocks).astype(bool),
        width_mm=np.kron(joint.width_mm, blocks),
    )
