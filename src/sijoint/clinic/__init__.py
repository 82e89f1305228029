"""One thing happens: one command, one transaction, one line in the ledger. The only place that changes an episode.

``handle`` answers a command with an ``Outcome``; ``permit_for`` answers the room from stored facts; ``recorder_for`` and
``image_keeper_for`` keep what happens there, as it happens.
"""

from sijoint.clinic.commands import (
    AnswerDiary,
    AnswerScreening,
    AskRepeat,
    Assess,
    BeginProcedure,
    Book,
    CallTimeOut,
    CancelBooking,
    ClinicCommand,
    CloseEpisode,
    Command,
    ConfirmToday,
    ContactPrescriber,
    DischargePatient,
    GiveConsent,
    JudgeBlock,
    MarkSkin,
    OverrideFinding,
    PlaceOrder,
    Prepare,
    RecordNoShow,
    RecordRecovery,
    RecordRoomEvent,
    RequestAppointment,
    SignInPatient,
    SignOutPatient,
)
from sijoint.clinic.handle import handle
from sijoint.clinic.in_the_room import NotRecorded, image_keeper_for, permit_for, recorder_for
from sijoint.clinic.outcome import Outcome

__all__ = [
    "AnswerDiary",
    "AnswerScreening",
    "AskRepeat",
    "Assess",
    "BeginProcedure",
    "Book",
    "CallTimeOut",
    "CancelBooking",
    "ClinicCommand",
    "CloseEpisode",
    "Command",
    "ConfirmToday",
    "ContactPrescriber",
    "DischargePatient",
    "GiveConsent",
    "JudgeBlock",
    "MarkSkin",
    "NotRecorded",
    "Outcome",
    "OverrideFinding",
    "PlaceOrder",
    "Prepare",
    "RecordNoShow",
    "RecordRecovery",
    "RecordRoomEvent",
    "RequestAppointment",
    "SignInPatient",
    "SignOutPatient",
    "handle",
    "image_keeper_for",
    "permit_for",
    "recorder_for",
]
