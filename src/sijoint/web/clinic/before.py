"""What a form shows before anybody types: what is on record already, the time, and never an answer to a question."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sijoint.model import SyringeUse
from sijoint.model.wire import to_wire
from sijoint.pathway import ordered_lines, text_digest
from sijoint.report.note import generated_note_text
from sijoint.web.clinic.choices import Asked

Plain = dict[str, Any]


def on_record(command: str, asked: Asked) -> Plain:
    """Plain values, by the paths of the command, that stand in the form at first; empty where it starts blank."""
    told = _BY_COMMAND.get(command)
    return {} if told is None or asked.seen is None else told(asked)


def _whole(path: str, of: Callable[[Asked], Any]) -> Callable[[Asked], Plain]:
    """What was written down before is shown again, to be put right."""

    def told(asked: Asked) -> Plain:
        value = of(asked)
        return {} if value is None else {path: to_wire(value)}

    return told


def _again(name: str) -> Callable[[Asked], Plain]:
    """A check that is made again: its answers are shown, its time and its maker are new."""

    def told(asked: Asked) -> Plain:
        done = getattr(asked.session, name) if asked.session else None
        if done is None:
            return {}
        return {name: {key: value for key, value in to_wire(done).items() if key not in ("at", "by")}}

    return told


def _of_session(name: str) -> Callable[[Asked], Any]:
    return lambda asked: getattr(asked.session, name) if asked.session else None


def _episode(asked: Asked) -> Any:
    assert asked.seen is not None
    return asked.seen.episode


def _order(asked: Asked) -> Plain:
    """The order that waits; without one what the visit said, but never the side."""
    session, visit = asked.session, _episode(asked).assessment
    if session is not None and session.procedure is None:
        order = session.order
        kept = to_wire(order)
        return {name: kept[name] for name in ("kind", "target", "side", "sedation", "recipe")}
    told: Plain = {"sedation": "none"}
    if session is None and visit is not None:
        told |= {
            "kind": visit.order_kind and str(visit.order_kind),
            "target": visit.order_target and str(visit.order_target),
        }
    return told


def _at(*paths: str) -> Callable[[Asked], Plain]:
    """The time now, to be changed where it was written down later."""

    def told(asked: Asked) -> Plain:
        plain: Plain = {}
        for path in paths:
            place, _, name = path.rpartition(".")
            (plain.setdefault(place, {}) if place else plain)[name] = asked.now.isoformat()
        return plain

    return told


def _syringe(asked: Asked) -> Plain:
    """The next syringe of the order that is not drawn up yet; lot and last day are read from the vial."""
    if asked.session is None:
        return {}
    drawn = {one.use for one in asked.session.syringes}
    due = next((use for use in SyringeUse if use not in drawn), None)
    plain: Plain = {"drawn_at": asked.now.isoformat()}
    if due is not None:
        lines = ordered_lines(asked.session.order.recipe, due)
        plain |= {
            "use": str(due),
            "lines": [{"vial": {"agent": one.agent}, "volume_ml": str(one.volume_ml)} for one in lines],
        }
    return {"syringe": plain}


def _skin(asked: Asked) -> Plain:
    done = asked.session.skin_preparation if asked.session else None
    if done is None:
        return {"skin_preparation": {"applied_at": asked.now.isoformat()}}
    seen_dry = done if done.seen_dry_at else replace(done, seen_dry_at=asked.now)
    return {"skin_preparation": to_wire(seen_dry)}


def _sign_out(asked: Asked) -> Plain:
    """Said again it is put right or confirmed; the first time nothing is answered for the room."""
    done = _again("sign_out")(asked)
    if done:
        return {"sign_out": done["sign_out"] | {"confirmed_by": ""}}
    operator = asked.session.procedure.operator if asked.session and asked.session.procedure else ""
    return {"sign_out": {"recorded_for": operator if operator != asked.by else ""}}


def _note(asked: Asked) -> Plain:
    """The last version, or the text that the events give."""
    episode = _episode(asked)
    session = next((one for one in reversed(episode.sessions) if one.procedure is not None), None)
    if session is None:
        return {}
    if session.note is not None:
        return {"text": session.note.versions[-1].text}
    return {"text": generated_note_text(episode, session, zone=asked.site.policy.zone)}


def _signed_text(asked: Asked) -> Plain:
    session = next((one for one in reversed(_episode(asked).sessions) if one.procedure is not None), None)
    return {"seen_digest": text_digest(session.note.versions[-1])} if session and session.note else {}


def _form(asked: Asked) -> Plain:
    session = asked.session
    if session is None or session.procedure is None:
        return {}
    return {"form": {"operator": session.procedure.operator, "started_at": session.procedure.started_at.isoformat()}}


def _booked(asked: Asked) -> Plain:
    booking = asked.session.booking if asked.session else None
    return {"at": booking.at.isoformat()} if booking and booking.at > asked.now else {}


def _repeat(asked: Asked) -> Plain:
    day: datetime = asked.now.astimezone(asked.site.policy.zone)
    return {"on": day.date().isoformat()}


_BY_COMMAND: Mapping[str, Callable[[Asked], Plain]] = {
    "CorrectRequest": _whole("request", lambda asked: _episode(asked).request),
    "Assess": _whole("assessment", lambda asked: _episode(asked).assessment),
    "PlaceOrder": _order,
    "AnswerScreening": _whole("answers", lambda asked: _episode(asked).screening_answers),
    "ContactPrescriber": _at("contact.at"),
    "Book": _booked,
    "ConfirmToday": _again("confirmation"),
    "DrawUp": _syringe,
    "PrepareSkin": _skin,
    "SignInPatient": _again("sign_in"),
    "RecordProcedure": _form,
    "RecordGiven": _at("given.at"),
    "RecordSedative": _at("sedative.at"),
    "SignOutPatient": _sign_out,
    "RecordRecovery": _at("check.at"),
    "RecordLeftEarly": _at("leaving.at"),
    "AnswerDiary": _at("entry.answered"),
    "RecordTestConditions": _whole("conditions", _of_session("test_conditions")),
    "RecordFunctionBaseline": _whole("baseline", _of_session("function_baseline")),
    "AskRepeat": _repeat,
    "RecordComplication": _at("complication.onset"),
    "FollowComplication": _at("follow_up.at"),
    "WriteNote": _note,
    "SignNote": _signed_text,
}
