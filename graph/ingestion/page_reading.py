"""The reader of one batch of pages: what is rendered, read or reused, and the lines of the page ledger.

A page that cannot be read is a line in the ledger, not an exception.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from graph import context, dependencies
from graph.dependencies import Deps
from graph.engines.base import PageReading, PageRequest, Readings
from graph.engines.requests.usage import PageCost
from graph.errors import FilesError
from graph.ingestion import access
from graph.ingestion.leases import BatchLeases
from graph.ingestion.passwords import password_of
from graph.ingestion.progress import emit_page, log
from graph.ingestion.state import BatchState, PageOutcome
from graph.settings import settings
from graph.storage.rows import DONE, TEXT_LAYER, PageRow, PageStatus, Transcript, layer_key
from graph.types import no_usage
from loaders.packed_words import joined
from loaders.pages.jobs import read
from loaders.types import FILE_READER, MIN_INK, PASSING, Block, Failure, PageImage, PageJob, PageText, placed_words

WITHOUT_TEXT = "No text was found on the page, though it is not empty: a picture, a drawing or dirt."
READ_BY_OCR = "OCR read the page instead."
READ_FROM_LAYER = "Its text layer was taken instead."
CALLED_BLANK = "The model called the page blank, but there is text on it."


def page_outcome(batch: BatchState, page: int, status: str, cost: PageCost | None = None) -> PageOutcome:
    """Return the line that a page adds to the state of the ingestion."""
    return PageOutcome(document=batch["id"], page=page, status=status, usage=cost.usage if cost else no_usage())


class Division(NamedTuple):
    """The pages of a batch: those read in an earlier run, those to read, and those that another batch renders."""

    reused: list[PageRow]
    unread: list[UnreadPage]
    lost: list[int]
    postponed: list[PageOutcome]
    """Those left to the next run, since the store of files does not answer."""


class UnreadPage(NamedTuple):
    """A page that is to be read: its line in the ledger, and what the engine needs to read it."""

    row: PageRow
    request: PageRequest


class BatchReader:
    """Reads the pages of one batch with the settings of the current run, and records each in the ledger.

    Its plain methods block on SQLite and files: call them in a thread. All of them need the run's context.
    """

    def __init__(self, deps: Deps, batch: BatchState) -> None:
        self._engine, self._stores = deps.reader, deps.stores
        self._batch, self._context = batch, context.current()
        self._owner = BatchLeases(deps.stores.catalog, batch["id"], batch.get("key", "")).owner

    def jobs(self, pages: Sequence[int] | None = None) -> list[PageJob]:
        """Return the worker jobs of these pages, by default of the whole batch.

        Raises:
            SourceError: this process may not open the file.
            FilesError: another machine began the run, and the store of files does not give the file.
        """
        path, password = str(access.path_here(self._batch["path"], self._batch["id"])), password_of(self._batch["id"])
        access.check_bytes(path, self._batch["id"])
        size = self._batch.get("size", 0)
        numbers = self._batch["pages"] if pages is None else pages
        job = PageJob(
            path, 1, dpi=self._context.dpi, password=password, size=size, ocr_languages=settings().ocr_languages
        )
        return [replace(job, page=page) for page in numbers]

    def postpone(self, why: Failure, rows: Sequence[PageRow] | None = None) -> list[PageOutcome]:
        """Leave pages, by default all of the batch, to the next run, with the reason in the ledger."""
        for row in self._rows().values() if rows is None else rows:
            if not self._keeps_reading(row):
                row = replace(row, status="pending", reason=why.reason, detail=why.detail)
                self._record(row)
                emit_page(self._batch, row)
        pages = self._batch["pages"] if rows is None else [row.page for row in rows]
        return [page_outcome(self._batch, page, "pending") for page in pages]

    def store_images(self, images: Sequence[PageImage | Failure]) -> list[PageOutcome]:
        """Store the rendered pages, in the order of the batch, with the file's text layer; return those that failed.

        Where the store of images does not take one, the page is left to the next run, with the reason in the ledger.
        """
        rows, left = self._rows(), list[PageOutcome]()
        for page, image in zip(self._batch["pages"], images, strict=True):
            if (row := rows.get(page)) is None:
                continue  # the document was deleted meanwhile
            attempts = 0
            if isinstance(image, Failure):
                attempts = 1
                if not self._keeps_reading(row):
                    row = replace(row, status="failed", reason=image.reason, detail=image.detail)
                emit_page(self._batch, row)
                left.append(page_outcome(self._batch, page, "failed"))
            else:
                layer = (Block("text", image.text),) if image.text else ()
                key = layer_key(self._batch["id"], page)
                self._stores.catalog.add_transcript(Transcript(key, layer + image.comments, image.words))
                try:
                    row = replace(
                        row, image=image.stored or self._stores.images.put(image.png), width=image.width,
                        height=image.height, ink=image.ink, legible=image.legible,
                    )  # fmt: skip
                except FilesError as error:
                    if not self._keeps_reading(row):
                        row = replace(row, status="pending", reason="files", detail=str(error))
                    emit_page(self._batch, row)
                    left.append(page_outcome(self._batch, page, "pending"))
            self._record(row, PageCost(attempts=attempts))
        return left

    def split(self) -> Division:
        """Return the pages whose transcript of an earlier run was taken over, those left to read, and those lost.

        A page is lost if its lease was, while it was rendered: its image is then not recorded, or is on the machine of
        its new reader. Pages of the batch that already have an outcome, because rendering failed, are in none. Pages
        left to read are postponed where the store of files does not give the file or the images.
        """
        rows, handled = self._rows(), {outcome["page"] for outcome in self._batch.get("outcomes", [])}
        reused = self._reuse_transcripts([row for row in rows.values() if row.page not in handled])
        handled |= {row.page for row in reused}
        handled |= {row.page for row in rows.values() if row.status in DONE and self._is_held_by_others}
        left = [row for row in rows.values() if row.page not in handled]
        try:
            requests = self._requests([row for row in left if row.image])
        except FilesError as error:
            return Division(reused, [], [], self.postpone(Failure("files", str(error)), left))
        unread = [UnreadPage(row, requests[row.page]) for row in left if row.page in requests]
        return Division(reused, unread, [row.page for row in left if row.page not in requests], [])

    async def readings(
        self, pages: Sequence[UnreadPage]
    ) -> AsyncGenerator[tuple[PageRow, PageReading | Failure], None]:
        """Read pages, and yield the ledger line and the result of each as soon as it is read, in any order.

        Text-only pages are read from the file, others by the engine. Where a vision model fails, the page's own text
        layer takes its place if it is legible, else OCR does. A page that is only due is not read by OCR meanwhile,
        and nothing takes the place of an earlier reading.
        """
        requests, by_page = [page.request for page in pages], {page.row.page: page for page in pages}
        read_all = _read_files if self._batch["text_only"] else self._engine.transcribe
        async with aclosing(read_all(requests)) as readings:
            async for number, reading in readings:
                row, request = by_page[number]
                if self._reads_by_model:
                    reading = await _checked_by_file(row, request, reading)
                    if isinstance(reading, PageReading) and not reading.fallback:
                        reading = _with_comments(reading, request.image)
                yield row, reading

    def record(self, before: PageRow, reading: PageReading | Failure, cost: PageCost) -> PageRow:
        """Store a page's transcript and its new line in the ledger in one transaction, and return the line.

        After a failed attempt to read it again, a page keeps what was read before.
        """
        engine = TEXT_LAYER if self._batch["text_only"] else self._engine.name
        row = replace(
            before,
            attempts=before.attempts + cost.attempts,
            engine=engine,
            model=self._engine.model,
            prompt=FILE_READER if self._batch["text_only"] else self._engine.prompt,
            seconds=round(before.seconds + cost.seconds, 3),
            requests=before.requests + cost.usage["requests"],
            input_tokens=before.input_tokens + cost.usage["input_tokens"],
            output_tokens=before.output_tokens + cost.usage["output_tokens"],
        )
        problem, transcript = reading if isinstance(reading, Failure) else reading.fallback, None
        if problem and self._keeps_reading(before):
            row = replace(row, engine=before.engine, model=before.model, prompt=before.prompt)
        elif isinstance(reading, Failure):
            row = replace(row, status="failed", reason=reading.reason, detail=reading.detail)
            if before.transcript:  # of another engine or an earlier run: it stays readable
                row = replace(row, engine=before.engine, model=before.model, prompt=before.prompt)
        else:
            transcript = Transcript(self._new_key(row, reading), reading.blocks, reading.words)
            row = _read_row(row, reading, transcript.key)
        if problem and not self._keeps_reading(before) and self._is_due(problem):
            row = replace(row, status="pending", reason=problem.reason, detail=problem.detail)
        self._record(row, cost, transcript)
        return row

    async def count_attempt(self, pages: Sequence[int]) -> None:
        """Count a request for these pages in the ledger."""
        await asyncio.to_thread(self._stores.catalog.count_attempt, self._batch["id"], pages)

    def _record(self, row: PageRow, cost: PageCost | None = None, transcript: Transcript | None = None) -> None:
        """Write a page's ledger line and add what was spent on it; where its lease was lost, the costs alone."""
        spent = cost or PageCost()
        line = replace(
            row,
            attempts=0 if spent.was_counted else spent.attempts,
            seconds=round(spent.seconds, 3),
            requests=0 if spent.was_counted else spent.usage["requests"],
            input_tokens=spent.usage["input_tokens"],
            output_tokens=spent.usage["output_tokens"],
        )
        if not self._stores.catalog.record_page(line, transcript, owner=self._owner):
            log("late", row.document, page=row.page)

    @cached_property
    def _is_held_by_others(self) -> bool:
        """Whether read pages must stay as they are; a client can ask for them by writing the state of a thread."""
        return self._stores.catalog.is_held_by_others(self._batch["id"])

    def _rows(self) -> dict[int, PageRow]:
        """Return the ledger lines of the batch by page, in order."""
        return {row.page: row for row in self._stores.catalog.pages(self._batch["id"], self._batch["pages"])}

    @property
    def _reads_by_model(self) -> bool:
        return self._engine.reads_images and not self._batch["text_only"]

    def _is_due(self, problem: Failure) -> bool:
        """Return whether a problem is a passing one of the service, so that the next run reads the page."""
        return problem.reason == "quota_day" or (self._reads_by_model and problem.reason in PASSING)

    def _keeps_reading(self, row: PageRow) -> bool:
        """Return whether a page keeps its earlier transcript when reading it again fails."""
        return row.status in DONE and (self._context.reread or self._is_held_by_others)

    def _reuse_transcripts(self, rows: Sequence[PageRow]) -> list[PageRow]:
        """Record pages that this engine read in an earlier run, and return their lines; none when rereading."""
        reused = []
        for row in () if self._context.reread else rows:
            key = self._transcript_key(row)
            known = self._stores.catalog.transcript(key)
            if known and (known.blocks or row.ink < MIN_INK):  # what was called blank in spite of its ink is read again
                row = replace(
                    row, status=_status_of(row, known.blocks), reason="", detail="", transcript=key,
                    engine=self._engine.name, model=self._engine.model, prompt=self._engine.prompt,
                )  # fmt: skip
                self._record(row)
                reused.append(row)
        return reused

    def _requests(self, rows: Sequence[PageRow]) -> dict[int, PageRequest]:
        """Return what the engine needs to read these pages, by page: the job, and for a model image and text layer.

        A page whose image is not on this machine is left out. Without a model the file is read again, and the stored
        text layer, whose words take 12 CPU milliseconds a page to be unpacked, is not.
        """
        if not rows:
            return {}
        requests, figures = dict[int, PageRequest](), self._batch.get("pages_with_figures", ())
        recognised = self._batch.get("recognised_pages", ())
        for row, job in zip(rows, self.jobs([row.page for row in rows]), strict=True):
            layer = self._layer_of(row) if self._reads_by_model else None
            comments = tuple(block for block in layer.blocks if block.is_comment) if layer else ()
            try:
                png = self._stores.images.get(row.image) if self._engine.reads_images else b""
            except KeyError:
                continue
            image = PageImage(
                row.page, png, row.width, row.height, _printed(layer), layer.words if layer else (),
                row.ink, bool(row.legible), row.page in figures, comments, row.page in recognised,
            )  # fmt: skip
            requests[row.page] = PageRequest(job, image)
        return requests

    def _layer_of(self, row: PageRow) -> Transcript | None:
        return self._stores.catalog.transcript(layer_key(row.document, row.page))

    def _transcript_key(self, row: PageRow) -> str:
        """Return the key of this engine's transcript of a page: made of everything that the transcript depends on."""
        parts = f"{row.document}|{row.page}|{self._context.dpi}|{self._engine.reader_identity}"
        return f"{row.document}:{row.page}:{hashlib.sha256(parts.encode()).hexdigest()[:32]}"

    def _new_key(self, row: PageRow, reading: PageReading) -> str:
        """Return the key of a new transcript; what another reader produced is not found as this engine's own."""
        key = self._transcript_key(row)
        if self._context.reread:
            key += (
                f":{row.attempts}"  # a new key changes the chunks' fingerprint, so that the document is chunked again
            )
        if reading.fallback or self._batch["text_only"]:
            key += ":layer"
        elif self._engine.reads_images and reading.model != self._engine.model:
            key += f":{reading.model}"
        return key


