"""What each command of a page was answered with, so that the same id again is answered as the first time."""

from typing import Any

from sijoint.model import Finding
from sijoint.model.wire import to_wire
from sijoint.room.events import Event, Refused
from sijoint.web.room.wire import written


class Answers:
    """By command id. None: taken, not answered yet."""

    def __init__(self) -> None:
        self._words: dict[str, list[str] | None] = {}

    def taken_before(self, message: dict[str, Any]) -> list[str] | None:
        """The words for a message that was taken before (none yet: an empty list); None for a new one, which is taken now.

        The end of a press may have the id of its beginning, and is a message of its own; once the press is over it is late.
        """
        name = message["id"]
        up = message["kind"] == "pedal" and message.get("down") is False
        key = f"{name} up" if up and name in self._words else name
        if key in self._words:
            return self._words[key] or []
        if key != name:
            self._words[key] = []
            return [] if self._words[name] is not None else None
        self._words[name] = None
        return None

    def answered(self, command_id: str, words: list[str]) -> bool:
        """Keep the words; whether a page waits for them."""
        waits = command_id in self._words and self._words[command_id] is None
        self._words[command_id] = words
        return waits

    def give_up(self) -> list[str]:
        """Ids that were not answered: they may be asked for again."""
        lost = [name for name, words in self._words.items() if words is None]
        for name in lost:
            del self._words[name]
        return lost


def answer_words(command_id: str, events: tuple[Event, ...]) -> list[str]:
    """What happened, then what was refused."""
    refused = [event for event in events if isinstance(event, Refused)]
    done = [event for event in events if not isinstance(event, Refused)]
    words = []
    if done or not refused:
        words.append(written("events", command_id=command_id, events=[to_wire(one, Event) for one in done]))
    return words + [refusal_words(command_id, one.sentence, one.findings) for one in refused]


def refusal_words(command_id: str, sentence: str, findings: tuple[Finding, ...] = ()) -> str:
    return written("refused", command_id=command_id, sentence=sentence, findings=findings_told(findings))


def findings_told(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    return [{"code": one.code, "severity": str(one.severity), "sentence": one.clinician} for one in findings]
