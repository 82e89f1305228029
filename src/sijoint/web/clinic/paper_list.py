"""Which papers of an episode a person may open now, and where."""

from dataclasses import dataclass

from sijoint.pathway import NothingToClaim, NothingToPrepare, NothingToTakeHome
from sijoint.report import OF_A_SESSION, NoSuchPaper, Paper, PaperAsked, PaperKind, paper_of
from sijoint.web.clinic.episode_view import EpisodeView

MISSING = (NoSuchPaper, NothingToPrepare, NothingToTakeHome, NothingToClaim)
OF_THE_EPISODE = (PaperKind.LETTER, PaperKind.EMERGENCY)
WORDS = {
    PaperKind.PREPARATION: "Preparation sheet",
    PaperKind.LABELS: "Syringe labels",
    PaperKind.NOTE: "Procedure note",
    PaperKind.DISCHARGE: "Discharge sheet",
    PaperKind.VERDICT: "Verdict card",
    PaperKind.LETTER: "Letter",
    PaperKind.EMERGENCY: "Emergency cards",
    PaperKind.PACKET: "Evidence packet",
}


@dataclass(frozen=True)
class Listed:
    words: str
    address: str


def papers_of(view: EpisodeView, allowed: frozenset[str]) -> tuple[Listed, ...]:
    """Those of every session, the newest first, then those of the episode."""
    sessions = range(len(view.episode.sessions), 0, -1)
    several = len(view.episode.sessions) > 1
    wanted = [(kind, number) for number in sessions for kind in OF_A_SESSION]
    wanted += [(kind, max(len(view.episode.sessions), 1)) for kind in OF_THE_EPISODE]
    found = []
    for kind, number in wanted:
        if kind in allowed and made(view, kind, number) is not None:
            words = WORDS[kind] + (f", session {number}" if several and kind in OF_A_SESSION else "")
            found.append(Listed(words, f"/episodes/{view.episode.id}/papers/{number}/{kind}"))
    return tuple(found)


def made(view: EpisodeView, kind: PaperKind, number: int, language: str = "en") -> Paper | None:
    """The paper; None where the facts for it are not there."""
    asked = PaperAsked(
        view.episode, number, view.patient, view.policy, view.asked.now, language=language, zone=view.policy.zone
    )
    try:
        return paper_of(kind, asked)
    except MISSING:
        return None
