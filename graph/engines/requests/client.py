"""The client through which all chat and embedding requests go: rate limiter, retries, fallback model, usage."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from graph.engines.requests.rate_limit import RateLimiter
from graph.engines.requests.retry import RetryPolicy, classify, send_with_retries
from graph.engines.requests.usage import current_recorder, usage_of
from graph.errors import HomeError, ModelError
from graph.types import Usage, no_usage
from loaders.types import Failure, FailureReason

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

M = TypeVar("M", covariant=True)
T = TypeVar("T")

# The model is not available now, but another one may be. Errors of the page, the key or the network are not among them.
_FALLBACK_REASONS: frozenset[FailureReason] = frozenset({"overloaded", "timeout", "quota_minute", "quota_day"})
_NOT_FOUND = 404
_LOCAL_TIME_FACTOR = 5
"""How many times the usual time limit a local model has: a prompt of 4,000 tokens takes 25 s at 158 tokens a second on
one quiet core (135 million parameters), and nine minutes on a busy one."""


@dataclass(frozen=True, slots=True)
class NamedModel(Generic[M]):
    """A LangChain chat or embedding model with its name."""

    model: M
    name: str
    """As `provider:model`."""
    setting: str
    """The environment variable that names the model, for error messages."""
    is_local: bool = False
    """Whether it runs on the user's machine or network, where a reply may take minutes."""
    address: str = ""
    """The address of a server of the user's own, without a password; "" for the provider's."""


Explain = Callable[[Exception, str, str, str], ModelError | Failure]
"""Explains an error, given the model's name, setting and address: a ModelError if no later attempt can succeed now."""


@dataclass(frozen=True, slots=True)
class ModelReply(Generic[T]):
    """A reply with the model that gave it and its cost."""

    reply: T
    name: str
    """The model, as `provider:model`."""
    usage: Usage
    """The cost of the reply with all attempts before it."""


@dataclass(slots=True)
class _Attempts:
    """The attempts of one request: how many were sent, the seconds they took, and when the request was made."""

    count: int = 0
    seconds: float = 0.0
    asked_at: float = field(default_factory=time.monotonic)

    async def measure(self, attempt: Awaitable[T]) -> T:
        """Await one attempt, counted from its start, whether it succeeds or not."""
        started, self.count = time.monotonic(), self.count + 1
        try:
            return await attempt
        finally:
            self.seconds += time.monotonic() - started


