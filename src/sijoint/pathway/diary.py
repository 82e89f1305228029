"""The diary: which questions when, with windows that open and close round the drug that was given."""

from datetime import UTC, datetime, timedelta, tzinfo

from sijoint.model import DiaryEntry, DiaryPrompt, Order, OrderKind
from sijoint.pathway.doses import steroid_agents
from sijoint.pathway.policy import DiarySlot, Policy


def diary_prompts(
    order: Order, injected_at: datetime, policy: Policy, zone: tzinfo | None = None
) -> tuple[DiaryPrompt, ...]:
    """The prompts of one injection, in order of time. Evening and morning are by the clinic's clock, or another ``zone``.

    A test that holds steroid is asked as both: hour by hour for the block, week by week for the steroid.
    """
    slots = {slot.label: slot for slot in _slots(order, policy)}
    prompts = [_prompt(slot, order, injected_at, policy, zone or policy.zone) for slot in slots.values()]
    return tuple(sorted((one for one in prompts if one is not None), key=lambda one: one.due))


def _slots(order: Order, policy: Policy) -> tuple[DiarySlot, ...]:
    if order.kind is OrderKind.THERAPEUTIC:
        return policy.diary_therapeutic
    later = tuple(one for one in policy.diary_therapeutic if one.days >= 1) if steroid_agents(order) else ()
    return (*policy.diary_diagnostic, *later)


def _prompt(slot: DiarySlot, order: Order, injected: datetime, policy: Policy, zone: tzinfo) -> DiaryPrompt | None:
    """None for a question of the same day whose hour has passed, or comes within the hour after the injection."""
    if slot.minutes is not None:
        due = injected + timedelta(minutes=slot.minutes)
    else:
        local = injected.astimezone(zone) + timedelta(days=slot.days)
        due = local.replace(hour=slot.hour, minute=0, second=0, microsecond=0).astimezone(UTC)
        if due < injected + timedelta(hours=1):
            return None
    opens, closes = timedelta(minutes=slot.opens_min_before), timedelta(minutes=slot.closes_min_after)
    identity = f"{order.id}/{slot.label.replace(' ', '-')}"
    asks_function = slot.minutes is None and slot.days in policy.function_days
    return DiaryPrompt(identity, slot.label, due, due - opens, due + closes, asks_function)


def on_time(entry: DiaryEntry, prompt: DiaryPrompt) -> bool:
    """Whether the answer was given inside the prompt's window; what the phone or server knew later does not count."""
    return prompt.opens <= entry.answered <= prompt.closes


def open_prompts(prompts: tuple[DiaryPrompt, ...], now: datetime) -> tuple[DiaryPrompt, ...]:
    """The questions that may be answered in time now."""
    return tuple(one for one in prompts if one.opens <= now <= one.closes)


def missed_prompts(
    prompts: tuple[DiaryPrompt, ...], entries: tuple[DiaryEntry, ...], now: datetime
) -> tuple[DiaryPrompt, ...]:
    """Closed without an answer: for the call list."""
    answered = {one.prompt_id for one in entries}
    return tuple(one for one in prompts if one.closes < now and one.id not in answered)
