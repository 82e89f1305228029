"""Every document that a person reads, written from facts alone: the episode report and its figures, the papers (preparation
and discharge sheet, note, verdict card, labels, emergency cards, letter, payer's packet), and on demand the debrief. A paper is a page, a
PDF and plain text with the same sentences; pages are self-contained, without script or request. Nothing here decides
anything: sentences of rules are printed as the rules wrote them, and what is modelled says so."""

from sijoint.report.anatomy_picture import anatomy_picture
from sijoint.report.assemble import assemble_report
from sijoint.report.clinician_words import NoSuchPaper
from sijoint.report.diary_figure import diary_figure
from sijoint.report.episode import render_episode
from sijoint.report.facts import (
    EpisodeReport,
    FigureImage,
    PolicyNamed,
    ProcedureFigures,
    ProvenanceWords,
    RunFacts,
    StepRefused,
    Twin,
)
from sijoint.report.note import generated_note_text, note_paper
from sijoint.report.packet import packet_paper
from sijoint.report.paper import Form, Paper
from sijoint.report.paper_html import paper_html
from sijoint.report.paper_pdf import paper_pdf
from sijoint.report.paper_text import paper_text
from sijoint.report.papers import OF_A_SESSION, PaperAsked, PaperKind, paper_of, papers
from sijoint.report.sheets import discharge_paper, preparation_paper
from sijoint.report.shown_images import ReadImage, figure_images, figure_of, stored_frame
from sijoint.report.timeline import TimelineEntry, timeline
from sijoint.report.translated import session_of

__all__ = [
    "OF_A_SESSION",
    "EpisodeReport",
    "FigureImage",
    "Form",
    "NoSuchPaper",
    "Paper",
    "PaperAsked",
    "PaperKind",
    "PolicyNamed",
    "ProcedureFigures",
    "ProvenanceWords",
    "ReadImage",
    "RunFacts",
    "StepRefused",
    "TimelineEntry",
    "Twin",
    "anatomy_picture",
    "assemble_report",
    "diary_figure",
    "discharge_paper",
    "figure_images",
    "figure_of",
    "generated_note_text",
    "note_paper",
    "packet_paper",
    "paper_html",
    "paper_of",
    "paper_pdf",
    "paper_text",
    "papers",
    "preparation_paper",
    "render_episode",
    "session_of",
    "stored_frame",
    "timeline",
]
