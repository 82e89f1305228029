"""One image, or a short run, of a body: brightness settles first, contrast comes after it, doses add up."""

import numpy as np
import pytest
from xray_phantoms import CARM, ball, oblique_grid, view, volume_of

from sijoint.fluoroscopy import (
    CapsuleChain,
    KeptViews,
    LayerGrid,
    Projector,
    UnphysicalView,
    on_curve,
    regulate,
    starting_technique,
    take_image,
    take_run,
    volume_from_hu,
)
from sijoint.frames import (
    PERFECT,
    Breathing,
    Flex,
    Grid,
    Imperfection,
    PatientPosition,
    ProjectionGeometry,
    load_flex,
    rigid,
    true_geometry,
)

CENTRE = (3.0, -4.0, 5.0)
HFP = PatientPosition.HFP


@pytest.fixture(scope="module")
def body():
    grid = oblique_grid((44, 40, 48), (4.2, 4.6, 4.0))
    return volume_of(grid, ball(grid, CENTRE, 80))


@pytest.fixture(scope="module")
def projector(body):
    return Projector(body)


DETECTOR = view(size=96, pixel_mm=2.4)[1]


def run_of(projector, pose=None, **wishes):
    return take_run(projector, pose or view()[0], CARM, DETECTOR, **{"rng": rng(), **wishes})


def fluid(centre=CENTRE, mg_per_ml=120.0) -> LayerGrid:
    grid = Grid((12, 12, 12), rigid(np.eye(3), np.array(centre) - 5.5))
    return LayerGrid(grid, np.full(grid.shape, mg_per_ml, np.float32))


def rng(seed=4):
    return np.random.default_rng(seed)


def test_brightness_has_settled_before_the_image_is_taken(body):
    image = take_image(body, view()[0], CARM, DETECTOR, rng=rng())
    assert regulate(image) == image.technique
    assert image.origin == "simulated"


def test_a_technique_set_by_hand_is_left_alone_and_takes_one_pulse(projector):
    by_hand = on_curve(60.0, starting_technique())
    run = run_of(projector, technique=by_hand, automatic=False)
    assert (run.settling, len(run.images), run.settled) == ((), 1, True)
    assert run.images[0].technique == by_hand


def test_a_field_that_holds_nothing_to_measure_is_not_called_settled(projector):
    """The body stands at the field's edge, beside the measuring field: one pulse tells so, and the technique stays."""
    run = run_of(projector, view(isocentre=(118.0, -4.0, 5.0))[0])
    assert run.images[0].field_signal is None
    assert (run.settled, len(run.settling)) == (False, 1)
    assert run.images[0].technique == starting_technique()
    assert run_of(projector).settled


def test_pulses_follow_each_other_at_the_pulse_rate_and_their_doses_add_up(projector):
    run = run_of(projector, contrasts=(None, fluid(), fluid()))
    frames = [*run.settling, *run.images]
    times = np.array([frame.time_s for frame in frames])
    assert np.allclose(np.diff(times), 1 / frames[0].technique.pulses_per_s)
    assert run.dose.dose_area_product_mgy_cm2 == pytest.approx(sum(f.dose_area_product_mgy_cm2 for f in frames))
    assert run.dose.kerma_reference_mgy == pytest.approx(sum(f.kerma_reference_mgy for f in frames))


def test_contrast_darkens_where_it_is_and_nowhere_else(projector):
    mask, live = (frame.linear() for frame in run_of(projector, contrasts=(None, fluid())).images)
    middle = np.s_[44:52, 44:52]
    assert live[middle].mean() < 0.8 * mask[middle].mean()
    assert live[10:30, 10:30].mean() == pytest.approx(mask[10:30, 10:30].mean(), rel=0.02)


def test_every_image_of_a_run_has_the_technique_of_its_mask(projector):
    images = run_of(projector, contrasts=(None, fluid(), fluid(mg_per_ml=300))).images
    assert len({frame.technique for frame in images}) == 1


def test_two_needles_cast_two_shadows(projector):
    one, other = (CapsuleChain(np.array([[x, 56.0, 5.0], [x, -4.0, 5.0]]), 0.72, 0.41) for x in (-12.0, 18.0))
    views, geometry = KeptViews(projector), ProjectionGeometry.of(view(primary=90.0)[0], DETECTOR)
    both = views.scene(geometry, (one, other)).steel
    assert both is not None
    alone = [views.scene(geometry, (chain,)).steel for chain in (one, other)]
    assert np.allclose(both, alone[0] + alone[1])


