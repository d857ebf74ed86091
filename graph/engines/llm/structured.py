"""Chat requests with structured replies: sent through the request client, whole or streamed, and parsed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.runnables.config import RunnableConfig, ensure_config, merge_configs
from langchain_core.utils.json import parse_partial_json
from pydantic import BaseModel

from graph.engines.llm.messages import stop_reason
from graph.engines.requests.client import ModelReply, NamedModel, RequestClient
from graph.errors import ModelError
from graph.types import Reply
from loaders.types import Failure

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")
S = TypeVar("S", bound=BaseModel)

ATTEMPT_TIMEOUT_S = 120.0
NO_STREAM: Any = {"tags": ["nostream"]}
"""The configuration of all requests: LangGraph must not stream the tokens of their replies into a chat window."""

OnPartialClaims = Callable[[str, Sequence[object]], None]
"""Is called while a reply streams, with the text of its claims so far and those claims that are complete."""
Content = str | list[str | dict[str, Any]]


class ChatRequests:
    """Requests to chat models whose replies are text or structured data, other than reading pages."""

    def __init__(self, client: RequestClient) -> None:
        self._client = client

    async def send(
        self, model: NamedModel[BaseChatModel], request: Callable[[BaseChatModel], Awaitable[T]]
    ) -> ModelReply[T]:
        """Send a request and return its reply.

        Raises:
            ModelError: the service gave no reply.
        """
        answer = await self._client.send_with_fallback(model, request, time_limit=ATTEMPT_TIMEOUT_S)
        if isinstance(answer, Failure):
            raise ModelError(answer.detail)
        return answer

    async def send_structured(
        self,
        model: NamedModel[BaseChatModel],
        content: Content,
        schema: type[S],
        *,
        on_partial_claims: OnPartialClaims | None = None,
        allow_failure: bool = False,
    ) -> Reply[S | None]:
        """Send a prompt and return the reply as `schema`; None if it was cut off, blocked or malformed.

        Args:
            model: The model to ask.
            content: The prompt, or content blocks.
            schema: The shape of the reply.
            on_partial_claims: If given, the reply is streamed and its claims are passed on as they arrive.
            allow_failure: Whether None is returned if the service gave no reply at all.

        Raises:
            ModelError: the key was refused, the model does not exist, or (unless `allow_failure`) there was no reply.
        """

        async def request(model: BaseChatModel) -> dict[str, Any]:
            structured = model.with_structured_output(schema, method="json_schema", include_raw=True)
            messages: Any = [("human", content)]
            if on_partial_claims is None:
                return cast(dict[str, Any], await structured.ainvoke(messages, NO_STREAM))
            whole: Any = None
            async for part in structured.astream(messages, _with_callback(on_partial_claims)):
                whole = part if whole is None else whole + part
            return cast(dict[str, Any], whole or {})

        answer = await self._client.send_with_fallback(model, request, time_limit=ATTEMPT_TIMEOUT_S)
        if isinstance(answer, Failure):
            if allow_failure:
                return Reply(None)
            raise ModelError(answer.detail)
        raw, parsed = answer.reply.get("raw"), answer.reply.get("parsed")
        is_complete = isinstance(parsed, schema) and not stop_reason(raw) and not _is_cut_off(raw)
        return Reply(cast(S, parsed) if is_complete else None, answer.usage)


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
