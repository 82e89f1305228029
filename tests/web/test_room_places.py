"""A place of the picture as the page names it: the strip above the field and the turns for the eye are taken off first."""

from types import SimpleNamespace

import numpy as np
import pytest

from sijoint.fluoroscopy import take_image, volume_from_hu
from sijoint.frames import CArmPose, Detector, Grid, ProjectionGeometry, ReceptorTilt, load_carm_model
from sijoint.room.settings import RoomSettings
from sijoint.web.room.on_screen import orientation, strip_rows
from sijoint.web.room.told_commands import Mark, room_command
from sijoint.web.room.wire import BadMessage

CARM = load_carm_model()
DETECTOR = Detector(96, 96, 3.1)


@pytest.fixture(scope="module")
def frame():
    grid = Grid.from_spacing((24, 24, 24), (8, 8, 8), (-92, -92, -92))
    hu = np.full(grid.shape, -1000, np.int16)
    hu[2:-2, 2:-2] = 30
    direction = ReceptorTilt(20.0, -10.0).direction
    pose = CArmPose.towards(direction, grid.centre_mm, CARM.source_detector_mm, CARM.source_isocentre_mm)
    return take_image(volume_from_hu(grid, hu), pose, CARM, DETECTOR, rng=np.random.default_rng(1))


def told(frame, settings=None, **fields):
    session = SimpleNamespace(settings=settings or RoomSettings(), turn=None, needle=None)
    message = {"kind": "position", "id": "p1", "left_deg": 20, "cephalad_deg": -10, **fields}
    return room_command(message, session, Mark(), frame, "trainee", 1.0)


@pytest.mark.parametrize("settings", [RoomSettings(), RoomSettings(mirror=True), RoomSettings(quarter_turns=1)])
@pytest.mark.parametrize("place", [(20.0, 30.0), (80.0, 64.0)])
def test_the_chosen_place_becomes_the_middle(frame, settings, place):
    command = told(frame, settings, column=place[0], row=place[1])
    stored = ProjectionGeometry.of(frame.pose, frame.detector).project(command.isocentre_mm)
    shown = orientation(frame.pose, settings).to_display(stored, frame.pixels.shape)
    np.testing.assert_allclose(np.add(shown, (0, strip_rows(96))), place, atol=1e-6)


def test_without_an_image_there_is_no_place_to_choose():
    with pytest.raises(BadMessage, match="no image yet"):
        told(None, column=10, row=20)


@pytest.mark.parametrize("place", [{"column": 10}, {"column": "a", "row": 3}, {"column": [1], "row": {}}])
def test_half_a_place_is_refused_in_a_sentence(frame, place):
    with pytest.raises(BadMessage, match="give two numbers"):
        told(frame, **place)


@pytest.mark.parametrize("place", [(-5, 40), (40, 2), (float("nan"), 40)])
def test_the_strip_and_what_is_beyond_are_no_place(frame, place):
    with pytest.raises(BadMessage, match="outside the image"):
        told(frame, column=place[0], row=place[1])
