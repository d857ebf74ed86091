"""The seam of reading: what the graph asks of a pool of workers. The default runs processes on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from loaders.types import Failure

T = TypeVar("T")
R = TypeVar("R")


class PagePool(Protocol):
    """Runs picklable page functions in worker processes; a job that dies or overruns becomes a Failure."""

    async def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> list[R | Failure]:
        """The outcomes in the order of the jobs."""

    async def call(self, function: Callable[..., R], *args: Any) -> R:
        """One call, which returns or raises as the function does; SourceError when it hangs or dies."""

    def close(self) -> None:
        """End all workers; a later job starts new ones."""
