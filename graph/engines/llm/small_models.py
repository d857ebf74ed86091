"""Small models: which ones are small, and how they are asked: short prompts, few chunks, quotes found by code.

A model of eight billion parameters or fewer gets lost in long instructions and copies quotes inexactly. It is asked in
a fifth of the words, and each quote is replaced by the sentence of the chunk that it copies; whether that sentence says
what the claim says is decided by the same checks as with every other model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from graph.engines.llm.nearest_quotes import with_nearest_quote
from graph.engines.llm.schemas import MAX_CLAIMS
from graph.providers import split_name
from graph.types import Claim, RetrievedChunk
from prompts import Prompt, load

MAX_BILLIONS = 9.0
"""Parameters of a small model, at most: what is sold as 8B has up to 8.3 billion, the next size is 12."""
MAX_CONTEXT = 4096
"""Tokens of a context that is too small for the long instructions, five chunks and a reply, whatever the model."""
MAX_CHUNKS = 3
"""Chunks for a small model, unless the run says how many."""
MOST_CLAIMS = 3
"""The most claims of a small model, as many as its prompt asks for: where a server enforces the schema, it fills every
place. A model of 135 million parameters wrote 24 claims, the most that the schema allowed."""

# "8b", "3.8B", "135M", "e4b", "8x7b"; not "a3b" (the active part of a larger model), "4bit" or "q4".
_SIZE = re.compile(r"(?<![a-z0-9.])(?:(\d+)x)?e?(\d+(?:\.\d+)?)\s?([bm])(?![a-z0-9])", re.IGNORECASE)


def billions(name: str) -> float:
    """Return how many billion parameters the name of a model states, the largest number of it; 0 if it states none."""
    sizes = [
        float(experts or 1) * float(number) / (1 if unit in "bB" else 1000)
        for experts, number, unit in _SIZE.findall(split_name(name)[1])
    ]
    return max(sizes, default=0.0)


def is_small(name: str, asked: Mapping[str, Any]) -> bool:
    """Return whether a model is small, by its name or by what its server said of it.

    Args:
        name: The model, as `provider:model`.
        asked: What `doctor --ask` has found out about it; empty if it was not asked.
    """
    size = asked.get("billions") or billions(name)
    return 0 < size <= MAX_BILLIONS or 0 < (asked.get("context") or 0) <= MAX_CONTEXT


class Form:
    """How one model is asked, and what becomes of its claims.

    Args:
        short: Whether it is asked as a small model.
    """

    def __init__(self, *, short: bool) -> None:
        self.short = short
        self.max_chunks = MAX_CHUNKS if short else None
        self.most_claims = MOST_CLAIMS if short else MAX_CLAIMS

    def prompt(self, name: str, text: str) -> Prompt:
        """Return the prompt of this name to fill: the short one, unless the run has a text of its own for it."""
        if self.short and text == load(name).text:
            return load(f"{name}_short")
        return Prompt(name, text)

    def claims(self, claims: Sequence[Claim], chunks: Sequence[RetrievedChunk]) -> list[Claim]:
        """Return the claims of a reply; those of a small model with the sentence that each quote comes from."""
        return [with_nearest_quote(claim, chunks) for claim in claims] if self.short else list(claims)
