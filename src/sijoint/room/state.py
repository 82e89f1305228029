"""What a running procedure holds: gantry, needle, fluids, images, time; and how its acts tell what happened."""

from collections.abc import Callable
from importlib import resources
from tomllib import loads
from typing import Any

import numpy as np
from numpy.random import Generator

from sijoint.anatomy import Tissue
from sijoint.fluoroscopy import CapsuleChain, Frame
from sijoint.guidance import ContrastRun
from sijoint.injectate import FluidBody
from sijoint.model import StoredImage
from sijoint.needle import NeedleState
from sijoint.room.events import Event, Refused
from sijoint.room.fluoroscope import SimulatedFluoroscope
from sijoint.room.permission import Action, Permission, PermissionRequest, Permit
from sijoint.room.setting import Setting
from sijoint.room.truth import SimulationTruth, TrueInjection

TIMING = loads(resources.files("sijoint.room").joinpath("timing.toml").read_text())

KeepImage = Callable[[Frame], str]  # stores the frame durably and returns the hash of its bytes


class ImpossibleCommand(ValueError):
    """The room cannot do this now; the text is what the person reads."""


class RoomState:
    """Mutable and single-threaded: one procedure in one room."""

    def __init__(
        self,
        setting: Setting,
        *,
        seed: int,
        permit: Permit,
        keep_image: KeepImage,
        on_event: Callable[[Event], None] = lambda event: None,
    ) -> None:
        self.setting = setting
        self.seed = seed
        self._permit, self._on_event, self._keep_image = permit, on_event, keep_image
        self.now_s = 0.0
        self.commands_done = 0
        self.fluoroscope = SimulatedFluoroscope(
            setting.volume, setting.carm, setting.detector, setting.position, setting.threads
        )
        self.fluids = FluidBody(
            setting.body,
            setting.side,
            capacity_ml=setting.causes.capacity_ml,
            vessels=setting.causes.vessels,
            leaks=setting.causes.leaks,
            rng=self.generator("fluids"),
        )
        self.needle: NeedleState | None = None
        self.needle_code = ""
        self.movement = 0
        self.needle_out: NeedleState | None = None  # the last one taken out: counts go on from it
        self.ended = False
        self.frames: dict[str, Frame] = {}  # by content hash, what a viewer of this room may look at
        self.runs: list[ContrastRun] = []  # contrast runs since the needle last moved
        self.run_images: tuple[str, ...] = ()
        self.contrast_here = False  # contrast was given since the needle last moved
        self._injections: list[TrueInjection] = []
        self.command_id = ""
        self.events: list[Event] = []  # of the command that is running

    def generator(self, purpose: str) -> Generator:
        """A stream of its own for each command and purpose, so that no act disturbs the chance of another."""
        words = [self.seed, self.commands_done, *purpose.encode()]
        return np.random.default_rng(words)

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self._on_event(event)

    def event(self, kind: type[Any], **facts: Any) -> None:
        self.emit(kind(at_s=round(self.now_s, 3), command_id=self.command_id, **facts))

    def refuse(self, action: Action | None, sentence: str, findings: tuple[Any, ...] = ()) -> None:
        self.event(Refused, action=action, sentence=sentence, findings=findings)

    def permission(self, action: Action) -> Permission:
        return self._permit(PermissionRequest(action, self.setting.procedure_id, round(self.now_s, 3)))

    def permitted(self, action: Action) -> bool:
        """Ask; when refused, the event says so with the reasons."""
        answer = self.permission(action)
        if not answer.allowed:
            why = "; ".join(finding.clinician for finding in answer.findings) or "not permitted"
            self.refuse(action, why, answer.findings)
        return answer.allowed

    def needle_moved(self) -> None:
        """A needle movement: whatever contrast showed before no longer proves where the tip is."""
        self.movement += 1
        self.runs, self.run_images, self.contrast_here = [], (), False

    def store(self, frame: Frame, image: Callable[[str], StoredImage]) -> StoredImage:
        """Keep a frame's bytes, durable before anything names them."""
        sha256 = self._keep_image(frame)
        self.frames[sha256] = frame
        return image(sha256)

    @property
    def held_needle(self) -> NeedleState:
        """The needle in the skin. Raises ImpossibleCommand when there is none."""
        if self.needle is None:
            raise ImpossibleCommand("there is no needle in the skin")
        return self.needle

    @property
    def steel(self) -> CapsuleChain | None:
        """The needle with the shaft outside the skin, as X-rays meet it."""
        if self.needle is None:
            return None
        needle = self.needle.needle
        return CapsuleChain(self.needle.whole_path_mm, needle.outer_mm, needle.bore_mm)

    def injected(self, fluid: str, tip_mm: Any, before: dict[str, float], after: dict[str, float]) -> None:
        """Note for the truth where an injection went."""
        body, side = self.setting.body, self.setting.side
        point = np.asarray(tip_mm, dtype=np.float64)
        self._injections.append(
            TrueInjection(
                at_s=round(self.now_s, 3),
                fluid=fluid,
                tip_mm=(float(point[0]), float(point[1]), float(point[2])),
                tip_in_cleft=bool(body.joints[side].contains(point)),
                tip_tissue=Tissue(int(body.tissue_at(point))).name.lower(),
                volumes_ml={key: after[key] - before.get(key, 0.0) for key in after},
            )
        )

    @property
    def truth(self) -> SimulationTruth:
        path = () if self.needle is None else tuple(tuple(float(x) for x in point) for point in self.needle.path_mm)
        return SimulationTruth(
            self.setting.procedure_id,
            self.setting.target_mm,
            tuple(self._injections),
            path,  # type: ignore[arg-type]
            self.setting.causes.capacity_ml,
        )
