"""Google's models: the clients of Gemini chat and embedding models, and what differs between their generations."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

from graph.errors import ModelError

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel

# From Gemini 3 on a model is given a level of thinking; older models refuse the field.
_HAS_THINKING_LEVELS = re.compile(r"gemini-(?:[3-9]|\d{2})\b|gemini-.*-latest$")


def takes_task_in_text(model: str) -> bool:
    """Return True if an embedding model wants its task written before the text: all after gemini-embedding-001."""
    return not model.endswith("-001")


def chat_model(model: str, *, thinking: str | None, api_key: str, base_url: str) -> BaseChatModel:
    """Build the client of a Gemini chat model.

    Args:
        model: The model's name without provider.
        thinking: The level of thinking ("low", ...); None leaves it to the model.
        api_key: The key of the Gemini API.
        base_url: The address of the service, or "" for its usual one.

    Raises:
        ModelError: there is no key.
    """
    _require_key(api_key)
    from langchain_google_genai import ChatGoogleGenerativeAI

    # langchain-core looks into an error's body without awaiting it, and Python would warn the user at every retry.
    warnings.filterwarnings("ignore", "coroutine 'ClientResponse.json' was never awaited", RuntimeWarning)
    # Models with fixed sampling are sent no temperature: the client leaves it out, and would tell the user each time.
    warnings.filterwarnings("ignore", "Model '.*' uses fixed sampling defaults", UserWarning)
    return ChatGoogleGenerativeAI(
        model=model,
        api_key=api_key,
        base_url=base_url or None,
        max_retries=1,  # the request client retries; a second layer would multiply, and ignores Retry-After
        vertexai=False,
        reasoning_effort=thinking if _HAS_THINKING_LEVELS.match(model) else None,
    )


def embedding_model(model: str, *, dimensions: int, api_key: str, base_url: str) -> Embeddings:
    """Build the client of a Gemini embedding model that returns vectors of length `dimensions`.

    Raises:
        ModelError: there is no key.
    """
    _require_key(api_key)
    from langchain_google_genai import GoogleGenerativeAIEmbeddings

    return GoogleGenerativeAIEmbeddings(
        model=model,
        api_key=api_key,
        base_url=base_url or None,
        vertexai=False,
        output_dimensionality=dimensions,
        # By default the client names a task, which models that read it from the text do not use.
        task_type="TASK_TYPE_UNSPECIFIED" if takes_task_in_text(model) else None,
    )


def _require_key(api_key: str) -> None:
    if not api_key:
        raise ModelError(
            "There is no Gemini key: set GOOGLE_API_KEY (free at Google AI Studio, "
            "https://aistudio.google.com/apikey), or use engine=offline, which needs none."
        )
