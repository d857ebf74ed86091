"""Prefixes of embedding models: each family gets what it was trained with, and no other model gets any."""

from __future__ import annotations

import pytest

from graph.engines.llm.task_prefixes import task_prefix


@pytest.mark.parametrize(
    ("name", "question", "passage"),
    [
        ("google_genai:gemini-embedding-2", "task: search result | query: ", "title: {title} | text: "),
        ("google_genai:gemini-embedding-001", "", ""),
        ("ollama:nomic-embed-text:latest", "search_query: ", "search_document: "),
        ("openai:intfloat/multilingual-e5-large", "query: ", "passage: "),
        ("openai:BAAI/bge-base-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("ollama:bge-m3", "", ""),
        ("ollama:embeddinggemma:300m", "task: search result | query: ", "title: {title} | text: "),
        ("openai:text-embedding-3-small", "", ""),
        ("ollama:all-minilm", "", ""),
    ],
)
def test_each_family_gets_its_own_prefixes(name: str, question: str, passage: str) -> None:
    found = task_prefix(name)
    assert (found.question, found.passage) == (question, passage)


@pytest.mark.parametrize("name", ["ollama:qwen3-embedding:0.6b", "openai:intfloat/multilingual-e5-large-instruct"])
def test_instructed_models_get_an_instruction_before_the_question_only(name: str) -> None:
    found = task_prefix(name)
    assert found.question.startswith("Instruct: ")
    assert found.passage == ""
