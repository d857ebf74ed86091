"""Retries of requests to model services: transient errors are retried, permanent ones raised at once.

Errors are classified by what they carry, not by their class: the Google client wraps them differently for chat and for
embeddings, and other providers have classes of their own.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import socket
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from graph.engines.requests.rate_limit import DailyQuotaError, RateLimiter
from graph.engines.requests.usage import usage_of
from loaders.types import FailureReason

T = TypeVar("T")
_log = logging.getLogger(__name__)

_TRANSIENT_STATUS = frozenset({408, 500, 502, 503, 504, 529})  # 529: Anthropic's "overloaded"
# The HTTP libraries of the clients; the Google client alone uses three of them, whichever is installed.
_TRANSPORTS = frozenset({"httpx", "httpx2", "httpcore", "aiohttp", "requests", "urllib3"})
# OpenAI says `insufficient_quota` with the status of a limit that passes, Anthropic "credit balance is too low" with
# 400. Not "exceeded your current quota", which Google says of a minute's limit too.
_UNPAID = re.compile(r"insufficient_quota|credit balance|insufficient (?:balance|funds|credit)", re.I)
_PER_DAY = re.compile(r"requests per day|tokens per day|\((?:RPD|TPD)\)", re.I)
# Words of vLLM ("is not a multimodal model"), llama.cpp ("image input is not supported ... mmproj", with status 500),
# LM Studio ("Model does not support images") and OpenAI's format ("image_url is only supported by certain models").
_REFUSES_IMAGES = frozenset({400, 404, 415, 422, 500, 501})
_NO_IMAGES = re.compile(
    r"(?:image|vision|multi-?modal)\w*[^.]{0,60}(?:not (?:be )?support|not enabled|not available|only supp|unsupp)"
    r"|(?:not|n't|cannot|no endpoints found that) support\w*[^.]{0,40}(?:image|vision|multi-?modal)"
    r"|unsupported[^.]{0,30}image|not a multi-?modal model|mmproj|missing data required for image",
    re.I,
)


@dataclass(frozen=True, slots=True)
class RequestError:
    """An error of a request, classified."""

    reason: FailureReason
    is_transient: bool
    """Whether another attempt may succeed."""
    status: int | None = None
    """The HTTP status, if there was one."""
    retry_after_s: float | None = None
    """The seconds that the service asks to wait, if it does."""
    requests_per_minute: int | None = None
    """The limit that the service says was exceeded, if it names one."""
    tokens_per_minute: int | None = None
    """The same of input tokens."""
    is_unpaid: bool = False
    """Whether the account has no money, or no plan, for any request."""
    is_unreachable: bool = False
    """Whether no program listens at the address, or its host has no known address."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, and for how long, a request is retried.

    `max_seconds` bounds the attempts and the waits between them, up to the start of the last attempt. Waiting for the
    rate limiter does not count.
    """

    max_attempts: int = 6  # waits of about 1, 2, 4, 8, 16 s: an overload lasts seconds to half a minute
    max_seconds: float = 240.0  # enough to wait three times for a used-up minute (60 s), not for a service that is down
    first_wait_s: float = 1.0
    max_wait_s: float = 30.0
    # Three seconds, in which a server that restarts may be back; a server that was never started answers no later try.
    unreachable_attempts: int = 3
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random

    def attempts(self, *, nothing_answers: bool) -> int:
        """Return how often a request is sent at most; less often where no server answers."""
        return min(self.unreachable_attempts, self.max_attempts) if nothing_answers else self.max_attempts

    def wait_after(self, attempt: int, retry_after_s: float | None) -> float:
        """Return the seconds to wait after attempt number `attempt` (from 1), with jitter to spread the retries."""
        if retry_after_s is not None:
            return retry_after_s + self.first_wait_s * self.random()
        return float(min(self.max_wait_s, self.first_wait_s * 2 ** (attempt - 1)) * (0.5 + self.random() / 2))


async def send_with_retries(
    make_request: Callable[[], Awaitable[T]],
    *,
    time_limit: float,
    retry_policy: RetryPolicy | None = None,
    rate_limiter: RateLimiter | None = None,
    model: str = "",
    is_own_server: bool = False,
    bulk: bool = False,
    tokens: int = 0,
) -> T:
    """Await `make_request()` until it succeeds; each attempt waits for the rate limiter and takes at most `time_limit`.

    Raises:
        Exception: the error of the last attempt, unchanged: permanent, or the last that the policy allows.
    """
    policy, used, attempt = retry_policy or RetryPolicy(), 0.0, 1
    while True:
        started = policy.clock()
        try:
            async with rate_limiter.slot(model, bulk=bulk, tokens=tokens) if rate_limiter else nullcontext():
                started = policy.clock()
                async with asyncio.timeout(time_limit):
                    reply = await make_request()
        except Exception as raised:  # raised again unless it is transient
            error = classify(_released(raised))
            wait = policy.wait_after(attempt, error.retry_after_s)
            if rate_limiter:
                _notify_limiter(rate_limiter, model, error, wait)
            used += policy.clock() - started + wait
            is_last = attempt >= policy.attempts(nothing_answers=is_own_server and error.is_unreachable)
            if not error.is_transient or used > policy.max_seconds or is_last:
                raise
        else:
            if rate_limiter:
                rate_limiter.on_success(model, usage_of(reply)["input_tokens"])
            return reply
        _log.info("Attempt %d failed (%s); the next follows in %.1f s.", attempt, error.reason, wait)
        await policy.sleep(wait)
        attempt += 1


def _released(error: Exception) -> Exception:
    """Return an error after clearing the variables of the calls in its traceback.

    langchain-core leaves a coroutine in them that it never awaits. Kept until the process ends, it would print
    "Exception ignored in: <coroutine" to standard error.
    """
    for one in _roots(error):
        traceback.clear_frames(one.__traceback__)
    return error


def _notify_limiter(rate_limiter: RateLimiter, model: str, error: RequestError, wait: float) -> None:
    """Let the limiter hold back the other requests to the model, where the service refused this one for its rate."""
    if error.reason == "quota_day" and error.status is None:
        return  # by the limiter itself: the limit may be that of this process, and the day over meanwhile
    if error.reason == "quota_day":
        rate_limiter.on_daily_quota_exhausted(model)
    elif error.reason == "quota_minute" or error.retry_after_s is not None:
        seconds = wait if error.retry_after_s is None else error.retry_after_s
        rate_limiter.on_refusal(model, seconds, error.requests_per_minute, error.tokens_per_minute)


def classify(error: BaseException) -> RequestError:
    """Classify an error by its chain of causes: HTTP status first, then time-outs and broken connections."""
    chain = list(_chain(error))
    if any(isinstance(cause, DailyQuotaError) for cause in chain):
        return RequestError("quota_day", False)
    status = next((found for found in map(_status, chain) if found), None)
    details = [detail for cause in chain for detail in _details(cause)]
    text = " ".join(f"{cause} {getattr(cause, 'body', '')}" for cause in chain) if status else ""
    if status == 402 or (status in (400, 403, 429) and _UNPAID.search(text)):
        return RequestError("request_error", False, status, is_unpaid=True)
    if status in _REFUSES_IMAGES and _NO_IMAGES.search(text):
        return RequestError("no_images", False, status)
    if status == 429 and ("PerDay" in str([detail.get("violations") for detail in details]) or _PER_DAY.search(text)):
        return RequestError("quota_day", False, status)
    if status == 429 or status in _TRANSIENT_STATUS:
        reason: FailureReason = "quota_minute" if status == 429 else "overloaded"
        named = _limit(details, "RequestsPerMinute"), _limit(details, "InputTokensPerModelPerMinute")
        return RequestError(reason, True, status, _retry_after(chain, details), *named)
    if status is not None:
        return RequestError("request_error", False, status)
    # httpx's time-outs have the word in their names, but do not derive from the built-in class.
    if any(isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__ for cause in chain):
        return RequestError("timeout", True)
    if any(map(_is_transport, chain)):
        return RequestError("network", True, is_unreachable=any(map(_is_unreachable, _roots(error))))
    return RequestError("request_error", False)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _roots(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, its causes (explicit and implicit), and the members of exception groups among them."""
    while error is not None:
        yield error
        for one in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
            yield from _roots(one)
        error = error.__cause__ or error.__context__


