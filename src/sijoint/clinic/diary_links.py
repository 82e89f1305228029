"""Links that open one episode's diary without an account: given out and taken back by staff, each a line in the ledger."""

import secrets
from dataclasses import replace
from datetime import datetime

from sijoint.clinic.register_rules import require_may
from sijoint.clinic.situation import CommandRefused
from sijoint.records import DiaryLink, Store, StoreRefused, Tag, diary_links


def make_diary_link(
    store: Store, episode_id: str, until: datetime, *, by: str, at: datetime, console: bool = False
) -> DiaryLink:
    """A new link to an episode's diary, until a moment. Raises CommandRefused."""
    link = DiaryLink(secrets.token_urlsafe(12), episode_id, until)
    with store.unit_of_work() as work:
        if not console:
            require_may("MakeDiaryLink", work.account(by))
        if until <= at:
            raise CommandRefused("the link would be over already: choose a later day")
        if not work.holds_episode(episode_id):
            raise CommandRefused("there is no such episode: look at the list again")
        work.save_diary_link(link, 0, by)
        work.commit(Tag.DIARY_LINK_MADE, at=at, episode_id=episode_id)
    return link


def take_back_diary_link(store: Store, link_id: str, *, by: str, at: datetime, console: bool = False) -> DiaryLink:
    """Whoever has the link can no longer open the diary. Raises CommandRefused."""
    link = diary_link(store, link_id)
    if link is None or link.taken_back:
        raise CommandRefused("there is no such link, or it was taken back before: look at the list again")
    with store.unit_of_work() as work:
        if not console:
            require_may("TakeBackDiaryLink", work.account(by))
        work.save_diary_link(link, 1, by)
        work.commit(Tag.DIARY_LINK_TAKEN_BACK, at=at, episode_id=link.episode_id)
    return replace(link, taken_back=True)


def diary_link(store: Store, link_id: str) -> DiaryLink | None:
    """A link as it is now; None where there is none."""
    with store.reading() as connection:
        return diary_links.diary_link(connection, link_id)


def diary_links_of(store: Store, episode_id: str) -> tuple[DiaryLink, ...]:
    """Every link to an episode's diary, also those taken back."""
    with store.reading() as connection:
        return diary_links.diary_links_of(connection, episode_id)


def is_born_in(store: Store, episode_id: str, year: int) -> bool:
    """Whether the patient of an episode was born in this year: the one question before a diary opens.

    Answers nothing about anybody else, and no on an episode that is not there; the asker is held to a few tries.
    """
    try:
        return store.patient(store.episode(episode_id).patient_id).birth_date.year == year
    except StoreRefused:
        return False
