"""A recorder of what the requests of a piece of work cost, page by page.

Requests are made deep inside an engine, several may hold the same page, and their cost must be known even if all of
them failed. So the caller opens a recorder around the work, and the request client finds it in a context variable.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph.events import Waiting
from graph.types import Usage, add_usage, no_usage


@dataclass(slots=True)
class PageCost:
    """What reading a page has cost so far."""

    attempts: int = 0
    """Requests that held the page."""
    seconds: float = 0.0
    """How long those requests took."""
    usage: Usage = field(default_factory=no_usage)
    """The page's share of their requests and tokens."""
    was_counted: bool = False
    """Whether attempts and requests were counted elsewhere when they were sent."""


@dataclass(slots=True)
class UsageRecorder:
    """The costs of the pages of one piece of work, whether their requests succeeded or not."""

    emit: Callable[[Waiting], None]
    """Is given an event when requests have to wait for a rate limit."""
    count: Callable[[Sequence[int]], Awaitable[None]] | None = None
    """Counts an attempt of a request for these pages before it is sent; the count is kept even if the process ends."""
    pages: dict[int, PageCost] = field(default_factory=dict)
    """The costs by page number."""

    def add(self, pages: Sequence[int], usage: Usage, seconds: float) -> None:
        """Add requests that each held all of these pages; they took `seconds` altogether.

        Tokens are split evenly, the remainder going to the first pages. The count of requests goes to the first page
        alone; attempts and seconds count in full for each page. So requests and tokens add up over the pages to what
        was sent and paid; attempts and seconds do not.
        """
        for at, page in enumerate(pages):
            cost = self.pages.setdefault(page, PageCost())
            cost.attempts += usage["requests"]
            cost.seconds += seconds
            cost.was_counted = self.count is not None
            share = Usage(
                requests=usage["requests"] if at == 0 else 0,
                input_tokens=_share(usage["input_tokens"], at, len(pages)),
                output_tokens=_share(usage["output_tokens"], at, len(pages)),
            )
            cost.usage = add_usage(cost.usage, share)

    def emit_waiting(self, until: datetime, reason: str) -> None:
        """Emit an event that no request is sent before `until`."""
        self.emit(Waiting(event="waiting", until=until.isoformat(timespec="seconds"), reason=reason))


_recorder: ContextVar[UsageRecorder | None] = ContextVar("usage_recorder", default=None)


def current_recorder() -> UsageRecorder | None:
    """Return the recorder that is open around the caller, if any."""
    return _recorder.get()


@contextmanager
def record_usage(
    emit: Callable[[Waiting], None], count: Callable[[Sequence[int]], Awaitable[None]] | None = None
) -> Iterator[UsageRecorder]:
    """Open a recorder for the requests made within the block; see UsageRecorder."""
    recorder = UsageRecorder(emit, count)
    token = _recorder.set(recorder)
    try:
        yield recorder
    finally:
        _recorder.reset(token)


def usage_of(reply: Any) -> Usage:
    """Return what one answered request cost: a message has token counts, a structured reply has them in `raw`.

    Vectors come without any count: one request, no tokens.
    """
    raw = reply.get("raw") if isinstance(reply, dict) else reply
    counted = getattr(raw, "usage_metadata", None) or {}
    return Usage(requests=1, input_tokens=counted.get("input_tokens", 0), output_tokens=counted.get("output_tokens", 0))


def _share(tokens: int, at: int, parts: int) -> int:
    return tokens // parts + (at < tokens % parts)
