"""From a model's name (`provider:model`) to a LangChain model. Imports are lazy: a provider costs seconds to load."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from graph.errors import ModelError

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel

GOOGLE = "google_genai"
# From Gemini 3 on a model is told a level of thinking; the older ones refuse the field.
_HAS_LEVELS = re.compile(r"gemini-(?:[3-9]|\d{2})\b|gemini-.*-latest$")
# Clients hold connections: one for each purpose, and a few spare for runs with other settings.
_CLIENTS_KEPT = 16


def split_name(name: str) -> tuple[str, str]:
    """Provider and model of `provider:model`; a bare Gemini name is Google's, any other has no provider."""
    provider, colon, model = name.partition(":")
    if colon:
        return provider, model
    return (GOOGLE if name.startswith("gemini") else ""), name


def reads_task_from_text(name: str) -> bool:
    """Whether an embedding model wants its task written before the text: Google's after gemini-embedding-001."""
    provider, model = split_name(name)
    return provider == GOOGLE and not model.endswith("-001")


@lru_cache(maxsize=_CLIENTS_KEPT)
def chat_model(name: str, *, thinking: str | None = None, api_key: str = "", base_url: str = "") -> BaseChatModel:
    """The chat model of that name, built once.

    Args:
        name: `provider:model`, as `init_chat_model` knows it.
        thinking: How hard a Gemini model thinks ("low", ...); left to the model when None. Others are not told.
        api_key: Google's key; the other providers read their own variables.
        base_url: Where Google's service is, or "" for its usual place.

    Raises:
        ModelError: no key, or no such provider or package.
    """
    provider, model = split_name(name)
    if provider != GOOGLE:
        return cast("BaseChatModel", _foreign("langchain.chat_models", "init_chat_model", name))
    _require_key(api_key)
    from langchain_google_genai import ChatGoogleGenerativeAI

    # langchain-core looks into an error's body without awaiting it, and Python would tell the user at every retry.
    warnings.filterwarnings("ignore", "coroutine 'ClientResponse.json' was never awaited", RuntimeWarning)
    return ChatGoogleGenerativeAI(
        model=model,
        api_key=api_key,
        base_url=base_url or None,
        max_retries=1,  # retry.call repeats; two layers would multiply, and this one ignores what the service asks
        vertexai=False,
        reasoning_effort=thinking if _HAS_LEVELS.match(model) else None,
    )


@lru_cache(maxsize=_CLIENTS_KEPT)
def embedding_model(name: str, *, dimensions: int, api_key: str = "", base_url: str = "") -> Embeddings:
    """The embedding model of that name, built once; `dimensions` is asked of Google's, others have their own.

    Raises:
        ModelError: no key, or no such provider or package.
    """
    provider, model = split_name(name)
    if provider != GOOGLE:
        return cast("Embeddings", _foreign("langchain.embeddings", "init_embeddings", name))
    _require_key(api_key)
    from langchain_google_genai import GoogleGenerativeAIEmbeddings

    return GoogleGenerativeAIEmbeddings(
        model=model,
        api_key=api_key,
        base_url=base_url or None,
        vertexai=False,
        output_dimensionality=dimensions,
        # Left to itself the client names a task, which the models that read it from the text have no use for.
        task_type="TASK_TYPE_UNSPECIFIED" if reads_task_from_text(name) else None,
    )


def _foreign(module: str, function: str, name: str) -> Any:
    from importlib import import_module

    try:
        return getattr(import_module(module), function)(name)
    except (ImportError, ValueError) as error:  # their messages say which package to install, or which names there are
        raise ModelError(f"The model {name!r} cannot be used: {error}") from error


def _require_key(api_key: str) -> None:
    if not api_key:
        raise ModelError(
            "There is no Gemini key: set GOOGLE_API_KEY (free at Google AI Studio, "
            "https://aistudio.google.com/apikey), or use engine=offline, which needs none."
        )
