"""The button "my pain is back": an event with questions of its own, which show whether the pain stays."""

from datetime import timedelta

from sijoint.model import Answer, DiaryEntry, DiaryPrompt, Session
from sijoint.pathway.policy import Policy


def pain_back_entries(session: Session) -> tuple[DiaryEntry, ...]:
    """Every press of the button, oldest first."""
    pressed = (one for one in session.entries if one.pain_is_back.answer is Answer.YES)
    return tuple(sorted(pressed, key=lambda one: one.answered))


def pain_back_prompts(entry: DiaryEntry, session: Session, policy: Policy) -> tuple[DiaryPrompt, ...]:
    """The questions that follow a press; none where the button was not pressed or an earlier press is still followed."""
    if entry.pain_is_back.answer is not Answer.YES:
        return ()
    earlier = [one for one in session.prompts if _BACK in one.id]
    if any(one.closes > entry.answered for one in earlier):
        return ()
    number = len({one.id.rpartition("/")[0] for one in earlier}) + 1
    half = timedelta(hours=policy.pain_back_window_hours)
    dues = [(days, entry.answered + timedelta(days=days)) for days in policy.pain_back_ask_days]
    return tuple(
        DiaryPrompt(
            f"{session.order.id}{_BACK}{number}/day-{days}",
            f"{'pain back' if number == 1 else f'pain back ({number})'}, day {days}",
            due,
            due - half,
            due + half,
            asks_function=days == max(policy.pain_back_ask_days),
        )
        for days, due in dues
    )


_BACK = "/back-"  # in the id of a question that follows the button