def _read_row(row: PageRow, reading: PageReading, key: str) -> PageRow:
    return replace(
        row,
        status="fallback" if reading.fallback else _status_of(row, reading.blocks),
        reason=reading.fallback.reason if reading.fallback else "",
        detail=f"{reading.fallback.detail} {reading.detail}".strip()
        if reading.fallback
        else reading.detail or _detail_of(row, reading.blocks),
        model=reading.model,
        transcript=key,
    )


def _status_of(row: PageRow, blocks: Sequence[Block]) -> PageStatus:
    """Return `read`, or `blank` for a page on which there is nothing: neither text nor ink."""
    return "read" if blocks or row.ink >= MIN_INK else "blank"


def _detail_of(row: PageRow, blocks: Sequence[Block]) -> str:
    """Return the ledger's detail for a page with ink and without text: a photograph, a drawing, a dirty scan."""
    return "" if blocks or row.ink < MIN_INK else WITHOUT_TEXT


def _printed(layer: Transcript | None) -> str:
    """Return the text of a stored text layer without the comments that are kept with it."""
    return layer.blocks[0].text if layer and layer.blocks and layer.blocks[0].is_paragraph else ""


def _with_comments(reading: PageReading, image: PageImage) -> PageReading:
    """Add the page's comments to what a model read in its image, where it did not read them too."""
    if not image.comments:
        return reading
    from loaders.text.plain import plain  # its patterns take 6 ms at import

    text = " ".join(plain(block.text) for block in reading.blocks)
    missing = tuple(block for block in image.comments if block.text.split(": ", 1)[-1] not in text)
    return replace(reading, blocks=reading.blocks + missing, words=joined(reading.words, placed_words(missing)))


