"""Builders of the chat-model engine, its embedder and their request client, from names of models (`provider:model`).

Imports are lazy: loading a provider takes seconds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from graph.engines.base import batch_size
from graph.engines.llm import gemini
from graph.engines.llm.embedder import ModelEmbedder
from graph.engines.llm.engine import ChatEngine
from graph.engines.llm.error_messages import explain
from graph.engines.requests.client import GOOGLE, NamedModel, RequestClient, split_name
from graph.engines.requests.rate_limit import DEFAULT_CONCURRENCY
from graph.errors import ModelError

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel

    from graph.context import Context
    from graph.engines.requests.rate_limit import RateLimiter
    from graph.engines.requests.retry import RetryPolicy
    from graph.settings import Settings, ThinkingLevel

READER_SETTING, CHAT_SETTING = "PAGEWITNESS_READER_MODEL", "PAGEWITNESS_CHAT_MODEL"
EMBEDDING_SETTING, FALLBACK_SETTING = "PAGEWITNESS_EMBEDDING_MODEL", "PAGEWITNESS_FALLBACK_MODEL"
# Clients hold connections: one for each purpose, and a few spare for runs with other settings.
_MAX_CLIENTS = 16


def build_client(
    config: Settings,
    *,
    fallback_model: str = "",
    retry_policy: RetryPolicy | None = None,
    rate_limiter: RateLimiter | None = None,
) -> RequestClient:
    """Build a client for chat and embedding requests; `fallback_model` is a chat model, or "" for none.

    Raises:
        ModelError: there is no key for the fallback model, or its provider is unknown or not installed.
    """
    fallback = _named(fallback_model, FALLBACK_SETTING, "low", config) if fallback_model else None
    return RequestClient(explain, retry_policy, rate_limiter, fallback)


def build_engine(context: Context, config: Settings, client: RequestClient) -> ChatEngine:
    """Build the engine of a run; nothing is sent. Models are shared by all runs that name the same ones.

    Raises:
        ModelError: there is no key, or a model's provider is unknown or not installed.
    """
    return ChatEngine(
        context,
        client=client,
        reader=_named(context.reader_model, READER_SETTING, config.reader_thinking, config),
        grader=_named(context.chat_model, CHAT_SETTING, "low", config),
        writer=_named(context.chat_model, CHAT_SETTING, None, config),
        batch_size=batch_size(context.pages_per_request, config.concurrency or DEFAULT_CONCURRENCY),
    )


def build_embedder(context: Context, config: Settings, client: RequestClient) -> ModelEmbedder:
    """Build the embedder of the context's embedding model; nothing is sent.

    Raises:
        ModelError: there is no key, or the model's provider is unknown or not installed.
    """
    name, dimensions = context.embedding_model, context.embedding_dimensions
    model = embedding_model(name, dimensions=dimensions, api_key=config.api_key, base_url=config.base_url)
    return ModelEmbedder(NamedModel(model, name, EMBEDDING_SETTING), dimensions, client)


def _named(name: str, setting: str, thinking: ThinkingLevel | None, config: Settings) -> NamedModel[BaseChatModel]:
    model = chat_model(name, thinking=thinking, api_key=config.api_key, base_url=config.base_url)
    return NamedModel(model, name, setting)


@lru_cache(maxsize=_MAX_CLIENTS)
def chat_model(
    name: str, *, thinking: ThinkingLevel | None = None, api_key: str = "", base_url: str = ""
) -> BaseChatModel:
    """Return the chat model of that name, built once.

    Args:
        name: `provider:model`, as `init_chat_model` knows it.
        thinking: How hard a Gemini model thinks ("low", ...); None leaves it to the model. Others ignore it.
        api_key: Google's key; other providers read their own variables.
        base_url: The address of Google's service, or "" for its usual one.

    Raises:
        ModelError: there is no key, or the provider is unknown or not installed.
    """
    provider, model = split_name(name)
    if provider == GOOGLE:
        return gemini.chat_model(model, thinking=thinking, api_key=api_key, base_url=base_url)
    return cast("BaseChatModel", _init("langchain.chat_models", "init_chat_model", name))


@lru_cache(maxsize=_MAX_CLIENTS)
def embedding_model(name: str, *, dimensions: int, api_key: str = "", base_url: str = "") -> Embeddings:
    """Return the embedding model of that name, built once; only Google's are asked for vectors of length `dimensions`.

    Raises:
        ModelError: there is no key, or the provider is unknown or not installed.
    """
    provider, model = split_name(name)
    if provider == GOOGLE:
        return gemini.embedding_model(model, dimensions=dimensions, api_key=api_key, base_url=base_url)
    return cast("Embeddings", _init("langchain.embeddings", "init_embeddings", name))


def _init(module: str, function: str, name: str) -> Any:
    from importlib import import_module

    try:
        return getattr(import_module(module), function)(name)
    except (ImportError, ValueError) as error:  # their messages name the package to install, or the known providers
        raise ModelError(f"The model {name!r} cannot be used: {error}") from error
