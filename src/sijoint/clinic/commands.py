"""What a person or program may ask of an episode. Each command carries the client's ``id`` and ``by``, who asks.

The same id with the same contents is answered once and for ever; with other contents it is refused.
"""

from sijoint.clinic.command import ClinicCommand
from sijoint.clinic.commands_afterwards import (
    AddToNote,
    AnswerDiary,
    AnswerRedFlag,
    AskRepeat,
    FollowComplication,
    JudgeBlock,
    MarkNoteInError,
    RecordCall,
    RecordComplication,
    RecordFunctionBaseline,
    RecordTestConditions,
    SealPacket,
    SignNote,
    WriteNote,
)
from sijoint.clinic.commands_before import (
    AnswerScreening,
    Assess,
    Book,
    CancelBooking,
    CloseAsDuplicate,
    CloseEpisode,
    ContactPrescriber,
    CorrectRequest,
    GiveConsent,
    JoinRequest,
    LogConservativeCare,
    OverrideFinding,
    PlaceOrder,
    Prepare,
    RecordAuthorisation,
    RecordNoShow,
    RequestAppointment,
    SignHold,
    WithdrawConsent,
)
from sijoint.clinic.commands_of_the_day import (
    AcceptSyringe,
    AccountForSyringe,
    BeginProcedure,
    CallTimeOut,
    ConfirmSite,
    ConfirmToday,
    DischargePatient,
    DrawUp,
    MarkSkin,
    PrepareSkin,
    RecordGiven,
    RecordLeftEarly,
    RecordProcedure,
    RecordRecovery,
    RecordRoomEvent,
    RecordSedative,
    SignInPatient,
    SignOutPatient,
)

__all__ = [
    "AcceptSyringe",
    "AccountForSyringe",
    "AddToNote",
    "AnswerDiary",
    "AnswerRedFlag",
    "AnswerScreening",
    "AskRepeat",
    "Assess",
    "BeginProcedure",
    "Book",
    "CallTimeOut",
    "CancelBooking",
    "ClinicCommand",
    "CloseAsDuplicate",
    "CloseEpisode",
    "Command",
    "ConfirmSite",
    "ConfirmToday",
    "ContactPrescriber",
    "CorrectRequest",
    "DischargePatient",
    "DrawUp",
    "FollowComplication",
    "GiveConsent",
    "JoinRequest",
    "JudgeBlock",
    "LogConservativeCare",
    "MarkNoteInError",
    "MarkSkin",
    "OverrideFinding",
    "PlaceOrder",
    "Prepare",
    "PrepareSkin",
    "RecordAuthorisation",
    "RecordCall",
    "RecordComplication",
    "RecordFunctionBaseline",
    "RecordGiven",
    "RecordLeftEarly",
    "RecordNoShow",
    "RecordProcedure",
    "RecordRecovery",
    "RecordRoomEvent",
    "RecordSedative",
    "RecordTestConditions",
    "RequestAppointment",
    "SealPacket",
    "SignHold",
    "SignInPatient",
    "SignNote",
    "SignOutPatient",
    "WithdrawConsent",
    "WriteNote",
]

Command = (
    RequestAppointment
    | Assess
    | PlaceOrder
    | AnswerScreening
    | ContactPrescriber
    | SignHold
    | OverrideFinding
    | Book
    | Prepare
    | GiveConsent
    | ConfirmToday
    | MarkSkin
    | SignInPatient
    | CallTimeOut
    | BeginProcedure
    | RecordRoomEvent
    | SignOutPatient
    | RecordRecovery
    | DischargePatient
    | AnswerDiary
    | JudgeBlock
    | AskRepeat
    | RecordFunctionBaseline
    | RecordTestConditions
    | AnswerRedFlag
    | RecordCall
    | RecordComplication
    | FollowComplication
    | SealPacket
    | CancelBooking
    | RecordNoShow
    | CloseEpisode
    | ConfirmSite
    | DrawUp
    | AcceptSyringe
    | AccountForSyringe
    | RecordSedative
    | RecordProcedure
    | RecordGiven
    | RecordLeftEarly
    | LogConservativeCare
    | RecordAuthorisation
    | JoinRequest
    | CloseAsDuplicate
    | WithdrawConsent
    | PrepareSkin
    | WriteNote
    | SignNote
    | AddToNote
    | MarkNoteInError
    | CorrectRequest
)
