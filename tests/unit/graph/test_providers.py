"""Providers: which models are taken where none, or only one, is named; what is a local address."""

from __future__ import annotations

import pytest

from graph.providers import (
    ANTHROPIC,
    GOOGLE,
    OLLAMA,
    OPENAI,
    PROVIDERS,
    cheap_model,
    default_models,
    is_local,
    split_name,
)


def test_names_of_models_are_split_and_bare_gemini_names_are_googles() -> None:
    assert split_name("ollama:qwen:7b") == ("ollama", "qwen:7b")
    assert split_name("gemini-3.8-flash") == ("google_genai", "gemini-3.8-flash")
    assert split_name("gpt") == ("", "gpt")


@pytest.mark.parametrize(
    ("named", "keys", "addresses", "expected"),
    [
        ({}, {}, {}, (PROVIDERS[GOOGLE].reader, PROVIDERS[GOOGLE].chat, PROVIDERS[GOOGLE].embedding)),
        ({}, {OPENAI: "k"}, {}, (PROVIDERS[OPENAI].reader, PROVIDERS[OPENAI].chat, PROVIDERS[OPENAI].embedding)),
        ({}, {}, {OPENAI: "http://127.0.0.1:1/v1"}, tuple(getattr(PROVIDERS[OPENAI], one) for one in
                                                          ("reader", "chat", "embedding"))),
        ({}, {GOOGLE: "k", OPENAI: "k"}, {}, tuple(getattr(PROVIDERS[GOOGLE], one) for one in
                                                   ("reader", "chat", "embedding"))),
        ({}, {ANTHROPIC: "k"}, {}, (PROVIDERS[ANTHROPIC].reader, PROVIDERS[ANTHROPIC].chat, "")),
        ({}, {}, {OLLAMA: "http://127.0.0.1:11434"}, tuple(getattr(PROVIDERS[GOOGLE], one) for one in
                                                           ("reader", "chat", "embedding"))),
        ({"chat": "ollama:qwen3"}, {}, {}, ("ollama:qwen3", "ollama:qwen3", "")),
        ({"reader": "ollama:llava"}, {}, {}, ("ollama:llava", "ollama:llava", "")),
        ({"chat": "ollama:qwen3"}, {GOOGLE: "k"}, {}, ("ollama:qwen3", "ollama:qwen3", PROVIDERS[GOOGLE].embedding)),
        ({"chat": "openai:local"}, {}, {OPENAI: "http://127.0.0.1:1/v1"}, ("openai:local", "openai:local", "")),
        ({"chat": "openai:gpt-6-sol"}, {OPENAI: "k"}, {}, (PROVIDERS[OPENAI].reader, "openai:gpt-6-sol",
                                                           PROVIDERS[OPENAI].embedding)),
        ({"reader": "offline"}, {OPENAI: "k"}, {}, ("offline", PROVIDERS[OPENAI].chat, PROVIDERS[OPENAI].embedding)),
        ({"reader": "offline", "chat": "ollama:qwen3"}, {}, {}, ("offline", "ollama:qwen3", "")),
        ({"chat": "mistralai:large"}, {}, {}, ("mistralai:large", "mistralai:large", "")),
        ({"chat": "a:b", "reader": "c:d", "embedding": "e:f"}, {GOOGLE: "k"}, {}, ("c:d", "a:b", "e:f")),
    ],
)  # fmt: skip
def test_the_models_that_are_not_named_follow_those_that_are(
    named: dict[str, str], keys: dict[str, str], addresses: dict[str, str], expected: tuple[str, str, str]
) -> None:
    models = {**named, **default_models(named, keys, addresses)}
    assert (models["reader"], models["chat"], models["embedding"]) == expected


@pytest.mark.parametrize(
    ("chat", "reader", "addresses", "expected"),
    [
        (PROVIDERS[GOOGLE].chat, PROVIDERS[GOOGLE].reader, {}, PROVIDERS[GOOGLE].reader),
        ("google_genai:gemini-9", "google_genai:gemini-8-lite", {GOOGLE: "http://proxy"}, "google_genai:gemini-8-lite"),
        ("openai:gpt-9", PROVIDERS[GOOGLE].reader, {}, PROVIDERS[OPENAI].reader),
        ("openai:local", "openai:ocr", {OPENAI: "http://127.0.0.1:1/v1"}, "openai:local"),
        ("ollama:qwen3", "ollama:llava", {}, "ollama:qwen3"),
        ("ollama:qwen3", PROVIDERS[GOOGLE].reader, {}, "ollama:qwen3"),
        ("mistralai:large", "mistralai:ocr", {}, "mistralai:large"),
    ],
)
def test_small_tasks_go_to_a_cheap_model_of_the_same_provider(
    chat: str, reader: str, addresses: dict[str, str], expected: str
) -> None:
    assert cheap_model(chat, reader, addresses) == expected


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://127.0.0.1:8080/v1", True), ("http://localhost:11434", True), ("http://192.168.1.7:1234/v1", True),
        ("http://[::1]:9", True), ("http://box.local:11434", True), ("https://api.openai.com/v1", False),
        ("http://8.8.8.8/v1", False), ("", False),
    ],
)  # fmt: skip
def test_an_address_is_local_on_this_machine_and_in_private_networks(address: str, local: bool) -> None:
    assert is_local(address) is local
