"""A paper as one self-contained page of HTML: to read on a phone, and to print."""

from datetime import UTC
from types import SimpleNamespace

from sijoint.report.page import page
from sijoint.report.paper import Paper


def paper_html(paper: Paper) -> str:
    """No script, no request to anywhere; the page's title holds no patient data."""
    parts = [
        SimpleNamespace(
            heading=part.heading,
            framed=part.framed,
            blocks=[SimpleNamespace(kind=type(block).__name__.lower(), value=block) for block in part.blocks],
        )
        for part in paper.parts
    ]
    return page("paper.html.j2", UTC, paper=paper, parts=parts)
