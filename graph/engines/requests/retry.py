"""One way to repeat a request to a model service: what can pass is repeated, nothing else.

Errors are judged by what they carry, not by their class: the Google client wraps them differently for chat and for
embeddings, and other providers have classes of their own.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from graph.engines.requests.rate_limit import DaySpentError, Limiter
from loaders.types import FailureReason

T = TypeVar("T")
_log = logging.getLogger(__name__)

_PASSING = frozenset({408, 500, 502, 503, 504, 529})  # 529: what Anthropic says when it is overloaded
# The libraries that carry the requests; the Google client alone uses three of them, whichever is installed.
_TRANSPORTS = frozenset({"httpx", "httpx2", "httpcore", "aiohttp", "requests", "urllib3"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error says: its reason, its HTTP status if it has one, and the seconds the service asks to wait.

    `per_minute` is the limit on requests that the service says was exceeded.
    """

    reason: FailureReason
    passing: bool
    status: int | None = None
    wait: float | None = None
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on. `seconds` bounds the attempts and the waits between them, up to the start of the last.

    Waiting for one's turn at the limiter does not count: that is no failure of the service.
    """

    tries: int = 6  # waits of about 1, 2, 4, 8, 16 s: an overload lasts seconds to half a minute
    seconds: float = 240.0  # a spent minute is waited for (up to 60 s, three times); a service that is down is not
    first_wait: float = 1.0
    longest_wait: float = 30.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random

    def wait(self, attempt: int, asked: float | None) -> float:
        """Seconds before the attempt after `attempt` (from 1), jittered lest all pages come back at the same moment."""
        if asked is not None:
            return asked + self.first_wait * self.random()
        return float(min(self.longest_wait, self.first_wait * 2 ** (attempt - 1)) * (0.5 + self.random() / 2))


async def call(
    make_request: Callable[[], Awaitable[T]],
    *,
    time_limit: float,
    patience: Patience | None = None,
    limiter: Limiter | None = None,
    model: str = "",
) -> T:
    """Await `make_request()` until it succeeds, each attempt in its turn and for at most `time_limit` seconds.

    Raises:
        Exception: the last attempt's error as it came, when it cannot pass or patience is spent; see `diagnose`.
    """
    patience = patience or Patience()
    used, attempt = 0.0, 1
    while True:
        started = patience.clock()
        try:
            async with limiter.turn(model) if limiter else nullcontext():
                started = patience.clock()
                async with asyncio.timeout(time_limit):
                    reply = await make_request()
        except Exception as error:
            trouble = diagnose(error)
            wait = patience.wait(attempt, trouble.wait)
            if limiter:
                _hold(limiter, model, trouble, wait)
            used += patience.clock() - started + wait
            if not (trouble.passing and used <= patience.seconds and attempt < patience.tries):
                raise
        else:
            if limiter:
                limiter.went_well(model)
            return reply
        _log.info("Attempt %d failed (%s); the next one follows in %.1f s.", attempt, trouble.reason, wait)
        await patience.sleep(wait)
        attempt += 1


def _hold(limiter: Limiter, model: str, trouble: Trouble, wait: float) -> None:
    """Spare all other requests what this one was told."""
    if trouble.reason == "quota_day":
        limiter.end_day(model)
    elif trouble.reason == "quota_minute" or trouble.wait is not None:
        limiter.slow_down(model, wait if trouble.wait is None else trouble.wait, trouble.per_minute)


def diagnose(error: BaseException) -> Trouble:
    """What went wrong with a request, from the error or from what caused it."""
    chain = list(_chain(error))
    if any(isinstance(cause, DaySpentError) for cause in chain):
        return Trouble("quota_day", False)
    status = next((found for found in map(_status, chain) if found), None)
    details = [detail for cause in chain for detail in _details(cause)]
    if status == 429 and "PerDay" in str([detail.get("violations") for detail in details]):
        return Trouble("quota_day", False, status)
    if status == 429 or status in _PASSING:
        reason: FailureReason = "quota_minute" if status == 429 else "overloaded"
        return Trouble(reason, True, status, _asked_wait(chain, details), _limit_per_minute(details))
    if status is not None:
        return Trouble("request_error", False, status)
    # httpx's time-outs are called so, but do not derive from the built-in class.
    if any(isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__ for cause in chain):
        return Trouble("timeout", True)
    if any(map(_is_transport, chain)):
        return Trouble("network", True)
    return Trouble("request_error", False)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _is_transport(error: BaseException) -> bool:
    return isinstance(error, ConnectionError) or type(error).__module__.split(".")[0] in _TRANSPORTS


def _status(error: BaseException) -> int | None:
    found = [getattr(getattr(error, "response", None), "status_code", None), getattr(error, "status_code", None)]
    if not _is_transport(error):  # aiohttp gives a body that broke off the code 400
        found.append(getattr(error, "code", None))
    return next((value for value in found if isinstance(value, int) and 400 <= value < 600), None)


def _details(error: BaseException) -> list[dict[str, Any]]:
    """The typed details of a Google error body."""
    body = getattr(error, "details", None)
    inner = body.get("error", body) if isinstance(body, dict) else {}
    details = inner.get("details", []) if isinstance(inner, dict) else []
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []


def _asked_wait(chain: list[BaseException], details: list[dict[str, Any]]) -> float | None:
    """The longest wait asked for in seconds: RetryInfo ("17.7s") or Retry-After (its form as a date is not used)."""
    headers = [getattr(getattr(cause, "response", None), "headers", None) or {} for cause in chain]
    asked = [str(header.get("retry-after", "")) for header in headers]
    asked += [str(detail.get("retryDelay", "")).removesuffix("s") for detail in details]
    waits = [float(text) for text in asked if text.replace(".", "", 1).isdecimal()]
    return max(waits, default=None)


def _limit_per_minute(details: list[dict[str, Any]]) -> int | None:
    """The limit on requests that a quota failure names; those on tokens have other numbers."""
    violations = [one for detail in details for one in detail.get("violations") or [] if isinstance(one, dict)]
    named = [one.get("quotaValue", "") for one in violations if "RequestsPerMinute" in str(one.get("quotaId"))]
    return min((int(value) for value in map(str, named) if value.isdecimal() and int(value)), default=None)
