"""Every document that a person reads, written from facts alone: the episode report, the preparation sheet, the discharge
sheet, their figures, and on demand the debrief. Each document is one self-contained HTML file (or plain text): no script,
no request to anywhere, pictures inside. Nothing here decides anything; sentences of rules are printed as the rules wrote
them, and what is modelled says so."""

from sijoint.report.anatomy_picture import anatomy_picture
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
from sijoint.report.paper import Form, Paper
from sijoint.report.paper_html import paper_html
from sijoint.report.paper_pdf import paper_pdf
from sijoint.report.paper_text import paper_text
from sijoint.report.sheets import discharge_paper, preparation_paper
from sijoint.report.timeline import TimelineEntry, timeline

__all__ = [
    "EpisodeReport",
    "FigureImage",
    "Form",
    "Paper",
    "PolicyNamed",
    "ProcedureFigures",
    "ProvenanceWords",
    "RunFacts",
    "StepRefused",
    "TimelineEntry",
    "Twin",
    "anatomy_picture",
    "diary_figure",
    "discharge_paper",
    "paper_html",
    "paper_pdf",
    "paper_text",
    "preparation_paper",
    "render_episode",
    "timeline",
]
