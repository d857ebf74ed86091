"""Known limits of model services: rates by tier, requests in flight, and when a day begins."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from graph.settings import Tier

_PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Rate:
    """The limits of one model; None where there is none, or none is known."""

    per_minute: int | None = None
    per_day: int | None = None
    in_flight: int | None = None
    """The most requests at a time."""
    first_in_flight: int | None = None
    """How many requests may be in flight before one has succeeded."""
    tokens_per_minute: int | None = None
    """Input tokens, by estimate until a reply tells them."""


# A request of four pages takes about 10 s: eight in flight are 48 requests and 190 pages a minute, more than two cores
# render, and more than the free limits allow. Batches of pages are sized by it in every tier: pages wait in memory.
DEFAULT_CONCURRENCY = 8
_PAID_CONCURRENCY_PER_CORE = 32
"""Requests of a paid tier that may be in flight for each core: by code a question with a model takes 23 ms of CPU for
two requests of a second each (`make bench`), so 32 in flight keep a third of a core busy."""
_MOST_CONCURRENCY = 100  # connections that a pool of httpx holds


def default_concurrency(tier: Tier) -> int:
    """Return how many requests may be in flight where the user sets no number: by the machine for a paid tier."""
    if tier != "paid":
        return DEFAULT_CONCURRENCY
    return min(_MOST_CONCURRENCY, _PAID_CONCURRENCY_PER_CORE * (os.cpu_count() or 1))


# Free: 20 requests a day for each Flash model, 500 for each Flash-Lite, 5-10 a minute, as users report them in late
# 2026; nothing reliable is known of embeddings. Paid: 1,000 a minute, the least that Google granted any Flash model of
# the first paid tier when it last published a table.
_PRESETS: dict[Tier, tuple[tuple[str, Rate], ...]] = {
    "free": (("flash-lite", Rate(10, 500)), ("flash", Rate(5, 20))),
    "paid": (("gemini", Rate(1000)),),
    "unlimited": (),
}


def preset(tier: Tier, model: str) -> Rate:
    """Return what is known of a tier's limits for a model."""
    return next((rate for name, rate in _PRESETS[tier] if name in model), Rate())


def next_day(now: float) -> datetime:
    """Return when daily quotas are renewed: the first midnight Pacific time after `now` (epoch), in local time."""
    today = datetime.fromtimestamp(now, _PACIFIC)
    # Calendar arithmetic: the day on which the clocks change has 23 or 25 hours.
    midnight = (today + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone()


def day_of(now: float) -> str:
    """Return the day to which a request at `now` (epoch) counts, by Pacific time."""
    return datetime.fromtimestamp(now, _PACIFIC).date().isoformat()
