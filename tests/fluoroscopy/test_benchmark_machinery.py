"""What ``make bench`` says can be believed: its reference, its errors, its ratios, and the talk with a timed program."""

from pathlib import Path

import numpy as np
import pytest

import sijoint
from sijoint.fluoroscopy import LineIntegrator
from sijoint.frames import Grid

BENCHMARKS = Path(sijoint.__file__).parents[2] / "benchmarks"
pytestmark = pytest.mark.skipif(not BENCHMARKS.exists(), reason="installed without the repository")


@pytest.fixture(autouse=True)
def _benchmarks_can_be_imported(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def block():
    """48 x 40 x 36 mm of air with a wedge in it that no flip leaves as it is."""
    from bodies import Body

    hu = np.full((24, 20, 12), -1000, np.float32)
    for i in range(4, 20):
        hu[i, 4 : 6 + i // 2, 3:9] = 20 * i
    return Body("block", hu, np.array([2.0, 2.0, 3.0]))


def test_the_reference_of_a_plate_is_its_thickness_over_the_cosine():
    from bodies import Body
    from poses import STRAIGHT
    from referee import every, reference

    hu = np.full((80, 10, 80), -1000, np.float32)
    hu[:, 3:7] = 0
    view = STRAIGHT.view(30)
    found = reference(Body("plate", hu, np.array([3.0, 5.0, 3.0])), view)
    rows, columns = (np.arange(30)[every(30)] for _ in range(2))
    rays = view.ray_directions(*np.meshgrid(columns, rows))
    np.testing.assert_allclose(
        found.integrals, 0.02 * 20 / np.abs(rays[..., 1]), rtol=2e-4
    )  # float32 attenuation, sampled at midpoints
    assert found.inner.all()


def test_rays_that_cross_a_cut_face_of_the_body_are_told_apart():
    from bodies import Body
    from poses import STRAIGHT
    from referee import reference

    hu = np.full((40, 40, 10), -1000, np.float32)
    hu[10:30, 10:30] = 0  # 60 mm deep and cut at head and feet, 15 mm from the middle
    inner = reference(Body("cut", hu, np.array([3.0, 3.0, 3.0])), STRAIGHT.view(256)).inner
    rows_mm = (np.arange(256) - 127.5) * 1.16
    through_the_cut = (np.abs(rows_mm) > 15 * 1020 / 730) & (np.abs(rows_mm) < 15 * 1020 / 670)
    assert through_the_cut.sum() == 4
    np.testing.assert_array_equal(inner[:, 128], ~through_the_cut)
    assert inner[:, 0].all()  # beside the body


def test_an_error_sees_a_flip_a_shift_and_a_scale():
    from poses import OBLIQUE
    from referee import error_of, every, line_integrals, reference

    body, view = block(), OBLIQUE.view(64)
    ref, full = reference(body, view), line_integrals(body, view, (slice(None), slice(None)))
    assert every(64) == slice(0, None, 1)
    assert error_of(full, ref).rrmse == 0
    assert error_of(full * 1.01, ref).mean_ratio == pytest.approx(1.01)
    for other in (full[::-1], full[:, ::-1], np.roll(full, 1, axis=0), np.roll(full, 1, axis=1)):
        assert error_of(other, ref).rrmse > 0.02


def test_a_timed_program_makes_the_frame_that_was_asked_for(tmp_path):
    from bodies import write_body
    from contestants import Contestant
    from poses import OBLIQUE

    body, view = block(), OBLIQUE.view(48)
    one = Contestant("portable", 1)
    assert one.prepare(write_body(body, tmp_path)) > 0
    assert one.frame(OBLIQUE.turned(1).view(48)) > 0
    made = one.image(view, tmp_path)
    one.close()
    grid = Grid.from_spacing(body.hu.shape, body.spacing_mm, [-23.0, -19.0, -16.5])
    np.testing.assert_array_equal(made, LineIntegrator(grid, body.mu, threads=1, kernel="portable").integrate(view))


def test_a_program_that_is_not_there_is_one_line_and_no_error(tmp_path, monkeypatch, capsys):
    import contestants
    from bodies import write_body

    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('no such library')", encoding="utf-8")
    monkeypatch.setattr(contestants, "_peer_command", lambda key: [contestants.sys.executable, broken])
    there, _, missing = contestants.contestants(["rtk"], 1, write_body(block(), tmp_path))
    assert there == []
    assert missing == ["rtk: it does not run here (no such library)"]
    assert capsys.readouterr().out.count("\n") == 1


def test_resampling_leaves_the_outer_faces_in_place():
    from bodies import resampled

    body = block()
    finer = resampled(body, 1.0)
    np.testing.assert_allclose(finer.hu.shape * finer.spacing_mm, body.hu.shape * body.spacing_mm)
    assert finer.mu.mean() == pytest.approx(body.mu.mean(), rel=0.02)


def test_every_pose_of_the_search_is_reachable_and_turns_a_little_each_time():
    from poses import reachable_poses

    found = reachable_poses()
    assert len(found) > 50
    assert {pose.primary_deg for pose in found} >= {0, 90, -90}
    for pose in found[::20]:
        assert abs(pose.turned(3).primary_deg - pose.primary_deg) == pytest.approx(0.03)
        assert abs(pose.turned(50).primary_deg) <= 180


def test_the_ratio_is_of_minima_and_its_range_of_single_rounds():
    from table import _ratio

    assert _ratio([100.0, 130.0, 90.0], [10.0, 9.0, 12.0]) == "**10.0** (7.5–14.4)"
