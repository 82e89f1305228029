"""From the request to the answer of the visit: what was tried, who pays, one person asking twice, accept or not."""

from dataclasses import replace

from sijoint.clinic.appointments import without_appointment
from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import (
    Assess,
    CloseAsDuplicate,
    CorrectRequest,
    JoinRequest,
    LogConservativeCare,
    RecordAuthorisation,
)
from sijoint.clinic.judged_again import judged_again, stopped
from sijoint.clinic.situation import Change, CommandRefused, Situation, sentences, stepped
from sijoint.model import JoinedRequest, Referral
from sijoint.pathway import Step, assess_referral, check_authorisation, check_request, same_person
from sijoint.records import Tag

REFERRALS = {Referral.ACCEPT: Step.ACCEPT, Referral.DECLINE: Step.DECLINE, Referral.REDIRECT: Step.REDIRECT}


@carry_out.register
def _(command: Assess, now: Situation) -> Change:
    """Accepting needs an assessment that nothing stops, declining one without anything dangerous; redirecting is always
    possible. An assessment made again takes the clearance of a waiting order away until that is judged again."""
    told = command.assessment
    assessed = assess_referral(now.episode.request, told, now.policy, now.now, now.episode.care_log)
    if told.referral is Referral.ACCEPT and stopped(assessed):
        raise CommandRefused(f"the referral cannot be accepted: {sentences(assessed)}", assessed.findings)
    if told.referral is Referral.DECLINE and any(one.code == "referral.red-flag-declined" for one in assessed.findings):
        raise CommandRefused(f"the patient cannot be declined only: {sentences(assessed)}", assessed.findings)
    step = REFERRALS[told.referral]
    if told.referral is Referral.ACCEPT:
        change = judged_again(now, replace(now.episode, assessment=told), step, Tag.EPISODE_ASSESSED)
        return replace(change, findings=(*assessed.findings, *change.findings))
    episode = stepped(now, step, assessment=told)
    return Change(without_appointment(episode, command.by, told.reason, now), Tag.EPISODE_ASSESSED, assessed.findings)


@carry_out.register
def _(command: CorrectRequest, now: Situation) -> Change:
    """What was asked is put right, such as a side that nobody stated; as it was asked first stays on record."""
    if not command.reason.strip():
        raise CommandRefused("say how the request is known to be wrong")
    before = JoinedRequest(now.episode.id, now.episode.request, command.by, now.now, command.reason)
    corrected = replace(now.episode, request=command.request, earlier_requests=(*now.episode.earlier_requests, before))
    change = judged_again(now, corrected, Step.CORRECT_REQUEST, Tag.REQUEST_CORRECTED)
    told = check_request(command.request, now.policy, now.now, now.episode.assessment)
    return replace(change, findings=(*told.findings, *change.findings))


@carry_out.register
def _(command: LogConservativeCare, now: Situation) -> Change:
    """Dates that cannot be are refused here, where whoever typed them can still put them right."""
    care = command.care
    if care.began > now.policy.day(now.now):
        raise CommandRefused("this care would begin in the future: log what has been done")
    if care.ended is not None and care.ended < care.began:
        raise CommandRefused("this care would end before it began: check both dates")
    return Change(stepped(now, Step.LOG_CARE, care_log=(*now.episode.care_log, care)), Tag.CARE_LOGGED)


@carry_out.register
def _(command: RecordAuthorisation, now: Situation) -> Change:
    """The newest of a payer and number replaces what was known of it; what it lacks is told, and holds nothing back."""
    told = command.authorisation
    known = now.episode.authorisations
    others = tuple(one for one in known if (one.payer, one.number) != (told.payer, told.number))
    episode = stepped(now, Step.RECORD_AUTHORISATION, authorisations=(*others, told))
    session = episode.sessions[-1] if episode.sessions else None
    on = session.booking.at if session is not None and session.booking is not None else now.now
    check = check_authorisation(episode, now.policy.day(on), now.policy)
    return Change(episode, Tag.AUTHORISATION_RECORDED, check.findings)


@carry_out.register
def _(command: JoinRequest, now: Situation) -> Change:
    """A person says that the other request is the same one: it is kept here as it was. The other episode is closed next."""
    found = now.other_episode(command.other_episode_id)
    if found is None or command.other_episode_id == now.episode.id:
        raise CommandRefused("there is no such other request: check the id of its episode")
    other, patient = found
    if not same_person(now.patient, patient):
        raise CommandRefused("the other request is of another person: names or birth dates differ, nothing is joined")
    if other.joined_into:
        raise CommandRefused(f"the other request was joined to episode {other.joined_into!r} already")
    if any(one.episode_id == other.id for one in now.episode.joined_requests):
        raise CommandRefused("the other request is joined already: close its episode as a duplicate")
    if not command.reason.strip():
        raise CommandRefused("say why both are one request")
    joined = JoinedRequest(other.id, other.request, command.by, now.now, command.reason)
    kept = (*now.episode.joined_requests, *other.joined_requests, joined)
    care = (*now.episode.care_log, *other.care_log)
    episode = stepped(now, Step.JOIN_REQUEST, joined_requests=kept, care_log=care)
    return Change(episode, Tag.REQUEST_JOINED)


@carry_out.register
def _(command: CloseAsDuplicate, now: Situation) -> Change:
    """Only once the other episode holds this request, so that nothing is lost in between."""
    found = now.other_episode(command.joined_into)
    if found is None or not any(one.episode_id == now.episode.id for one in found[0].joined_requests):
        raise CommandRefused("the other episode does not hold this request yet: join it there first")
    episode = stepped(now, Step.CLOSE_DUPLICATE, joined_into=command.joined_into)
    return Change(episode, Tag.EPISODE_CLOSED)
