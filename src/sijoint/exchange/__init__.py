"""The outside: what leaves the program or comes in, in formats of others or in our own published one. So far the
appointment and the diary as calendar files, which name nobody, and ``episode.json``."""

from sijoint.exchange.calendar import AppointmentNotice, UnprintableBooking, calendar_file, diary_file
from sijoint.exchange.episode_file import EpisodeFile, MadeBy, episode_text, read_episode_text

__all__ = [
    "AppointmentNotice",
    "EpisodeFile",
    "MadeBy",
    "UnprintableBooking",
    "calendar_file",
    "diary_file",
    "episode_text",
    "read_episode_text",
]
