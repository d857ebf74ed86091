"""Sizes of models as their servers report them: parameters, and the tokens of a context.

Ollama reports both; llama.cpp, vLLM, LM Studio and others give the context in the list of their models, each under
another name. A service over the internet is not asked: its models are large.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from graph.providers import OLLAMA, OLLAMA_ADDRESS, OPENAI, split_name

if TYPE_CHECKING:
    from graph.settings import Settings

_TIMEOUT_S = 5.0
# llama.cpp (now running, and as trained), vLLM, LM Studio, and services that pass models on.
_CONTEXTS = ("n_ctx", "loaded_context_length", "max_model_len", "context_length", "max_context_length", "n_ctx_train")


class ModelSize(NamedTuple):
    """The size of a model; 0 where its server does not report it."""

    billions: float = 0.0
    """Parameters, in billions."""
    context: int = 0
    """Tokens of prompt and reply together."""


async def size_of(name: str, config: Settings) -> ModelSize:
    """Return the size of a model (`provider:model`) as its server reports it; zeros after an error."""
    import httpx

    provider, model = split_name(name)
    key = config.keys.get(provider, "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, headers=headers) as client:
            if provider == OLLAMA:
                address = config.addresses.get(OLLAMA, OLLAMA_ADDRESS)
                return of_ollama((await client.post(f"{address}/api/show", json={"model": model})).json())
            if provider == OPENAI and (address := config.addresses.get(OPENAI, "")):
                return of_list((await client.get(f"{address}/models")).json(), model)
    except (httpx.HTTPError, ValueError, TypeError, AttributeError):
        pass
    return ModelSize()


def of_ollama(shown: Mapping[str, Any]) -> ModelSize:
    """Return the size that Ollama shows of a model: "8.2B", and the context that it was trained with."""
    told = re.fullmatch(r"([\d.]+)\s*([BM])", str((shown.get("details") or {}).get("parameter_size", "")).strip())
    size = float(told[1]) / (1 if told[2] == "B" else 1000) if told else 0.0
    about = shown.get("model_info") or {}
    contexts = [value for name, value in about.items() if name.endswith(".context_length")]
    return ModelSize(size, _number(contexts[0]) if contexts else 0)


def of_list(listed: Mapping[str, Any], model: str) -> ModelSize:
    """Return the size of a model in a server's list of models; of the only one, whatever its name is there."""
    models = [one for one in listed.get("data") or () if isinstance(one, dict)]
    found = next((one for one in models if one.get("id") == model), models[0] if len(models) == 1 else {})
    about = {**found, **(found.get("meta") or {})}
    context = next((number for name in _CONTEXTS if (number := _number(about.get(name)))), 0)
    return ModelSize(_number(about.get("n_params")) / 1e9, context)


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and value > 0 else 0
