"""Capabilities of the configured models, found by asking each: text, images, structured replies, streams, vectors.

Four small requests for each chat model, one for the embedding model; a model for two purposes is asked once.
"""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypedDict

from pydantic import BaseModel, Field

from graph.engines.llm import gemini
from graph.engines.llm.factory import (
    CHAT_SETTING,
    READER_SETTING,
    build_client,
    named_chat_model,
    named_embedding_model,
)
from graph.engines.llm.model_sizes import ModelSize, size_of
from graph.engines.llm.structured import NO_STREAM, ChatRequests
from graph.engines.requests.retry import RetryPolicy
from graph.errors import ModelError
from graph.providers import OFFLINE
from loaders.types import Failure

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from graph.context import Context
    from graph.engines.requests.client import NamedModel, RequestClient
    from graph.settings import Settings

_TIMEOUT_S = 120.0  # a local server loads the model with the first request
_DRAWN = "4173"
_YES, _NO = "yes", "no"


class Capabilities(TypedDict):
    """What one model did when it was asked. Each entry is "yes", "" if it was not asked for, or what went wrong."""

    model: str
    """As `provider:model`."""
    purposes: list[str]
    """What it is used for: `reader`, `chat`, `embedding`."""
    text: str
    image: str
    schema: str
    stream: str
    vector: str
    """Vectors: "yes" and their length."""
    billions: float
    """Billions of parameters, as a local server reports them; 0 where it does not, and for other models."""
    context: int
    """Tokens of its context window, as a local server reports them; else 0."""
    seconds: float
    """Seconds that all requests took."""


class _Sum(BaseModel):
    result: int = Field(description="The sum.")


async def ask_models(context: Context, config: Settings) -> list[Capabilities]:
    """Ask each model that these settings name, and return what it can do; the built-in models are left out."""
    client = build_client(config, retry_policy=RetryPolicy(max_attempts=1))
    purposes: dict[str, list[str]] = {}
    for purpose, name in (("reader", context.reader_model), ("chat", context.chat_model)):
        if name != OFFLINE:
            purposes.setdefault(name, []).append(purpose)
    found = []
    for name, used_for in purposes.items():
        setting = READER_SETTING if "reader" in used_for else CHAT_SETTING
        found.append(await _ask_chat(name, used_for, setting, config, client))
    if context.embedding_model and context.embedder != "offline":
        found.append(await _ask_embedder(context, config, client))
    return found


async def _ask_chat(
    name: str, purposes: list[str], setting: str, config: Settings, client: RequestClient
) -> Capabilities:
    started = time.monotonic()
    try:
        model = named_chat_model(name, setting, None, config)
    except ModelError as error:
        return _result(name, purposes, started, text=str(error))
    text = await _outcome(lambda: _send(client, model, "Reply with the one word: ready"))
    if text != _YES:  # what refuses a word refuses the rest
        return _result(name, purposes, started, text=text)
    image = await _outcome(lambda: _send(client, model, _content(), _DRAWN))
    schema = await _outcome(lambda: _send_structured(client, model))
    stream = await _outcome(lambda: _stream(client, model))
    size = await size_of(name, config)
    return _result(name, purposes, started, text=text, image=image, schema=schema, stream=stream, size=size)


async def _ask_embedder(context: Context, config: Settings, client: RequestClient) -> Capabilities:
    name, started = context.embedding_model, time.monotonic()

    async def vectors() -> str:
        model = named_embedding_model(context, config)
        answer = await client.send(model, lambda of: of.aembed_documents(["ready"]), time_limit=_TIMEOUT_S)
        if isinstance(answer, Failure):
            return answer.detail
        lengths = {len(vector) for vector in answer.reply}
        return f"{_YES}, {lengths.pop()} numbers" if len(lengths) == 1 and min(lengths) else f"{_NO}: an empty reply"

    async def images() -> str:
        model, picture = named_embedding_model(context, config), [_image(_DRAWN)]
        length = context.embedding_dimensions or gemini.DIMENSIONS
        answer = await client.send(model, lambda of: gemini.embed_images(of, picture, length), time_limit=_TIMEOUT_S)
        return answer.detail if isinstance(answer, Failure) else _YES if answer.reply[0] else f"{_NO}: an empty reply"

    vector = await _outcome(vectors)
    image = await _outcome(images) if context.embed_images and vector.startswith(_YES) else ""
    return _result(name, ["embedding"], started, vector=vector, image=image)


async def _outcome(ask: Callable[[], Awaitable[str]]) -> str:
    try:
        return await ask()
    except ModelError as error:
        return str(error)


async def _send(client: RequestClient, model: NamedModel[BaseChatModel], content: Any, expected: str = "") -> str:
    answer = await client.send(model, lambda of: of.ainvoke([("human", content)], NO_STREAM), time_limit=_TIMEOUT_S)
    if isinstance(answer, Failure):
        return answer.detail
    text = str(answer.reply.text).strip()
    if not text:
        return f"{_NO}: an empty reply"
    return _YES if expected in text else f"{_NO}: it does not see what is drawn"


async def _stream(client: RequestClient, model: NamedModel[BaseChatModel]) -> str:
    """Return whether a reply comes in parts, as an answer is shown while it is written."""
    parts: list[str] = []

    async def stream(of: BaseChatModel) -> Any:
        whole: Any = None
        async for part in of.astream([("human", "Count from one to ten, in words.")], NO_STREAM):
            whole = part if whole is None else whole + part
            parts.extend(filter(None, [str(part.text)]))
        return whole

    answer = await client.send(model, stream, time_limit=_TIMEOUT_S)
    if isinstance(answer, Failure):
        return answer.detail
    return _YES if len(parts) > 1 else f"{_NO}: its reply comes in one piece"


async def _send_structured(client: RequestClient, model: NamedModel[BaseChatModel]) -> str:
    chat = ChatRequests(client)
    reply = await chat.send_structured(model, "What is 2 + 3?", _Sum)
    if reply.value is None:
        reply = await chat.send_structured(model, "What is 2 + 3?", _Sum)
    if reply.value is None:
        return f"{_NO}: its replies keep to no schema"
    return f"{_YES}, asked in words" if chat.asks_in_words(model) else _YES


def _content() -> list[dict[str, Any]]:
    """Return a question about an image of four digits."""
    data = base64.b64encode(_image(_DRAWN)).decode("ascii")
    image = {"type": "image", "base64": data, "mime_type": "image/png"}
    return [{"type": "text", "text": "Which number is drawn here? Reply with its digits."}, image]


def _image(text: str) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (320, 120), "white")
    ImageDraw.Draw(image).text((40, 25), text, fill="black", font=ImageFont.load_default(64))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _result(
    name: str,
    purposes: list[str],
    started: float,
    *,
    text: str = "",
    image: str = "",
    schema: str = "",
    stream: str = "",
    vector: str = "",
    size: ModelSize | None = None,
) -> Capabilities:
    billions, context = size or ModelSize()
    return Capabilities(
        model=name, purposes=purposes, text=text, image=image, schema=schema, stream=stream, vector=vector,
        billions=billions, context=context, seconds=round(time.monotonic() - started, 2),
    )  # fmt: skip
