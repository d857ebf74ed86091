"""Generator of home folders with many chunks: real stores, with vectors composed of the vectors of words.

Reading and embedding a library of 100,000 chunks takes hours; how long a question takes does not depend on what the
sentences say. Each word's vector is the model's, a sentence's is their mean with some noise.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from graph.engines.offline.minilm import IDENTITY, MiniLM
from graph.storage.library import Library, LibraryVectors
from graph.storage.rows import DocumentRow, VectorRow
from graph.storage.token_vectors import DIMENSIONS
from graph.types import Encoded
from loaders.types import Chunk, Sentence
from tests.libraries import open_catalog, open_vectors

CHUNKS_PER_DOCUMENT = 500
"""About 125 dense pages."""

Row = tuple[str, Encoded]
"""The id of a vector in Chroma, and the sentence that it is of."""

_SYLLABLES = [head + tail for head in "bdfghklmnprstvw" for tail in ("a", "el", "in", "or", "ust", "yre")]
_WORDS, _PER_SENTENCE, _SENTENCES_PER_UNIT = 8000, 18, 4
_FLATTENED = 50  # makes the frequencies of words fall more slowly, as without stop words


class Corpus:
    """Sentences of invented words, as frequent as words are, each with its vectors."""

    def __init__(self, seed: int = 7) -> None:
        self._random, self._asking = random.Random(seed), random.Random(seed + 1)
        self._noise = np.random.default_rng(seed)
        self._words = ["".join(self._random.choices(_SYLLABLES, k=self._random.randint(2, 4))) for _ in range(_WORDS)]
        weights = (1 / (rank + _FLATTENED) for rank in range(_WORDS))
        self._weights = list(itertools.accumulate(weights))

    @functools.cached_property
    def _known(self) -> dict[str, Encoded]:
        """Each word's vectors; asking questions takes none."""
        return dict(zip(self._words, MiniLM().encode(self._words), strict=True))

    def question(self) -> str:
        """Return a question with a rare word, a common one, and two random ones."""
        rare, common = self._asking.choice(self._words[_WORDS // 10 :]), self._asking.choice(self._words[:20])
        one, other = self._asking.choices(self._words, cum_weights=self._weights, k=2)
        return f"What did the {common} of {rare} do about the {one} {other}?"

    def chunk(self, ordinal: int, sentences: int) -> tuple[Chunk, list[Encoded]]:
        """Return a passage of one page, and the vectors of each of its sentences."""
        made = [self._sentence() for _ in range(sentences)]
        rows = tuple(Sentence(text, text, "prose", (ordinal // 4 + 1,)) for text, _ in made)
        text = " ".join(text for text, _ in made)
        units = tuple(
            (start, min(start + _SENTENCES_PER_UNIT, sentences)) for start in range(0, sentences, _SENTENCES_PER_UNIT)
        )
        chunk = Chunk(ordinal, "text", text, (ordinal // 4 + 1,), (), 30 * sentences, rows, units)
        return chunk, [encoded for _, encoded in made]

    def _sentence(self) -> tuple[str, Encoded]:
        words = self._random.choices(self._words, cum_weights=self._weights, k=_PER_SENTENCE)
        text = f"The {words[0]} of {words[1]} said that {' '.join(words[2:])}."
        parts = [self._known[word] for word in words]
        mean = np.mean([part.vector for part in parts], axis=0) + self._noise.normal(0, 0.02, DIMENSIONS)
        tokens = np.concatenate([part.tokens for part in parts])[:30]
        return text, Encoded((mean / np.linalg.norm(mean)).astype(np.float32), tokens, ())


def home(folder: Path, chunks: int, sentences: int = 12) -> Path:
    """Return a home folder of so many chunks below `folder`; make it if it does not exist."""

    def fill(catalog: Library, vectors: LibraryVectors) -> None:
        corpus = Corpus()
        for number, size in enumerate(_sizes(chunks)):
            store(catalog, vectors, f"{number:016x}", [corpus.chunk(ordinal, sentences) for ordinal in range(size)])

    return kept(folder, f"library-{chunks}", [chunks, sentences, IDENTITY, 3], fill)


def kept(folder: Path, name: str, key: Sequence[object], fill: Callable[[Library, LibraryVectors], None]) -> Path:
    """Return the home folder of this name below `folder`; if none was made from the same `key`, `fill` fills a new one.

    An interrupted one is made again from the start.
    """
    place = folder / f"{name}-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:8]}"
    if place.is_dir():
        return place
    partial = place.with_suffix(".part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    catalog, vectors = open_catalog(partial / "catalog.sqlite3"), open_vectors(partial / "chroma")
    vectors.check(IDENTITY)
    fill(catalog, vectors)
    catalog.close()
    vectors.close()
    partial.rename(place)
    return place


def store(catalog: Library, vectors: LibraryVectors, document: str, made: Sequence[tuple[Chunk, list[Encoded]]]) -> int:
    """Store a document's chunks and their vectors as an ingestion does; returns how many rows went into Chroma."""
    return add(vectors, store_chunks(catalog, document, made))


def store_chunks(catalog: Library, document: str, made: Sequence[tuple[Chunk, list[Encoded]]]) -> list[Row]:
    """Store a document's chunks in the catalog, published; return the vectors that belong to them."""
    catalog.add_document(DocumentRow(document, f"{document}.pdf", f"{document}.pdf", "pdf", "", 1, 1))
    generation = catalog.stage_chunks(document, [chunk for chunk, _ in made])
    ids = catalog.chunk_ids(document, generation)
    catalog.add_token_vectors((key, encoded) for key, (_, encoded) in zip(ids, made, strict=True))
    catalog.publish(document, generation, "bench")
    return [(f"{key}/{n}", one) for key, (_, ones) in zip(ids, made, strict=True) for n, one in enumerate(ones)]


def add(vectors: LibraryVectors, rows: Sequence[Row]) -> int:
    """Store vectors, and return how many there are."""
    vectors.add([VectorRow(key) for key, _ in rows], np.stack([one.vector for _, one in rows]))
    return len(rows)


def _sizes(chunks: int) -> Iterator[int]:
    for start in range(0, chunks, CHUNKS_PER_DOCUMENT):
        yield min(CHUNKS_PER_DOCUMENT, chunks - start)
