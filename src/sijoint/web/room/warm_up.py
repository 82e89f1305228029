"""Whatever is compiled is compiled before the first press."""

import numpy as np

from sijoint.cohort.rehearsal import ReadyRoom
from sijoint.fluoroscopy import CapsuleChain, LayerGrid
from sijoint.frames import Grid, rigid
from sijoint.room.fluoroscope import SimulatedFluoroscope
from sijoint.room.settings import RoomSettings
from sijoint.web.room.on_screen import OnScreen


def warm_up(ready: ReadyRoom) -> None:
    """A sharp and a coarse pulse with needle and contrast, onto a screen and subtracted."""
    setting = ready.setting
    scope = SimulatedFluoroscope(setting.volume, setting.carm, setting.detector, setting.position, setting.threads)
    target, rng = np.asarray(setting.target_mm), np.random.default_rng(0)
    steel = (CapsuleChain(np.stack([target + np.array([0, 90, 0]), target]), 0.7, 0.4),)
    grid = Grid((8, 8, 8), rigid(np.eye(3), target))
    iodine = LayerGrid(grid, np.full(grid.shape, 50, np.float32))
    screen = OnScreen(setting.threads)
    for turning in (False, False, True):
        frame = scope.pulse(0.0, rng, steel, iodine, turning=turning)
        for settings in (RoomSettings(), RoomSettings(subtraction=True)):
            screen.shown(frame, settings, frame, moving=turning)
