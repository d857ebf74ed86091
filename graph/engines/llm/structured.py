"""Requests for structured replies: through the retry layer, whole or streamed, and what becomes of malformed ones."""

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
from graph.engines.requests.client import Answered, NamedModel, Service
from graph.errors import ModelError
from graph.types import Reply
from loaders.types import Failure

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")
S = TypeVar("S", bound=BaseModel)

ANSWER_TIME = 120.0
"""Seconds for one attempt at a reply that is no page."""
QUIET: Any = {"tags": ["nostream"]}
"""Requests for data are no chat: LangGraph must not stream their tokens to a user's window."""

Telling = Callable[[str, Sequence[object]], None]
Content = str | list[str | dict[str, Any]]


class Dialogue:
    """What is asked of chat models, apart from reading pages."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def ask(self, use: NamedModel, request: Callable[[BaseChatModel], Awaitable[T]]) -> Answered[T]:
        """The reply to a request.

        Raises:
            ModelError: the service gave none.
        """
        asked = await self._service.ask(use, request, time_limit=ANSWER_TIME)
        if isinstance(asked, Failure):
            raise ModelError(asked.detail)
        return asked

    async def structured(
        self,
        use: NamedModel,
        content: Content,
        schema: type[S],
        draft: Telling | None = None,
        forgiving: bool = False,
    ) -> Reply[S | None]:
        """A reply of that shape; None when it is cut, blocked or malformed, or if `forgiving` when there is none.

        With `draft` the reply is streamed, and its claims are told as they come: their texts, and those that are whole.

        Raises:
            ModelError: the key was refused, the model is gone, or (unless forgiving) the service gave no reply.
        """

        async def request(model: BaseChatModel) -> dict[str, Any]:
            structured = model.with_structured_output(schema, method="json_schema", include_raw=True)
            said: Any = [("human", content)]
            if draft is None:
                return cast(dict[str, Any], await structured.ainvoke(said, QUIET))
            whole: Any = None
            async for part in structured.astream(said, _listening(draft)):
                whole = part if whole is None else whole + part
            return cast(dict[str, Any], whole or {})

        asked = await self._service.ask(use, request, time_limit=ANSWER_TIME)
        if isinstance(asked, Failure):
            if forgiving:
                return Reply(None)
            raise ModelError(asked.detail)
        raw, parsed = asked.reply.get("raw"), asked.reply.get("parsed")
        whole = isinstance(parsed, schema) and not stop_reason(raw) and not _broken_off(raw)
        return Reply(cast(S, parsed) if whole else None, asked.usage)


class _Draft(AsyncCallbackHandler):
    """Tells the claims of a reply while it comes. Each attempt has its own, so that a retry starts anew."""

    def __init__(self, tell: Telling) -> None:
        self._tell, self._text, self._told = tell, "", ""

    async def on_llm_new_token(self, token: Any, *, chunk: Any = None, **kwargs: Any) -> None:
        message = getattr(chunk, "message", None)
        self._text += message.text if message is not None else token if isinstance(token, str) else ""
        begun = claims_of(self._text)
        draft = draft_of(begun)
        if draft != self._told:
            self._told = draft
            # In a thread, since proving what is complete reads the catalog. Another claim has begun after such a one.
            await asyncio.to_thread(self._tell, draft, begun[:-1])


def claims_of(text: str) -> list[object]:
    """The claims in the beginning of a reply, the last of them perhaps in part; [] where it has none."""
    try:
        begun = parse_partial_json(text)
    except (json.JSONDecodeError, ValueError):
        return []
    claims = begun.get("claims") if isinstance(begun, dict) and begun.get("answerable") is not False else None
    return claims if isinstance(claims, list) else []


def draft_of(claims: Sequence[object]) -> str:
    """The texts of claims, one below the other."""
    said = [claim.get("text") for claim in claims if isinstance(claim, dict)]
    return "\n\n".join(text for text in said if isinstance(text, str) and text.strip())


def _broken_off(raw: Any) -> bool:
    """Whether the JSON of a reply has no end; the parser mends that in silence, and an early end raises nothing.

    Providers that reply by calling a tool give no text.
    """
    text = str(getattr(raw, "text", "")).rstrip()
    return bool(text) and not text.endswith(("}", "`"))


def _listening(tell: Telling) -> RunnableConfig:
    """The run's own configuration with one more listener: given alone, it would silence the run's tracing."""
    return merge_configs(ensure_config(), RunnableConfig(callbacks=[_Draft(tell)], tags=QUIET["tags"]))
