"""The simulated C-arm in the room: perfect it is what it was, imperfect it reports its pose and sees from another place."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from sijoint.fluoroscopy import CapsuleChain, Projector, Scene, chain_areal_density, expose, starting_technique
from sijoint.frames import (
    PERFECT,
    Breathing,
    Flex,
    Imperfection,
    PatientPosition,
    PatientShift,
    ProjectionGeometry,
    ReceptorTilt,
    UnreachablePose,
    load_carm_model,
    load_flex,
)
from sijoint.room.body_extent import lying_patient
from sijoint.room.commands import PositionCArm, Pulse
from sijoint.room.events import CArmMoved, Refused
from sijoint.room.fluoroscope import SimulatedFluoroscope
from sijoint.room.truth import read_truth, write_truth

CARM = load_carm_model()
DETECTOR = CARM.detector.binned_to(96)
HFP = PatientPosition.HFP
OBLIQUE = ReceptorTilt(20, 10).direction


@pytest.fixture
def isocentre(joint_plan):
    return joint_plan.target_mm


def scope(volume, imperfection=PERFECT):
    return SimulatedFluoroscope(volume, CARM, DETECTOR, HFP, threads=1, imperfection=imperfection)


def at(volume, isocentre, imperfection, direction=OBLIQUE):
    made = scope(volume, imperfection)
    made.move(direction, isocentre)
    return made


def pulse(made, time_s=0.0, steel=()):
    return made.pulse(time_s, np.random.default_rng(7), steel, None)


def test_a_perfect_carm_makes_the_bytes_that_its_pose_makes_without_it(volume, isocentre):
    made = at(volume, isocentre, PERFECT)
    steel = CapsuleChain(isocentre + np.array([[0, 0, 0], [0, 60, 0]]), 0.7)
    frame = pulse(made, 3.0, (steel,))
    geometry = ProjectionGeometry.of(made.pose, DETECTOR)
    scene = Scene(Projector(volume, threads=1).project(geometry), chain_areal_density(steel, geometry), None)
    by_hand = expose(
        scene, made.pose, DETECTOR, starting_technique(), CARM, np.random.default_rng(7), time_s=3.0, threads=1
    )
    assert frame.pixels.tobytes() == by_hand.pixels.tobytes()


IMPERFECT = {
    "flex": Imperfection(load_flex("uncalibrated")),
    "breathing": Imperfection(breathing=Breathing(6.0, 3.0, 4.0)),
    "shift": Imperfection(shifts=(PatientShift(1.0, (8.0, 0.0, 0.0)),)),
}


@pytest.mark.parametrize("kind", IMPERFECT)
def test_what_is_seen_changes_and_what_is_reported_never_does(volume, isocentre, kind):
    perfect, real = at(volume, isocentre, PERFECT), at(volume, isocentre, IMPERFECT[kind])
    first, second = pulse(perfect, 2.0), pulse(real, 2.0)
    assert first.pixels.tobytes() != second.pixels.tobytes()
    assert real.pose == perfect.pose
    hidden = {"pixels", "field_signal", "truncated_share"}
    said, said_too = ({k: v for k, v in vars(frame).items() if k not in hidden} for frame in (first, second))
    assert said == said_too


@pytest.mark.parametrize("kind", IMPERFECT)
def test_the_same_seed_and_time_give_the_same_bytes(volume, isocentre, kind):
    a, b = (pulse(at(volume, isocentre, IMPERFECT[kind]), 2.0).pixels for _ in range(2))
    assert a.tobytes() == b.tobytes()


class CountingProjector:
    """Counts what is projected."""

    def __init__(self, projector):
        self.projector, self.count = projector, 0

    def project(self, geometry):
        self.count += 1
        return self.projector.project(geometry)


def test_a_breathing_patient_is_projected_in_the_first_breath_only(volume, isocentre):
    made = at(volume, isocentre, Imperfection(breathing=Breathing(1.27, 0.58, 4.0)))
    made._views.projector = counting = CountingProjector(made._views.projector)
    for time_s in np.arange(0, 4, 1 / 8):
        pulse(made, time_s)
    first_breath = counting.count
    assert 5 <= first_breath <= 9
    for time_s in np.arange(4, 12, 1 / 8):
        pulse(made, time_s)
    assert counting.count == first_breath


def test_breathing_out_again_brings_the_same_anatomy_back(volume, isocentre):
    made = at(volume, isocentre, Imperfection(breathing=Breathing(6.0, 3.0, 4.0)))
    out, halfway = made.anatomy_at(0.0), made.anatomy_at(2.0)
    assert np.abs(out.water - halfway.water).max() > 0.5
    np.testing.assert_array_equal(made.anatomy_at(8.0).water, out.water)
    np.testing.assert_array_equal(scope_anatomy(volume, isocentre), out.water)


def scope_anatomy(volume, isocentre):
    return at(volume, isocentre, PERFECT).anatomy_at(0.0).water


def test_the_needle_moves_with_the_patient(volume, isocentre):
    """A needle that a breath shifts by 6 mm: its shadow goes where the true geometry puts its tip."""
    made = at(volume, isocentre, Imperfection(breathing=Breathing(6.0, 0.0, 4.0)), ReceptorTilt(90, 0).direction)
    steel = CapsuleChain(isocentre + np.array([[0, 0, 0], [0, 0, 40.0]]), 1.5)
    shadows = [made._views.scene(made.geometry_at(time_s), (steel,)).steel for time_s in (0.0, 2.0)]
    columns = [(np.arange(96) * shadow.sum(axis=0)).sum() / shadow.sum() for shadow in shadows]
    assert abs(columns[1] - columns[0]) * DETECTOR.pixel_mm == pytest.approx(6 * 1020 / 530, rel=0.05)


def test_the_bundled_pelvis_lies_with_its_known_size(volume):
    patient = lying_patient(volume, HFP)
    assert 150 < patient.half_mm[0] < 190  # 380 mm of field, nearly filled
    assert 90 < patient.half_mm[1] < 130
    turned = lying_patient(volume, PatientPosition.FFS)
    assert turned.half_mm == pytest.approx(patient.half_mm)


def test_the_body_that_lies_there_is_what_the_ct_shows_and_a_beam_beside_it_misses(volume, isocentre):
    low, high = lying_patient(volume, HFP).along_mm
    grid = volume.ct_grid
    assert high - low == pytest.approx(grid.shape[volume.end_axis] * grid.spacing_mm[volume.end_axis], abs=7)
    made = at(volume, isocentre, PERFECT)
    made.move(OBLIQUE, np.add(grid.centre_mm, (0, 0, 100)))
    with pytest.raises(UnreachablePose, match="the beam would miss the patient"):
        made.move(OBLIQUE, np.add(grid.centre_mm, (0, 0, 200)))


def test_views_of_a_procedure_raise_no_false_alarm(volume, isocentre):
    made = scope(volume)
    for left, cephalad in ((0, 0), (10, 10), (-15, 5), (90, 0), (-90, 0)):
        made.move(ReceptorTilt(left, cephalad).direction, isocentre)
        assert made.warnings == ()


def test_a_steep_view_warns_of_the_table_and_is_still_given(volume, isocentre):
    made = at(volume, isocentre, PERFECT, ReceptorTilt(0, 45).direction)
    assert any("the table" in words for words in made.warnings)
    assert pulse(made).pixels.any()


def test_a_carm_that_would_go_through_the_patient_stays_where_it_is(volume, isocentre):
    made = at(volume, isocentre, PERFECT)
    before = made.pose
    with pytest.raises(UnreachablePose, match=r"the collimator would meet the patient, \d+ mm deep"):
        made.move(ReceptorTilt(0, 0).direction, np.add(isocentre, (0, 225, 0)))
    with pytest.raises(UnreachablePose, match=r"isocentre \d+ mm away from the body"):
        made.move(ReceptorTilt(0, 0).direction, np.add(isocentre, (900, 0, 0)))
    assert made.pose == before


def test_the_carm_travels_as_far_as_its_data_say_and_along_the_table_as_far_as_the_body(volume):
    made, centre = scope(volume), volume.grid.centre_mm
    straight, (least, most) = ReceptorTilt(0, 0).direction, CARM.across_mm
    for across in (least + 1, most - 1):
        made.move(straight, np.add(centre, (across, 0, 0)))
        assert made.joints.across_mm == pytest.approx(across * HFP.patient_from_table[0, 0])
    made.move(straight, np.add(centre, (0, 0, 130)))
    before = made.pose
    for across in (least - 1, most + 1):
        with pytest.raises(UnreachablePose, match=r"travel across the table -?101 mm, and it reaches -100 to 100 mm"):
            made.move(straight, np.add(centre, (across, 0, 0)))
    assert made.pose == before


def test_the_room_refuses_such_a_position_in_the_same_words(room):
    far = tuple(float(x) for x in np.add(room.plan.target_mm, (0, 0, 2000)))
    events = room.do(PositionCArm, left_deg=0.0, cephalad_deg=0.0, isocentre_mm=far)
    assert [type(event) for event in events] == [Refused]
    assert "the beam would miss the patient" in events[0].sentence
    nowhere = room.do(PositionCArm, left_deg=float("nan"), cephalad_deg=0.0, isocentre_mm=far)
    assert "direction to the receptor is not known" in nowhere[0].sentence


def test_a_view_that_no_xray_could_give_is_refused_and_the_procedure_goes_on(room):
    room.see(ReceptorTilt(0, 0))
    scope = room.session.fluoroscope
    scope.pose = replace(scope.pose, isocentre_mm=(0.0, 0.0, 3000.0))
    events = room.do(Pulse, pulses=1, purpose="scout")
    assert [type(event) for event in events] == [Refused]
    assert "no ray meets the body" in events[0].sentence
    assert isinstance(room.see(ReceptorTilt(0, 0))[0], CArmMoved)


def test_a_session_hands_its_imperfection_to_the_carm_and_tells_nobody(setting, room):
    causes = replace(setting.causes, imperfection=Imperfection(Flex(12.0, 1.0)))
    session = type(room.session)(
        replace(setting, causes=causes), seed=5, permit=room.session._permit, keep_image=lambda frame: "x"
    )
    session.start()
    seen = session.fluoroscope.geometry_at(0.0)
    moved = room.see(ReceptorTilt(60, 0))
    session.do(
        PositionCArm(
            id="c1", at_s=0.0, left_deg=60.0, cephalad_deg=0.0, isocentre_mm=tuple(map(float, room.plan.target_mm))
        )
    )
    said = session.events[0]
    assert isinstance(said, CArmMoved)
    assert asdict(said) == asdict(moved[0])
    bent = session.fluoroscope.geometry_at(0.0)
    assert np.linalg.norm(bent.source_mm - session.fluoroscope.pose.source_mm) > 3
    assert seen.shape == bent.shape


def test_the_truth_of_a_session_holds_its_imperfection_and_is_read_back(setting, room, tmp_path):
    assert room.session.truth.imperfection == PERFECT
    imperfection = replace(IMPERFECT["breathing"], flex=load_flex("calibrated"), shifts=IMPERFECT["shift"].shifts)
    truth = replace(room.session.truth, imperfection=imperfection)
    write_truth(tmp_path, truth)
    assert read_truth(tmp_path, truth.procedure_id) == truth
    causes = replace(setting.causes, imperfection=imperfection)
    session = type(room.session)(
        replace(setting, causes=causes), seed=5, permit=room.session._permit, keep_image=lambda frame: "x"
    )
    assert session.truth.imperfection == imperfection


def test_a_pulse_is_exposed_at_an_imperfect_carm_as_at_any(room):
    room.see(ReceptorTilt(0, 0))
    assert room.do(Pulse, pulses=1, purpose="scout")
