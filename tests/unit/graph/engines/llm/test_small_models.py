"""Which models are small: told by their names, or by what their servers say of them."""

from __future__ import annotations

from typing import Any

import pytest

from graph.engines.llm.model_sizes import ModelSize, of_list, of_ollama
from graph.engines.llm.small_models import Form, billions, is_small
from prompts import load


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ollama:qwen3:8b", 8),
        ("openai:Llama-3.2-3B-Instruct-Q4_K_M.gguf", 3),
        ("ollama:gemma3n:e4b", 4),
        ("openai:SmolLM2-135M-Instruct", 0.135),
        ("ollama:qwen3:1.7b-q8_0", 1.7),
        ("ollama:qwen3:30b-a3b", 30),
        ("ollama:mixtral:8x7b", 56),
        ("openai:model-4bit", 0),
        ("openai:gpt-5.4-mini", 0),
        ("google_genai:gemini-3.5-flash-lite", 0),
        ("anthropic:claude-haiku-4-5", 0),
    ],
)
def test_a_name_tells_how_large_a_model_is(name: str, expected: float) -> None:
    assert billions(name) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "asked", "expected"),
    [
        ("ollama:qwen3:8b", {}, True),
        ("ollama:qwen3:14b", {}, False),
        ("openai:local", {}, False),
        ("openai:local", {"billions": 3.2, "context": 131_072}, True),
        ("openai:local", {"billions": 70.6, "context": 8192}, False),
        ("openai:local", {"billions": 0, "context": 4096}, True),
        ("ollama:qwen3:8b", {"billions": 0, "context": 0}, True),
        ("openai:tuned-7b-teacher", {"billions": 70.6, "context": 32_768}, False),
    ],
)
def test_what_its_server_tells_beats_the_name(name: str, asked: dict[str, Any], expected: bool) -> None:
    assert is_small(name, asked) is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"details": {"parameter_size": "8.2B"}, "model_info": {"qwen3.context_length": 40960}}, ModelSize(8.2, 40960)),
        ({"details": {"parameter_size": "134.52M"}}, ModelSize(0.13452, 0)),
        ({"error": "model not found"}, ModelSize()),
        ({"details": None, "model_info": None}, ModelSize()),
    ],
)
def test_the_size_that_ollama_shows(told: dict[str, Any], expected: ModelSize) -> None:
    assert of_ollama(told) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"data": [{"id": "one", "meta": {"n_params": 3.2e9, "n_ctx_train": 131072}}]}, ModelSize(3.2, 131072)),
        ({"data": [{"id": "other.gguf", "meta": {"n_params": 3.2e9, "n_ctx": 4096}}]}, ModelSize(3.2, 4096)),
        ({"data": [{"id": "one", "max_model_len": 8192}, {"id": "two"}]}, ModelSize(0, 8192)),
        ({"data": [{"id": "two", "max_model_len": 8192}, {"id": "three"}]}, ModelSize()),
        ({"data": [{"id": "one", "meta": None}]}, ModelSize()),
        ({"data": "<html>"}, ModelSize()),
        ({}, ModelSize()),
    ],
)
def test_the_size_in_a_list_of_models(told: dict[str, Any], expected: ModelSize) -> None:
    assert of_list(told, "one") == pytest.approx(expected)


@pytest.mark.parametrize("name", ["answer", "grade", "repair"])
def test_a_small_model_is_asked_in_half_the_words_unless_the_run_has_its_own(name: str) -> None:
    full, short = load(name), Form(short=True).prompt(name, load(name).text)
    assert len(short.text.split()) < len(full.text.split()) / 2
    assert short.placeholders == full.placeholders
    assert "instructions" in short.text
    assert Form(short=False).prompt(name, full.text).text == full.text
    assert Form(short=True).prompt(name, f"{full.text} Be brief.").text == f"{full.text} Be brief."
