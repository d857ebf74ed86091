"""Reading a window of pages: render, then transcribe. A page that fails is a line in the ledger, not an exception."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from graph import context, dependencies
from graph.dependencies import Deps
from graph.engines.base import PageReading, PageRequest
from graph.engines.requests.usage import Cost
from graph.ingestion import access
from graph.ingestion.page_selection import TEXT_LAYER
from graph.ingestion.passwords import password_of
from graph.ingestion.progress import tell_page
from graph.ingestion.state import PageOutcome, WindowState
from graph.storage.base import DONE, PageRow, PageStatus, Transcript, layer_key
from graph.types import no_usage
from loaders.pages.jobs import read
from loaders.types import Block, Failure, PageImage, PageJob, PageText


def _to_read(now: Deps, state: WindowState) -> tuple[dict[int, PageRow], list[PageOutcome], list[PageRequest]]:
    """The window's pages; what became of those that were read before; and what is to be read, with its images."""
    done = {outcome["page"] for outcome in state.get("outcomes", [])}
    rows = {row.page: row for row in now.stores.catalog.pages(state["id"], state["pages"])}
    reused = _reuse(now, [rows[page] for page in state["pages"] if page not in done])
    rows |= {row.page: row for row in reused}
    done |= {row.page for row in reused}
    requests = _requests(now, state, [rows[page] for page in state["pages"] if page not in done])
    return rows, [_outcome(state, row.page, row.status) for row in reused], requests


def _readings(
    now: Deps, state: WindowState, requests: Sequence[PageRequest]
) -> AsyncIterator[tuple[int, PageReading | Failure]]:
    return _from_file(requests) if state["plain"] else now.engine.transcribe(requests)


def transcript_key(now: Deps, document: str, page: int, dpi: int) -> str:
    """What a transcript is kept under: whatever it depends on. The same page is never read twice the same way."""
    parts = f"{document}|{page}|{dpi}|{now.engine.reader_identity}"
    return f"{document}:{page}:{hashlib.sha256(parts.encode()).hexdigest()[:32]}"


def _reuse(now: Deps, rows: Sequence[PageRow]) -> list[PageRow]:
    """Take what this engine has read before: a page that another engine read since, or that was marked unread."""
    reused = []
    for row in () if context.current().reread else rows:
        key = transcript_key(now, row.document, row.page, context.current().dpi)
        if known := now.stores.catalog.transcript(key):
            row = replace(
                row, status="read" if known.blocks else "blank", reason="", detail="", transcript=key,
                engine=now.engine.name, model=now.engine.model, prompt=now.engine.prompt,
            )  # fmt: skip
            now.stores.catalog.record_page(row)
            reused.append(row)
    return reused


async def _from_file(requests: Sequence[PageRequest]) -> AsyncIterator[tuple[int, PageReading | Failure]]:
    """Pages from what the file says, without a model."""
    texts = await dependencies.pool().map(read, [request.job for request in requests])
    for request, text in zip(requests, texts, strict=True):
        if isinstance(text, PageText):
            yield text.page, PageReading(text.page, text.blocks, text.words, text.engine, detail=text.detail)
        else:
            yield request.job.page, text


async def _second_way(request: PageRequest, failure: Failure) -> PageReading | Failure:
    """A page that the engine could not read, from its own text layer where that can be trusted.

    A page that is only out of its turn today waits: tomorrow it is read properly.
    """
    if failure.reason == "quota_day" or not request.image.legible:
        return failure
    async for _, reading in _from_file([request]):
        if isinstance(reading, PageReading) and reading.blocks:
            return replace(reading, fallback=failure)
    return failure


def _put_off(now: Deps, state: WindowState) -> list[PageOutcome]:
    """Leave pages for another day without rendering them: a run whose day is spent stops at once."""
    for row in now.stores.catalog.pages(state["id"], state["pages"]):
        if not _stands(row):
            row = replace(row, status="pending", reason="quota_day", detail="The day's requests are spent.")
            now.stores.catalog.record_page(row)
            tell_page(state, row)
    return [_outcome(state, page, "pending") for page in state["pages"]]


def _jobs(state: WindowState, pages: Sequence[int]) -> list[PageJob]:
    dpi, path = context.current().dpi, str(access.check_path(state["path"]))
    return [PageJob(path, page, dpi=dpi, password=password_of(state["id"])) for page in pages]


