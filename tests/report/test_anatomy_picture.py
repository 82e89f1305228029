"""The 3-D picture: nearer things cover farther ones, and needle, plan and sides are where they are."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread
from scipy.spatial import ConvexHull

from sijoint.report import anatomy_picture
from sijoint.report.anatomy_picture import with_smooth_rim
from sijoint.report.shading import View, draw_mesh

BACK = View(np.array([-1.0, 0, 0]), np.array([0, 0, 1.0]), np.zeros(3), 50.0, 100, 100)


def ball(centre, radius):
    """A sphere's surface of some hundred triangles, facing out."""
    rng = np.random.default_rng(3)
    points = rng.normal(size=(400, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    faces = ConvexHull(points).simplices
    corners = points[faces]
    inward = (
        np.einsum("ij,ij->i", np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), corners[:, 0]) < 0
    )
    faces[inward] = faces[inward][:, ::-1]
    return points * radius + np.asarray(centre, dtype=float), faces


def sheet(size=6, pitch=5.0):
    """A flat open lattice in the plane x = 20."""
    i, j = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    points = np.stack([np.full(i.shape, 20.0), i * pitch, j * pitch], axis=-1).reshape(-1, 3)
    number = np.arange(size * size).reshape(size, size)
    p, q, r, s = (n.ravel() for n in (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]))
    return points, np.concatenate([np.stack([p, q, r], 1), np.stack([p, r, s], 1)])


def test_a_view_from_behind_has_the_patients_left_at_the_left():
    assert np.allclose(BACK.towards_viewer, [0, 1, 0])
    assert BACK.place(np.array([10.0, 0, 0]))[0] < 50  # the patient's left
    assert BACK.place(np.array([0, 0, 10.0]))[1] < 50  # the head is up


def test_a_ball_is_as_deep_and_as_wide_as_it_is():
    layer = draw_mesh(BACK, *ball((0, 0, 0), 30))
    assert layer.depth.max() == pytest.approx(30, abs=0.7)
    assert np.pi * 30**2 * 0.95 < layer.seen.sum() < np.pi * 30**2 * 1.01
    assert layer.normal[50, 50] == pytest.approx([0, 0, 1], abs=0.1)


def test_the_nearer_ball_is_seen():
    near, far = ball((0, 40, 0), 10), ball((0, -40, 0), 30)
    both = (np.concatenate([near[0], far[0]]), np.concatenate([near[1], far[1] + len(near[0])]))
    depth = draw_mesh(BACK, *both).depth
    assert depth[50, 50] == pytest.approx(50, abs=0.7)
    assert depth[50, 50 + 20] < 0


def test_a_smoothed_rim_keeps_the_inside_and_the_middle():
    points, faces = sheet()
    moved, same = with_smooth_rim(points, faces)
    assert np.array_equal(same, faces)
    inner = [7, 8, 13, 14, 21, 28]
    assert np.array_equal(moved[inner], points[inner])
    assert np.allclose(moved.mean(axis=0), points.mean(axis=0))
    assert not np.allclose(moved[0], points[0])
    assert np.allclose(points, sheet()[0])  # the caller's mesh stays


def shown(**changes):
    parts = {
        "meshes": {"sacrum": ball((0, 0, 0), 30), "hip_left": ball((55, 0, 0), 25)},
        "cleft": sheet(),
        "entry_mm": (30, 70, -10),
        "target_mm": (22, 10, 5),
        "needle_path_mm": [(30, 70, -10), (26, 40, -3), (22, 11, 5)],
        "title": "Left joint",
    }
    return anatomy_picture(**(parts | changes))


def test_the_picture_is_a_png_and_always_the_same():
    png = shown()
    assert png.startswith(b"\x89PNG")
    assert png == shown()
    assert imread(BytesIO(png)).shape[1] > 1400


def test_needle_and_plan_may_be_missing():
    assert len({shown(), shown(needle_path_mm=None), shown(entry_mm=None, target_mm=None)}) == 3
    assert shown(needle_path_mm=()) == shown(needle_path_mm=None)


def test_the_needle_is_a_thin_dark_line_from_entry_to_tip():
    along = np.linspace((30, 70, -10), (22, 10, 5), 3)  # inside the frame of the plan, so that only the line differs
    pixels = imread(BytesIO(shown(needle_path_mm=along)))[40:-40, :500, :3]
    blank = imread(BytesIO(shown(needle_path_mm=None)))[40:-40, :500, :3]
    rows, columns = np.nonzero((blank - pixels).min(axis=2) > 0.3)  # darker in every colour
    assert 20 < len(rows) < 1500
    assert np.corrcoef(rows, columns)[0, 1] < -0.8  # from the outer lower end inwards and up


def test_bones_alone_make_a_picture():
    empty = (np.zeros((0, 3)), np.zeros((0, 3), dtype=int))
    assert shown(meshes={"sacrum": ball((0, 0, 0), 30), "hip_left": empty})
