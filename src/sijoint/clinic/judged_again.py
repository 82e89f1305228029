"""A session judged anew after a fact has changed, and the state that follows."""

from dataclasses import replace

from sijoint.clinic.clearance import clearance, with_session
from sijoint.clinic.situation import Change, Situation
from sijoint.model import Assessed, Decision, Episode, Session
from sijoint.pathway import Step, facts_changed, next_state, screening_step
from sijoint.records import Tag

SCREENED = {
    Step.SCREEN_CLEAR: Tag.SCREENING_CLEARED,
    Step.SCREEN_REVIEW: Tag.SCREENING_REVIEW,
    Step.SCREEN_STOP: Tag.SCREENING_STOPPED,
}


def stopped(assessed: Assessed) -> bool:
    return assessed.decision in (Decision.STOP, Decision.ABSOLUTE)


def screened(now: Situation, episode: Episode, session: Session) -> Change:
    """The session judged on these facts, and the state that follows."""
    judged = clearance(now, with_session(episode, session), session)
    session = replace(session, recipe_check=judged.order, screening=judged.screening)
    assessed = judged.together
    step = screening_step(assessed.decision)
    state = next_state(now.episode.state, step, session)
    return Change(replace(with_session(episode, session), state=state), SCREENED[step], assessed.findings)


def judged_again(now: Situation, episode: Episode, step: Step, tag: Tag) -> Change:
    """What rests on a corrected request or another assessment: an order that waits loses its clearance, the sheet and the
    day's checks, and is judged on what is known now."""
    state = next_state(now.episode.state, step)
    session = episode.sessions[-1] if episode.sessions else None
    if session is None or session.procedure is not None or session.screening is None:
        return Change(replace(episode, state=state), tag)
    return replace(screened(now, episode, facts_changed(session)), tag=tag)
