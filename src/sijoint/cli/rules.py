"""``sij screen``, ``prepare``, ``dose``, ``verdict`` and ``repeat``: one rule on a file of facts, without a store."""

from dataclasses import replace
from datetime import date, datetime

import typer

from sijoint.cli import rule_told as told
from sijoint.cli.rule_asked import (
    AsJson,
    File,
    Now,
    PolicyChoice,
    UnusableQuestion,
    facts_of,
    moment,
    policies_for,
    policy_for,
)
from sijoint.exchange.facts import DoseFacts, PrepareFacts, RepeatFacts, ScreenFacts, VerdictFacts
from sijoint.model import AppointmentRequest, Episode, EpisodeState, Order, RequestedBy, Session
from sijoint.pathway import (
    Policy,
    assessed,
    judge_block,
    judge_pair,
    may_repeat,
    policy_names,
    preparation_sheet,
    recipe_sheet,
    shipped,
)
from sijoint.pathway import (
    screen as screen_rule,
)
from sijoint.report import paper_text, preparation_paper


def screen(file: File, policy: PolicyChoice = None, now: Now = None, as_json: AsJson = False) -> None:
    """Screening: may this patient have this order? Exit code: 0 clear, 10 review, 11 stop, 12 absolute."""
    at = moment(now)
    facts, rules = facts_of(ScreenFacts, file, at), policy_for(policy, at)
    answer = screen_rule(facts.answers, facts.order, facts.patient, facts.contacts, rules, at, facts.booking)
    if as_json:
        told.print_json(told.wire(answer), rules, at)
    else:
        told.tell_assessed("Screening", answer, rules, at)
    raise typer.Exit(told.EXIT_CODES[answer.decision])


def prepare(file: File, policy: PolicyChoice = None, now: Now = None, as_json: AsJson = False) -> None:
    """The preparation sheet for an appointment, made from the answers. Exit code: 0 made."""
    at = moment(now)
    facts, rules = facts_of(PrepareFacts, file, at), policy_for(policy, at)
    request = AppointmentRequest(RequestedBy.REFERRER, facts.order.at, facts.order.side, "")
    episode = Episode(
        facts.order.id,
        facts.patient.id,
        EpisodeState.BOOKED,
        1,
        request,
        screening_answers=facts.answers,
        prescriber_contacts=facts.contacts,
        sessions=(Session(facts.order, booking=facts.booking),),
    )
    sheet = preparation_sheet(episode, facts.patient, rules, at)
    if as_json:
        told.print_json(told.wire(sheet), rules, at)
    else:
        typer.echo(paper_text(preparation_paper(sheet, facts.patient, zone=rules.zone)))


def dose(file: File, policy: PolicyChoice = None, now: Now = None, as_json: AsJson = False) -> None:
    """A recipe against its limits for this patient. Exit code: 0 clear, 10 review, 11 stop, 12 absolute."""
    at = moment(now)
    facts, rules = facts_of(DoseFacts, file, at), policy_for(policy, at)
    sheet = recipe_sheet(
        facts.recipe, facts.target, facts.patient, rules, at, before=facts.given_before, answers=facts.answers
    )
    answer = assessed(sheet.findings)
    if as_json:
        told.print_json({**told.wire(answer), "recipe": told.wire(sheet)}, rules, at)
    else:
        told.tell_recipe(sheet, answer, rules, at)
    raise typer.Exit(told.EXIT_CODES[answer.decision])


def verdict(file: File, policy: PolicyChoice = None, now: Now = None, as_json: AsJson = False) -> None:
    """The verdict on a diagnostic block, by the policy of its order. Exit code: 0 positive or negative, 10 indeterminate."""
    at = moment(now)
    facts = facts_of(VerdictFacts, file, at)
    session = facts.session
    rules, today = _policies_of(session.order, policy, at)
    answer = judge_block(session, rules, at, today)
    pair = None
    if facts.first is not None:
        first = replace(facts.first, verdict=judge_block(facts.first, rules, at))
        pair = judge_pair(first, replace(session, verdict=answer), rules, at)
    if as_json:
        told.print_json({**told.wire(answer), **({"dual": told.wire(pair)} if pair else {})}, rules, at)
    else:
        told.tell_verdict(answer, rules, at)
        if pair is not None:
            told.tell_pair(pair)
    raise typer.Exit(told.of_verdict(answer))


def _policies_of(order: Order, choice: str | None, at: datetime) -> tuple[Policy, Policy]:
    """The policy that an order says it is judged by, and that of today. Raises UnusableQuestion and UnreadablePolicy."""
    frozen = order.rule
    if choice is not None:
        policies = policies_for(choice)
        same = policies.frozen(frozen) if frozen.policy_id == policies.name else None
        return same or policies.at(order.at), policies.at(at)
    if frozen.policy_id not in policy_names():
        raise UnusableQuestion(
            "the order is judged by a policy that does not ship with SIJoint: give its file with --policy"
        )
    try:
        effective = date.fromisoformat(frozen.policy_effective)
    except ValueError:
        raise UnusableQuestion(
            "session.order.rule.policy_effective is no day: write it as 2026-01-01, or choose a policy with --policy"
        ) from None
    return shipped(frozen.policy_id).on(effective), shipped(frozen.policy_id).at(at)


def repeat(file: File, policy: PolicyChoice = None, now: Now = None, as_json: AsJson = False) -> None:
    """May there be another injection on a day, what is missing, and from when? Exit code: 0 yes, 11 not yet."""
    at = moment(now)
    facts = facts_of(RepeatFacts, file, at)
    rules = policy_for(policy, facts.on)
    answer = may_repeat(facts.episode, rules, facts.on, facts.kind, facts.side, facts.target, facts.earlier)
    if as_json:
        told.print_json(told.wire(answer), rules, at)
    else:
        told.tell_repeat(answer, rules, at)
    raise typer.Exit(told.of_repeat(answer))
