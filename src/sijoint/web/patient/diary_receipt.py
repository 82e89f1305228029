"""What comes back for a diary answer that was kept: when it arrived, whether it counts, and what to do at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sijoint.model import DiaryEntry, Finding, Session
from sijoint.model.wire import to_wire
from sijoint.pathway import Policy, diary_notes, on_time, red_flags
from sijoint.web.patient.diary_card import moment_words


@dataclass(frozen=True)
class Receipt:
    """``flags`` are warning signs, worst first; ``notes`` say what else is to be known of the answer."""

    entry: DiaryEntry
    label: str
    in_time: bool
    flags: tuple[Finding, ...]
    notes: tuple[Finding, ...]

    @property
    def number(self) -> str:
        """A short number to name on the telephone."""
        return self.entry.id.replace("-", "")[-6:].upper()


def receipt_for(entry_id: str, session: Session, policy: Policy) -> Receipt | None:
    """The receipt of an answer that is kept; the same however often it is asked for."""
    entry = next((one for one in session.entries if one.id == entry_id), None)
    if entry is None:
        return None
    prompt = next((one for one in session.prompts if one.id == entry.prompt_id), None)
    label = moment_words(prompt) if prompt is not None else "my pain is back"
    in_time = prompt is None or on_time(entry, prompt)
    return Receipt(entry, label, in_time, red_flags(entry, session, policy), diary_notes(entry, session, policy))


def receipt_wire(receipt: Receipt) -> dict[str, Any]:
    """For the phone that sent it."""
    return {
        "kept": receipt.entry.id,
        "number": receipt.number,
        "label": receipt.label,
        "in_time": receipt.in_time,
        "received": to_wire(receipt.entry.received, datetime),
        "flags": [_told(one) for one in receipt.flags],
        "notes": [_told(one) for one in receipt.notes],
    }


def _told(finding: Finding) -> dict[str, str]:
    return {"severity": str(finding.severity), "patient": finding.patient}
