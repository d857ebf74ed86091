"""The two steps of a batch that holds the leases of its pages: they are rendered, then read."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

from graph import dependencies
from graph.dependencies import Deps
from graph.engines.requests.usage import PageCost, record_usage
from graph.errors import FilesError
from graph.events import writer
from graph.ingestion.page_reading import BatchReader, page_outcome
from graph.ingestion.progress import emit_page
from graph.ingestion.state import BatchState, PageOutcome
from loaders.pages.jobs import render
from loaders.types import Failure, PageImage

_SPENT = Failure("quota_day", "The day's requests are spent.")


async def render_batch(deps: Deps, batch: BatchState) -> dict[str, object]:
    """Render the pages of a batch, whose leases are its own; return what that adds to its state."""
    reader = BatchReader(deps, batch)
    try:
        jobs = await asyncio.to_thread(reader.jobs)  # first of all: it checks that the file is the document's
    except FilesError as error:
        return {"outcomes": await asyncio.to_thread(reader.postpone, Failure("files", str(error)))}
    if not batch["text_only"] and deps.reader.is_daily_quota_exhausted():
        return {"outcomes": await asyncio.to_thread(reader.postpone, _SPENT)}
    images = await dependencies.pool().map(render, jobs)
    left = await asyncio.to_thread(reader.store_images, images)
    rendered = [image for image in images if isinstance(image, PageImage)]
    return {
        "outcomes": left,
        "pages_with_figures": [image.page for image in rendered if image.has_figures],
        "recognised_pages": [image.page for image in rendered if image.recognised],
    }


async def transcribe_batch(deps: Deps, batch: BatchState) -> tuple[list[PageOutcome], list[int]]:
    """Read the rendered pages of a batch, whose leases are its own; return results, and pages lost to others."""
    reader, started = BatchReader(deps, batch), time.monotonic()
    reused, pages, lost, postponed = await asyncio.to_thread(reader.split)
    outcomes = [*postponed, *(page_outcome(batch, row.page, row.status) for row in reused)]
    for row in reused:
        emit_page(batch, row)
    with record_usage(writer(), reader.count_attempt) as costs:
        async with aclosing(reader.readings(pages)) as readings:
            async for row, reading in readings:
                cost = costs.pages.get(row.page) or _cost_without_request(reading, time.monotonic() - started)
                row = await asyncio.to_thread(reader.record, row, reading, cost)
                outcomes.append(page_outcome(batch, row.page, row.status, cost))
                emit_page(batch, row, cost.usage)
    return outcomes, lost


def _cost_without_request(reading: object, seconds: float) -> PageCost:
    """Return the cost of a page for which no request was made: one attempt, unless it is left for another day."""
    postponed = isinstance(reading, Failure) and reading.reason == "quota_day"
    return PageCost(attempts=0 if postponed else 1, seconds=seconds)
