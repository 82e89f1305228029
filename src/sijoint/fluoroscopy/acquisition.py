"""Images as a radiographer takes them: one, or a short run, of one view, after brightness control has settled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from sijoint.fluoroscopy.brightness import controlled, starting_technique
from sijoint.fluoroscopy.capsule_chain import CapsuleChain
from sijoint.fluoroscopy.dose_total import DoseTotal
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.exposure import expose
from sijoint.fluoroscopy.frame import Frame
from sijoint.fluoroscopy.kept_views import KeptViews
from sijoint.fluoroscopy.layer_grid import LayerGrid
from sijoint.fluoroscopy.projector import Projector
from sijoint.fluoroscopy.technique import Technique
from sijoint.fluoroscopy.volume import AttenuationVolume
from sijoint.frames import PERFECT, CArmModel, CArmPose, Detector, Imperfection, PatientPosition, true_geometry

SETTLING_PULSES, SETTLING_S = 8, 1.0  # the longer of the two bounds what brightness control may use up
VIEWS_OF_A_BREATH = 9


@dataclass(frozen=True, eq=False)
class Run:
    """The pulses of one view in time: while brightness control settled (without contrast), then the images asked for.

    ``settled`` is False where it used up its pulses, and where its field held nothing to measure.
    """

    settling: tuple[Frame, ...]
    images: tuple[Frame, ...]
    settled: bool

    @property
    def dose(self) -> DoseTotal:
        """Of all pulses, settling included."""
        return DoseTotal.of((*self.settling, *self.images))


def take_image(
    body: AttenuationVolume | Projector,
    pose: CArmPose,
    carm: CArmModel,
    detector: Detector,
    *,
    technique: Technique | None = None,
    automatic: bool = True,
    tubes: Sequence[CapsuleChain] = (),
    contrast: LayerGrid | None = None,
    rng: Generator,
    imperfection: Imperfection = PERFECT,
    position: PatientPosition = PatientPosition.HFP,
) -> Frame:
    """One image of a body with what is in it. ``technique`` is where brightness control starts, or with ``automatic``
    False what the image is made with; for several images of one body pass a Projector. Raises UnphysicalView.
    """
    projector = body if isinstance(body, Projector) else Projector(body)
    contrasts = (contrast,)
    return take_run(
        projector,
        pose,
        carm,
        detector,
        technique=technique,
        automatic=automatic,
        tubes=tubes,
        contrasts=contrasts,
        rng=rng,
        imperfection=imperfection,
        position=position,
    ).images[0]


def take_run(
    projector: Projector,
    pose: CArmPose,
    carm: CArmModel,
    detector: Detector,
    *,
    technique: Technique | None = None,
    automatic: bool = True,
    tubes: Sequence[CapsuleChain] = (),
    contrasts: Sequence[LayerGrid | None] = (None,),
    rng: Generator,
    imperfection: Imperfection = PERFECT,
    position: PatientPosition = PatientPosition.HFP,
) -> Run:
    """One image for each of ``contrasts``, at the pulse rate and at one technique, which brightness control found before.

    ``imperfection`` moves what is seen, of a patient in ``position``, and never the pose that frames report. A first None
    among ``contrasts`` is a mask for the others. Settling takes eight pulses or one second at most, whichever is longer;
    ``settled`` False says that it did not suffice, or that there was nothing to measure. Raises UnphysicalView, also for
    contrast outside the CT.
    """
    for contrast in contrasts:
        _refuse_outside(contrast, projector.volume)
    technique = technique or starting_technique()
    views = KeptViews(projector, VIEWS_OF_A_BREATH)
    interval_s = 1 / technique.pulses_per_s
    taken: list[Frame] = []

    def pulse(contrast: LayerGrid | None, with_technique: Technique) -> Technique:
        """Takes one; the technique that brightness control wants next."""
        time_s = len(taken) * interval_s
        geometry = true_geometry(pose, detector, position, imperfection, time_s)
        scene = views.scene(geometry, tubes, contrast)
        if contrast is not None and contrast.mg_per_ml.any():
            layers = (layer for layer in (scene.iodine, scene.gadolinium) if layer is not None)
            if not any(layer.any() for layer in layers):
                raise UnphysicalView("the contrast is outside this view: centre the C-arm on it")
        threads = projector.threads
        frame = expose(scene, pose, detector, with_technique, carm, rng, time_s=time_s, threads=threads)
        frame, following = controlled(frame) if automatic else (frame, with_technique)
        taken.append(frame)
        return following

    settled = not automatic
    for _ in range(max(SETTLING_PULSES, round(SETTLING_S * technique.pulses_per_s))):
        if settled:
            break
        used, technique = technique, pulse(None, technique)
        if taken[-1].field_signal is None:
            break
        settled = technique == used
    settling = len(taken)
    for contrast in contrasts:
        pulse(contrast, technique)
    return Run(tuple(taken[:settling]), tuple(taken[settling:]), settled)


def _refuse_outside(contrast: LayerGrid | None, volume: AttenuationVolume) -> None:
    """Raises UnphysicalView when there is contrast and all of it lies outside the CT."""
    if contrast is None or not contrast.mg_per_ml.any():
        return
    filled = contrast.grid.to_world(np.argwhere(contrast.mg_per_ml > 0))
    if not volume.ct_grid.contains(filled).any():
        raise UnphysicalView(
            "the contrast lies outside the CT: both must be in the same patient coordinates; check the contrast's origin"
        )
