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
from sijoint.report.sheets import (
    discharge_sheet_text,
    preparation_sheet_text,
    render_discharge_sheet,
    render_preparation_sheet,
)
from sijoint.report.timeline import TimelineEntry, timeline

__all__ = [
    "EpisodeReport",
    "FigureImage",
    "PolicyNamed",
    "ProcedureFigures",
    "ProvenanceWords",
    "RunFacts",
    "StepRefused",
    "TimelineEntry",
    "Twin",
    "anatomy_picture",
    "diary_figure",
    "discharge_sheet_text",
    "preparation_sheet_text",
    "render_discharge_sheet",
    "render_episode",
    "render_preparation_sheet",
    "timeline",
]
