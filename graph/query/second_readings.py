"""Second readings of cited pages: a page that only a model has read is read once by the built-in OCR, and stored.

A page takes 2-7 s of CPU, when it is cited for the first time. Pages with a legible text layer need none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph import dependencies
from graph.settings import settings
from graph.storage.rows import PageRow, Transcript, ocr_key
from loaders.pages import jobs
from loaders.types import Block, Failure

if TYPE_CHECKING:
    from loaders.pages.rendering import ImageJob

_MISSING = "is not installed"  # in a Failure of the installation: the next question tries again


async def read_by_ocr(deps: dependencies.Deps, rows: Sequence[PageRow]) -> None:
    """Read the stored images of pages by OCR and store their words as second readings, with the words OCR doubts.

    A page that OCR cannot read is stored without words, so that it is not tried at each question. A page whose image is
    gone is left out.
    """
    found = await asyncio.to_thread(_images, deps, rows)
    if not found:
        return
    read = await dependencies.pool().map(jobs.recognise, [job for _, job in found])
    for (row, _), text in zip(found, read, strict=True):
        if isinstance(text, Failure) and (_MISSING in text.detail or text.reason == "timeout"):
            continue
        words, doubts = ((), "") if isinstance(text, Failure) else (text.words, text.detail)
        blocks = (Block("comment", doubts),) if doubts else ()
        transcript = Transcript(ocr_key(row.document, row.page), blocks, words)
        await asyncio.to_thread(deps.stores.catalog.add_transcript, transcript)


def _images(deps: dependencies.Deps, rows: Sequence[PageRow]) -> list[tuple[PageRow, ImageJob]]:
    """Return the pages whose image is stored, with their jobs."""
    from loaders.pages import rendering  # loads numpy

    found = []
    for row in rows:
        try:
            png = deps.stores.images.get(row.image)
        except KeyError:
            continue
        found.append((row, rendering.ImageJob(png, row.page, settings().ocr_languages)))
    return found
