"""What a room's process asks and reports while a command runs: answered, written down, and kept when the process dies."""

from dataclasses import dataclass, field, replace
from typing import Any

from sijoint.model.wire import from_wire
from sijoint.room import PermissionRequest
from sijoint.room.commands import Command, During, InjectContrast, InjectDrug, Press
from sijoint.room.replay import PermissionLine
from sijoint.room.room_folder import RoomFolder
from sijoint.room.truth import SimulationTruth
from sijoint.room.truth_moment import TrueMoment, append_moment
from sijoint.web.room.kept import Kept

TRACK = "track.jsonl"
CANNOT_WRITE = "the disk takes nothing more, or cannot be written"


@dataclass
class UnderWay:
    """The command that the process is carrying out, as far as it has come."""

    command: Any
    pulses_before: int  # that the room had made when it began
    pulses: int = 0  # of a press
    intervals: int = 0  # of a plunger
    during: list[During] = field(default_factory=list)
    done: bool = False

    def as_far_as_it_came(self) -> Any | None:
        """What is kept of it when the process dies now; None for what leaves nothing, or is kept already."""
        command = self.command
        if self.done:
            return None
        if isinstance(command, Press) and (self.pulses or self.during):
            last = max((one.after_pulses for one in self.during), default=0)
            return replace(command, pulses=max(self.pulses, last, 1), during=tuple(self.during))
        if isinstance(command, InjectContrast) and self.intervals:
            return replace(command, stopped_after=self.intervals, watched=0)
        if isinstance(command, InjectDrug) and self.intervals:
            return replace(command, stopped_after=self.intervals)
        return None


class RoomKeeping:
    """One room's log, truth and record. Called by one thread."""

    def __init__(self, folder: RoomFolder, kept: Kept) -> None:
        self.folder, self.kept = folder, kept
        self.under_way: UnderWay | None = None
        self.pulses = 0

    def answer(self, what: str, facts: tuple[Any, ...]) -> tuple[bool, Any]:
        """The answer to a question of the process, or the sentence why there is none: then the room stops."""
        try:
            match what:
                case "permit":
                    return True, self._permit(*facts)
                case "record":
                    self.kept.record(*facts)
                    return True, None
                case _:
                    return True, self.kept.keep_image(*facts)
        except OSError:
            return False, CANNOT_WRITE  # its own words would name a file
        except Exception as refusal:  # whatever it is: what is not kept does not happen
            return False, str(refusal)

    def begun(self, command: dict[str, Any], after_pulses: int | None) -> None:
        told: Any = from_wire(Command, command)
        self.folder.begun(told, after_pulses)
        if after_pulses is None or self.under_way is None:
            self.under_way = UnderWay(told, self.pulses)
        else:
            self.under_way.during.append(During(after_pulses, told))

    def done(self, command: dict[str, Any]) -> None:
        self.folder.done(from_wire(Command, command))
        if self.under_way is not None:
            self.under_way.done = True

    def answered(self, command_id: str) -> None:
        """The command that was under way is over."""
        if self.under_way is not None and self.under_way.command.id == command_id:
            self.under_way = None

    def made(self, pulses: int) -> None:
        """So many pulses in the room so far."""
        self.pulses = pulses
        if self.under_way is not None:
            self.under_way.pulses = pulses - self.under_way.pulses_before

    def pushed(self, intervals: int) -> None:
        if self.under_way is not None:
            self.under_way.intervals = intervals

    def truth(self, truth: SimulationTruth, moment: TrueMoment) -> None:
        self.folder.keep_truth(truth)
        append_moment(self.folder.path / TRACK, moment)

    def died(self) -> None:
        """The process is no more: what was under way is kept as far as it had come."""
        told = self.under_way.as_far_as_it_came() if self.under_way is not None else None
        if told is not None:
            self.folder.done(told)
        self.under_way = None

    def _permit(self, request: PermissionRequest) -> Any:
        answer = self.kept.permit(request)
        self.folder.permitted(PermissionLine(request.action, request.at_s, answer.allowed, answer.findings))
        return answer