class RequestClient:
    """Sends requests to chat and embedding models and records what they cost.

    Args:
        explain: Turns the errors of requests into messages for users.
        retry_policy: How often failed attempts are repeated.
        rate_limiter: Delays requests; without one they are sent at once.
        fallback: The chat model that `send_with_fallback` asks second.
    """

    def __init__(
        self,
        explain: Explain,
        retry_policy: RetryPolicy | None = None,
        rate_limiter: RateLimiter | None = None,
        fallback: NamedModel[BaseChatModel] | None = None,
    ) -> None:
        self._explain, self._retry_policy = explain, retry_policy or RetryPolicy()
        self._rate_limiter, self._fallback = rate_limiter, fallback
        self._not_found: set[str] = set()
        self._refusals: dict[str, tuple[float, ModelError]] = {}

    def is_daily_quota_exhausted(self, use: NamedModel[BaseChatModel]) -> bool:
        """Return True if neither the model nor the fallback model will be sent another request today."""
        limiter, models = self._rate_limiter, [use, self._fallback] if self._fallback else [use]
        return limiter is not None and all(limiter.is_daily_quota_exhausted(model.name) for model in models)

    async def requests_left(self, use: NamedModel[BaseChatModel], *, with_fallback: bool = True) -> int | None:
        """Return how many requests a day's known limits leave to a model and the fallback model; None if unknown."""
        models = {use.name, self._fallback.name} if self._fallback and with_fallback else {use.name}
        if self._rate_limiter is None:
            return None
        left = [await self._rate_limiter.requests_left(name) for name in sorted(models)]
        known = [count for count in left if count is not None]
        return sum(known) if len(known) == len(left) else None

    async def send(
        self,
        use: NamedModel[M],
        request: Callable[[M], Awaitable[T]],
        *,
        time_limit: float,
        pages: Sequence[int] = (),
        bulk: bool = False,
        tokens: int = 0,
    ) -> ModelReply[T] | Failure:
        """Send a request to one model, with retries; return its reply, or a Failure if it gave none.

        Args:
            use: The model.
            request: Makes the request with the model that it is given; called once for each attempt.
            time_limit: Seconds for one attempt.
            pages: The page numbers to which the open recorder adds the cost.
            bulk: Whether documents are read or embedded, which leaves room for the requests of questions.
            tokens: What the request costs, where its reply will not tell; 0 for what others of its kind cost.

        Raises:
            ModelError: no later attempt can succeed: the key was refused, or the model does not exist.
        """
        return await self._send(use, request, _Attempts(), time_limit=time_limit, pages=pages, bulk=bulk, tokens=tokens)

    async def _send(
        self,
        use: NamedModel[M],
        request: Callable[[M], Awaitable[T]],
        attempts: _Attempts,
        *,
        time_limit: float,
        pages: Sequence[int],
        bulk: bool,
        tokens: int = 0,
    ) -> ModelReply[T] | Failure:
        """Do as `send`, and count the sent requests in `attempts`, which the caller sees without a reply too."""
        usage = no_usage()
        try:
            reply = await send_with_retries(
                lambda: self._attempt(attempts, use, request, pages),
                time_limit=time_limit * (_LOCAL_TIME_FACTOR if use.is_local else 1),
                retry_policy=self._retry_policy,
                rate_limiter=self._rate_limiter,
                model=use.name,
                is_own_server=bool(use.address),
                bulk=bulk,
                tokens=tokens,
            )
            usage = usage_of(reply)
        except Exception as error:  # each client has errors of its own; `_failure` explains them
            return self._failure(use, error)
        finally:
            usage = Usage(**{**usage, "requests": attempts.count})
            if attempts.count and (recorder := current_recorder()):
                recorder.add(pages, usage, attempts.seconds)
        return ModelReply(reply, use.name, usage)

    def _failure(self, use: NamedModel[M], error: Exception) -> Failure:
        """Return the Failure for an error, or raise its ModelError; a ModelError or HomeError is raised as it is."""
        if isinstance(error, ModelError | HomeError):
            raise error
        problem = self._explain(error, use.name, use.setting, use.address)
        if isinstance(problem, ModelError):
            self._refusals[use.name] = time.monotonic(), problem
            raise problem from error
        return problem

    async def _attempt(
        self, attempts: _Attempts, use: NamedModel[M], request: Callable[[M], Awaitable[T]], pages: Sequence[int]
    ) -> T:
        """Send one attempt, unless the model refused another for good while this request waited for its turn."""
        refused_at, refusal = self._refusals.get(use.name, (0.0, None))
        if refusal and refused_at >= attempts.asked_at:
            # The error itself is still on its way through the other request, whose frames `_released` would clear.
            raise ModelError(str(refusal)) from refusal.__cause__
        if pages and (recorder := current_recorder()) and recorder.count:
            await recorder.count(pages)
        if self._rate_limiter:
            await self._rate_limiter.on_sending(use.name)
        return await attempts.measure(request(use.model))

    async def send_with_fallback(
        self,
        use: NamedModel[BaseChatModel],
        request: Callable[[BaseChatModel], Awaitable[T]],
        *,
        time_limit: float,
        pages: Sequence[int] = (),
    ) -> ModelReply[T] | Failure:
        """Send a request to a chat model, and to the fallback model if the first is not available; see `send`.

        A request for pages is one of bulk reading.

        Raises:
            ModelError: as `send`; a model that does not exist raises none if there is a fallback model.
        """
        failure: Failure | None = None
        first = _Attempts()
        if use.name not in self._not_found:
            try:
                answer = await self._send(use, request, first, time_limit=time_limit, pages=pages, bulk=bool(pages))
            except ModelError as error:
                if not (self._fallback and error.__cause__ and classify(error.__cause__).status == _NOT_FOUND):
                    raise
                self._not_found.add(use.name)
            else:
                if not (isinstance(answer, Failure) and answer.reason in _FALLBACK_REASONS and self._fallback):
                    return answer
                failure = answer
        assert self._fallback
        second = await self.send(self._fallback, request, time_limit=time_limit, pages=pages, bulk=bool(pages))
        # If neither is available, report the model that the user chose: the user waits for its daily quota.
        return failure if failure and isinstance(second, Failure) else with_requests(second, first.count)


def with_requests(answer: ModelReply[T] | Failure, earlier: int) -> ModelReply[T] | Failure:
    """Return a reply whose cost includes requests that were sent earlier and brought no reply; a failure as it is."""
    if isinstance(answer, Failure) or not earlier:
        return answer
    return replace(answer, usage=Usage(**{**answer.usage, "requests": answer.usage["requests"] + earlier}))