def _is_unreachable(error: BaseException) -> bool:
    return isinstance(error, ConnectionRefusedError | socket.gaierror)


def _is_transport(error: BaseException) -> bool:
    return isinstance(error, ConnectionError) or type(error).__module__.split(".")[0] in _TRANSPORTS


def _status(error: BaseException) -> int | None:
    found = [getattr(getattr(error, "response", None), "status_code", None), getattr(error, "status_code", None)]
    if not _is_transport(error):  # aiohttp gives a body that broke off the code 400
        found.append(getattr(error, "code", None))
    return next((value for value in found if isinstance(value, int) and 400 <= value < 600), None)


def _details(error: BaseException) -> list[dict[str, Any]]:
    """Return the typed details of a Google error body, or []."""
    body = getattr(error, "details", None)
    inner = body.get("error", body) if isinstance(body, dict) else {}
    details = inner.get("details", []) if isinstance(inner, dict) else []
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []


def _retry_after(chain: list[BaseException], details: list[dict[str, Any]]) -> float | None:
    """Return the longest wait asked for, in seconds: RetryInfo ("17.7s") or Retry-After (dates are ignored)."""
    headers = [getattr(getattr(cause, "response", None), "headers", None) or {} for cause in chain]
    asked = [str(header.get("retry-after", "")) for header in headers]
    asked += [str(detail.get("retryDelay", "")).removesuffix("s") for detail in details]
    waits = [float(text) for text in asked if text.replace(".", "", 1).isdecimal()]
    return max(waits, default=None)


def _limit(details: list[dict[str, Any]], kind: str) -> int | None:
    """Return the least limit of this kind that a quota failure names."""
    violations = [one for detail in details for one in detail.get("violations") or [] if isinstance(one, dict)]
    named = [one.get("quotaValue", "") for one in violations if kind in str(one.get("quotaId"))]
    return min((int(value) for value in map(str, named) if value.isdecimal() and int(value)), default=None)
