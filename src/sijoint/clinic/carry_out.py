"""The one door to all handlers: a command and the situation it meets, and the change that it makes."""

from functools import singledispatch

from sijoint.clinic.commands import ClinicCommand
from sijoint.clinic.situation import Change, CommandRefused, Situation


@singledispatch
def carry_out(command: ClinicCommand, now: Situation) -> Change:
    """Pure: reads the situation, writes nothing. Raises CommandRefused or IllegalStep; then nothing has happened."""
    raise CommandRefused(f"the clinic does not know the command {type(command).__name__}")
