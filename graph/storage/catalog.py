"""The catalog on SQLite: documents, ledger and transcripts (from `Ledger`), chunks and full text (here)."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple
from pathlib import Path

from graph.storage.base import ChunkRow, SentenceRow
from graph.storage.database import Database
from graph.storage.fulltext import FullText
from graph.storage.ledger import BASIS, Ledger, retire_rows, unsettle
from loaders.types import Chunk, Sentence

# FTS5 ranks units, several of which may belong to one chunk: so many are looked at for each chunk wanted, then more.
# For 30 chunks, 30 units were needed in a library of 20,000 made-up chunks, 52 at the median in one of eight articles.
_UNITS_PER_CHUNK = 1.5


class SqliteCatalog(Ledger):
    """One file in the home folder; FTS5 for full text. Safe to use from several threads of one process."""

    def __init__(self, path: Path) -> None:
        super().__init__(Database(path))
        self._text = FullText(self._db)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def stage_chunks(self, document: str, chunks: Sequence[Chunk]) -> str:
        """Store a new generation of a document's chunks, unseen by questions; returns its name."""
        content = json.dumps([astuple(chunk) for chunk in chunks], ensure_ascii=False)
        generation = hashlib.sha256(content.encode()).hexdigest()[:8]
        row = self.document(document)
        title = (row.title or row.name) if row else ""
        with self._db.writing() as connection:
            for stale in ("units", "chunks"):
                connection.execute(
                    f"DELETE FROM {stale} WHERE document = :document AND "
                    + ("id" if stale == "chunks" else "chunk")
                    + " IN (SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document "
                    "WHERE c.document = :document AND c.generation NOT IN (d.generation, :generation))",
                    {"document": document, "generation": generation},
                )
            for chunk in chunks:
                chunk_id = f"{document}-{generation}-{chunk.ordinal:04d}"
                added = connection.execute(
                    "INSERT OR IGNORE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (chunk_id, document, generation, chunk.ordinal, chunk.kind, chunk.text, json.dumps(chunk.pages),
                     json.dumps(chunk.headings, ensure_ascii=False), _dump(chunk.sentences)),
                )  # fmt: skip
                for start, end in chunk.units if added.rowcount else ():
                    body = " ".join(sentence.search for sentence in chunk.sentences[start:end])
                    unit = connection.execute("INSERT INTO units (chunk, document) VALUES (?, ?)", (chunk_id, document))
                    connection.execute(
                        "INSERT INTO unit_text (rowid, title, heading, body) VALUES (?, ?, ?, ?)",
                        (unit.lastrowid, title, " ".join(chunk.headings), body),
                    )
        return generation

    def publish(self, document: str, generation: str, basis: str = "") -> list[str]:
        """Show this generation to questions in place of the one before; returns the documents it replaces."""
        with self._db.writing() as connection:
            connection.execute("UPDATE documents SET generation = ? WHERE id = ?", (generation, document))
            old = "SELECT id FROM chunks WHERE document = ? AND generation <> ?"
            connection.execute(f"DELETE FROM units WHERE chunk IN ({old})", (document, generation))
            connection.execute(f"DELETE FROM chunks WHERE id IN ({old})", (document, generation))
            same_source = "source = (SELECT source FROM documents WHERE id = ?) AND id <> ?"
            replaced = [
                r[0] for r in connection.execute(f"SELECT id FROM documents WHERE {same_source}", [document] * 2)
            ]
            # Gone from sight in this transaction. Files and vectors follow; if this process does not get that far,
            # the marks tell the next one.
            for other in replaced:
                retire_rows(connection, other)
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (BASIS + document, basis))
            connection.execute("DELETE FROM vectors_ahead WHERE document = ?", (document,))
            unsettle(connection, document)
        return replaced

    def chunk_ids(self, document: str, generation: str | None = None) -> list[str]:
        """A document's chunks in order: of the published generation, or of the one named."""
        rows = self._db.rows(
            "SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document "
            "WHERE c.document = ? AND c.generation = coalesce(?, d.generation) ORDER BY c.ordinal",
            [document, generation],
        )
        return [row[0] for row in rows]

    def chunks(self, ids: Sequence[str], *, published: bool = False) -> list[ChunkRow]:
        """The chunks of these ids that exist, in the order asked; only those that questions may see if `published`."""
        rows = self._db.rows_in(
            "SELECT c.id, c.document, d.name, c.ordinal, c.kind, c.text, c.pages, c.headings, c.sentences "
            "FROM chunks c JOIN documents d ON d.id = c.document "
            + ("AND d.generation = c.generation " if published else "")
            + "WHERE c.id IN ({})",
            ids,
        )
        found = {
            row["id"]: ChunkRow(
                row["id"],
                row["document"],
                row["name"],
                row["ordinal"],
                row["kind"],
                row["text"],
                tuple(json.loads(row["pages"])),
                tuple(json.loads(row["headings"])),
                _load(row["id"], row["sentences"]),
            )
            for row in rows
        }
        return [found[key] for key in ids if key in found]

    def published(self, ids: Sequence[str]) -> list[str]:
        """Those of the ids whose chunks questions may see."""
        rows = self._db.rows_in(
            "SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document AND d.generation = c.generation "
            "WHERE c.id IN ({})",
            list(dict.fromkeys(ids)),
        )
        return [row[0] for row in rows]

    def search_text(self, words: Sequence[str], documents: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Chunks by BM25 of their best unit, best first; scores are positive, higher is better."""
        wanted = math.ceil(limit * _UNITS_PER_CHUNK)
        while True:
            units = self._text.search(words, documents, wanted)
            best = self._chunks_of(units)
            if len(best) >= limit or len(units) < wanted:
                return list(best.items())[:limit]
            wanted *= 4  # many are of a generation that is not to be seen, or of the same few chunks

    def _chunks_of(self, units: Sequence[tuple[int, float]]) -> dict[str, float]:
        """The published chunks that units belong to, each with the score of its best one."""
        rows = self._db.rows_in(
            "SELECT u.id, u.chunk FROM units u JOIN chunks c ON c.id = u.chunk "
            "JOIN documents d ON d.id = c.document AND d.generation = c.generation WHERE u.id IN ({})",
            [unit for unit, _ in units],
        )
        owners = {row[0]: row[1] for row in rows}
        best: dict[str, float] = {}
        for unit, score in units:
            if unit in owners:
                best.setdefault(owners[unit], score)
        return best

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many indexed units each word occurs, stemmed as the index stems, and how many units there are."""
        return self._text.frequencies(words)

    def add_vectors_ahead(self, document: str, rows: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors, each with a key of its passage, until its document is published; none of one that is gone."""
        with self._db.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors_ahead SELECT ?, id, ? FROM documents WHERE id = ?",
                ((passage, vector, document) for passage, vector in rows),
            )

    def vectors_ahead(self, passages: Sequence[str]) -> dict[str, bytes]:
        """The vectors that are kept under these keys."""
        rows = self._db.rows_in("SELECT passage, vector FROM vectors_ahead WHERE passage IN ({})", passages)
        return {row[0]: row[1] for row in rows}

    def add_token_vectors(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Store the fine vectors of chunks, as packed by the embedder that made them."""
        with self._db.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO token_vectors VALUES (?, ?)", rows)

    def token_vectors(self, chunks: Sequence[str]) -> dict[str, bytes]:
        """The fine vectors of those chunks that have some."""
        rows = self._db.rows_in("SELECT chunk, vectors FROM token_vectors WHERE chunk IN ({})", chunks)
        return {row[0]: row[1] for row in rows}

    def heads_of_token_vectors(self, chunks: Sequence[str], size: Callable[[bytes], int]) -> dict[str, bytes]:
        """The beginnings of the fine vectors of chunks; `size` says how many bytes by the first two."""
        rows = self._db.rows_in("SELECT chunk, rowid FROM token_vectors WHERE chunk IN ({})", chunks)
        heads = {row[0]: self._db.head("token_vectors", "vectors", row[1], size) for row in rows}
        return {chunk: head for chunk, head in heads.items() if head}


def _dump(sentences: Sequence[Sentence]) -> str:
    return json.dumps(
        [[s.text, "" if s.search == s.text else s.search, s.kind, s.pages, s.cells] for s in sentences],
        ensure_ascii=False,
    )


def _load(chunk: str, dumped: str) -> tuple[SentenceRow, ...]:
    return tuple(
        SentenceRow(
            f"{chunk}/{number}", text, search or text, kind, tuple(pages), tuple((name, cell) for name, cell in cells)
        )
        for number, (text, search, kind, pages, cells) in enumerate(json.loads(dumped))
    )
