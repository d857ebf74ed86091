"""The providers of models that have settings of their own: their variables, packages and default models.

Any other provider that LangChain's `init_chat_model` and `init_embeddings` know works too, by its own variables.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

GOOGLE, OPENAI, ANTHROPIC, OLLAMA = "google_genai", "openai", "anthropic", "ollama"
OLLAMA_ADDRESS = "http://127.0.0.1:11434"
"""The address of an Ollama server by default."""
OFFLINE = "offline"
"""The reader that is no model: the text layer, and the built-in OCR."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What one provider is called, and what it needs."""

    title: str
    """Its name in sentences."""
    extra: str
    """The extra of PageWitness that brings its package; "" if that is always there."""
    key: str
    """The variable of its key; "" if it needs none."""
    address: str
    """The variable of its address."""
    reader: str = ""
    """The model that reads pages where none is named, as `provider:model`; "" if one must be named."""
    chat: str = ""
    """The model that answers where none is named."""
    embedding: str = ""
    """The model that embeds where none is named; "" if the small built-in one does."""


# Models of late 2026. Google's reader is a Flash-Lite because the free tier grants it 500 requests a day, against 20
# for a Flash model; see docs/decisions.md. The order is the one in which `auto` looks for a key.
PROVIDERS: Mapping[str, Provider] = {
    GOOGLE: Provider(
        "Gemini", "", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL",
        "google_genai:gemini-3.5-flash-lite", "google_genai:gemini-3.8-flash", "google_genai:gemini-embedding-2",
    ),
    OPENAI: Provider(
        "OpenAI", "openai", "OPENAI_API_KEY", "OPENAI_BASE_URL",
        "openai:gpt-5.4-mini", "openai:gpt-5.4", "openai:text-embedding-3-small",
    ),
    ANTHROPIC: Provider(
        "Anthropic", "anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL",
        "anthropic:claude-haiku-4-5", "anthropic:claude-sonnet-5",
    ),
    OLLAMA: Provider("Ollama", "ollama", "", "OLLAMA_HOST"),
}  # fmt: skip


def split_name(name: str) -> tuple[str, str]:
    """Split `provider:model`; a bare Gemini name is Google's, any other has the provider ""."""
    provider, colon, model = name.partition(":")
    if colon:
        return provider, model
    return (GOOGLE if name.startswith("gemini") else ""), name


def default_models(named: Mapping[str, str], keys: Mapping[str, str], addresses: Mapping[str, str]) -> dict[str, str]:
    """Return the models of the purposes for which none is named.

    One provider is enough to name: the others follow the chat model, else the reader, else the first provider that has
    a key or an address, in the order of `PROVIDERS`. A provider without default models uses the one model that is named
    for reading and answering. At an address of the user's own nothing is assumed beside a model that is named, since a
    local server knows few.

    Args:
        named: The models that are named, as `provider:model`, by purpose: `reader`, `chat`, `embedding`.
        keys: The keys that are set, by provider.
        addresses: The addresses that are set, by provider.

    Returns:
        A model for each purpose that is not in `named`; "" for `embedding` where the built-in model embeds.
    """
    reader = named.get("reader") or ""
    model = named.get("chat") or ("" if reader == OFFLINE else reader)
    configured = [name for name in PROVIDERS if keys.get(name) or (addresses.get(name) and name == OPENAI)]
    lead = split_name(model)[0] if model else next(iter(configured), GOOGLE)
    known = PROVIDERS.get(lead)
    own_server = bool(model) and lead != GOOGLE and bool(addresses.get(lead))
    chosen: dict[str, str] = {}
    for purpose in ("reader", "chat"):
        usual = "" if own_server or known is None else getattr(known, purpose)
        chosen[purpose] = usual or model
    embedding = "" if own_server or known is None else known.embedding
    chosen["embedding"] = embedding or (PROVIDERS[GOOGLE].embedding if keys.get(GOOGLE) else "")
    return {purpose: name for purpose, name in chosen.items() if not named.get(purpose)}


def cheap_model(chat: str, reader: str, addresses: Mapping[str, str]) -> str:
    """Return the model for the small tasks beside an answer, where none is named.

    That is the reader, if it is of the chat model's provider, else that provider's usual reader. It is the chat model
    with providers without usual models, and at an address of the user's own, where the reader may only know OCR.

    Args:
        chat: The model that answers, as `provider:model`.
        reader: The model that reads pages.
        addresses: The addresses that are set, by provider.
    """
    provider = split_name(chat)[0]
    usual = PROVIDERS[provider].reader if provider in PROVIDERS else ""
    if not usual or (provider != GOOGLE and addresses.get(provider)):
        return chat
    return reader if split_name(reader)[0] == provider else usual


def is_local(address: str) -> bool:
    """Return whether an address is of this machine or of a private network, where one computer answers."""
    host = urlsplit(address).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".localhost", ".internal"))
