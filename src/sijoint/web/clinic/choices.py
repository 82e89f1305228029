"""The lists that a person chooses from in a form: from the register of people, and what the episode holds now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sijoint.clinic.duplicates import duplicates_of, holders_of
from sijoint.clinic.looking import Seen
from sijoint.clinic.standing import standing_findings
from sijoint.model import Finding, Role, Session, Severity
from sijoint.pathway import (
    antithrombotics_taken,
    flags_of,
    is_open,
    open_prompts,
    risks_explained,
    steroid_code,
)
from sijoint.pathway.policy_files import shipped_policies
from sijoint.report.given import agent_name
from sijoint.report.words import day, moment, number
from sijoint.web.clinic.choice import Choice
from sijoint.web.clinic.known_choices import UNITS, known_lists
from sijoint.web.roles import CLINICIANS
from sijoint.web.site import Site


@dataclass(frozen=True)
class Asked:
    """What the lists are made from: whose episode, at which site, who asks, and when."""

    site: Site
    seen: Seen | None
    by: str
    now: datetime

    @cached_property
    def standing(self) -> tuple[Finding, ...]:
        """What stands against the next step, the worst first."""
        if self.seen is None:
            return ()
        seen = self.seen
        return standing_findings(seen.episode, seen.patient, self.site.policy, self.now, seen.others).findings

    @property
    def session(self) -> Session | None:
        return self.seen.episode.sessions[-1] if self.seen and self.seen.episode.sessions else None


def choices_of(name: str, asked: Asked) -> tuple[Choice, ...]:
    """A list by its name in the table of actions. Raises KeyError for no such list."""
    if name.startswith("units:"):
        return tuple(Choice(one, one) for one in UNITS[name.removeprefix("units:")])
    known = known_lists().get(name)
    return known if known is not None else _LISTS[name](asked)


def _people(*roles: Role, but_me: bool = False) -> Callable[[Asked], tuple[Choice, ...]]:
    def listed(asked: Asked) -> tuple[Choice, ...]:
        people = [one for one in asked.site.people.everybody() if one.role in roles]
        return tuple(
            Choice(one.code, f"{one.name}, {one.role}") for one in people if not (but_me and one.code == asked.by)
        )

    return listed


def _blood_thinners(asked: Asked) -> tuple[Choice, ...]:
    answers = asked.seen.episode.screening_answers if asked.seen else None
    return tuple(Choice(one.code, one.name) for one in antithrombotics_taken(answers)) if answers else ()


def _held(asked: Asked) -> tuple[Choice, ...]:
    episode = asked.seen.episode if asked.seen else None
    held = {one.agent for one in episode.prescriber_contacts if one.answer == "hold"} if episode else set()
    return tuple(one for one in _blood_thinners(asked) if one.value in held)


def _findings(asked: Asked) -> tuple[Choice, ...]:
    """What can be decided on now; what is absolute is corrected instead."""
    return tuple(
        Choice(one.code, f"{one.severity}: {one.clinician}", one.clears)
        for one in asked.standing
        if one.severity in (Severity.REVIEW, Severity.STOP)
    )


def standing_severity(code: str, asked: Asked) -> Severity | None:
    """How severe a finding is that stands now; None where none of this code does."""
    return next((one.severity for one in asked.standing if one.code == code), None)


def _risks(asked: Asked) -> tuple[Choice, ...]:
    if asked.session is None:
        return ()
    with_steroid = bool(steroid_code(asked.session.order))
    return tuple(
        Choice(one.name, one.patient, one.rate or "no rate is known")
        for one in risks_explained(asked.site.policy, with_steroid)
    )


def _labels(asked: Asked) -> tuple[Choice, ...]:
    drawn = asked.session.syringes if asked.session else ()
    codes = dict.fromkeys((line.vial.agent, syringe.use) for syringe in drawn for line in syringe.lines)
    return tuple(Choice(agent, agent_name(agent), str(use)) for agent, use in codes)


def _syringes(asked: Asked) -> tuple[Choice, ...]:
    drawn = asked.session.syringes if asked.session else ()
    zone = asked.site.policy.zone
    return tuple(
        Choice(
            one.id,
            f"{one.use}: {', '.join(agent_name(line.vial.agent) for line in one.lines)}, {number(one.drawn_ml)} mL",
            f"drawn up {moment(one.drawn_at, zone)}",
        )
        for one in drawn
    )


def _prompts(asked: Asked) -> tuple[Choice, ...]:
    """Questions of every session that are open or were, the newest first; those answered are left out."""
    sessions = asked.seen.episode.sessions if asked.seen else ()
    zone = asked.site.policy.zone
    found = []
    for session in sessions:
        answered = {one.prompt_id for one in session.entries}
        is_now = {one.id for one in open_prompts(session.prompts, asked.now)}
        found += [
            Choice(one.id, f"{one.label}, due {moment(one.due, zone)}", "open now" if one.id in is_now else "")
            for one in session.prompts
            if one.id not in answered and one.opens <= asked.now
        ]
    back = (Choice("", "none: the patient says that the pain is back"),)
    return (*reversed(found), *back)


def _flagged(asked: Asked) -> tuple[Choice, ...]:
    sessions = asked.seen.episode.sessions if asked.seen else ()
    policy, zone = asked.site.policy, asked.site.policy.zone
    found = [
        Choice(entry.id, f"{moment(entry.answered, zone)}: {flags[0].clinician}")
        for session in sessions
        for entry in session.entries
        if (flags := flags_of(entry, session, policy))
    ]
    return tuple(reversed(found))


def _complications(asked: Asked) -> tuple[Choice, ...]:
    sessions = asked.seen.episode.sessions if asked.seen else ()
    zone = asked.site.policy.zone
    found = [one for session in sessions for one in session.complications]
    return tuple(
        Choice(
            one.id, f"{one.kind}, {one.grade}, began {moment(one.onset, zone)}", "open" if is_open(one) else "closed"
        )
        for one in sorted(found, key=lambda one: not is_open(one))
    )


def _sessions(asked: Asked) -> tuple[Choice, ...]:
    sessions = asked.seen.episode.sessions if asked.seen else ()
    zone = asked.site.policy.zone
    found = [
        Choice(one.order.id, f"session {n}, {one.order.kind}, {one.order.side}, {day(one.procedure.started_at, zone)}")
        for n, one in enumerate(sessions, 1)
        if one.procedure is not None
    ]
    return tuple(reversed(found))


def _duplicates(asked: Asked) -> tuple[Choice, ...]:
    """Requests that may be this one; those that were joined already are left out."""
    if asked.seen is None:
        return ()
    told = duplicates_of(asked.seen.episode.id, asked.site.store, asked.site.policy)
    joined = {one.episode_id for one in asked.seen.episode.joined_requests}
    return tuple(
        Choice(
            one.episode_id,
            f"request {one.episode_id}, {one.days_apart} {'day' if one.days_apart == 1 else 'days'} apart",
            f"the same {one.same_person_by}; {', '.join(one.shared)}",
        )
        for one in told
        if one.episode_id not in joined
    )


def _joined_by(asked: Asked) -> tuple[Choice, ...]:
    """Episodes that hold this request now."""
    if asked.seen is None:
        return ()
    held = holders_of(asked.seen.episode.id, asked.site.store, asked.site.policy)
    return tuple(Choice(one, f"episode {one}") for one in held)


def _note_texts(asked: Asked) -> tuple[Choice, ...]:
    sessions = asked.seen.episode.sessions if asked.seen else ()
    note = next((one.note for one in reversed(sessions) if one.procedure is not None), None)
    if note is None:
        return ()
    zone = asked.site.policy.zone
    versions = [(f"version {n}", f"version {n + 1}", one) for n, one in enumerate(note.versions)]
    addenda = [(f"addendum {n}", f"addendum {n + 1}", one) for n, one in enumerate(note.addenda)]
    return tuple(
        Choice(value, f"{words}, {moment(one.at, zone)}, {one.by}")
        for value, words, one in (*versions, *addenda)
        if one.entered_in_error is None
    )


def _payers(asked: Asked) -> tuple[Choice, ...]:
    """Policies that say for themselves which targets are paid for, and so are a payer's."""
    latest = {one.id: one for one in shipped_policies() if one.extends and "payer_targets" in one.values}
    return tuple(Choice(one.id, one.title.removeprefix("Payer: ")) for one in latest.values())


def _confirmed_by_me(asked: Asked) -> tuple[Choice, ...]:
    """Nobody confirms for somebody else."""
    procedure = asked.session.procedure if asked.session else None
    if procedure is not None and procedure.operator == asked.by:
        return (Choice(asked.by, "I am the operator and confirm what was written for me"),)
    return ()


_LISTS: Mapping[str, Callable[[Asked], tuple[Choice, ...]]] = {
    "blood thinners": _blood_thinners,
    "held": _held,
    "findings": _findings,
    "other clinicians": _people(Role.PHYSICIAN, Role.NURSE, but_me=True),
    "nobody or other clinicians": _people(*CLINICIANS, but_me=True),
    "operators": _people(Role.PHYSICIAN),
    "nobody or operators": _people(Role.PHYSICIAN),
    "risks": _risks,
    "labels": _labels,
    "syringes": _syringes,
    "prompts": _prompts,
    "flagged": _flagged,
    "complications": _complications,
    "performed sessions": _sessions,
    "duplicates": _duplicates,
    "joined by": _joined_by,
    "note texts": _note_texts,
    "payers": _payers,
    "confirmed by me": _confirmed_by_me,
}
