"""What lies beside a form: the parts of the episode's page that whoever fills it in has to see."""

from collections.abc import Mapping
from typing import Any

from sijoint.web.clinic.choices import Asked
from sijoint.web.clinic.episode_view import EpisodeView

BESIDE: Mapping[str, tuple[str, ...]] = {
    "Assess": ("request",),
    "CorrectRequest": ("request",),
    "PlaceOrder": ("assessment-short", "recipe", "account"),
    "AnswerScreening": ("order",),
    "OverrideFinding": ("medicines",),
    "ContactPrescriber": ("medicines",),
    "SignHold": ("medicines",),
    "Book": ("medicines", "booking"),
    "GiveConsent": ("order", "sides"),
    "ConfirmToday": ("screening", "medicines"),
    "MarkSkin": ("sides",),
    "SignInPatient": ("sides", "screening", "medicines"),
    "ConfirmSite": ("emergency",),
    "DrawUp": ("order", "tray"),
    "AcceptSyringe": ("tray",),
    "AccountForSyringe": ("tray",),
    "PrepareSkin": ("screening",),
    "CallTimeOut": ("sides", "order", "tray"),
    "BeginProcedure": ("sides", "order"),
    "RecordProcedure": ("order", "tray"),
    "RecordGiven": ("procedure",),
    "SignOutPatient": ("procedure",),
    "RecordRecovery": ("recovery",),
    "DischargePatient": ("recovery",),
    "RecordLeftEarly": ("recovery",),
    "AnswerDiary": ("diary",),
    "AnswerRedFlag": ("diary",),
    "RecordTestConditions": ("diary",),
    "JudgeBlock": ("diary",),
    "AskRepeat": ("verdict", "repeat"),
    "RecordComplication": ("procedure",),
    "FollowComplication": ("complications",),
    "SignNote": ("note",),
    "MarkNoteInError": ("note",),
    "AddToNote": ("note",),
    "SealPacket": ("payer",),
}


def beside(command: str, asked: Asked, parts: tuple[str, ...]) -> dict[str, Any]:
    """Facts for the template; ``parts`` are those that this person sees, and no other lies beside a form."""
    always = ("sides", "recipe", "account", "assessment-short")
    wanted = BESIDE.get(command, ())
    return {
        "beside_parts": tuple(one for one in wanted if one in parts or one in always),
        "view": EpisodeView(asked, parts),
    }
