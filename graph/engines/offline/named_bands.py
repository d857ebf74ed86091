"""Table rows under the bands that a question names: "haddock at Mallaig" asks for one of three rows "Haddock"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from graph.retrieval import terms
from graph.retrieval.scoring import Query, ScoredSentence
from graph.storage.rows import ChunkRow, SentenceRow

_Table = tuple[str, frozenset[str]]
"""The document of a table and its columns: its parts in other chunks have the same."""


def without_other_bands(
    query: Query, scored: Sequence[ScoredSentence], chunks: Mapping[str, ChunkRow]
) -> list[ScoredSentence]:
    """Return the scored sentences without the rows of tables that stand under a band other than the one asked for."""
    rows: dict[_Table, list[SentenceRow]] = defaultdict(list)
    tables = {key: _table(chunk) for key, chunk in chunks.items()}
    for key, chunk in chunks.items():
        rows[tables[key]] += [sentence for sentence in chunk.sentences if sentence.kind == "row"]
    asked = {table: bands_asked(query, rows[table]) for table in rows}
    return [one for one in scored if is_under(one.sentence, asked.get(tables[one.chunk], frozenset()))]


def rows_asked(query: Query, rows: Sequence[SentenceRow]) -> list[SentenceRow]:
    """Return the rows of a table that stand under the bands which a question names; all if it names none."""
    asked = bands_asked(query, rows)
    return [row for row in rows if is_under(row, asked)]


def bands_asked(query: Query, rows: Iterable[SentenceRow]) -> frozenset[str]:
    """Return the bands of which a question holds a word that none of the other bands, labels or columns has."""
    rows = list(rows)
    names = {name for row in rows for name in row.band}
    if len(names) < 2:
        return frozenset()
    others = frozenset[str]().union(
        *(terms.stems(f"{row.cells[0][1]} {' '.join(c for c, _ in row.cells)}") for row in rows if row.cells)
    )
    stems = {name: terms.stems(name) for name in names}
    words = query.term_weights.keys() - others
    counts: dict[str, int] = defaultdict(int)
    for found in stems.values():
        for word in found:
            counts[word] += 1
    whole = {name for name, found in stems.items() if found and found <= query.term_weights.keys()}
    unique = {name for name, found in stems.items() if any(counts[word] == 1 for word in found & words)}
    return frozenset(unique or {name for name in whole if not any(stems[name] < stems[other] for other in whole)})


def is_under(row: SentenceRow, asked: frozenset[str]) -> bool:
    """Return whether a sentence may be meant: it is no row under bands, or one of its bands is asked for."""
    return not asked or not row.band or not asked.isdisjoint(row.band)


def _table(chunk: ChunkRow) -> _Table:
    columns = frozenset(column for row in chunk.sentences if row.kind == "row" for column, _ in row.cells)
    return chunk.document, columns
