"""Candidates compared with a question word by word, on all cores: their vectors take as long to read as to compare.

A library of 20,000 chunks took 23 ms for 32 candidates in one thread, and half of that in two. What was compared last
is kept, so that grading and answering, which look at the best of the candidates again, cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from graph.retrieval import scoring
from graph.runtime.caching import LRUCache, build_once
from graph.storage.base import Catalog, ChunkRow
from loaders.pages.cpu import cores

_FEW = 4  # chunks for which a thread is not worth it
_KEPT = 128  # four questions' candidates, at some 10 kB each


@build_once()
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), "comparing")


# A chunk's id is made of what it holds, and the weights of a question's words are part of the key: never stale. The
# chunk itself is not kept, since it knows the name of its document, which may change.
_kept: LRUCache[list[scoring.Scored]] = LRUCache(_KEPT)


def score_sentences(
    catalog: Catalog, query: scoring.Query, ids: Sequence[str]
) -> tuple[list[ChunkRow], list[scoring.Scored]]:
    """The chunks of these ids that there are, and their sentences, scored; both in the order of the ids, without ranks.

    Chunks without token vectors have no sentences here: they were indexed by another embedder.
    """
    key = _keys(query)
    kept = {chunk: scored for chunk in ids if (scored := _kept.get(key(chunk))) is not None}
    missing = [chunk for chunk in ids if chunk not in kept]
    size = max(_FEW, -(-len(missing) // cores()))
    parts = [missing[start : start + size] for start in range(0, len(missing), size)]

    def part(chosen: Sequence[str]) -> tuple[list[ChunkRow], list[scoring.Scored]]:
        chunks = catalog.chunks(chosen)
        return chunks, scoring.score(query, chunks, catalog.token_vectors(chosen))

    found = {chunk.id: chunk for chunk in catalog.chunks(list(kept))}
    for chunks, scored in map(part, parts) if len(parts) < 2 else _threads().map(part, parts):
        for chunk in chunks:
            found[chunk.id] = chunk
            kept[chunk.id] = [one for one in scored if one.chunk == chunk.id]
            if kept[chunk.id]:  # vectors that are not there may come yet
                _kept.put(key(chunk.id), kept[chunk.id])
    there = [chunk for chunk in ids if chunk in found]
    return [found[chunk] for chunk in there], [one for chunk in there for one in kept[chunk]]


def with_ranks(scored: Sequence[scoring.Scored], ids: Sequence[str]) -> list[scoring.Scored]:
    """The same with the rank that each chunk has among these."""
    ranks = {chunk: rank for rank, chunk in enumerate(ids)}
    return [replace(one, rank=ranks[one.chunk]) for one in scored]


def _keys(query: scoring.Query) -> Callable[[str], Hashable]:
    asked = (query.text, query.token_weights.tobytes())
    return lambda chunk: (*asked, chunk)
