"""One command, one transaction, one ledger line, one answer for ever."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

# Imported for the handlers that they register.
from sijoint.clinic import (  # noqa: F401
    afterwards,
    before_the_day,
    bookings,
    complications,
    diary,
    drawing_up,
    notes,
    on_the_day,
    packets,
    prescribers,
    recovery,
    requests,
    room_events,
    written_down,
)
from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import ClinicCommand, RequestAppointment
from sijoint.clinic.outcome import Outcome
from sijoint.clinic.roles import require_role
from sijoint.clinic.situation import Change, CommandRefused, RoleOf, Situation
from sijoint.model import Episode, EpisodeState, Finding, Patient
from sijoint.model.wire import from_wire_text, to_wire
from sijoint.pathway import (
    IllegalStep,
    NothingToJudge,
    NothingToPrepare,
    NothingToTakeHome,
    Policy,
    RefusedNote,
    SitePolicies,
    check_request,
    policy_at,
)
from sijoint.records import KeptCommand, Store, StoreRefused, Tag, UnitOfWork, canonical

Clock = Callable[[], datetime]
REFUSALS = (
    CommandRefused,
    IllegalStep,
    NothingToJudge,
    NothingToPrepare,
    NothingToTakeHome,
    RefusedNote,
    StoreRefused,
)


@dataclass(frozen=True)
class KeptOutcome:
    """What was answered, as it is kept beside the command; the episode is found by its version."""

    accepted: bool
    version: int
    findings: tuple[Finding, ...]
    refusal: str


def handle(
    command: ClinicCommand,
    store: Store,
    policy: Policy | SitePolicies,
    clock: Clock,
    role_of: RoleOf | None = None,
) -> Outcome:
    """Carry out a command, or refuse it with a sentence and findings; either way it is durable when this returns.

    The policy is that of the day at the clinic; what an order froze is judged by the version it froze. The same id and
    contents are answered as the first time. ``role_of`` is the register of people; without one nobody is
    held back by role. Raises StoreRefused when the store itself cannot write, UnreadablePolicy when none is in force.
    """
    with store.unit_of_work() as work:
        try:
            body = canonical(to_wire(command))
        except StoreRefused as refusal:
            return _refused_unkept(command, work, clock(), str(refusal))
        first = work.command(command.id)
        if first is not None:
            return _first_answer(command, body, first, work)
        now = clock()
        if isinstance(command, RequestAppointment):
            return _open_episode(command, body, work, policy_at(policy, now), now, role_of)
        if not work.holds_episode(command.episode_id):
            return _refused_unkept(command, work, now, f"there is no episode {command.episode_id!r}: check the id")
        return _carry_out(command, body, work, policy, now, role_of)


def _carry_out(
    command: ClinicCommand,
    body: str,
    work: UnitOfWork,
    policies: Policy | SitePolicies,
    now: datetime,
    role_of: RoleOf | None,
) -> Outcome:
    before = work.episode(command.episode_id)
    situation = Situation(
        episode=before,
        patient=work.patient(before.patient_id),
        policy=policy_at(policies, now),
        now=now,
        store_kind=work.kind,
        origin_of_image=lambda sha256: _origin(work, before.id, sha256),
        other_episode=lambda identity: _other(work, identity),
        role_of=role_of,
        others_of_patient=lambda: tuple(one for one in work.episodes_of(before.patient_id) if one.id != before.id),
        site_readiness=work.site_readiness,
        policies=policies,
    )
    try:
        require_role(command, role_of)
        _unchanged_meanwhile(command, before)
        change = carry_out(command, situation)
        after = replace(change.episode, version=before.version + 1)
        work.save_episode(after)
    except REFUSALS as refusal:
        findings = refusal.findings if isinstance(refusal, CommandRefused) else ()
        return _refuse(command, body, work, now, before, str(refusal), findings)
    _remember(command, body, work, KeptOutcome(True, after.version, change.findings, ""))
    work.commit(change.tag, at=now, episode_id=after.id, command_id=command.id)
    return Outcome(True, after, change.findings)


def _open_episode(
    command: RequestAppointment, body: str, work: UnitOfWork, policy: Policy, now: datetime, role_of: RoleOf | None
) -> Outcome:
    """A new episode, and the patient where not kept yet; a kept patient keeps the record that is there."""
    episode = Episode(
        id=command.episode_id,
        patient_id=command.patient.id,
        state=EpisodeState.REQUESTED,
        version=0,
        request=command.request,
    )
    try:
        require_role(command, role_of)
        if not work.holds_patient(command.patient.id):
            work.add_patient(command.patient)
        elif work.patient(command.patient.id).birth_date != command.patient.birth_date:
            raise CommandRefused(
                "under this patient id somebody with another birth date is kept: check who asks, or use another id"
            )
        work.add_episode(episode)
    except (CommandRefused, StoreRefused) as refusal:
        work.undo()
        return _refused_unkept(command, work, now, str(refusal))
    findings = check_request(command.request, policy, now).findings
    change = Change(episode, Tag.EPISODE_REQUESTED, findings)
    _remember(command, body, work, KeptOutcome(True, 0, findings, ""))
    work.commit(change.tag, at=now, episode_id=episode.id, command_id=command.id)
    return Outcome(True, episode, findings)


def _refuse(
    command: ClinicCommand,
    body: str,
    work: UnitOfWork,
    now: datetime,
    episode: Episode,
    sentence: str,
    findings: tuple[Finding, ...],
) -> Outcome:
    """Nothing changes but the record that this was asked and refused, with the codes of why."""
    _remember(command, body, work, KeptOutcome(False, episode.version, findings, sentence))
    work.commit(Tag.COMMAND_REFUSED, at=now, episode_id=episode.id, command_id=command.id)
    return Outcome(False, episode, findings, sentence)


def _refused_unkept(command: ClinicCommand, work: UnitOfWork, now: datetime, sentence: str) -> Outcome:
    """Without a patient whose key could seal it, the command's contents are not kept, only that one was refused."""
    work.commit(Tag.COMMAND_REFUSED, at=now, command_id=command.id)
    return Outcome(False, None, (), sentence)


def _first_answer(command: ClinicCommand, body: str, first: KeptCommand, work: UnitOfWork) -> Outcome:
    if (first.name, first.body) != (type(command).__name__, body):
        sentence = "this command id was used before with other contents: send the new command under a new id"
        return Outcome(False, work.episode(first.episode_id), (), sentence)
    kept: KeptOutcome = from_wire_text(KeptOutcome, first.outcome)
    episode = work.episode(first.episode_id, kept.version)
    return Outcome(kept.accepted, episode, kept.findings, kept.refusal)


def _remember(command: ClinicCommand, body: str, work: UnitOfWork, outcome: KeptOutcome) -> None:
    name = type(command).__name__
    work.remember(KeptCommand(command.id, command.episode_id, name, body, canonical(to_wire(outcome))))


def _unchanged_meanwhile(command: ClinicCommand, episode: Episode) -> None:
    if command.seen_version is not None and command.seen_version != episode.version:
        raise CommandRefused(
            f"the episode was changed by somebody else meanwhile (version {episode.version}, you saw "
            f"{command.seen_version}): look at it again, then repeat what you did"
        )


def _other(work: UnitOfWork, identity: str) -> tuple[Episode, Patient] | None:
    if not work.holds_episode(identity):
        return None
    episode = work.episode(identity)
    return episode, work.patient(episode.patient_id)


def _origin(work: UnitOfWork, episode_id: str, sha256: str) -> str | None:
    image = work.image(episode_id, sha256)
    return None if image is None else image.origin
