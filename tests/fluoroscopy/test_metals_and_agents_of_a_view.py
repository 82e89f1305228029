"""A view sorts tubes by metal and contrast by agent, each to its own attenuation."""

import numpy as np
from xray_phantoms import organs, view

from sijoint.fluoroscopy import CapsuleChain, KeptViews, LayerGrid, Projector
from sijoint.frames import Grid

POINTS = np.array([[-20.0, 0, 0], [20.0, 0, 5]])


def test_tubes_and_contrast_end_up_where_they_attenuate():
    views = KeptViews(Projector(organs(), threads=1))
    _, _, geometry = view(size=48, pixel_mm=4.0)
    tubes = [CapsuleChain(POINTS, 2.0, 0.0, "steel"), CapsuleChain(POINTS + 9, 2.0, 0.0, "titanium")]
    grid = Grid.from_spacing((8, 8, 8), (2, 2, 2), (0, 0, 0))
    mg = np.full((8, 8, 8), 80, np.float32)
    scene = views.scene(geometry, tubes, LayerGrid(grid, mg, "gadolinium"))
    assert scene.iodine is None
    assert scene.gadolinium is not None
    assert scene.gadolinium.max() > 50
    assert scene.steel is not None
    assert scene.titanium is not None
    assert scene.steel.sum() > 1.5 * scene.titanium.sum() > 0
    again = views.scene(geometry, tubes[:1], LayerGrid(grid, mg))
    assert again.titanium is None
    assert again.gadolinium is None
    np.testing.assert_array_equal(again.iodine, scene.gadolinium)
    np.testing.assert_array_equal(again.steel, scene.steel)
