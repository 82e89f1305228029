"""What a running procedure holds: gantry, needle, fluids, images, time; and how its acts tell what happened."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sijoint.anatomy import Tissue
from sijoint.fluoroscopy import CapsuleChain, Frame
from sijoint.frames import CArmPose, ReceptorTilt
from sijoint.guidance import ContrastRun
from sijoint.injectate import FluidBody
from sijoint.model import SyringeUse
from sijoint.needle import NeedleState
from sijoint.response import Pain
from sijoint.room.commands import RoomCommand
from sijoint.room.events import Event, PatientFelt, Refused
from sijoint.room.fluoroscope import SimulatedFluoroscope
from sijoint.room.hand import AsTold, Hand, Nobody, Onlooker
from sijoint.room.permission import Action, Permission, PermissionRequest, Permit
from sijoint.room.setting import Setting
from sijoint.room.settings import RoomSettings
from sijoint.room.truth import SimulationTruth, TrueInjection

Point = tuple[float, float, float]
Path = tuple[Point, ...]
Volumes = Mapping[str, float]  # millilitres by compartment
KeepImage = Callable[[Frame], str]  # stores the frame durably and returns the hash of its bytes


POINTER_MM = (60.0, 1.6)  # length and thickness of the metal pointer laid on the skin, assumed


@dataclass(frozen=True)
class Turn:
    """Where the C-arm is on its way to with the pedal down: the receptor's unit direction, and the isocentre."""

    direction: NDArray[np.float64]
    isocentre_mm: Point


class ImpossibleCommand(ValueError):
    """The room cannot do this now; the text is what the person reads."""


class RoomState(ABC):
    """Mutable and single-threaded: one procedure in one room."""

    def __init__(
        self,
        setting: Setting,
        *,
        seed: int,
        permit: Permit,
        keep_image: KeepImage,
        on_event: Callable[[Event], None] = lambda event: None,
        onlooker: Onlooker | None = None,
    ) -> None:
        self.setting = setting
        self.seed = seed
        self._permit, self._on_event, self._keep_image = permit, on_event, keep_image
        self.onlooker: Onlooker = onlooker or Nobody()
        self.now_s = 0.0
        self.commands_done = 0
        self.fluoroscope = SimulatedFluoroscope(
            setting.volume,
            setting.carm,
            setting.detector,
            setting.position,
            setting.threads,
            setting.causes.imperfection,
        )
        self.fluids = FluidBody(
            setting.body,
            setting.side,
            capacity_ml=setting.causes.capacity_ml,
            vessels=setting.causes.vessels,
            leaks=setting.causes.leaks,
            rng=self.generator("fluids"),
        )
        self.settings = RoomSettings()
        self.pressed = False  # the pedal is down: what is done takes no time of its own
        self.turn: Turn | None = None
        self.pointer_mm: Point | None = None  # the pointer's tip on the skin
        self.needle: NeedleState | None = None
        self.needle_code = ""
        self.movement = 0
        self.needle_out: NeedleState | None = None  # the last one taken out: counts go on from it
        self.ended = False
        self.frames: dict[str, Frame] = {}  # by content hash, what a viewer of this room may look at
        self.runs: list[ContrastRun] = []  # contrast runs since the needle last moved
        self.run_images: tuple[str, ...] = ()
        self.skin_numb = False
        self.contrast_here = False  # contrast was given since the needle last moved
        self._injections: list[TrueInjection] = []
        self._path_injected_through: Path = ()
        self.command_id = ""
        self.hand: Hand = AsTold(None)
        self.as_done: Any = None  # the last command as it was done: how long pedal or plunger were held
        self.events: list[Event] = []  # of the command that is running
        self.done: dict[str, tuple[Event, ...]] = {}  # what each command id led to

    def generator(self, purpose: str) -> Generator:
        """A stream of its own for each command and purpose, so that no act disturbs the chance of another."""
        words = [self.seed, self.commands_done, *purpose.encode()]
        return np.random.default_rng(words)

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self._on_event(event)

    def event(self, kind: type[Any], **facts: Any) -> None:
        self.emit(kind(at_s=round(self.now_s, 3), command_id=self.command_id, **facts))

    def hurts(self, pain: Pain, familiar: bool | None = None) -> None:
        """The patient says so; silent without pain, unless asked whether filling is familiar."""
        if pain.nrs or familiar is not None:
            self.event(PatientFelt, nrs=int(pain.nrs), familiar=familiar, quality=pain.quality, where=pain.territory)

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

    def keep(self, frame: Frame) -> str:
        """Store a frame, durable before anything names it; its content hash."""
        sha256 = self._keep_image(frame)
        self.frames[sha256] = frame
        return sha256

    @property
    def held_needle(self) -> NeedleState:
        """The needle in the skin. Raises ImpossibleCommand when there is none."""
        if self.needle is None:
            raise ImpossibleCommand("there is no needle in the skin")
        return self.needle

    @abstractmethod
    def do(self, command: RoomCommand, hand: Hand | None = None) -> tuple[Event, ...]:
        """Run one command; with the pedal down it is done between two pulses."""

    def takes(self, seconds: float) -> None:
        """What is done by hand takes its time; with the pedal down time passes by the pulses alone."""
        if not self.pressed:
            self.now_s += seconds

    def words_of(self, pose: CArmPose) -> str:
        """Where the receptor is, in a clinician's words."""
        return ReceptorTilt.of(pose.direction, self.setting.position.prone).words

    @property
    def metal(self) -> tuple[CapsuleChain, ...]:
        """The needle with the shaft outside the skin, and the pointer on it, as X-rays meet them."""
        chains = []
        if self.needle is not None:
            needle = self.needle.needle
            chains.append(CapsuleChain(self.needle.whole_path_mm, needle.outer_mm, needle.bore_mm))
        if self.pointer_mm is not None:
            length, thickness = POINTER_MM
            tip = np.array(self.pointer_mm)
            outwards = np.array([self.setting.side.x_sign * length, 0.0, 0.0])
            chains.append(CapsuleChain(np.stack([tip, tip + outwards]), thickness))
        return tuple(chains)

    def injected(self, use: SyringeUse, before_ml: Volumes, after_ml: Volumes) -> None:
        """Note for the truth where an injection through the needle went."""
        body, side = self.setting.body, self.setting.side
        needle = self.held_needle
        tip = needle.tip_mm
        self._path_injected_through = tuple(_point(place) for place in needle.path_mm)
        self._injections.append(
            TrueInjection(
                at_s=round(self.now_s, 3),
                use=use,
                tip_mm=_point(tip),
                tip_in_cleft=bool(body.joints[side].contains(tip)),
                tip_tissue=Tissue(int(body.tissue_at(tip))).name.lower(),
                volumes_ml={place: ml - before_ml.get(place, 0.0) for place, ml in after_ml.items()},
            )
        )

    @property
    def truth(self) -> SimulationTruth:
        return SimulationTruth(
            self.setting.procedure_id,
            self.setting.target_mm,
            tuple(self._injections),
            self._path_injected_through,
            self.setting.causes.capacity_ml,
            self.setting.causes.imperfection,
        )


def _point(place: NDArray[np.float64]) -> Point:
    return float(place[0]), float(place[1]), float(place[2])
