"""The outside: what leaves the program or comes in, in formats of others. So far the appointment as a calendar file."""

from sijoint.exchange.calendar import AppointmentNotice, calendar_file

__all__ = ["AppointmentNotice", "calendar_file"]
