"""One quota for all processes that send requests with one key: requests sent, and limits that the service named.

The windows of a minute are pyrate-limiter's, in Postgres or Redis. Beside them a store holds one record a model: until
when nothing may be sent, the limits that the service named, and the requests of the day. Times are the store's, so that
the clocks of the processes may differ.
"""

from __future__ import annotations

import itertools
import math
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, cast

from pyrate_limiter import AbstractBucket, Rate, RateItem

_WINDOW_MARGIN = 1.05
"""The service's minute starts when a request arrives, and 61 of 60 were seen in one: a longer window uses 95 %."""
_BULK_SHARE = 0.8  # as in the process, graph/engines/requests/rate_limit.py
_QUESTIONS_LAST_S = 60.0
_UNITS = 100  # tokens are counted in hundredths of their limit: a window has a row for each
_SWEPT_EVERY = 50  # requests after which those before the window are deleted
NAMED_LASTS_S = 86_400
"""How long a limit applies after the service named it last: a key that was since paid for has another."""
_CONTENDED_S = 0.02  # the wait after another process had the window locked


@dataclass(frozen=True, slots=True)
class QuotaRecord:
    """The record of a model that all processes with one key share."""

    now: float = 0.0
    """The store's time, in seconds since the epoch."""
    paused_until: float = 0.0
    per_minute: int = 0
    """The lowest limit that the service named lately; 0 for none."""
    spent_day: str = ""
    """The day (Pacific time) whose requests the service said are used up."""
    questions_until: float = 0.0
    """Until when questions are expected, for which bulk requests leave room."""
    tokens_per_minute: int = 0
    """The lowest limit on input tokens that the service named of late; 0 for none."""


class QuotaStore(Protocol):
    """A store of shared quotas; keys stand for a model and the account that pays for it."""

    place: str
    """Where it is, without a password."""

    def bucket(self, key: str, rate: Rate) -> AbstractBucket:
        """Return the window of requests of a key."""

    def count_from_now(self, key: str, name: str) -> None:
        """Let the request of this name count from now on in the window of a key."""

    def read(self, key: str) -> QuotaRecord:
        """Return the record of a key."""

    def pause(self, key: str, seconds: float, per_minute: int, tokens: int = 0) -> None:
        """Send nothing for so many seconds; keep the lower of the limits on requests and on tokens, where 0 is none."""

    def spend_day(self, key: str, day: str) -> None:
        """Send nothing more on a day."""

    def expect_questions(self, key: str, seconds: float) -> None:
        """Keep room for questions for so many seconds."""

    def count(self, key: str, day: str, most: int | None) -> bool:
        """Count a request of a day and return True, or return False if it would be more than `most`."""

    def counted(self, key: str, day: str) -> int:
        """Return how many requests of a day were counted."""

    def answering(self) -> AbstractContextManager[None]:
        """Turn errors of the store, within the block, into a ModelError that says what to do."""