async def _read_files(requests: Sequence[PageRequest]) -> Readings:
    """Read pages in the workers, from their text layers or by OCR."""
    async with aclosing(dependencies.pool().as_completed(read, [request.job for request in requests])) as texts:
        async for at, text in texts:
            if isinstance(text, PageText):
                yield text.page, PageReading(text.page, text.blocks, text.words, text.engine, detail=text.detail)
            else:
                yield requests[at].job.page, text


async def _checked_by_file(row: PageRow, request: PageRequest, reading: PageReading | Failure) -> PageReading | Failure:
    """Return a model's reading, or what the file holds where the model did not read the page or calls ink blank."""
    if isinstance(reading, Failure):
        return await _read_file_instead(request, reading) if _has_substitute(row, request, reading) else reading
    if reading.blocks or row.ink < MIN_INK:
        return reading
    instead = await _read_file_instead(request, Failure("empty", CALLED_BLANK))
    return instead if isinstance(instead, PageReading) else reading


def _has_substitute(row: PageRow, request: PageRequest, failure: Failure) -> bool:
    """Return whether the file is read in place of a page that failed; for one that is due only if that takes no OCR."""
    if failure.reason in PASSING:
        return failure.reason != "quota_day" and request.image.legible and not row.transcript
    return True


async def _read_file_instead(request: PageRequest, failure: Failure) -> PageReading | Failure:
    """Read a page from the file after the model failed; return the model's failure if that finds nothing."""
    async for _, reading in _read_files([request]):
        if isinstance(reading, PageReading) and reading.blocks:
            instead = "" if failure.reason in PASSING else READ_BY_OCR if reading.model == "ocr" else READ_FROM_LAYER
            said = " ".join(filter(None, (failure.detail, instead, reading.detail)))
            return replace(reading, fallback=replace(failure, detail=said))
    return failure