def _store_images(now: Deps, state: WindowState, outcomes: Sequence[PageImage | Failure]) -> None:
    rows = {row.page: row for row in now.stores.catalog.pages(state["id"], state["pages"])}
    for page, outcome in zip(state["pages"], outcomes, strict=True):
        row = rows[page]
        if isinstance(outcome, Failure):
            row = replace(row, attempts=row.attempts + 1)
            if not _stands(row):
                row = replace(row, status="failed", reason=outcome.reason, detail=outcome.detail)
            tell_page(state, row)
        else:
            layer = (Block("text", outcome.text),) if outcome.text else ()
            now.stores.catalog.add_transcript(Transcript(layer_key(state["id"], page), layer, outcome.words))
            row = replace(
                row,
                image=now.stores.images.put(outcome.png),
                width=outcome.width,
                height=outcome.height,
                ink=outcome.ink,
                legible=outcome.legible,
            )
        now.stores.catalog.record_page(row)


def _requests(now: Deps, state: WindowState, rows: Sequence[PageRow]) -> list[PageRequest]:
    requests = []
    for row, job in zip(rows, _jobs(state, [row.page for row in rows]), strict=True):
        layer = now.stores.catalog.transcript(layer_key(row.document, row.page))
        png = now.stores.images.get(row.image) if now.engine.reads_images else b""
        image = PageImage(
            row.page, png, row.width, row.height, layer.markdown if layer else "", layer.words if layer else (),
            row.ink, bool(row.legible), row.page in state.get("pictured", ()),
        )  # fmt: skip
        requests.append(PageRequest(job, image))
    return requests


def _unasked(reading: PageReading | Failure, seconds: float) -> Cost:
    """What a page took for which no request was made: one attempt, unless it never had its turn."""
    waits = isinstance(reading, Failure) and reading.reason == "quota_day"
    return Cost(attempts=0 if waits else 1, seconds=seconds)


def _record(now: Deps, row: PageRow, reading: PageReading | Failure, cost: Cost, engine: str) -> PageRow:
    """Store what was read and mark the page, in one step: neither is ever there without the other."""
    transcript, before = None, row
    row = replace(
        row,
        attempts=row.attempts + cost.attempts,
        engine=engine,
        model=now.engine.model,
        prompt=now.engine.prompt if engine == now.engine.name else "",
        seconds=round(row.seconds + cost.seconds, 3),
        requests=row.requests + cost.usage["requests"],
        input_tokens=row.input_tokens + cost.usage["input_tokens"],
        output_tokens=row.output_tokens + cost.usage["output_tokens"],
    )
    problem = reading if isinstance(reading, Failure) else reading.fallback
    if problem and _stands(before):
        row = replace(row, engine=before.engine, model=before.model, prompt=before.prompt)
    elif isinstance(reading, Failure):
        # A day's quota is no verdict on the page: it is still to be read.
        status: PageStatus = "pending" if reading.reason == "quota_day" else "failed"
        row = replace(row, status=status, reason=reading.reason, detail=reading.detail)
    else:
        key = transcript_key(now, row.document, row.page, context.current().dpi)
        if context.current().reread:
            key += f":{row.attempts}"  # beside what was read before, so that the document is cut anew
        if reading.fallback or engine == TEXT_LAYER:
            key += ":layer"
        elif now.engine.reads_images and reading.model != now.engine.model:
            key += f":{reading.model}"  # not what this engine reads by itself: a later run must not take it for that
        transcript = Transcript(key, reading.blocks, reading.words)
        row = replace(
            row,
            status="fallback" if reading.fallback else "read" if reading.blocks else "blank",
            reason=reading.fallback.reason if reading.fallback else "",
            detail=reading.fallback.detail if reading.fallback else reading.detail,
            model=reading.model,
            transcript=key,
        )
    now.stores.catalog.record_page(row, transcript)
    return row


def _stands(row: PageRow) -> bool:
    """Whether a page keeps what was read of it although reading it again did not go well."""
    return context.current().reread and row.status in DONE


def _outcome(state: WindowState, page: int, status: str, cost: Cost | None = None) -> PageOutcome:
    return PageOutcome(document=state["id"], page=page, status=status, usage=cost.usage if cost else no_usage())
