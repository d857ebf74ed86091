"""Leases of the pages of a batch, so that each is read once though several processes are given the same file."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from graph.errors import HomeError
from graph.ingestion.progress import log
from graph.storage.base import PageLedger
from graph.storage.page_leases import CHUNKS
from graph.storage.rows import DONE, PageRow

LEASE_S = 30.0
"""Seconds that a lease lasts, which others wait for the pages of a process that was killed or cut off."""
_RENEWED_EVERY_S = LEASE_S / 6  # five may come late or fail before a page is another's, too
_LOOKED_EVERY_S = 0.5  # a page takes a second or more; ten batches that wait cost 20 queries a second
# A node that a server runs again in another process is another owner: the first one may still be at work.
_PROCESS = uuid.uuid4().hex[:12]


class BatchLeases:
    """The leases of one batch in this process.

    Args:
        ledger: Where they are kept.
        document: The document's id.
        batch: The unique key of the batch.
    """

    def __init__(self, ledger: PageLedger, document: str, batch: str) -> None:
        self._ledger, self._document = ledger, document
        self.owner = f"{batch}@{_PROCESS}"

    async def take(self, pages: Sequence[int]) -> list[int]:
        """Take the leases that no other batch holds, and return their pages."""
        return await asyncio.to_thread(self._ledger.lease_pages, self._document, pages, self.owner, LEASE_S)

    async def release(self) -> None:
        """Give back all leases of the batch."""
        await asyncio.to_thread(self._ledger.release_leases, self.owner)

    @asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Renew the leases while the block runs."""
        task = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            task.cancel()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_RENEWED_EVERY_S)
            try:
                await asyncio.to_thread(self._ledger.renew_leases, self.owner, LEASE_S)
            except HomeError as error:
                log("lease", self._document, reason=str(error))

    async def others(self, pages: Sequence[int]) -> AsyncIterator[tuple[list[PageRow], list[int]]]:
        """Wait for pages whose leases others hold, until there are none left or the document is deleted.

        Yields:
            The ledger lines of pages that another has read since, and the pages that are this batch's now, since their
            owner has given them up without a result.
        """
        left = list(pages)
        before = {row.page: row for row in await self._rows(left)}
        while left:
            await asyncio.sleep(_LOOKED_EVERY_S)
            rows = await self._rows(left)
            if not rows:
                return  # deleted, or no longer in the reader's collections: there is no result to wait for
            finished = [row for row in rows if _has_result(before.get(row.page), row)]
            left = [page for page in left if page not in {row.page for row in finished}]
            mine = await self.take(left)
            left = [page for page in left if page not in mine]
            if finished or mine:
                yield finished, mine

    async def _rows(self, pages: Sequence[int]) -> list[PageRow]:
        return await asyncio.to_thread(self._ledger.pages, self._document, pages)


@asynccontextmanager
async def alone(ledger: PageLedger, document: str) -> AsyncIterator[str]:
    """Wait until no other run makes or embeds a document's chunks, and keep all others waiting while the block runs.

    Yields:
        The owner of the lease, for what is written.
    """
    lease = BatchLeases(ledger, document, uuid.uuid4().hex)
    while not await lease.take([CHUNKS]):
        if not await asyncio.to_thread(ledger.pages, document, [1]):
            break  # the document was deleted meanwhile
        await asyncio.sleep(_LOOKED_EVERY_S)
    try:
        async with lease.renewed():
            yield lease.owner
    finally:
        await lease.release()


def _has_result(before: PageRow | None, now: PageRow) -> bool:
    """Return whether another has tried to read a page since, or taken an earlier reading of it.

    Attempts do not show it: they are counted when a request is sent, whose process may end before its reply.
    """
    if before is None:  # the document was deleted, and added again since
        return now.status in DONE
    if now.status == "pending" and not now.reason:
        return False
    return now.seconds > before.seconds or (now.status, now.reason) != (before.status, before.reason)
