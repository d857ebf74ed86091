"""What is told of a reading while it goes on: events for whoever watches the run, lines for the server's log.

Lines carry ids, numbers and reasons, never a text; the server adds the run that they belong to, and writes them as JSON
where that is wanted (LOG_JSON).
"""

from __future__ import annotations

import logging

from langgraph.config import get_stream_writer

from graph.events import Unusable
from graph.ingestion.state import DocumentReport, WindowState
from graph.ingestion.tally import tally_of
from graph.storage.base import PageRow
from graph.types import Usage, no_usage

_log = logging.getLogger("pagewitness")


def tell_page(state: WindowState, row: PageRow, usage: Usage | None = None) -> None:
    """A page is done, one way or another, at that cost."""
    run = tally_of(state)
    run.spend(usage or no_usage())
    get_stream_writer()(run.page(state["id"], state["name"], state["total"], row.page, row.status, row.reason))
    log("read", row.document, page=row.page, status=row.status, reason=row.reason, engine=row.engine)


def tell_unusable(report: DocumentReport) -> None:
    """A file cannot be opened. Where none can, the run fails, and this is what a client can go by."""
    reason = report["failures"][0]["reason"]
    get_stream_writer()(Unusable(event="unusable", source=report["source"], name=report["name"], reason=reason))


def log(stage: str, document: str, **facts: str | int) -> None:
    """Write down that a document has come to a stage."""
    _log.info("%s", stage, extra={"stage": stage, "document": document, **facts})
