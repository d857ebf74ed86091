"""Word stems, by the algorithm of SQLite's `porter` tokenizer, so that words compare here as they do in full text."""

from __future__ import annotations

import threading
from functools import lru_cache

_local = threading.local()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a lower-case word."""
    # A stemmer keeps the word it works on in itself: threads that share one spoil each other's words.
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("porter")
    return str(_local.stemmer.stemWord(word))
