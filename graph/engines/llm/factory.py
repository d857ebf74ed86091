"""Builders of the chat-model engine, its embedder and their request client, from names of models (`provider:model`).

Imports are lazy: loading a provider takes seconds.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from graph.engines.base import batch_size
from graph.engines.llm import gemini
from graph.engines.llm.embedder import ModelEmbedder, PageImageEmbedder
from graph.engines.llm.engine import ChatEngine
from graph.engines.llm.error_messages import explain
from graph.engines.llm.small_models import is_small
from graph.engines.requests.client import NamedModel, RequestClient
from graph.engines.requests.limits import DEFAULT_CONCURRENCY
from graph.errors import ModelError
from graph.providers import ANTHROPIC, GOOGLE, OFFLINE, OLLAMA, OPENAI, PROVIDERS, cheap_model, split_name

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel

    from graph.context import Context
    from graph.engines.requests.rate_limit import RateLimiter
    from graph.engines.requests.retry import RetryPolicy
    from graph.settings import Settings, ThinkingLevel

READER_SETTING, CHAT_SETTING = "PAGEWITNESS_READER_MODEL", "PAGEWITNESS_CHAT_MODEL"
GRADER_SETTING = "PAGEWITNESS_GRADER_MODEL"
EMBEDDING_SETTING, FALLBACK_SETTING = "PAGEWITNESS_EMBEDDING_MODEL", "PAGEWITNESS_FALLBACK_MODEL"
# Clients hold connections: one for each purpose, and a few spare for runs with other settings.
_MAX_CLIENTS = 16
# Clients refuse to be built without a key, which a server on one's own machine does not ask for.
_NO_KEY = "none"
_UNKNOWN_PROVIDER = re.compile("Unable to infer|Provider .* is not supported|Unsupported provider|Must specify")
"""What LangChain says of a model without a provider, or of one that it does not know, on several lines."""
_NO_PROVIDER = (
    f"has no known provider: write provider:model, with {', '.join(PROVIDERS)} or another provider of LangChain."
)


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
    fallback = named_chat_model(fallback_model, FALLBACK_SETTING, "low", config) if fallback_model else None
    return RequestClient(explain, retry_policy, rate_limiter, fallback)


def build_engine(
    context: Context, config: Settings, client: RequestClient, asked: Mapping[str, Mapping[str, Any]] | None = None
) -> ChatEngine:
    """Build the engine of a run; nothing is sent. Models are shared by all runs that name the same ones.

    Args:
        context: The settings of the run.
        config: The settings of the process.
        client: Sends the requests.
        asked: The stored capabilities of models, by name.

    Raises:
        ModelError: there is no key, or a model's provider is unknown or not installed.
    """
    grader = context.grader_model or cheap_model(context.chat_model, context.reader_model, config.addresses)
    return ChatEngine(
        context,
        client=client,
        reader=named_chat_model(_reader(context), READER_SETTING, config.reader_thinking, config),
        grader=named_chat_model(grader, GRADER_SETTING, "low", config),
        writer=named_chat_model(context.chat_model, CHAT_SETTING, None, config),
        batch_size=batch_size(context.pages_per_request, config.concurrency or DEFAULT_CONCURRENCY),
        short=_uses_short_prompts(context, asked or {}),
    )


def _uses_short_prompts(context: Context, asked: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether the model that answers gets the short prompts of small models."""
    if context.prompts != "auto":
        return context.prompts == "short"
    return is_small(context.chat_model, asked.get(context.chat_model, {}))


def _reader(context: Context) -> str:
    """Return the model that reads pages and does the small tasks; the chat model where pages are read offline."""
    return context.chat_model if context.reader_model == OFFLINE else context.reader_model


def build_embedder(context: Context, config: Settings, client: RequestClient) -> ModelEmbedder:
    """Build the embedder of the context's embedding model; nothing is sent.

    Raises:
        ModelError: there is no key, the provider is unknown or not installed, or the model embeds no images.
    """
    model, (provider, name) = named_embedding_model(context, config), split_name(context.embedding_model)
    if not context.embed_images:
        return ModelEmbedder(model, _dimensions(context), client)
    if provider != GOOGLE or not gemini.takes_images(name):
        raise ModelError(
            f"PAGEWITNESS_EMBED_IMAGES is on, but {context.embedding_model!r} embeds no images: switch it off, or set "
            f"{EMBEDDING_SETTING} to {PROVIDERS[GOOGLE].embedding}."
        )
    return PageImageEmbedder(model, _dimensions(context), client)


def named_embedding_model(context: Context, config: Settings) -> NamedModel[Embeddings]:
    """Return the context's embedding model with its name.

    Raises:
        ModelError: there is no key, or the model's provider is unknown or not installed.
    """
    name = context.embedding_model
    provider = split_name(name)[0]
    model = embedding_model(name, dimensions=_dimensions(context), **_access(provider, config))
    return NamedModel(model, name, EMBEDDING_SETTING, config.is_local(provider), config.own_address(provider))


