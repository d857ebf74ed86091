"""Benchmark of storing chunks and vectors, compared with Chroma alone with the same rows."""

from __future__ import annotations

import itertools
import shutil
import time
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings

from graph.engines.offline.minilm import IDENTITY
from graph.storage.vectors import _BATCH
from tests.benchmarks import corpus
from tests.benchmarks.comparison import Comparison, Sizes, compare
from tests.libraries import open_catalog, open_vectors

Document = list[Any]


def measure(sizes: Sizes) -> list[Comparison]:
    """Documents of 500 chunks of twelve sentences: chunks, full-text index, token vectors and sentence vectors."""
    made, folder = corpus.Corpus(), sizes.folder / "tmp" / "storing"
    per_document, numbers = sizes.of(corpus.CHUNKS_PER_DOCUMENT, 100), itertools.count()
    documents = [[made.chunk(ordinal, 12) for ordinal in range(per_document)] for _ in range(sizes.of(3, 1))]
    rows = sum(len(encoded) for document in documents for _, encoded in document)
    return [
        compare(
            "store", f"{rows:,} rows of {per_document * len(documents):,} chunks into an empty home folder", "rows/s",
            [
                (
                    "catalog, full text and Chroma",
                    lambda: rows / stored_at_home(folder / str(next(numbers)), documents),
                ),
                ("Chroma alone, the same batches", lambda: rows / _alone(folder / str(next(numbers)), documents)),
            ],
            times=sizes.times, limit=sizes.limit(0.7, 0.5), bound="least",
            warm=[
                lambda: stored_at_home(folder / "warm", documents[:1]),
                lambda: _alone(folder / "alone", documents[:1]),
            ],
            note=f"Vectors are precomputed on both sides; Chroma gets them in batches of {_BATCH:,}. Token vectors are "
            "packed into a fifth of their bytes meanwhile, 0.6 ms a chunk, where to embed it takes 100.",
        )
    ]  # fmt: skip


def stored_at_home(folder: Path, documents: list[Document]) -> float:
    """Return the seconds that storing documents in an empty home folder takes."""
    folder.mkdir(parents=True)
    catalog, vectors = open_catalog(folder / "catalog.sqlite3"), open_vectors(folder / "chroma")
    vectors.check(IDENTITY)
    start = time.perf_counter()
    for number, document in enumerate(documents):
        corpus.store(catalog, vectors, f"{number:016x}", document)
    seconds = time.perf_counter() - start
    catalog.close()
    vectors.close()
    shutil.rmtree(folder)
    return seconds


def _alone(folder: Path, documents: list[Document]) -> float:
    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    collection = client.create_collection("alone", embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
    start = time.perf_counter()
    for number, document in enumerate(documents):
        name = f"{number:016x}"
        vectors = np.stack([one.vector for _, encoded in document for one in encoded])
        keys = [f"{name}-{chunk.ordinal}" for chunk, encoded in document for _ in encoded]
        for first in range(0, len(keys), _BATCH):
            part = range(first, min(first + _BATCH, len(keys)))
            collection.add(
                ids=[f"{keys[row]}/{row}" for row in part],
                embeddings=vectors[first : first + _BATCH],
                metadatas=[{"document": name} for _ in part],
            )
    seconds = time.perf_counter() - start
    client.clear_system_cache()
    shutil.rmtree(folder)
    return seconds
