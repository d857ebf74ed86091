"""Late interaction (MaxSim) of a question with candidate chunks, on all cores, with a cache.

Comparing 32 candidates of a library of 20,000 chunks takes 23 ms in one thread and half of that in two. Grading and
answering look at the best candidates again and find them in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from graph.retrieval import scoring
from graph.runtime.caching import LRUCache, build_once
from graph.storage.base import Catalog
from graph.storage.rows import ChunkRow
from loaders.pages.cpu import cores

P = ParamSpec("P")
R = TypeVar("R")
_MIN_BATCH = 4  # chunks; fewer are not worth a thread
_MAX_CACHED = 128  # chunks: the candidates of four questions, some 10 kB each


@build_once()
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), "late-interaction")


def run_beside(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
    """Run a function in one of the threads that compare chunks, while the caller does something else."""
    return _threads().submit(function, *args, **kwargs)


# Never stale: a chunk's id is a hash of its text, and the weights of the question's tokens are part of the key. The
# chunk itself is not cached, because the name of its document may change.
_cache: LRUCache[list[scoring.ScoredSentence]] = LRUCache(_MAX_CACHED)


def score_sentences(
    catalog: Catalog, query: scoring.Query, ids: Sequence[str], known: Iterable[ChunkRow] = ()
) -> tuple[list[ChunkRow], list[scoring.ScoredSentence]]:
    """Score the sentences of chunks against a question.

    Args:
        catalog: Where chunks and token vectors are read.
        query: The question, from `scoring.prepare_query`.
        ids: Chunk ids; those that do not exist are skipped.
        known: Chunks that the caller has read already, which are not read again.

    Returns:
        The chunks and their scored sentences, both in the order of the ids; all ranks are those within a batch, see
        `with_ranks`. A chunk without token vectors, indexed by another embedder, has no sentences.
    """
    key = _key_function(query)
    cached = {chunk: scored for chunk in ids if (scored := _cache.get(key(chunk))) is not None}
    missing = [chunk for chunk in ids if chunk not in cached]
    size = max(_MIN_BATCH, -(-len(missing) // cores()))
    batches = [missing[start : start + size] for start in range(0, len(missing), size)]

    found = {chunk.id: chunk for chunk in known}

    def score_batch(batch: Sequence[str]) -> tuple[list[ChunkRow], list[scoring.ScoredSentence]]:
        chunks = [found[chunk] for chunk in batch] if found.keys() >= set(batch) else catalog.chunks(batch)
        return chunks, scoring.score(query, chunks, catalog.token_vectors(batch))

    found |= {chunk.id: chunk for chunk in catalog.chunks([chunk for chunk in cached if chunk not in found])}
    for chunks, scored in map(score_batch, batches) if len(batches) < 2 else _threads().map(score_batch, batches):
        by_chunk: dict[str, list[scoring.ScoredSentence]] = {}
        for one in scored:
            by_chunk.setdefault(one.chunk, []).append(one)
        for chunk in chunks:
            found[chunk.id] = chunk
            cached[chunk.id] = by_chunk.get(chunk.id, [])
            if cached[chunk.id]:  # missing token vectors may be written later
                _cache.put(key(chunk.id), cached[chunk.id])
    existing = [chunk for chunk in ids if chunk in found]
    # A known chunk may have been deleted meanwhile.
    return [found[chunk] for chunk in existing], [one for chunk in existing for one in cached.get(chunk, ())]


def with_ranks(scored: Sequence[scoring.ScoredSentence], ids: Sequence[str]) -> list[scoring.ScoredSentence]:
    """Return the sentences with `rank` set to the index of their chunk in `ids`."""
    ranks = {chunk: rank for rank, chunk in enumerate(ids)}
    # Not `dataclasses.replace`, which takes six times as long: a question has some 70.
    return [
        scoring.ScoredSentence(
            one.chunk, one.sentence, one.number, ranks[one.chunk], one.cosine, one.maxsim, one.named, one.likeness
        )
        for one in scored
    ]


def _key_function(query: scoring.Query) -> Callable[[str], Hashable]:
    asked = (query.text, query.token_weights.tobytes())
    return lambda chunk: (*asked, chunk)
