"""One procedure: commands in, events out. The same commands, permissions and seed give the same events."""

from sijoint.fluoroscopy import UnphysicalView
from sijoint.room.acts import perform
from sijoint.room.commands import RoomCommand
from sijoint.room.events import Event, Started
from sijoint.room.hand import AsTold, Hand
from sijoint.room.state import ImpossibleCommand, RoomState


class Session(RoomState):
    """``do`` runs a command and returns its events; each event has been passed to ``on_event`` before.

    A command id seen before returns its first events again and does nothing.
    """

    def start(self) -> tuple[Event, ...]:
        """Open the procedure. Called once, before any command."""
        s = self.setting
        self.event(
            Started,
            procedure_id=s.procedure_id,
            procedure_kind=s.procedure_kind,
            side=s.side,
            target=s.target,
            operator=s.operator,
            virtual_operator=s.virtual_operator,
        )
        return tuple(self.events)

    def do(self, command: RoomCommand, hand: Hand | None = None) -> tuple[Event, ...]:
        """Run one command. What cannot be done is a ``Refused`` event, never half done.

        ``hand`` holds pedal or plunger for as long as it likes; ``as_done`` then is the command that gives the same again.
        """
        if command.id in self.done:
            return self.done[command.id]
        if self.pressed:
            return self._while_pressed(command)
        self.hand = hand or AsTold(command)
        self._run(command)
        return self.done[command.id]

    def _while_pressed(self, command: RoomCommand) -> tuple[Event, ...]:
        """A command inside a press: its own events and id, then the press goes on."""
        outer = self.events, self.command_id
        self._run(command)
        self.events, self.command_id = outer
        return self.done[command.id]

    def _run(self, command: RoomCommand) -> None:
        self.events, self.command_id, self.as_done = [], command.id, command
        self.now_s = max(self.now_s, command.at_s)
        if self.ended:
            self.refuse(None, "the procedure has ended: nothing more is done in it")
        else:
            try:
                perform(command, self)
            except (ImpossibleCommand, UnphysicalView) as refusal:
                self.refuse(None, str(refusal))
        self.commands_done += 1
        self.done[command.id] = tuple(self.events)
