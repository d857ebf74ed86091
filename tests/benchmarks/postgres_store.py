"""Benchmark of a library in Postgres: offline questions, also in a collection, and storing against a home folder."""

from __future__ import annotations

import itertools
import statistics
import time
from contextlib import closing
from typing import Any

from graph.engines.offline.minilm import IDENTITY
from tests.benchmarks import corpus, machine, offline_questions, postgres_library, storage
from tests.benchmarks.comparison import Comparison, Samples, Sizes, compare
from tests.libraries import whole, whole_index
from tests.postgres import drop_database, new_database

CHUNKS = 100_000
MEDIAN_MS, MOST_MS, STORED = 120.0, 300.0, 0.5
_LONG, _SHORT = 100, 20  # questions
_SERVER = "Postgres and the program share the machine; its buffers have 64 MB, and it does not wait for the disk."


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure questions to a library that was moved into Postgres, and the storing of documents there."""
    chunks = offline_questions.FEW if sizes.quick else CHUNKS
    home, own = corpus.home(sizes.folder, chunks, offline_questions.sentences(chunks)), sizes.folder / "tmp" / "home"
    with postgres_library.serving(home) as url:
        machine.settle(machine.environment(own, PAGEWITNESS_ENGINE="offline", PAGEWITNESS_STORE_URL=url))
        found = _questions(sizes.of(_LONG, _SHORT), chunks)
        found.append(offline_questions.hundredth(f"postgres-collection-{chunks}", chunks, sizes.of(_LONG // 2, _SHORT)))
    return [*found, _storing(sizes)]


def _questions(number: int, chunks: int) -> list[Comparison]:
    asking = corpus.Corpus()
    first = offline_questions.ask(asking.question(), [])
    took = tuple(offline_questions.ask(asking.question(), []) for _ in range(number))
    about = f"an offline question to a library of {chunks:,} chunks in Postgres, less its embedding"
    note = f"{number} questions, each asked once; the first of the process took {first:.0f} ms. {_SERVER}"
    most = statistics.quantiles(took, n=20, method="inclusive")[-1]
    return [
        Comparison(
            f"postgres-question-{chunks}", about, "ms", Samples("all documents", took), limit=MEDIAN_MS, bound="most",
            note=note,
        ),
        Comparison(
            f"postgres-question-{chunks}-most", f"the 95th percentile of {about}", "ms",
            Samples("all documents", (most,)), limit=MOST_MS, bound="most", note=note,
        ),
    ]  # fmt: skip


def _storing(sizes: Sizes) -> Comparison:
    """Documents of 200 chunks of twelve sentences: chunks, full text, token vectors and sentence vectors."""
    made, folder, numbers = corpus.Corpus(), sizes.folder / "tmp" / "storing", itertools.count()
    documents = [[made.chunk(at, 12) for at in range(sizes.of(200, 50))] for _ in range(sizes.of(3, 1))]
    rows = sum(len(encoded) for document in documents for _, encoded in document)
    return compare(
        "postgres-store", f"{rows:,} rows of {sum(map(len, documents)):,} chunks into Postgres against a home folder",
        "rows/s",
        [
            ("Postgres", lambda: rows / _stored(documents)),
            ("a home folder", lambda: rows / storage.stored_at_home(folder / str(next(numbers)), documents)),
        ],
        times=sizes.times, limit=sizes.limit(STORED, STORED / 2), bound="least",
        warm=[lambda: _stored(documents[:1]), lambda: storage.stored_at_home(folder / "warm", documents[:1])],
        note=f"Vectors are precomputed on both sides. {_SERVER}",
    )  # fmt: skip


def _stored(documents: list[Any]) -> float:
    """Return the seconds that storing documents in an empty database takes."""
    from graph.storage.postgres.catalog import PostgresCatalog
    from graph.storage.postgres.database import Database
    from graph.storage.postgres.vectors import PostgresVectors

    url = new_database()
    with closing(Database(url)) as database:
        catalog, vectors = whole(PostgresCatalog(database)), whole_index(PostgresVectors(database))
        vectors.check(IDENTITY)
        start = time.perf_counter()
        for number, document in enumerate(documents):
            corpus.store(catalog, vectors, f"{number:016x}", document)
        seconds = time.perf_counter() - start
    drop_database(url)
    return seconds
