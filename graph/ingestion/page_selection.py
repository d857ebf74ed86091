"""Selection of pages: which are still to be read, and which of them without a vision model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from graph import context, dependencies
from graph.context import Context
from graph.engines.base import Engine
from graph.errors import FilesError
from graph.ingestion import access
from graph.ingestion.passwords import password_of
from graph.ingestion.state import PendingDocument
from graph.storage.rows import DONE, TEXT_LAYER, PageRow
from loaders.pages.jobs import profile
from loaders.types import MIN_INK, Failure, PageJob, PageProfile


async def profile_pages(path: str, pages: Sequence[int], password: str | None) -> list[PageProfile | Failure]:
    """Return what each page holds, found by the workers without rendering; 2,000 pages take about 20 s on two cores.

    Raises:
        SourceError: this process may not open the file.
    """
    allowed = str(await asyncio.to_thread(access.check_path, path))
    return await dependencies.pool().map(profile, [PageJob(allowed, page, password=password) for page in pages])


def is_done(row: PageRow, context: Context, engine: str) -> bool:
    """Return whether a page needs no further work in a run.

    Args:
        row: The page's line in the ledger.
        context: The settings of the run.
        engine: The engine that the run uses.

    Returns:
        True for a page that is read; if the run asks for an engine by name, only if that engine read it.
    """
    if context.reread or (row.status == "blank" and row.ink >= MIN_INK):  # versions before called ink blank
        return False
    if context.engine == "auto" or row.status not in DONE:
        return row.status in DONE
    if row.engine == TEXT_LAYER and engine != "offline":
        return context.reader != "vision"
    return row.engine == engine


def needs_vision(profile: PageProfile) -> bool:
    """Return whether a page should be read by a vision model when `reader` is "auto"."""
    return profile.needs_vision and not profile.empty


async def text_only_pages(engine: Engine, document: PendingDocument) -> list[int]:
    """Return the pages of a document that are read without a vision model, as the run's `reader` says."""
    reader, pages = context.current().reader, document["pages"]
    if not engine.reads_images or reader == "vision":
        return []
    if reader == "text":
        return pages
    try:
        path = await asyncio.to_thread(access.path_here, document["path"], document["id"])
    except FilesError:  # another machine began the run; `render_pages` says so of each page
        return []
    profiles = await profile_pages(str(path), pages, password_of(document["id"]))
    # A page whose profile failed is rendered like any other, and the error of that goes into the ledger.
    return [page.page for page in profiles if isinstance(page, PageProfile) and not needs_vision(page)]
