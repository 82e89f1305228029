"""What prescribers of blood thinners answer, and a physician's signature: only then does a pause reach the patient."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import ContactPrescriber, SignHold
from sijoint.clinic.judged_again import screened
from sijoint.clinic.situation import Change, CommandRefused, Situation, require_clear
from sijoint.model import PrescriberContact, Role
from sijoint.pathway import NothingToSign, Step, check_contact, facts_changed, hold_to_sign, next_state
from sijoint.records import Tag


@carry_out.register
def _(command: ContactPrescriber, now: Situation) -> Change:
    """A prescriber's answer may clear a finding and always changes the sheet."""
    next_state(now.episode.state, Step.CONTACT_PRESCRIBER)
    require_clear("the prescriber's answer is not kept", check_contact(command.contact, now.now))
    _require_own_signature(command, now)
    booking = now.session.booking
    signed_for = booking.at if booking is not None and command.contact.signed_by.strip() else None
    return _written_down(replace(command.contact, signed_for=signed_for), now, Tag.PRESCRIBER_CONTACTED)


@carry_out.register
def _(command: SignHold, now: Situation) -> Change:
    """The prescriber's answer is written down again with the signature; the sheet made before holds no more."""
    next_state(now.episode.state, Step.CONTACT_PRESCRIBER)
    episode, booking = now.episode, now.session.booking
    try:
        signed = hold_to_sign(
            command.agent,
            episode.screening_answers,
            episode.prescriber_contacts,
            booking,
            now.policy,
            now.now,
            command.by,
        )
    except NothingToSign as refusal:
        raise CommandRefused(str(refusal)) from None
    return _written_down(signed, now, Tag.HOLD_SIGNED)


def _written_down(contact: PrescriberContact, now: Situation, tag: Tag) -> Change:
    episode = replace(now.episode, prescriber_contacts=(*now.episode.prescriber_contacts, contact))
    if now.episode.screening_answers is None or now.session.screening is None:
        return Change(replace(episode, state=next_state(now.episode.state, Step.CONTACT_PRESCRIBER)), tag)
    return replace(screened(now, episode, facts_changed(now.session)), tag=tag)


def _require_own_signature(command: ContactPrescriber, now: Situation) -> None:
    """Nobody signs for a physician."""
    signer = command.contact.signed_by.strip()
    if not signer:
        return
    if signer != command.by.strip():
        raise CommandRefused(
            "a physician signs with a command of their own: leave the signature out, then sign the hold"
        )
    if now.role_of is not None and now.role_of(signer) is not Role.PHYSICIAN:
        raise CommandRefused("a pause is signed by a physician: leave the signature out, then have it signed")
