"""The outside: what leaves the program or comes in, in formats of others or in our own published one. So far the
appointment and the diary as calendar files, which name nobody, and ``episode.json``."""

from sijoint.exchange.calendar import AppointmentNotice, UnprintableBooking, calendar_file, diary_file
from sijoint.exchange.calendar_entries import diary_entry, visit_entry
from sijoint.exchange.episode_file import EpisodeFile, MadeBy, episode_text, read_episode_text
from sijoint.exchange.procedure_file import ProcedureFile, procedure_text, read_procedure_text

__all__ = [
    "AppointmentNotice",
    "EpisodeFile",
    "MadeBy",
    "ProcedureFile",
    "UnprintableBooking",
    "calendar_file",
    "diary_entry",
    "diary_file",
    "episode_text",
    "procedure_text",
    "read_episode_text",
    "read_procedure_text",
    "visit_entry",
]
