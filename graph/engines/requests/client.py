"""One request to a chat model: in its turn, with patience, and to a second model where the first does not serve."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from graph.engines.llm.messages import usage_of
from graph.engines.requests.rate_limit import Limiter
from graph.engines.requests.retry import Patience, call, diagnose
from graph.engines.requests.usage import current
from graph.errors import ModelError
from graph.types import Usage
from loaders.types import Failure, FailureReason

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")

# The first model does not serve now; another one may. What lies in the page, the key or the network is no such case.
_ANOTHER_MAY_SERVE: frozenset[FailureReason] = frozenset({"overloaded", "timeout", "quota_minute", "quota_day"})
_GONE = 404


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A chat model, its full name (`provider:model`) and the environment variable that names it."""

    model: BaseChatModel
    name: str
    setting: str


Explain = Callable[[Exception, str, str], ModelError | Failure]
"""From an error, a model's name and its setting to what is wrong: for good (ModelError), or with this request."""


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """A reply, the full name of the model that gave it, and what it cost with all attempts before it."""

    reply: T
    name: str
    usage: Usage


class Service:
    """The way of all requests to chat models: limiter, retries, fallback; costs are written into the open journal."""

    def __init__(
        self,
        explain: Explain,
        patience: Patience | None = None,
        limiter: Limiter | None = None,
        fallback: NamedModel | None = None,
    ) -> None:
        self._explain, self._patience = explain, patience or Patience()
        self._limiter, self._fallback = limiter, fallback
        self._gone: set[str] = set()

    def is_daily_quota_exhausted(self, use: NamedModel) -> bool:
        """Whether it is known that neither the model nor the second one will be asked any more today."""
        limiter, models = self._limiter, [use, self._fallback] if self._fallback else [use]
        return limiter is not None and all(limiter.is_daily_quota_exhausted(model.name) for model in models)

    async def ask(
        self,
        use: NamedModel,
        request: Callable[[BaseChatModel], Awaitable[T]],
        *,
        time_limit: float,
        pages: Sequence[int] = (),
    ) -> Answered[T] | Failure:
        """What the model replies, or the second model where the first does not serve; a Failure where neither does.

        Args:
            use: The model to ask first.
            request: Makes the request with the model that it is given.
            time_limit: Seconds for one attempt.
            pages: The pages that the request holds, which bear its cost.

        Raises:
            ModelError: no attempt can succeed: the key was refused, or the model is gone and there is no second.
        """
        problem: Failure | None = None
        if use.name not in self._gone:
            try:
                answer = await self._ask(use, request, time_limit, pages)
            except ModelError as error:
                if not (self._fallback and error.__cause__ and diagnose(error.__cause__).status == _GONE):
                    raise
                self._gone.add(use.name)
            else:
                if not (isinstance(answer, Failure) and answer.reason in _ANOTHER_MAY_SERVE and self._fallback):
                    return answer
                problem = answer
        assert self._fallback
        second = await self._ask(self._fallback, request, time_limit, pages)
        # Where neither serves, what the user chose first is what to report; a day's quota is what to wait for.
        return problem if problem and isinstance(second, Failure) else second

    async def _ask(
        self, use: NamedModel, request: Callable[[BaseChatModel], Awaitable[T]], time_limit: float, pages: Sequence[int]
    ) -> Answered[T] | Failure:
        sent, spent, usage = 0, 0.0, Usage(requests=0, input_tokens=0, output_tokens=0)

        async def timed() -> T:
            nonlocal sent, spent
            sent, started = sent + 1, time.monotonic()
            try:
                return await request(use.model)
            finally:
                spent += time.monotonic() - started

        try:
            reply = await call(
                timed, time_limit=time_limit, patience=self._patience, limiter=self._limiter, model=use.name
            )
            usage = usage_of(reply)
        except Exception as error:
            problem = self._explain(error, use.name, use.setting)
            if isinstance(problem, ModelError):
                raise problem from error
            return problem
        finally:
            usage = Usage(**{**usage, "requests": sent})
            if sent and (page := current()):
                page.charge(pages, usage, spent)
        return Answered(reply, use.name, usage)
