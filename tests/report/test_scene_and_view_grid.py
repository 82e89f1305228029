"""What a page draws: meshes as bytes, and the view map as a table of cells in words."""

import json
import struct

import numpy as np
import pytest

from sijoint.fluoroscopy import volume_from_hu
from sijoint.frames import Side, load_carm_model
from sijoint.guidance import ViewKind, view_map
from sijoint.report.plan_document import risk_documents
from sijoint.report.scene_meshes import ScenePart, scene_bytes
from sijoint.report.view_grid import view_grid


def test_the_meshes_are_read_back_as_they_were():
    vertices = np.array([[0, 0, 0], [10, 0, 0], [0, 10.5, 0]])
    bone = ScenePart("sacrum", "sacrum", "bone", "bone", vertices, np.array([[0, 1, 2]]))
    dots = ScenePart("nerve", "nerve", "dots", "nerve", vertices, np.empty((0, 3), dtype=int))
    content = scene_bytes((bone, dots))
    (length,) = struct.unpack_from("<I", content, 4)
    listed = json.loads(content[8 : 8 + length])
    assert content[:4] == b"SIJM"
    assert (8 + length) % 4 == 0
    assert [(one["vertices"], one["faces"]) for one in listed] == [(3, 1), (3, 0)]
    assert np.frombuffer(content, "<f4", 9, 8 + length).reshape(3, 3)[2, 1] == 10.5
    assert list(np.frombuffer(content, "<u4", 3, 8 + length + 36)) == [0, 1, 2]
    assert len(content) == 8 + length + 36 + 12 + 36


@pytest.fixture(scope="module")
def seen(pelvis, body):
    return view_map(body, Side.LEFT, load_carm_model(), volume=volume_from_hu(pelvis.ct.grid, pelvis.ct.hu))


def test_the_grid_is_laid_as_seen_from_behind(seen):
    grid = view_grid(seen)
    assert len(grid.rows) == len(grid.left_deg) == 19
    first = grid.rows[0][0]
    assert (first.left_deg, first.cephalad_deg) == (45, 45)
    assert [cell.cephalad_deg for cell in (grid.rows[0][9], grid.rows[-1][9])] == [45, -45]


def test_each_cell_says_what_its_view_shows(seen):
    grid = view_grid(seen)
    straight = grid.rows[9][9]
    assert straight.words.startswith("receptor straight behind the patient: joint open on ")
    assert "straight" in straight.best
    row = int(np.argmin(np.hypot(seen.measures.left_deg, seen.measures.cephalad_deg)))
    assert straight.values["bone_before_mm"] == f"{seen.measures.bone_before_mm[row]:.0f} mm of bone in front"
    assert straight.steps["open_share"] == round(10 * seen.measures.open_share[row])


def test_out_of_reach_is_said_and_has_no_colour(seen):
    cells = [cell for row in view_grid(seen).rows for cell in row]
    out = [cell for cell in cells if not cell.reachable]
    assert out
    assert all("out of the C-arm's reach" in cell.words and not cell.steps for cell in out)


def test_each_best_view_of_the_grid_marks_one_cell(seen):
    marked = [kind for row in view_grid(seen).rows for cell in row for kind in cell.best]
    assert sorted(marked) == sorted(str(view.kind) for view in seen.views if view.kind is not ViewKind.LATERAL)


def test_without_a_plan_nothing_is_off_the_needle(seen):
    assert "off_needle_deg" not in [one.code for one in view_grid(seen).measures]


def test_structures_at_risk_are_thinned_and_the_cavity_is_left_out(body):
    from sijoint.anatomy import structures_at_risk

    told = risk_documents(structures_at_risk(body, Side.LEFT), dots=50)
    assert "pelvic_cavity" not in [one["name"] for one in told]
    assert all(len(one["points_mm"]) < 110 for one in told)
