"""Pauses that a sheet has told: kept when the sheet is void, so that nobody goes on without a blood thinner in vain."""

from collections.abc import Mapping
from datetime import datetime

from sijoint.model import Episode, EpisodeState, PauseTold
from sijoint.pathway.antithrombotic_plan import Pause, antithrombotic_plan, paused
from sijoint.pathway.policy import Policy

OVER = (EpisodeState.CLOSED, EpisodeState.DECLINED, EpisodeState.REDIRECTED)  # nothing more will be injected


def pauses_of(episode: Episode, policy: Policy, now: datetime) -> tuple[PauseTold, ...]:
    """The pauses that a sheet made now would tell the patient of."""
    booking = episode.sessions[-1].booking if episode.sessions else None
    if booking is None:
        return ()
    return tuple(
        PauseTold(agent, booking.at, one.last_dose_by, one.restart_at, now)
        for agent, one in _standing(episode, policy).items()
    )


def pauses_void(episode: Episode, policy: Policy) -> tuple[PauseTold, ...]:
    """What the current session's sheets told and no longer stands: another appointment or none, or another answer since."""
    session = episode.sessions[-1] if episode.sessions else None
    if session is None or session.procedure is not None:
        return ()
    standing = _standing(episode, policy)
    return tuple(one for one in session.pauses_told if not _same(one, standing.get(one.agent)))


def void_since(told: PauseTold, episode: Episode, now: datetime) -> datetime:
    """When a told pause ceased to stand: the last change of appointment, answers or prescribers' words after it was told."""
    changes = [
        *(one.at for one in episode.sessions[-1].booking_changes),
        *(one.at for one in episode.screening_history),
        *(one.signed_at or one.at for one in episode.prescriber_contacts),
    ]
    return max((one for one in changes if told.told_at <= one <= now), default=told.told_at)


def _standing(episode: Episode, policy: Policy) -> Mapping[str, Pause]:
    session = episode.sessions[-1] if episode.sessions else None
    if session is None or session.booking is None or episode.screening_answers is None or episode.state in OVER:
        return {}
    return paused(antithrombotic_plan(episode.screening_answers, episode.prescriber_contacts, session.booking, policy))


def _same(told: PauseTold, pause: Pause | None) -> bool:
    return pause is not None and (told.last_dose_by, told.restart_at) == (pause.last_dose_by, pause.restart_at)
