"""Live fluoroscopy: one picture after another at the pedal's rate, coarser while the gantry turns, sharp as soon as it rests.

The next pulse is exposed while the last one is prepared for the screen. The order of random draws, and so every pixel, is the
same as when each picture is finished before the next begins.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sijoint.fluoroscopy.brightness import controlled, starting_technique
from sijoint.fluoroscopy.capsule_chain import CapsuleChain
from sijoint.fluoroscopy.display import DisplayOptions
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.exposure import expose
from sijoint.fluoroscopy.frame import Frame
from sijoint.fluoroscopy.kept_views import KeptViews
from sijoint.fluoroscopy.layer_grid import LayerGrid
from sijoint.fluoroscopy.projector import Projector
from sijoint.fluoroscopy.screen import Screen
from sijoint.fluoroscopy.technique import Technique
from sijoint.frames import CArmModel, CArmPose, Detector, ProjectionGeometry

Clock = Callable[[], float]  # seconds that only go forward, such as time.perf_counter


@dataclass(frozen=True)
class Moment:
    """What is in the beam at one pulse, and when: ``asked_at`` by the passed clock, ``time_s`` in the session.

    ``geometry`` is the true view where it is another than the pose says: a C-arm that sags, a patient who breathes.
    """

    pose: CArmPose
    time_s: float = 0.0
    tubes: tuple[CapsuleChain, ...] = ()
    contrast: LayerGrid | None = None
    asked_at: float | None = None
    geometry: ProjectionGeometry | None = None


@dataclass(frozen=True)
class Stages:
    """Milliseconds that one picture took, by stage."""

    project_ms: float
    tools_ms: float
    expose_ms: float
    display_ms: float

    @property
    def total_ms(self) -> float:
        return self.project_ms + self.tools_ms + self.expose_ms + self.display_ms


@dataclass(frozen=True, eq=False)
class LivePicture:
    """One pulse as frame and on the screen: ``shown`` (rows, columns) grey in stored orientation, filtered over time at rest.

    ``sharp`` is False while the gantry moves and anatomy is projected coarser. ``age_ms``: from asking for the picture (or
    beginning with it) until it was there.
    """

    frame: Frame
    shown: NDArray[np.uint8]
    sharp: bool
    stages: Stages
    age_ms: float


class LiveFluoroscope:
    """Pictures of one body on one C-arm. One user at a time; memory is bounded by the few views that are ``kept``."""

    COARSER = 2  # pixels are this many times wider while the gantry moves
    KEPT_VIEWS = 12  # the nine steps of a breath at one pose, and some of the pose before

    def __init__(
        self,
        projector: Projector,
        carm: CArmModel,
        detector: Detector,
        *,
        clock: Clock,
        temporal_filter: bool = True,
        kept: int = KEPT_VIEWS,
    ) -> None:
        self.views = KeptViews(projector, kept)
        self.carm, self.detector = carm, detector
        self._clock = clock
        self._threads = projector.threads
        self._pose: CArmPose | None = None  # of the last picture
        self._technique: Technique | None = None  # for the next pulse, by brightness control
        self._screen = Screen(DisplayOptions(temporal_filter=temporal_filter), threads=projector.threads)

    def picture(self, moment: Moment, rng: Generator, technique: Technique | None = None) -> LivePicture:
        """One pulse, finished. ``technique`` None: automatic brightness. Raises UnphysicalView."""
        return self._displayed(*self._exposed(moment, rng, technique))

    def pictures(
        self, moments: Iterable[Moment], rng: Generator, technique: Technique | None = None
    ) -> Iterator[LivePicture]:
        """A picture of every moment in turn, exposing one while the one before is made ready for the screen.

        ``moments`` is asked for the next one before the last picture is handed out; at most two are under way.
        """
        with ThreadPoolExecutor(1) as screen:
            waiting: Future[LivePicture] | None = None
            for moment in moments:
                try:
                    exposed = self._exposed(moment, rng, technique)
                except UnphysicalView:
                    if waiting is not None:
                        yield waiting.result()
                    raise
                done, waiting = waiting, screen.submit(self._displayed, *exposed)
                if done is not None:
                    yield done.result()
            if waiting is not None:
                yield waiting.result()

    def _exposed(
        self, moment: Moment, rng: Generator, technique: Technique | None
    ) -> tuple[Frame, bool, tuple[float, float, float], float]:
        """The frame of a moment, whether it is sharp, milliseconds of the first three stages, and when it was asked for."""
        start = self._clock()
        geometry = moment.geometry or ProjectionGeometry.of(moment.pose, self.detector)
        moving = self._pose is not None and moment.pose != self._pose and geometry not in self.views
        anatomy = self.views.anatomy(geometry, self.COARSER if moving else 1)
        projected = self._clock()
        scene = self.views.scene(geometry, moment.tubes, moment.contrast, anatomy=anatomy)
        tools = self._clock()
        used = technique or self._technique or starting_technique()
        frame = expose(
            scene, moment.pose, self.detector, used, self.carm, rng, time_s=moment.time_s, threads=self._threads
        )
        if technique is None:
            frame, self._technique = controlled(frame)
        self._pose = moment.pose
        spent = ((projected - start) * 1e3, (tools - projected) * 1e3, (self._clock() - tools) * 1e3)
        return frame, not moving, spent, start if moment.asked_at is None else moment.asked_at

    def _displayed(self, frame: Frame, sharp: bool, spent: tuple[float, float, float], asked_at: float) -> LivePicture:
        start = self._clock()
        shown = self._screen.show(frame, moving=not sharp)
        end = self._clock()
        return LivePicture(frame, shown, sharp, Stages(*spent, (end - start) * 1e3), (end - asked_at) * 1e3)
