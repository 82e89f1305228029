"""Every paper of an episode by its kind, and all that the facts of an episode already allow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from sijoint.model import Episode, Patient, SealedPacket
from sijoint.pathway import NothingToPrepare, NothingToTakeHome, Policy, evidence_packet
from sijoint.report.clinician_words import NoSuchPaper
from sijoint.report.emergency import emergency_paper
from sijoint.report.labels import labels_paper
from sijoint.report.letter import letter_paper
from sijoint.report.note import note_paper
from sijoint.report.packet import packet_paper
from sijoint.report.paper import Paper
from sijoint.report.sheets import discharge_paper, preparation_paper
from sijoint.report.translated import discharge_in, preparation_in, session_of
from sijoint.report.verdict_card import verdict_paper


class PaperKind(StrEnum):
    PREPARATION = "preparation"
    DISCHARGE = "discharge"
    NOTE = "note"
    VERDICT = "verdict"
    LABELS = "labels"
    EMERGENCY = "emergency"
    LETTER = "letter"
    PACKET = "packet"


TRANSLATED = frozenset({PaperKind.PREPARATION, PaperKind.DISCHARGE})
OF_A_SESSION = (PaperKind.PREPARATION, PaperKind.LABELS, PaperKind.NOTE, PaperKind.DISCHARGE, PaperKind.VERDICT)


@dataclass(frozen=True)
class PaperAsked:
    """Which paper, for whom and when; ``number`` is the session, from 1. English alone but for the patient's sheets."""

    episode: Episode
    number: int
    patient: Patient
    policy: Policy
    now: datetime
    language: str = "en"
    zone: tzinfo | None = None  # another clock than the clinic's
    sealed: SealedPacket | None = None  # for the packet: the one that was sealed, else a preview is made

    @property
    def clock(self) -> tzinfo:
        return self.zone or self.policy.zone


def paper_of(kind: PaperKind, asked: PaperAsked) -> Paper:
    """Raises NoSuchPaper, NothingToPrepare, NothingToTakeHome or NothingToClaim where the facts for it are missing."""
    if kind not in TRANSLATED and asked.language != "en":
        raise NoSuchPaper(f"{kind} is written for clinicians, in English alone: leave the language out")
    return _WRITERS[kind](asked)


def papers(
    episode: Episode, patient: Patient, policy: Policy, now: datetime, zone: tzinfo | None = None
) -> Mapping[str, Paper]:
    """All papers that the facts allow, by a name for a file (``session-1-note``, ``letter``)."""
    wanted = [(f"session-{n}-{kind}", kind, n) for n in range(1, len(episode.sessions) + 1) for kind in OF_A_SESSION]
    last = len(episode.sessions)
    wanted += [("letter", PaperKind.LETTER, last), ("emergency-cards", PaperKind.EMERGENCY, last)]
    there = {}
    for name, kind, number in wanted:
        try:
            there[name] = paper_of(kind, PaperAsked(episode, number, patient, policy, now, zone=zone))
        except (NoSuchPaper, NothingToPrepare, NothingToTakeHome):
            continue
    return there


def _preparation(asked: PaperAsked) -> Paper:
    sheet = preparation_in(
        asked.episode, asked.number, asked.patient, asked.policy, asked.now, asked.language, asked.clock
    )
    return preparation_paper(sheet, asked.patient, zone=asked.clock)


def _discharge(asked: PaperAsked) -> Paper:
    sheet = discharge_in(
        asked.episode, asked.number, asked.patient, asked.policy, asked.now, asked.language, asked.clock
    )
    return discharge_paper(sheet, asked.patient, zone=asked.clock)


def _note(asked: PaperAsked) -> Paper:
    session = session_of(asked.episode, asked.number)
    return note_paper(asked.episode, session, asked.patient, asked.now, zone=asked.clock)


def _verdict(asked: PaperAsked) -> Paper:
    session = session_of(asked.episode, asked.number)
    return verdict_paper(session, asked.patient, asked.now, zone=asked.clock)


def _labels(asked: PaperAsked) -> Paper:
    session = session_of(asked.episode, asked.number)
    return labels_paper(session, asked.patient, asked.policy, asked.now, zone=asked.clock)


def _packet(asked: PaperAsked) -> Paper:
    if asked.sealed is not None:
        return packet_paper(asked.sealed.packet, asked.sealed, zone=asked.clock)
    return packet_paper(evidence_packet(asked.episode, asked.patient, asked.policy, asked.now), zone=asked.clock)


_WRITERS: Mapping[PaperKind, Callable[[PaperAsked], Paper]] = {
    PaperKind.PREPARATION: _preparation,
    PaperKind.DISCHARGE: _discharge,
    PaperKind.NOTE: _note,
    PaperKind.VERDICT: _verdict,
    PaperKind.LABELS: _labels,
    PaperKind.EMERGENCY: lambda asked: emergency_paper(asked.patient, asked.policy, asked.now, zone=asked.clock),
    PaperKind.LETTER: lambda asked: letter_paper(asked.episode, asked.patient, asked.now, zone=asked.clock),
    PaperKind.PACKET: _packet,
}
