"""The command log: what the room was told and permitted, enough to have the same procedure again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sijoint.fluoroscopy import Frame
from sijoint.model import Finding
from sijoint.room.commands import Command
from sijoint.room.events import Event
from sijoint.room.permission import Action, Permission, PermissionRequest, Permit
from sijoint.room.session import Session
from sijoint.room.setting import Setting

LOG_SCHEMA_VERSION = "1"


class LogDiffers(ValueError):
    """A replay that asked for something else than the log holds: another program, CT or setting made it."""


@dataclass(frozen=True)
class PermissionLine:
    """One answer of the care wing, in the order in which the room asked: an input of the room like a command."""

    action: Action
    at_s: float
    allowed: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class CommandLog:
    """``made_from`` says how the maker can build the same setting again (scenario, seed, CT, rows...)."""

    procedure_id: str
    seed: int
    made_from: Mapping[str, str]
    commands: tuple[Command, ...] = ()
    permissions: tuple[PermissionLine, ...] = ()
    schema_version: str = field(default=LOG_SCHEMA_VERSION)


class LogKeeper:
    """Wraps a permit so that its answers are kept; commands are added by whoever gives them."""

    def __init__(self, permit: Permit) -> None:
        self._permit = permit
        self.commands: list[Command] = []
        self.permissions: list[PermissionLine] = []

    def permit(self, request: PermissionRequest) -> Permission:
        answer = self._permit(request)
        self.permissions.append(PermissionLine(request.action, request.at_s, answer.allowed, answer.findings))
        return answer

    def log(self, procedure_id: str, seed: int, made_from: Mapping[str, str]) -> CommandLog:
        return CommandLog(procedure_id, seed, made_from, tuple(self.commands), tuple(self.permissions))


def replay(setting: Setting, log: CommandLog, keep_image: Callable[[Frame], str]) -> tuple[Event, ...]:
    """The events of a log, made again. Raises LogDiffers when the room asks for what the log does not hold."""
    answers = iter(log.permissions)

    def permit(request: PermissionRequest) -> Permission:
        line = next(answers, None)
        if line is None or line.action is not request.action:
            raise LogDiffers(
                "the replay asked for another permission than the log holds: it was made with another setting"
            )
        return Permission(line.allowed, line.findings)

    events: list[Event] = []
    session = Session(setting, seed=log.seed, permit=permit, keep_image=keep_image, on_event=events.append)
    session.start()
    for command in log.commands:
        session.do(command)
    return tuple(events)