def test_a_perfect_carm_is_the_same_to_the_last_bit_and_an_imperfect_one_moves_the_image_alone(projector):
    lateral, rod = view(primary=90.0)[0], CapsuleChain(np.array([[3.0, -4.0, -60.0], [3.0, -4.0, 60.0]]), 6.0)
    wishes = {"technique": on_curve(70.0, starting_technique()), "automatic": False, "tubes": (rod,)}
    sag = Imperfection(Flex(source_sag_mm=12.0))
    plain, perfect, bent = (
        run_of(projector, lateral, **wishes, **switch).images[0]
        for switch in ({}, {"imperfection": PERFECT}, {"imperfection": sag})
    )
    assert plain.pixels.tobytes() == perfect.pixels.tobytes()
    assert plain.pose == bent.pose == lateral
    columns = [np.argmin(frame.linear()[30:66].mean(axis=0)) for frame in (plain, bent)]
    assert columns[1] == pytest.approx(true_geometry(lateral, DETECTOR, HFP, sag).project((3, -4, 5))[0], abs=0.6)
    assert abs(columns[1] - columns[0]) * DETECTOR.pixel_mm > 4


def test_gravity_pulls_the_carm_towards_the_table_whatever_side_the_patient_lies_on(projector):
    bent = {"imperfection": Imperfection(load_flex("uncalibrated"))}
    prone, supine = (
        run_of(projector, view(primary=90.0)[0], **bent, position=position, rng=rng()).images[0].pixels
        for position in (HFP, PatientPosition.HFS)
    )
    assert not np.array_equal(prone, supine)


def test_a_breath_is_seen_over_the_pulses_of_a_run(projector):
    edge = np.s_[40:56, :]
    wishes = {"technique": on_curve(70.0, starting_technique()), "automatic": False, "contrasts": (None,) * 9}
    breath = Imperfection(breathing=Breathing(20.0, 0.0, 2.0))
    still, moving = (
        run_of(projector, view(primary=90.0)[0], **wishes, imperfection=switch).images for switch in (PERFECT, breath)
    )
    out, half_way = (np.abs(moving[n].linear() - still[n].linear())[edge] / still[n].linear()[edge] for n in (0, 8))
    assert out.max() == 0
    assert half_way.max() > 0.5


def test_a_needle_of_a_run_casts_its_shadow(projector):
    needle = CapsuleChain(np.array([[3.0, 0.0, -40.0], [3.0, 0.0, 50.0]]), 2.0)
    plain, through = (run_of(projector, tubes=tubes).images[0].linear() for tubes in ((), (needle,)))
    assert through[40:56, 47:49].mean() < 0.7 * plain[40:56, 47:49].mean()


def test_contrast_cannot_be_changed_behind_the_shadow_that_is_kept(projector):
    """What is handed over is copied: the next pulse of the same layer shows what the layer holds, not what became of its source."""
    values = np.full((12, 12, 12), 120.0, np.float32)
    layer = LayerGrid(fluid().grid, values)
    views, geometry = KeptViews(projector), ProjectionGeometry.of(view()[0], DETECTOR)
    before = views.scene(geometry, (), layer).iodine.copy()
    values[:] = 0
    assert layer.mg_per_ml.min() == 120
    np.testing.assert_array_equal(views.scene(geometry, (), layer).iodine, before)
    with pytest.raises(ValueError, match="read-only"):
        layer.mg_per_ml[:] = 0


def test_same_seed_same_pixels(projector):
    first, again, other = (
        run_of(projector, contrasts=(fluid(),), rng=rng(seed)).images[0].pixels for seed in (7, 7, 8)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_contrast_in_body_that_is_only_assumed_is_outside_the_ct():
    shape = (20, 20, 20)
    hu = np.full(shape, -1000, np.int16)
    hu[4:16, 4:16] = 40
    assumed_on = Projector(volume_from_hu(Grid.from_spacing(shape, (5, 5, 5), (-45, -52, -43)), hu))
    assert run_of(assumed_on, contrasts=(fluid((3, -4, 45)),)).images
    with pytest.raises(UnphysicalView, match="outside the CT"):
        run_of(assumed_on, contrasts=(fluid((3, -4, 115)),))


def test_contrast_outside_the_ct_or_the_view_is_refused(projector):
    with pytest.raises(UnphysicalView, match="outside the CT"):
        run_of(projector, contrasts=(fluid((900, 0, 0)),))
    aside = view(isocentre=(3.0, -4.0, -110.0))[0]
    with pytest.raises(UnphysicalView, match="outside this view"):
        run_of(projector, aside, contrasts=(fluid((3, -4, 75)),))
