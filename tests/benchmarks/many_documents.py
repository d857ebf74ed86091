"""Benchmark of offline questions by the number of documents that the library holds beside the same passages."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

from graph.access import Scope
from graph.storage.document_names import terms_of_name
from tests.benchmarks import corpus, machine
from tests.benchmarks.comparison import Comparison, Samples, Sizes

CHUNKS = 1_000
LIMITS = {1_000: 1.3, 10_000: 1.3, 100_000: 1.5}
"""The factor by which so many documents may lengthen a question."""
_LONG, _SHORT = 40, 10  # questions
_SYLLABLES = "ba ne ri so lu ka me ti do fu ga le si no ru pa te mi vo zu".split()


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure questions of all documents and of one, in each size against the library without added documents."""
    few = corpus.home(sizes.folder, CHUNKS)
    machine.awaken(few)
    found: list[Comparison] = []
    for count in LIMITS if not sizes.quick else [10_000]:
        found += _of(sizes, few, count)
    return found


def _of(sizes: Sizes, few: Path, count: int) -> list[Comparison]:
    from graph import dependencies

    many = sizes.folder / "tmp" / f"documents-{count}"
    shutil.copytree(few, many)
    _add_documents(many / "catalog.sqlite3", count)
    machine.settle(machine.environment(few, PAGEWITNESS_ENGINE="offline"))
    named = dependencies.stores(Scope.everything()).catalog.documents()[0].name
    asking, took = corpus.Corpus(), dict[tuple[Path, str], list[float]]()
    for turn in range(sizes.of(_LONG, _SHORT) + 1):
        for documents in ("", named):
            question = asking.question()
            for home in (few, many) if turn % 2 else (many, few):
                seconds = _ask(home, question, [documents] if documents else [])
                if turn:  # the first opens the library
                    took.setdefault((home, documents), []).append(seconds)
    dependencies.home_stores().close()
    return [
        Comparison(
            f"documents-{count}{'-named' if documents else ''}",
            f"an offline question {'to a named document ' if documents else ''}in a library with {count:,} more "
            "documents against the same without them",
            "ms",
            Samples(f"{count:,} more", tuple(took[many, documents])),
            Samples("none", tuple(took[few, documents])),
            limit=LIMITS[count], bound="most",
            note=f"{CHUNKS:,} chunks, in both; each added document has one chunk, which no question finds.",
        )
        for documents in ("", named)
    ]  # fmt: skip


def _ask(home: Path, question: str, documents: list[str]) -> float:
    """Return the milliseconds from question to answer in one of the libraries."""
    from graph.app import app

    os.environ["PAGEWITNESS_HOME"] = str(home)
    given: Any = {"question": question, "documents": documents}
    start = time.perf_counter()
    app.invoke(given)
    return 1000 * (time.perf_counter() - start)


def _add_documents(catalog: Path, count: int) -> None:
    """Add documents with names of their own and a chunk without words, in one transaction."""
    chance = random.Random(11)
    names = [f"{_name(chance)}_{2000 + number % 25}_{_name(chance)}_{number}.pdf" for number in range(count)]
    keys = [hashlib.sha256(name.encode()).hexdigest()[:16] for name in names]
    with sqlite3.connect(catalog) as connection:
        connection.create_function("terms_of_name", 3, terms_of_name, deterministic=True)
        connection.executemany(
            "INSERT INTO documents (id, name, source, kind, title, pages, size, generation, created) "
            "VALUES (?, ?, ?, 'pdf', '', 1, 1, 'g', ?)",
            [(key, name, f"/papers/{name}", 2e9) for key, name in zip(keys, names, strict=True)],
        )
        connection.executemany(
            "INSERT INTO entry (document, collection, name, source, added_by, added) "
            "VALUES (?, 'default', ?, ?, '', 2e9)",
            [(key, name, f"/papers/{name}") for key, name in zip(keys, names, strict=True)],
        )
        connection.executemany(
            "INSERT INTO chunks VALUES (?, ?, 'g', 0, 'text', '', '[1]', '[]', '[]')",
            [(f"{key}-g-0000", key) for key in keys],
        )
    connection.close()


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=4))
