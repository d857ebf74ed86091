"""Google's models: the clients of Gemini chat and embedding models, and what differs between their generations."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from graph.errors import ModelError
from graph.runtime.async_nodes import loop
from graph.settings import ThinkingLevel

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel

DIMENSIONS = 768
"""The length of vectors that embedding models are asked for, a quarter of the 3,072 that they return by themselves."""
_CLOSE_S = 5.0  # closing takes milliseconds
_open_clients: WeakSet[Any] = WeakSet()  # weak: a server builds many clients, and drops those that it no longer uses
# From Gemini 3 on a model is given a level of thinking; older models refuse the field.
_HAS_THINKING_LEVELS = re.compile(r"gemini-(?:[3-9]|\d{2})\b|gemini-.*-latest$")


LEVELS: tuple[ThinkingLevel, ...] = ("minimal", "low", "medium", "high")
"""How hard a model can be told to think, least first. A Pro model knows no `minimal`, and refuses the request."""


def takes_task_in_text(model: str) -> bool:
    """Return True if an embedding model wants its task written before the text: all after gemini-embedding-001."""
    return not model.endswith("-001")


def takes_images(model: str) -> bool:
    """Return True if an embedding model puts images into the space of its texts: all after gemini-embedding-001."""
    return bool(re.match(r"gemini-embedding-(?!001)", model))


async def embed_images(client: Any, images: Sequence[bytes], dimensions: int) -> list[list[float]]:
    """Return one vector for each PNG, all in one request; LangChain's class of the client embeds texts only."""
    from google.genai import types

    # One content for each image: the parts of one content are embedded together.
    contents = [types.Content(parts=[types.Part.from_bytes(data=one, mime_type="image/png")]) for one in images]
    reply = await client.client.aio.models.embed_content(
        model=client.model,
        contents=contents,
        config=types.EmbedContentConfig(output_dimensionality=dimensions),
    )
    return [list(one.values or []) for one in reply.embeddings or []]


def chat_model(model: str, *, thinking: ThinkingLevel | None, api_key: str, base_url: str) -> BaseChatModel:
    """Build the client of a Gemini chat model.

    Args:
        model: The model's name without provider.
        thinking: The level of thinking, or the nearest that the model knows; None leaves it to the model.
        api_key: The key of the Gemini API.
        base_url: The address of the service, or "" for its usual one.

    Raises:
        ModelError: there is no key.
    """
    _require_key(api_key)
    from langchain_google_genai import ChatGoogleGenerativeAI

    # langchain-core looks into an error's body without awaiting it, and Python would warn the user at every retry.
    warnings.filterwarnings("ignore", "coroutine 'ClientResponse.json' was never awaited", RuntimeWarning)
    # It warns of a reply that a safety filter emptied; the ledger says so of the page.
    logging.getLogger("langchain_google_genai.chat_models").setLevel(logging.ERROR)
    client = ChatGoogleGenerativeAI(
        model=model,
        api_key=api_key,
        base_url=base_url or None,
        max_retries=1,  # the request client retries; a second layer would multiply, and ignores Retry-After
        vertexai=False,
    )
    _close_at_exit(client.client)
    if thinking and _HAS_THINKING_LEVELS.match(model):
        client.reasoning_effort = thinking_level(thinking, model, (client.profile or {}).get("reasoning_effort_levels"))
    return client


def thinking_level(wanted: ThinkingLevel, model: str, known: Sequence[str] | None) -> ThinkingLevel:
    """Return the level that a model knows: the wanted one, else the next lower one, else its lowest.

    Args:
        wanted: The level.
        model: The model's name: where `known` is None, a model without "flash" in it has no minimal level.
        known: The levels that the client lists for the model; None for a model that it does not know.
    """
    levels = known or (LEVELS if "flash" in model else LEVELS[1:])
    lower = [level for level in LEVELS[: LEVELS.index(wanted) + 1] if level in levels]
    return lower[-1] if lower else next(level for level in LEVELS if level in levels)


def embedding_model(model: str, *, dimensions: int, api_key: str, base_url: str) -> Embeddings:
    """Build the client of a Gemini embedding model that returns vectors of length `dimensions`.

    Raises:
        ModelError: there is no key.
    """
    _require_key(api_key)
    from langchain_google_genai import GoogleGenerativeAIEmbeddings

    model_client = GoogleGenerativeAIEmbeddings(
        model=model,
        api_key=api_key,
        base_url=base_url or None,
        vertexai=False,
        output_dimensionality=dimensions,
        # By default the client names a task, which models that read it from the text do not use.
        task_type="TASK_TYPE_UNSPECIFIED" if takes_task_in_text(model) else None,
    )
    _close_at_exit(model_client.client)
    return model_client


def _close_at_exit(client: Any) -> None:
    """Close a client's connections when the process ends, before Python takes its modules apart.

    Otherwise aiohttp prints "Exception ignored in AiohttpTCPConnector" on the terminal, after every command.
    """
    if not _open_clients:
        atexit.register(_close_clients)
    _open_clients.add(client)


def _close_clients() -> None:
    for client in list(_open_clients):
        with contextlib.suppress(Exception):  # the process ends in any case
            asyncio.run_coroutine_threadsafe(client.aio.aclose(), loop()).result(_CLOSE_S)
    _open_clients.clear()


def _require_key(api_key: str) -> None:
    if not api_key:
        raise ModelError(
            "There is no Gemini key: set GOOGLE_API_KEY (free at Google AI Studio, "
            "https://aistudio.google.com/apikey), or use engine=offline, which needs none."
        )
