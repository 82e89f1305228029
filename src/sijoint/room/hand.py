"""The person's hand on pedal and plunger, asked between two pulses, and whoever watches the screen meanwhile.

A command that a program gives says beforehand how long it lasts (``AsTold``). A person lets go when he likes: then the command
as it was done is noted, and replaying that gives the same events.
"""

from collections.abc import Iterable
from typing import Protocol

from sijoint.fluoroscopy import Frame
from sijoint.model import SyringeUse
from sijoint.room.commands import InjectContrast, InjectDrug, Press, RoomCommand, WhilePressed


class Hand(Protocol):
    def commands(self, pulses: int) -> Iterable[WhilePressed]:
        """What is to be done after so many pulses, with the pedal down; the next one is asked for when one is done."""

    def presses(self, pulses: int) -> bool:
        """Whether the pedal stays down after so many pulses."""

    def pushes(self, intervals: int) -> bool:
        """Whether the plunger is pressed on after so many intervals."""

    def watches(self, pulses: int) -> bool:
        """Whether the contrast is watched on after so many pulses since the plunger stopped."""


class AsTold:
    """A hand that does what the command says."""

    def __init__(self, command: RoomCommand | None) -> None:
        self._command = command

    def commands(self, pulses: int) -> Iterable[WhilePressed]:
        during = self._command.during if isinstance(self._command, Press) else ()
        return [one.command for one in during if one.after_pulses == pulses]

    def presses(self, pulses: int) -> bool:
        return isinstance(self._command, Press) and pulses < self._command.pulses

    def pushes(self, intervals: int) -> bool:
        command = self._command
        last = command.stopped_after if isinstance(command, InjectContrast | InjectDrug) else None
        return last is None or intervals < last

    def watches(self, pulses: int) -> bool:
        last = self._command.watched if isinstance(self._command, InjectContrast) else None
        return last is None or pulses < last


class Onlooker(Protocol):
    """Told of everything in the moment in which it happens; it decides nothing, but may take its time."""

    def pulse(self, frame: Frame, *, sharp: bool) -> None:
        """One pulse of X-rays, stored or not. ``sharp`` is False while the gantry turns."""

    def held(self, frame: Frame) -> None:
        """The image that stays when the pulses end."""

    def plunger(self, use: SyringeUse, intervals: int, given_ml: float, plunger_kpa: float) -> None:
        """One interval of an injection."""

    def let_go(self, command: RoomCommand) -> None:
        """The command as it was done, before its last events are told."""


class Nobody:
    """Nobody watches."""

    def pulse(self, frame: Frame, *, sharp: bool) -> None: ...
    def held(self, frame: Frame) -> None: ...
    def plunger(self, use: SyringeUse, intervals: int, given_ml: float, plunger_kpa: float) -> None: ...
    def let_go(self, command: RoomCommand) -> None: ...
