"""Which pages take a vision model: looked up in the files, before anything is rendered or sent."""

from __future__ import annotations

from collections.abc import Sequence

from graph import context, deps
from graph.engines.base import Engine
from graph.ingestion.state import Work
from loaders.reading import survey
from loaders.types import Failure, PageJob, PageLook


async def looks(source: str, pages: Sequence[int], password: str | None) -> list[PageLook | Failure]:
    """Look at pages in the workers; 2,000 take about 20 s on two cores."""
    return await deps.pool().map(survey, [PageJob(source, page, password=password) for page in pages])


def needs_vision(look: PageLook) -> bool:
    """Whether a page is worth a vision model's time."""
    return look.visual and not look.empty


async def plain_pages(engine: Engine, work: Work) -> list[int]:
    """The pages of a document that are to be read without a vision model, as the run's `reader` says."""
    run = context.current()
    if not engine.reads_images or run.reader == "vision":
        return []
    if run.reader == "text":
        return work["pages"]
    found = await looks(work["source"], work["pages"], run.password)
    # A page that cannot be looked at goes the long way, which says what is wrong with it.
    return [look.page for look in found if isinstance(look, PageLook) and not needs_vision(look)]
