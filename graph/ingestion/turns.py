"""Who may change the index when. In a server, documents are being read while somebody asks to rebuild all vectors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Many may add documents at a time; whoever rebuilds the index is alone with it, and new ones wait meanwhile.

    For the steps' event loop alone: nothing else changes these numbers between two awaits.
    """

    def __init__(self) -> None:
        self._adding, self._rebuilding = 0, False
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def add(self) -> AsyncIterator[None]:
        """The right to add a document."""
        while self._rebuilding:
            await self._change()
        self._adding += 1
        try:
            yield
        finally:
            self._adding -= 1
            self._changed.set()

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator[None]:
        """The right to rebuild the index."""
        while self._rebuilding:
            await self._change()
        self._rebuilding = True
        try:
            while self._adding:
                await self._change()
            yield
        finally:
            self._rebuilding = False
            self._changed.set()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


turns = Turns()
