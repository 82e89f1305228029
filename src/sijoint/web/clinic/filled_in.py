"""What the clinic fills in of a command: who and when, new ids, and what follows from the order or from the form itself."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sijoint.model import StoreKind
from sijoint.pathway import cards_edition, minutes_after, steroid_code
from sijoint.report.note import generated_note_text
from sijoint.web.clinic.choices import Asked
from sijoint.web.clinic.reading import put
from sijoint.web.clinic.typed import Plain, at


@dataclass(frozen=True)
class Filling:
    """``form_id`` is the one-use id of the form, from which new ids are made: the same form sent twice makes the same."""

    asked: Asked
    form_id: str
    read: Plain
    patient_id: str = ""


def filled_in(wanted: Mapping[str, str], read: dict[str, Any], filling: Filling) -> dict[str, Any]:
    """What was read from the form, with what the clinic knows beside it."""
    for path, source in wanted.items():
        if at(read, path) is not None:
            continue  # a person wrote it down, such as when it was done
        value = _new_id(source, filling) if source.startswith("new ") else _SOURCES[source](filling)
        if value is not None:
            put(read, path, value)
    return read


def made_id(letter: str, form_id: str) -> str:
    """An opaque id that follows from the form."""
    return f"{letter}-{hashlib.sha256(f'{letter} {form_id}'.encode()).hexdigest()[:16]}"


def _new_id(source: str, filling: Filling) -> str:
    return made_id(source.removeprefix("new "), filling.form_id)


def _order(filling: Filling, what: Callable[[Any], str]) -> str | None:
    return what(filling.asked.session.order) if filling.asked.session else None


def _procedure_id(filling: Filling) -> str:
    """One that has begun is written down under its own id."""
    session = filling.asked.session
    return session.procedure.id if session and session.procedure else made_id("p", filling.form_id)


def _recovery_minutes(filling: Filling) -> int | None:
    told, session = at(filling.read, "check.at"), filling.asked.session
    if not told or session is None:
        return None
    return max(minutes_after(session, datetime.fromisoformat(told)) or 0, 0)


def _unchanged(filling: Filling) -> bool:
    """Whether the note is the generated text, as nobody has touched it."""
    seen = filling.asked.seen
    session = next((one for one in reversed(seen.episode.sessions) if one.procedure), None) if seen else None
    if seen is None or session is None:
        return False
    text = generated_note_text(seen.episode, session, zone=filling.asked.site.policy.zone)
    return "".join(text.split()) == "".join(str(filling.read.get("text", "")).split())


def _request_at(filling: Filling) -> str:
    seen = filling.asked.seen
    return (seen.episode.request.at if seen else filling.asked.now).isoformat()


def _scribe(filling: Filling) -> str:
    """Who wrote the sign-out: the operator who confirms a scribe's leaves the scribe's name on it."""
    session = filling.asked.session
    if session and session.sign_out and at(filling.read, "sign_out.confirmed_by") == filling.asked.by:
        return session.sign_out.by
    return filling.asked.by


_SOURCES: Mapping[str, Callable[[Filling], Any]] = {
    "me": lambda filling: filling.asked.by,
    "now": lambda filling: filling.asked.now.isoformat(),
    "yes": lambda filling: True,
    "virtual": lambda filling: filling.asked.site.kind is StoreKind.VIRTUAL,
    "patient id": lambda filling: filling.patient_id or made_id("patient", filling.form_id),
    "request at": _request_at,
    "order kind": lambda filling: _order(filling, lambda order: str(order.kind)),
    "order steroid": lambda filling: _order(filling, steroid_code),
    "cards edition": lambda filling: cards_edition(),
    "no signature": lambda filling: "",
    "procedure id": _procedure_id,
    "manual form": lambda filling: "manual form",
    "recovery minutes": _recovery_minutes,
    "check at": lambda filling: at(filling.read, "check.at"),
    "entry answered": lambda filling: at(filling.read, "entry.answered"),
    "scribe or me": _scribe,
    "unchanged": _unchanged,
}
