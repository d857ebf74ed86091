"""What the requests of one piece of work cost, page by page, and whom to tell when it has to wait.

Requests are made deep inside an engine, and several may hold the same page; what they cost must be known also when
all of them failed. So whoever starts the work opens a journal, and the request layer writes into the one that is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from graph.events import Waiting
from graph.types import Usage, add_usage, no_usage


@dataclass(slots=True)
class Cost:
    """What it took to read a page so far: how many requests held it, how long they took, and its share of the usage."""

    attempts: int = 0
    seconds: float = 0.0
    usage: Usage = field(default_factory=no_usage)


@dataclass(slots=True)
class Journal:
    """The costs of the pages of one piece of work, answered or not."""

    tell: Callable[[Waiting], None]
    pages: dict[int, Cost] = field(default_factory=dict)

    def charge(self, pages: Sequence[int], usage: Usage, seconds: float) -> None:
        """Write down requests that held these pages: all of `usage["requests"]` were made with the same pages.

        Tokens are split evenly, the odd ones going to the first pages. A request cannot be split: its count goes to
        the first page, while it is an attempt, and its time is time spent, for each of them. So requests and tokens
        add up over the pages to what was sent and paid; attempts and seconds do not.
        """
        for at, page in enumerate(pages):
            cost = self.pages.setdefault(page, Cost())
            cost.attempts += usage["requests"]
            cost.seconds += seconds
            share = Usage(
                requests=usage["requests"] if at == 0 else 0,
                input_tokens=_share(usage["input_tokens"], at, len(pages)),
                output_tokens=_share(usage["output_tokens"], at, len(pages)),
            )
            cost.usage = add_usage(cost.usage, share)

    def waiting(self, until: datetime, reason: str) -> None:
        """Tell whoever watches that no request is sent before a time."""
        self.tell(Waiting(event="waiting", until=until.isoformat(timespec="seconds"), reason=reason))


_open: ContextVar[Journal | None] = ContextVar("journal", default=None)


def current() -> Journal | None:
    """The journal that is open around the caller."""
    return _open.get()


@contextmanager
def journal(tell: Callable[[Waiting], None]) -> Iterator[Journal]:
    """A journal for the requests made within; `tell` is given progress events."""
    opened = Journal(tell)
    token = _open.set(opened)
    try:
        yield opened
    finally:
        _open.reset(token)


def _share(tokens: int, at: int, parts: int) -> int:
    return tokens // parts + (at < tokens % parts)
