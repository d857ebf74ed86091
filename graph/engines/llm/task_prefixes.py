"""Task prefixes: the words that embedding models expect before a question and before a chunk, by family.

Trained with such prefixes, these models retrieve worse without them. Sources: the models' own cards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph.engines.llm.gemini import takes_task_in_text
from graph.providers import GOOGLE, split_name

_INSTRUCTION = "Given a question, retrieve passages that answer it"


@dataclass(frozen=True, slots=True)
class TaskPrefix:
    """The texts before a question and a chunk; `passage` may hold `{title}`, the document's title or "none"."""

    question: str = ""
    passage: str = ""


_IN_TEXT = TaskPrefix("task: search result | query: ", "title: {title} | text: ")
# The first pattern that fits the model's name decides. E5: intfloat/e5-base-v2, multilingual-e5; not the instruct
# models, which take Qwen's form. BGE: English v1.5 only, bge-m3 takes none. Nomic: nomic-embed-text v1 to v2.
_FAMILIES = (
    (r"\be5\b.*instruct", TaskPrefix(f"Instruct: {_INSTRUCTION}\nQuery: ")),
    (r"\be5\b", TaskPrefix("query: ", "passage: ")),
    (r"\bnomic-embed-text", TaskPrefix("search_query: ", "search_document: ")),
    (r"\bbge-(?:small|base|large)-en", TaskPrefix("Represent this sentence for searching relevant passages: ")),
    (r"\bmxbai-embed-large", TaskPrefix("Represent this sentence for searching relevant passages: ")),
    (r"\bsnowflake-arctic-embed2?\b", TaskPrefix("query: ")),
    (r"\bqwen3-embedding", TaskPrefix(f"Instruct: {_INSTRUCTION}\nQuery:")),
    (r"\bembeddinggemma", _IN_TEXT),
)


def task_prefix(name: str) -> TaskPrefix:
    """Return the prefixes of an embedding model, `provider:model`; empty ones for a family that takes none.

    Google's gemini-embedding-001 is told the task by its client.
    """
    provider, model = split_name(name)
    if provider == GOOGLE:
        return _IN_TEXT if takes_task_in_text(model) else TaskPrefix()
    plain = model.lower().rpartition("/")[2].replace("_", "-")
    return next((prefix for pattern, prefix in _FAMILIES if re.search(pattern, plain)), TaskPrefix())