class SharedQuota:
    """The requests of one account to its models, counted for all processes.

    Args:
        store: Where they are counted.
        account: Whose requests they are.
        window: The length of a minute of the limits, in seconds; shorter in tests.
    """

    def __init__(self, store: QuotaStore, account: str, window: float = 60.0) -> None:
        self.place, self._store, self._account = store.place, store, account
        self._window_ms = int(window * _WINDOW_MARGIN * 1000)
        self._buckets: dict[tuple[str, int], AbstractBucket] = {}
        self._taken, self._asking = itertools.count(1), threading.Lock()

    def take(
        self,
        model: str,
        per_minute: int | None,
        per_day: int | None,
        day: str,
        costs: tuple[int, int | None] = (0, None),
        *,
        bulk: bool,
        name: str = "request",
    ) -> float:
        """Count a request and return 0.0 if it may be sent; else the seconds to wait, infinite if the day is spent.

        Args:
            model: The model.
            per_minute: The limit that is known from the start; None for none.
            per_day: The same for a day.
            day: The day, as the service counts it.
            costs: The tokens of the request, by estimate, and their limit a minute; None for none.
            bulk: Whether documents are read or embedded.
            name: Of the request, for `count_from_now`.
        """
        known = self._store.read(key := self._key(model))
        if known.spent_day == day:
            return math.inf
        if known.paused_until > known.now:
            return known.paused_until - known.now
        if not bulk and known.questions_until < known.now + _QUESTIONS_LAST_S / 2:
            self._store.expect_questions(key, _QUESTIONS_LAST_S)
        spare, tokens = bulk and known.questions_until > known.now, costs[0]
        most = min(filter(None, (costs[1], known.tokens_per_minute)), default=0)
        window, weight = f"{key}:tokens:{most}", _weight(tokens, most, spare) if most else 0
        if most and (wait := self._wait_for_room(window, weight, spare=spare)):
            return wait
        limit = min(per_minute or math.inf, known.per_minute or math.inf)
        if limit < math.inf and (wait := self._wait(key, int(limit), name=name, spare=spare)):
            return wait
        if most and (wait := self._wait(window, _UNITS, weight)):
            return wait
        return 0.0 if self._store.count(key, day, per_day) else math.inf

    def _wait_for_room(self, key: str, weight: int, *, spare: bool) -> float:
        """Return 0.0 if a window has room for so many units, which are not put into it, else the seconds to wait."""
        bucket = self._bucket(key, _UNITS)
        with self._asking, self._store.answering():
            now = bucket.now()  # type: ignore[no-untyped-call]  # the library's
            bucket.leak(now)
            left = int(_UNITS * _BULK_SHARE if spare else _UNITS) - cast(int, bucket.count())
        return 0.0 if weight <= left else self._window_ms / 1000 / _UNITS * (weight - left)

    def _wait(self, key: str, limit: int, weight: int = 1, *, name: str = "request", spare: bool = False) -> float:
        """Put a request into the window and return 0.0, or return the seconds after which it may have room."""
        bucket = self._bucket(key, limit)
        # A bucket remembers why it refused, for `waiting`: another thread must not ask in between.
        with self._asking, self._store.answering():
            item = RateItem(name, bucket.now(), weight)  # type: ignore[no-untyped-call]  # the library's
            if spare or next(self._taken) % _SWEPT_EVERY == 0:
                bucket.leak(item.timestamp)
            if spare and cast(int, bucket.count()) >= max(1, int(limit * _BULK_SHARE)):
                return self._window_ms / 1000 / limit
            if bucket.put(item):
                return 0.0
            return max(cast(int, bucket.waiting(item)) / 1000, _CONTENDED_S)

    def count_from_now(self, model: str, name: str) -> None:
        """Let the request that was let through under this name count from now on in the window of requests, if any."""
        key = self._key(model)
        if any(known == key for known, _ in list(self._buckets)):
            self._store.count_from_now(key, name)

    def pause(self, model: str, seconds: float, per_minute: int | None, tokens: int | None = None) -> None:
        """Let no process send anything to a model for so many seconds, and keep the limits that the service named."""
        self._store.pause(self._key(model), seconds, per_minute or 0, tokens or 0)

    def spend_day(self, model: str, day: str) -> None:
        """Let no process send anything more to a model on a day."""
        self._store.spend_day(self._key(model), day)

    def is_day_spent(self, model: str, day: str) -> bool:
        """Return whether the service reported to any process that the day's requests are used up."""
        return self._store.read(self._key(model)).spent_day == day

    def count_request(self, account: str, model: str, day: str) -> None:
        """Do nothing: `take` has counted the request, which the catalog's counter does here."""

    def requests_sent(self, account: str, model: str, day: str) -> int:
        """Return how many requests all processes sent to a model on a day."""
        return self._store.counted(self._key(model), day)

    def _key(self, model: str) -> str:
        return f"{self._account}:{model}"

    def _bucket(self, key: str, limit: int) -> AbstractBucket:
        if (key, limit) not in self._buckets:
            self._buckets[key, limit] = self._store.bucket(key, Rate(limit, self._window_ms))
        return self._buckets[key, limit]


def _weight(tokens: int, limit: int, spare: bool) -> int:
    """Return the units of a request's tokens: as many as a window can have at most, where it costs more."""
    return min(int(_UNITS * _BULK_SHARE) if spare else _UNITS, max(1, round(_UNITS * tokens / limit)))
