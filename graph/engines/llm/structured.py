"""Chat requests with structured replies: sent through the request client, whole or streamed, and parsed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.runnables.config import RunnableConfig, ensure_config, merge_configs
from langchain_core.utils.json import parse_partial_json
from pydantic import BaseModel, ValidationError

from graph.engines.llm import plain_json
from graph.engines.llm.messages import stop_reason
from graph.engines.requests.client import ModelReply, NamedModel, RequestClient, with_requests
from graph.errors import ModelError, ServiceOutOfOrderError
from graph.providers import GOOGLE, split_name
from graph.types import Reply
from loaders.types import Failure, FailureReason

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")
S = TypeVar("S", bound=BaseModel)
V = TypeVar("V")

ATTEMPT_TIMEOUT_S = 120.0
NO_STREAM: Any = {"tags": ["nostream"]}
"""The configuration of all requests: LangGraph must not stream the tokens of their replies into a chat window."""

_STOPS = {"LengthFinishReasonError": "length", "ContentFilterFinishReasonError": "content_filter"}

OnPartialClaims = Callable[[str, Sequence[object]], None]
"""Called while a reply streams, with the text of its claims so far and the complete claims."""
Content = str | list[str | dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Structured(Reply[V]):
    """A structured reply; its value is None if it cannot be used."""

    stopped: FailureReason | None = None
    """Why it cannot be used; None if it can."""


class ChatRequests:
    """Requests to chat models whose replies are text or structured data, other than reading pages.

    Args:
        client: Sends the requests.
        short: Whether a model that knows no schemas is shown the form of a reply instead of its schema.
    """

    def __init__(self, client: RequestClient, *, short: bool = False) -> None:
        self._client, self._short = client, short
        self._without_schemas: set[str] = set()

    async def send(
        self, model: NamedModel[BaseChatModel], request: Callable[[BaseChatModel], Awaitable[T]]
    ) -> ModelReply[T]:
        """Send a request and return its reply.

        Raises:
            ModelError: the service gave no reply.
        """
        answer = await self._client.send_with_fallback(model, request, time_limit=ATTEMPT_TIMEOUT_S)
        if isinstance(answer, Failure):
            raise _error(answer)
        return answer

    async def send_structured(
        self,
        model: NamedModel[BaseChatModel],
        content: Content,
        schema: type[S],
        *,
        on_partial_claims: OnPartialClaims | None = None,
        allow_failure: bool = False,
        stand_in: NamedModel[BaseChatModel] | None = None,
    ) -> Structured[S | None]:
        """Send a prompt and return the reply as `schema`; None, and the reason, if it cannot be used.

        Args:
            model: The model to ask.
            content: The prompt, or content blocks.
            schema: The shape of the reply.
            on_partial_claims: If given, the reply is streamed and its claims are passed on as they arrive.
            allow_failure: Whether None is returned if the service gave no reply at all.
            stand_in: The model to ask when the day's requests to the first, and to the fallback model, are used up.

        Raises:
            ServiceOutOfOrderError: the day's requests are used up, and `allow_failure` is not set.
            ModelError: the key was refused, the model does not exist, or (unless `allow_failure`) there was no reply.
        """

        async def request(of: BaseChatModel) -> dict[str, Any]:
            in_words = of is model.model and model.name in self._without_schemas
            form = plain_json.instruction(schema, short=self._short) if in_words else ""
            asked, messages = _asked(of, content, schema, form)
            return await _reply(asked, messages, on_partial_claims)

        answer = await self._send_to_any(model, stand_in, request)
        if isinstance(answer, Failure):
            if allow_failure:
                return Structured(None, stopped=answer.reason)
            raise _error(answer)
        value = self._parsed(model, answer, schema)
        return Structured(value, answer.usage, answer.name, _why_unusable(value, answer.reply.get("raw")))

    async def _send_to_any(
        self,
        model: NamedModel[BaseChatModel],
        stand_in: NamedModel[BaseChatModel] | None,
        request: Callable[[BaseChatModel], Awaitable[T]],
    ) -> ModelReply[T] | Failure:
        """Send a request to a model, in words where it knows no schemas; else to the fallback model or the stand-in."""
        answer = await self._client.send_with_fallback(model, request, time_limit=ATTEMPT_TIMEOUT_S)
        if isinstance(answer, Failure) and self._gives_up_schemas(model, answer):
            again = await self._client.send_with_fallback(model, request, time_limit=ATTEMPT_TIMEOUT_S)
            answer = with_requests(again, 1)  # the request that was refused: such a refusal is not tried again
        if isinstance(answer, Failure) and answer.reason == "quota_day" and stand_in and stand_in.name != model.name:
            last = await self._client.send(stand_in, request, time_limit=ATTEMPT_TIMEOUT_S)
            return answer if isinstance(last, Failure) else last
        return answer

    def _parsed(
        self, model: NamedModel[BaseChatModel], answer: ModelReply[dict[str, Any]], schema: type[S]
    ) -> S | None:
        """Return a reply as `schema`; None if it was cut off, blocked or malformed.

        A model that ignored the schema did not get it from its service: from now on the schema stands in its prompt.
        """
        raw, parsed = answer.reply.get("raw"), answer.reply.get("parsed")
        if stop_reason(raw):
            return None
        if not isinstance(parsed, schema):
            parsed = plain_json.parse(str(getattr(raw, "text", "")), schema)
            if parsed is None and answer.name == model.name and split_name(model.name)[0] != GOOGLE:
                self._without_schemas.add(model.name)
        elif _is_cut_off(raw):
            return None
        return parsed

    def asks_in_words(self, model: NamedModel[BaseChatModel]) -> bool:
        """Return whether a model's service was found to know no schemas."""
        return model.name in self._without_schemas

    def _gives_up_schemas(self, model: NamedModel[BaseChatModel], failure: Failure) -> bool:
        """Note that a model's service knows no schemas, if that is why it refused a request; return whether it is."""
        if failure.reason != "request_error" or model.name in self._without_schemas:
            return False
        if split_name(model.name)[0] == GOOGLE or not plain_json.refuses_schemas(failure.detail):
            return False
        self._without_schemas.add(model.name)
        return True


