"""From the order to the consent: order, screen, override, prepare, consent."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.clearance import finding_and_facts
from sijoint.clinic.commands import (
    AnswerScreening,
    CloseEpisode,
    GiveConsent,
    OverrideFinding,
    PlaceOrder,
    Prepare,
    WithdrawConsent,
)
from sijoint.clinic.judged_again import screened, stopped
from sijoint.clinic.matched_names import require_clinicians
from sijoint.clinic.roles import require_deciders
from sijoint.clinic.situation import Change, CommandRefused, Situation, require_clear, sentences, stepped
from sijoint.model import Consent, EpisodeState, Order, Override, ScreeningSet, Session
from sijoint.pathway import (
    RefusedOverride,
    Step,
    check_consent,
    check_order,
    check_override,
    consent_withdrawn,
    facts_changed,
    next_state,
    order_changed,
    order_rule,
    pauses_of,
    preparation_sheet,
    steroid_code,
)
from sijoint.records import Tag


@carry_out.register
def _(command: PlaceOrder, now: Situation) -> Change:
    """A new session, or another order for one that has not been carried out, which voids what rested on the old one."""
    order = Order(
        id=command.order_id,
        kind=command.kind,
        target=command.target,
        side=command.side,
        recipe=command.recipe,
        sedation=command.sedation,
        rule=order_rule(command.kind, command.target, now.policy),
        ordered_by=command.by,
        at=now.now,
    )
    sessions = now.episode.sessions
    if any(one.order.id == command.order_id for one in sessions):
        raise CommandRefused("an order needs an id of its own: this one is taken")
    pending = sessions[-1] if sessions and sessions[-1].procedure is None else None
    before = replace(now.episode, sessions=sessions[:-1]) if pending else now.episode
    next_state(now.episode.state, Step.PLACE_ORDER)  # an illegal step is told before the recipe is judged
    check = check_order(order, before, now.patient, now.policy, now.now, now.others_of_patient())
    if stopped(check):
        raise CommandRefused(f"the order is refused: {sentences(check)}", check.findings)
    session = order_changed(pending, order) if pending else Session(order)
    session = replace(session, recipe_check=check)
    state = next_state(now.episode.state, Step.PLACE_ORDER, session)
    return Change(
        replace(now.episode, state=state, sessions=(*before.sessions, session)), Tag.ORDER_PLACED, check.findings
    )


@carry_out.register
def _(command: AnswerScreening, now: Situation) -> Change:
    """New answers void clearance, sheet and the day's checks; then everything is judged on what is known now."""
    require_clinicians(command.answers, now.role_of)
    session = facts_changed(now.session)
    history = (*now.episode.screening_history, ScreeningSet(now.now, command.by, command.answers))
    return screened(now, replace(now.episode, screening_answers=command.answers, screening_history=history), session)


@carry_out.register
def _(command: OverrideFinding, now: Situation) -> Change:
    """One finding on the facts then seen."""
    if now.episode.state not in (EpisodeState.NEEDS_REVIEW, EpisodeState.STOPPED):
        raise CommandRefused(f"nothing waits for a decision while the episode is {now.episode.state}")
    finding, facts = finding_and_facts(now, command.code)
    require_deciders(finding.severity, command.by, command.second, now.role_of)
    override = Override(command.code, command.reason_code, command.reason, command.by, command.second, facts)
    try:
        check_override(override, finding, facts)
    except RefusedOverride as refusal:
        raise CommandRefused(str(refusal), (finding,)) from None
    session = replace(now.session, overrides=(*now.session.overrides, override))
    change = screened(now, now.episode, session)
    return replace(change, tag=Tag.FINDING_OVERRIDDEN)


@carry_out.register
def _(command: Prepare, now: Situation) -> Change:
    sheet = preparation_sheet(now.episode, now.patient, now.policy, now.now)
    told = (*now.session.pauses_told, *pauses_of(now.episode, now.policy, now.now))
    session = replace(now.session, preparation=sheet, pauses_told=told)
    return Change(stepped(now, Step.PREPARE, session), Tag.PREPARATION_MADE)


@carry_out.register
def _(command: GiveConsent, now: Situation) -> Change:
    session = replace(now.session, consent=command.consent)
    episode = stepped(now, Step.CONSENT, session)
    check = check_consent(command.consent, session, now.policy, now.now)
    require_clear("consent is not valid", check)
    return Change(episode, Tag.CONSENT_RECORDED, check.findings)


@carry_out.register
def _(command: WithdrawConsent, now: Situation) -> Change:
    """The patient says no, before or after consent: the refusal is kept, and nothing more may be given on it."""
    order = now.session.order
    never = Consent(now.now, None, order.target, order.kind, steroid_code(order), ())
    asked = now.session if now.session.consent is not None else replace(now.session, consent=never)
    session = consent_withdrawn(asked, command.by, now.now, command.reason)
    return Change(stepped(now, Step.WITHDRAW_CONSENT, session), Tag.CONSENT_WITHDRAWN)


@carry_out.register
def _(command: CloseEpisode, now: Situation) -> Change:
    return Change(stepped(now, Step.CLOSE), Tag.EPISODE_CLOSED)
