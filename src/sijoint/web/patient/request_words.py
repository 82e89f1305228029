"""What was typed, told back before it is sent: a line for each question, under the page that it can be changed on."""

from dataclasses import dataclass

from sijoint.model import Cause, ConservativeKind, RequestedBy
from sijoint.pathway import Policy, body_map
from sijoint.pathway.request_signs import request_signs
from sijoint.web.forms import Form
from sijoint.web.patient.request_topics import SIDES, Topic


@dataclass(frozen=True)
class ToldBack:
    """One topic; ``lines`` are question and answer."""

    key: str
    title: str
    lines: tuple[tuple[str, str], ...]


def told_back(form: Form, topics: tuple[Topic, ...], policy: Policy) -> tuple[ToldBack, ...]:
    words = {
        "signs": _signs,
        "where": _where,
        "since": _since,
        "tried": _tried,
        "causes": _causes,
        "you": _you,
    }
    return tuple(ToldBack(one.key, one.title, words[one.key](form, policy)) for one in topics)


def area_words(value: str) -> str:
    """``the buttock, left``."""
    for side in ("left", "right"):
        code = value.removesuffix(f"-{side}")
        if code != value and code in body_map():
            return f"{body_map()[code].label}, {side}"
    return body_map()[value].label if value in body_map() else ""


Lines = tuple[tuple[str, str], ...]


def _signs(form: Form, policy: Policy) -> Lines:
    yes = [one.words for one in request_signs(policy) if form.raw(f"sign_{one.code}") == "yes"]
    return (("Urgent signs", "; ".join(yes) or "none"),)


def _where(form: Form, policy: Policy) -> Lines:
    side = SIDES.get(form.raw("side"), "")
    worse = f"{side}; worse: {form.raw('worse')}" if form.raw("side") == "both" and form.raw("worse") else side
    return (("Places", "; ".join(area_words(one) for one in form.all_raw("area"))), ("Side", worse))


def _since(form: Form, policy: Policy) -> Lines:
    return (
        ("What bothers you most", form.raw("reason")),
        ("For how long", f"{form.raw('since_count')} {form.raw('since_unit')}"),
    )


def _tried(form: Form, policy: Policy) -> Lines:
    tried = [kind for kind in ConservativeKind if form.says(f"care_{kind.name.lower()}")]
    lines = []
    for kind in tried:
        name = f"care_{kind.name.lower()}"
        until = form.raw(f"{name}_ended") or "still going on"
        helped = "it helped" if form.raw(f"{name}_helped") == "yes" else "it did not help enough"
        lines.append((kind.value.capitalize(), f"from {form.raw(f'{name}_began')} to {until}; {helped}"))
    return tuple(lines) or (("Tried", "nothing so far"),)


def _causes(form: Form, policy: Policy) -> Lines:
    known = [one for one in form.all_raw("cause") if one in tuple(Cause)]
    return (("May have caused it", "; ".join(known) or "not known"),)


def _you(form: Form, policy: Policy) -> Lines:
    lines = [
        ("Name", f"{form.raw('given_name')} {form.raw('family_name')}"),
        ("Date of birth", form.raw("birth_date")),
        ("Sex", form.raw("sex")),
        ("Telephone or e-mail", form.raw("contact")),
    ]
    if form.raw("asked_by") == RequestedBy.REFERRER:
        lines.append(("Asked by", form.raw("referrer")))
    return tuple(lines)