def _error(failure: Failure) -> ModelError:
    """Return the error of a request without a reply; an exhausted daily quota has a class of its own."""
    return ServiceOutOfOrderError(failure) if failure.reason == "quota_day" else ModelError(failure.detail)


def _asked(
    model: BaseChatModel, content: Content, schema: type[BaseModel], form: str
) -> tuple[Runnable[Any, Any], Any]:
    """Return a runnable, and its messages, for a reply of this schema; `form` asks for the schema in words."""
    if form:
        return model | RunnableLambda(_as_raw), [("human", _with_form(content, form))]
    return model.with_structured_output(schema, method="json_schema", include_raw=True), [("human", content)]


async def _reply(asked: Runnable[Any, Any], messages: Any, on_partial_claims: OnPartialClaims | None) -> dict[str, Any]:
    """Return a reply as `raw` and `parsed`; it is streamed if its claims are wanted as they come.

    OpenAI's client parses a reply itself, and raises for one that kept to no schema, was cut off or blocked.
    """
    try:
        return await _reply_as_parsed(asked, messages, on_partial_claims)
    except ValidationError:
        return {}
    except Exception as error:
        if message := _unparsed(error):
            return _as_raw(message)
        raise


async def _reply_as_parsed(
    asked: Runnable[Any, Any], messages: Any, on_partial_claims: OnPartialClaims | None
) -> dict[str, Any]:
    if on_partial_claims is None:
        return cast(dict[str, Any], await asked.ainvoke(messages, NO_STREAM))
    whole: Any = None
    async for part in asked.astream(messages, _with_callback(on_partial_claims)):
        whole = part if whole is None else whole + part
    return whole or {}


def _unparsed(error: BaseException | None) -> AIMessage | None:
    """Return the reply that OpenAI's client raised an error for, since it was cut off or blocked; else None."""
    while error is not None:
        if reason := _STOPS.get(type(error).__name__):
            usage = getattr(getattr(error, "completion", None), "usage", None)
            told, said = getattr(usage, "prompt_tokens", 0), getattr(usage, "completion_tokens", 0)
            counted = UsageMetadata(input_tokens=told, output_tokens=said, total_tokens=told + said)
            return AIMessage("", response_metadata={"finish_reason": reason}, usage_metadata=counted)
        error = error.__cause__
    return None


def _as_raw(message: Any) -> dict[str, Any]:
    """Return a message in the shape of a structured reply that was not parsed."""
    return {"raw": message, "parsed": None}


def _with_form(content: Content, form: str) -> Content:
    return content + form if isinstance(content, str) else [*content, {"type": "text", "text": form}]


class _PartialClaims(AsyncCallbackHandler):
    """Passes on the claims of a reply while it streams. A retry gets a new object, so that it starts empty."""

    def __init__(self, on_partial_claims: OnPartialClaims) -> None:
        self._on_partial_claims, self._text, self._sent = on_partial_claims, "", ""

    async def on_llm_new_token(self, token: Any, *, chunk: Any = None, **kwargs: Any) -> None:
        message = getattr(chunk, "message", None)
        self._text += message.text if message is not None else token if isinstance(token, str) else ""
        claims = parse_partial_claims(self._text)
        text = text_of_claims(claims)
        if text != self._sent:
            self._sent = text
            # In a thread, since verifying complete claims reads the catalog. Only the last claim may be incomplete.
            await asyncio.to_thread(self._on_partial_claims, text, claims[:-1])


def parse_partial_claims(text: str) -> list[object]:
    """Return the claims in the beginning of a JSON reply, the last of them perhaps incomplete; [] if it has none."""
    try:
        reply = parse_partial_json(text)
    except (json.JSONDecodeError, ValueError):
        return []
    claims = reply.get("claims") if isinstance(reply, dict) and reply.get("answerable") is not False else None
    return claims if isinstance(claims, list) else []


def text_of_claims(claims: Sequence[object]) -> str:
    """Return the texts of claims as paragraphs."""
    texts = [claim.get("text") for claim in claims if isinstance(claim, dict)]
    return "\n\n".join(text for text in texts if isinstance(text, str) and text.strip())


def _why_unusable(value: BaseModel | None, raw: Any) -> FailureReason | None:
    """Return why a reply cannot be used; None if it was parsed."""
    if value is not None:
        return None
    if stopped := stop_reason(raw):
        return stopped
    if not str(getattr(raw, "text", "")).strip():
        return "empty"
    return "max_tokens" if _is_cut_off(raw) and "{" in str(raw.text) else "garbled"


def _is_cut_off(raw: Any) -> bool:
    """Return True if the JSON of a reply has no end, which the parser repairs and no error reports.

    Replies of providers that call a tool instead have no text.
    """
    text = str(getattr(raw, "text", "")).rstrip()
    return bool(text) and not text.endswith(("}", "`"))


def _with_callback(on_partial_claims: OnPartialClaims) -> RunnableConfig:
    """Return the run's configuration with one more callback; callbacks given alone would replace those of tracing."""
    callbacks = RunnableConfig(callbacks=[_PartialClaims(on_partial_claims)], tags=NO_STREAM["tags"])
    return merge_configs(ensure_config(), callbacks)
