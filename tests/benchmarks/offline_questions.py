"""Benchmark of offline questions without their embedding, by size of the library, with a filter and in a collection."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from typing import Any

from graph.access import Scope
from tests.benchmarks import corpus, machine
from tests.benchmarks.comparison import Comparison, Samples, Sizes

SENTENCES = {1_000: 12, 20_000: 12, 100_000: 3}
"""By chunks: twelve sentences make chunks as long as those of papers, three let a library be made in minutes."""

LIMITS = {100_000: 120.0}
AGAINST_FEWEST = {20_000: 1.5, 100_000: 1.3}
"""How many times as long as in the smallest library a question may take. In milliseconds the same code took 31 to 50 in
20,000 chunks, on better and worse days of one machine, and as many times longer in 1,000."""
NO_SLOWER, HALF = 1.05, 1.3
"""How many times as long a question may take that is limited to one document, and to half of them. Half of 100,000
chunks took 7 ms more than all in each of four runs (1.12 to 1.23 times 33 ms): it looks up 150,000 vectors."""
SCOPE = 1.5
"""How many times as long a question may take that is limited to a collection of a hundredth of the library."""
_LONG, _SHORT = 40, 10  # questions
FEW = 1_010
"""Chunks of the short form's library: the last document has ten of them."""


def sentences(chunks: int) -> int:
    """Return how many sentences a chunk has in the library of so many chunks."""
    return SENTENCES.get(chunks, SENTENCES[max(SENTENCES)])


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure the same questions in each size: of all documents, of one, of half of them, in turns."""
    found: list[Comparison] = []
    for chunks in SENTENCES if not sizes.quick else [1_000]:
        found += _of(sizes, chunks)
    found += [_against_fewest(sizes, chunks) for chunks in AGAINST_FEWEST if not sizes.quick]
    return [*found, _in_collection(sizes, FEW if sizes.quick else max(SENTENCES))]


def _of(sizes: Sizes, chunks: int) -> Iterator[Comparison]:
    from graph import dependencies

    home = corpus.home(sizes.folder, chunks, SENTENCES[chunks])
    machine.awaken(home)
    machine.settle(machine.environment(home, PAGEWITNESS_ENGINE="offline"))
    documents = sorted(row.id for row in dependencies.stores(Scope.everything()).catalog.documents())
    filters = {"": [], "one document": documents[:1], "half of the documents": documents[: max(1, len(documents) // 2)]}
    asking, took = corpus.Corpus(), dict[str, list[float]]((name, []) for name in filters)
    first = ask(asking.question(), [])
    for turn in range(sizes.of(_LONG, _SHORT)):
        question, order = asking.question(), list(filters)
        # Searching for a question is quicker the second time: each is asked in one way alone.
        for name in order if turn % 2 == 0 else reversed(order):
            took[name].append(ask(question if not name else asking.question(), filters[name]))
    dependencies.home_stores().close()
    sides = {name: Samples(name or "all documents", tuple(values)) for name, values in took.items()}
    about = f"a library of {chunks:,} chunks of {SENTENCES[chunks]} sentences"
    yield Comparison(
        f"question-{chunks}", f"an offline question to {about}, less its embedding", "ms", sides[""],
        limit=LIMITS.get(chunks), bound="most" if chunks in LIMITS else "none",
        note=f"{len(sides[''].values)} questions, each asked once, of files that the system holds in memory; "
        f"the first of the process took {first:.0f} ms.",
    )  # fmt: skip
    for name, limit in (("one document", NO_SLOWER), ("half of the documents", HALF)):
        yield Comparison(
            f"filter-{chunks}-{name.split()[0]}", f"{chunks:,} chunks: {name} against all documents", "ms",
            sides[name], sides[""], limit, "most",
            "Less the embedding of the question; each is asked in one way alone.",
        )  # fmt: skip


def _against_fewest(sizes: Sizes, chunks: int) -> Comparison:
    """Measure questions in a library against others in the smallest, in turns, both open in one process."""
    from graph import dependencies

    fewest = min(SENTENCES)
    homes = {size: corpus.home(sizes.folder, size, SENTENCES[size]) for size in (chunks, fewest)}
    asking, took = corpus.Corpus(), dict[int, list[float]]()
    for home in homes.values():
        machine.awaken(home)
    machine.settle(machine.environment(homes[fewest], PAGEWITNESS_ENGINE="offline"))
    for turn in range(_LONG + 1):
        for size in homes if turn % 2 else reversed(homes):
            os.environ["PAGEWITNESS_HOME"] = str(homes[size])
            milliseconds = ask(asking.question(), [])
            if turn:  # the first opens the library
                took.setdefault(size, []).append(milliseconds)
    for home in homes.values():
        os.environ["PAGEWITNESS_HOME"] = str(home)
        dependencies.home_stores().close()
    return Comparison(
        f"against-{chunks}",
        f"an offline question to {chunks:,} chunks of {SENTENCES[chunks]} sentences against one to {fewest:,} of "
        f"{SENTENCES[fewest]}",
        "ms",
        Samples(f"{chunks:,}", tuple(took[chunks])), Samples(f"{fewest:,}", tuple(took[fewest])),
        AGAINST_FEWEST[chunks], "most", "Less the embedding of the question; each is asked once.",
    )  # fmt: skip


def _in_collection(sizes: Sizes, chunks: int) -> Comparison:
    home = corpus.home(sizes.folder, chunks, sentences(chunks))
    machine.awaken(home)
    machine.settle(machine.environment(home, PAGEWITNESS_ENGINE="offline"))
    return hundredth(f"collection-{chunks}", chunks, sizes.of(_LONG, _SHORT))


def hundredth(name: str, chunks: int, questions: int) -> Comparison:
    """Measure a question limited to a collection of a hundredth of the library against the whole, in turns.

    Args:
        name: The name of the comparison.
        chunks: How many chunks the library of the settings has.
        questions: How many questions are asked of each.
    """
    from graph import dependencies

    catalog = dependencies.stores(Scope.everything()).catalog
    last = sorted(row.id for row in catalog.documents())[-(chunks // 100 // corpus.CHUNKS_PER_DOCUMENT or 1) :]
    asking, took = corpus.Corpus(), dict[str, list[float]]()
    try:
        catalog.add_to(last, ["A hundredth"])
        for turn in range(questions + 1):
            for collection in ("", "A hundredth") if turn % 2 else ("A hundredth", ""):
                milliseconds = ask(asking.question(), [], collection)
                if turn:  # the first opens the library
                    took.setdefault(collection, []).append(milliseconds)
    finally:
        for document in last:
            catalog.put_in(document, [])
        dependencies.home_stores().close()
    return Comparison(
        name, f"{chunks:,} chunks: a collection of a hundredth of them against all", "ms",
        Samples("a hundredth", tuple(took["A hundredth"])), Samples("all", tuple(took[""])), SCOPE, "most",
        "Less the embedding of the question; each is asked in one way alone.",
    )  # fmt: skip


def ask(question: str, documents: Sequence[str], collection: str = "") -> float:
    """Return the milliseconds from question to answer, without those of embedding the question."""
    from graph import dependencies
    from graph.app import app
    from graph.context import Context

    given: Any = {"question": question, "documents": list(documents)}
    context = Context(collection=collection) if collection else None
    start = time.perf_counter()
    answer = app.invoke(given, context=context)
    seconds = time.perf_counter() - start
    if not answer["retrieved"]:
        raise RuntimeError(f"nothing was found for {question!r}")
    embedder: Any = dependencies.for_context(Context()).embedder
    start = time.perf_counter()
    embedder.encode([question])
    return 1000 * (seconds - (time.perf_counter() - start))
