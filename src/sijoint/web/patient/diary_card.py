"""What the diary asks now and what the phone needs to ask it without a network: questions, signs, the table of flags.

The card holds no name, no birth date and no answer that was given.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sijoint.model import DiaryPrompt, Episode, Session
from sijoint.model.wire import to_wire
from sijoint.pathway import FlagTable, Policy, flag_table, language
from sijoint.pathway.diary_questions import SignAsked, signs_asked
from sijoint.pathway.units import mg_dl_per_mmol_l


@dataclass(frozen=True)
class Question:
    """``answered``: an answer is kept already."""

    id: str
    label: str
    due: datetime
    opens: datetime
    closes: datetime
    asks_function: bool
    answered: bool


@dataclass(frozen=True)
class Diary:
    """The diary of the newest injection that has one; ``movement`` is the patient's own worst one."""

    session: Session
    questions: tuple[Question, ...]
    signs: tuple[SignAsked, ...]
    flags: FlagTable
    movement: str
    emergency_phone: str
    clinic_phone: str
    now: datetime

    @property
    def prompts(self) -> tuple[DiaryPrompt, ...]:
        return self.session.prompts

    @property
    def open(self) -> tuple[Question, ...]:
        """What may be answered in time now and is not answered yet, the one that closes first at the front."""
        waiting = (one for one in self.questions if not one.answered and one.opens <= self.now <= one.closes)
        return tuple(sorted(waiting, key=lambda one: one.closes))

    @property
    def missed(self) -> tuple[Question, ...]:
        """Closed without an answer, the newest first: an answer is still kept, and told not to count."""
        closed = [one for one in self.questions if not one.answered and one.closes < self.now]
        return tuple(reversed(closed))

    @property
    def next(self) -> Question | None:
        return min((one for one in self.questions if one.opens > self.now), key=lambda one: one.opens, default=None)

    @property
    def asks_function(self) -> bool:
        """Whether a question that can be answered now asks about daily life too."""
        return any(one.asks_function for one in (*self.open, *self.missed))


def diary_of(episode: Episode, policy: Policy, now: datetime) -> Diary | None:
    """None before an injection has given the diary its times."""
    session = next((one for one in reversed(episode.sessions) if one.prompts), None)
    if session is None:
        return None
    given = {one.prompt_id for one in session.entries}
    left = session.discharge.at if session.discharge else None
    at_home = [one for one in session.prompts if left is None or one.closes > left]  # the nurse asks the others
    told = language()
    return Diary(
        session=session,
        questions=tuple(_question(one, one.id in given) for one in at_home),
        signs=signs_asked(session, episode, policy, now, told),
        flags=flag_table(session, policy),
        movement=episode.assessment.index_movement if episode.assessment else "",
        emergency_phone=told.site(policy.emergency_phone),
        clinic_phone=told.site(policy.clinic_phone),
        now=now,
    )


def _question(prompt: DiaryPrompt, answered: bool) -> Question:
    return Question(
        prompt.id, moment_words(prompt), prompt.due, prompt.opens, prompt.closes, prompt.asks_function, answered
    )


def moment_words(prompt: DiaryPrompt) -> str:
    """The moment asked about, as a patient reads it."""
    return f"{prompt.label} after the injection" if prompt.label.endswith((" min", " h")) else prompt.label


def phone_card(diary: Diary) -> dict[str, Any]:
    """What the phone keeps, as JSON values."""
    return {
        "now": to_wire(diary.now, datetime),
        "questions": to_wire(diary.questions, tuple[Question, ...]),
        "signs": to_wire(diary.signs, tuple[SignAsked, ...]),
        "flags": to_wire(diary.flags, FlagTable),
        "mg_dl_per_mmol_l": str(mg_dl_per_mmol_l()),
        "movement": diary.movement,
        "emergency_phone": diary.emergency_phone,
        "clinic_phone": diary.clinic_phone,
    }
