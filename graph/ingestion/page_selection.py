"""Which pages are to be read, and which of them by a vision model: known before anything is rendered or sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from graph import context, dependencies
from graph.context import Context
from graph.engines.base import Engine
from graph.ingestion import access
from graph.ingestion.passwords import password_of
from graph.ingestion.state import Work
from graph.storage.base import DONE, PageRow
from loaders.pages.jobs import profile
from loaders.types import Failure, PageJob, PageProfile


async def looks(path: str, pages: Sequence[int], password: str | None) -> list[PageProfile | Failure]:
    """Look at pages in the workers; 2,000 take about 20 s on two cores."""
    allowed = str(await asyncio.to_thread(access.check_path, path))
    return await dependencies.pool().map(profile, [PageJob(allowed, page, password=password) for page in pages])


TEXT_LAYER = "text-layer"
"""The engine, in the ledger, of pages that were read from the file where a vision model could have been asked."""


def is_done(row: PageRow, run: Context, engine: str) -> bool:
    """Whether a page needs no further work: read, by the engine that was asked for by name if there is one."""
    if run.reread:
        return False
    if run.engine == "auto" or row.status not in DONE:
        return row.status in DONE
    if row.engine == TEXT_LAYER and engine != "offline":
        return run.reader != "vision"
    return row.engine == engine


def needs_vision(look: PageProfile) -> bool:
    """Whether a page is worth a vision model's time."""
    return look.needs_vision and not look.empty


async def plain_pages(engine: Engine, work: Work) -> list[int]:
    """The pages of a document that are to be read without a vision model, as the run's `reader` says."""
    run = context.current()
    if not engine.reads_images or run.reader == "vision":
        return []
    if run.reader == "text":
        return work["pages"]
    found = await looks(work["path"], work["pages"], password_of(work["id"]))
    # A page that cannot be looked at goes the long way, which says what is wrong with it.
    return [look.page for look in found if isinstance(look, PageProfile) and not needs_vision(look)]