def _dimensions(context: Context) -> int | None:
    is_google = split_name(context.embedding_model)[0] == GOOGLE
    return context.embedding_dimensions or (gemini.DIMENSIONS if is_google else None)


def named_chat_model(
    name: str, setting: str, thinking: ThinkingLevel | None, config: Settings
) -> NamedModel[BaseChatModel]:
    """Return a chat model with its name; see `chat_model` for `thinking` and errors."""
    provider = split_name(name)[0]
    model = chat_model(name, thinking=thinking, **_access(provider, config))
    return NamedModel(model, name, setting, config.is_local(provider), config.own_address(provider))


def _access(provider: str, config: Settings) -> dict[str, str]:
    """Return a provider's key and address as arguments; "" where they are not set, or are not among our settings."""
    return {"api_key": config.keys.get(provider, ""), "base_url": config.addresses.get(provider, "")}


@lru_cache(maxsize=_MAX_CLIENTS)
def chat_model(
    name: str, *, thinking: ThinkingLevel | None = None, api_key: str = "", base_url: str = ""
) -> BaseChatModel:
    """Return the chat model of that name, built once. Its client does not retry: the request client does.

    Args:
        name: `provider:model`, as `init_chat_model` knows it.
        thinking: How hard a Gemini model thinks ("low", ...); None leaves it to the model. Others ignore it.
        api_key: The provider's key; one that is not in `PROVIDERS` reads its own variables.
        base_url: The address of the service, or "" for its usual one.

    Raises:
        ModelError: there is no key, or the provider is unknown or not installed.
    """
    provider, model = split_name(name)
    if provider == GOOGLE:
        return gemini.chat_model(model, thinking=thinking, api_key=api_key, base_url=base_url)
    given = _client_arguments(name, api_key, base_url)
    if provider in (OPENAI, ANTHROPIC):
        given["max_retries"] = 0  # a second layer would multiply the requests, and ignores the rate limiter
    if provider == OPENAI:
        # Servers that speak the format know only its older form, and count tokens of a stream only when asked.
        given.update(stream_usage=True, use_responses_api=False)
        # The client serialises a parsed reply as another type than it has, and Python would warn the user each time.
        warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)
    return cast("BaseChatModel", _init("langchain.chat_models", "init_chat_model", name, given))


@lru_cache(maxsize=_MAX_CLIENTS)
def embedding_model(name: str, *, dimensions: int | None, api_key: str = "", base_url: str = "") -> Embeddings:
    """Return the embedding model of that name, built once; `dimensions` is the length to ask for, None for its own.

    Raises:
        ModelError: there is no key, or the provider is unknown or not installed.
    """
    provider, model = split_name(name)
    if provider == GOOGLE:
        return gemini.embedding_model(
            model, dimensions=dimensions or gemini.DIMENSIONS, api_key=api_key, base_url=base_url
        )
    given = _client_arguments(name, api_key, base_url)
    if provider in (OPENAI, OLLAMA) and dimensions:
        given["dimensions"] = dimensions
    if provider == OPENAI:
        # By default the client downloads a tokenizer and sends numbers, which only OpenAI's own service understands.
        given.update(check_embedding_ctx_length=False, max_retries=0)
    return cast("Embeddings", _init("langchain.embeddings", "init_embeddings", name, given))


def _client_arguments(name: str, api_key: str, base_url: str) -> dict[str, Any]:
    """Return the key and the address as a provider's client takes them; {} for one that reads its own variables.

    Raises:
        ModelError: the provider needs a key, and there is none.
    """
    provider = split_name(name)[0]
    if not (known := PROVIDERS.get(provider)):
        return {}
    if known.key and not (api_key or base_url):
        raise ModelError(
            f"There is no {known.title} key for {name!r}: set {known.key}, or {known.address} for a server that needs "
            "none, or use engine=offline."
        )
    keyed: dict[str, Any] = {"api_key": api_key or _NO_KEY} if known.key else {}
    return keyed | ({"base_url": base_url} if base_url else {})


def _init(module: str, function: str, name: str, given: dict[str, Any]) -> Any:
    from importlib import import_module

    try:
        return getattr(import_module(module), function)(name, **given)
    except ImportError as error:
        extra = getattr(PROVIDERS.get(split_name(name)[0]), "extra", "")
        remedy = f"install it with pip install 'pagewitness[{extra}]'" if extra else str(error)
        raise ModelError(f"The model {name!r} cannot be used, its package is not installed: {remedy}.") from error
    except ValueError as error:
        if _UNKNOWN_PROVIDER.match(str(error)):
            raise ModelError(f"The model {name!r} {_NO_PROVIDER}") from error
        raise ModelError(f"The model {name!r} cannot be used: {' '.join(str(error).split())}") from error
