"""The tables of documents, page ledger, transcripts, requests and single values, in SQL that Postgres knows too."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, fields, replace
from functools import lru_cache

from graph.storage.document_labels import distinct_labels
from graph.storage.document_names import SOURCE, WHOLE
from graph.storage.rows import DocumentRow, PageRow, Transcript, layer_key
from graph.storage.sql import Connection, SqlDatabase, beginning_with, placeholders
from loaders.sources.parts import MARK
from loaders.types import Block, Box, Word

_PAGE_COLUMNS = ", ".join(field.name for field in fields(PageRow))
_DOCUMENT_FIELDS = [field.name for field in fields(DocumentRow) if field.name not in ("names", "label")]
_DOCUMENT_COLUMNS = ", ".join(_DOCUMENT_FIELDS)
_UNREAD = (
    "SELECT document, page FROM pages "
    "WHERE status = 'failed' OR (status = 'pending' AND reason <> '' AND transcript = '') ORDER BY page"
)
# Documents whose names share a word; it tells none of them apart, and to compare them would take 50 µs each.
_MAX_NAMESAKES = 1000
_ADD_TRANSCRIPT = "INSERT INTO transcripts VALUES (?, ?, ?) ON CONFLICT DO NOTHING"

SET_META = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
"""Sets a single value, within a transaction."""
_REPLACED = ", ".join(
    f"{name} = excluded.{name}" for name in _PAGE_COLUMNS.split(", ") if name not in ("document", "page")
)

# Keys of `meta`, followed by a document's id. The stored words are older than the names.
PENDING, FINGERPRINT = "unsettled:", "basis:"


class Ledger:
    """DocumentStore, PageLedger, TranscriptStore, RequestCounter and MetaStore on one SQL database."""

    def __init__(self, database: SqlDatabase) -> None:
        self._db = database

    def add_document(self, row: DocumentRow) -> None:
        """Insert a document with a pending ledger row for each page.

        A document that exists keeps its ledger and its first name, and has the new one too.
        """
        values = [getattr(row, field) for field in _DOCUMENT_FIELDS[:-1]] + [row.created or self._db.now()]
        with self._db.writing() as connection:
            connection.execute(
                f"INSERT INTO documents ({_DOCUMENT_COLUMNS}) VALUES ({placeholders(values)}) "
                "ON CONFLICT (id) DO UPDATE SET name = excluded.name, source = excluded.source "
                "WHERE documents.source = ''",
                values,
            )
            connection.execute(
                "INSERT INTO document_names (document, name, source) VALUES (?, ?, ?) "
                "ON CONFLICT (document, source) DO UPDATE SET name = excluded.name",
                (row.id, row.name, row.source),
            )
            if connection.execute("SELECT 1 FROM documents WHERE id = ? AND generation <> ''", [row.id]).fetchone():
                take_sources(connection, row.id)
            blank = [astuple(PageRow(row.id, number)) for number in range(1, row.pages + 1)]
            connection.executemany(
                f"INSERT INTO pages ({_PAGE_COLUMNS}) VALUES ({placeholders(blank[0])}) ON CONFLICT DO NOTHING", blank
            )

    def document(self, document: str) -> DocumentRow | None:
        """Return a document, or None."""
        rows = self._db.rows(f"SELECT {_DOCUMENT_COLUMNS} FROM documents WHERE id = ?", [document])
        return self._named([DocumentRow(*row) for row in rows])[0] if rows else None

    def documents(self, ids: Collection[str] | None = None, limit: int = -1, offset: int = 0) -> list[DocumentRow]:
        """Return the documents but the retired ones, oldest first: those of these ids, or all, or `limit` of all."""
        listed = f"SELECT {_DOCUMENT_COLUMNS} FROM documents WHERE source <> ''"
        if ids is None:
            rows = self._db.rows(f"{listed} ORDER BY created, name, id LIMIT ? OFFSET ?", [limit, offset])
        else:
            rows = self._db.rows_in(f"{listed} AND id IN ({{}})", list(dict.fromkeys(ids)))
        found = [DocumentRow(*row) for row in rows]
        return self._named(found if ids is None else sorted(found, key=lambda row: (row.created, row.name, row.id)))

    def searchable(self, limit: int, *, newest: bool = False) -> list[DocumentRow]:
        """Return the first, or the last, `limit` documents that can be asked, oldest first."""
        order = "created DESC, name DESC, id DESC" if newest else "created, name, id"
        rows = self._db.rows(
            f"SELECT {_DOCUMENT_COLUMNS} FROM documents WHERE generation <> '' AND source <> '' "
            f"ORDER BY {order} LIMIT ?",
            [limit],
        )
        found = [DocumentRow(*row) for row in rows]
        return self._named(found[::-1] if newest else found)

    def count_searchable(self) -> int:
        """Return how many documents can be asked."""
        counted = "SELECT count(*) FROM documents WHERE generation <> '' AND source <> ''"
        return int(self._db.rows(counted)[0][0])

    def named(self, terms: Sequence[str]) -> list[DocumentRow]:
        """Return the documents of each term that not too many have; see `graph.storage.document_names`."""
        query = "SELECT document FROM document_terms WHERE term = ? LIMIT ?"
        found: dict[str, None] = {}
        for term in self._held(list(dict.fromkeys(terms))):
            rows = self._db.rows(query, [term, _MAX_NAMESAKES + 1])
            if len(rows) <= _MAX_NAMESAKES or term.startswith((WHOLE, SOURCE)):
                found.update((row[0], None) for row in rows)
        return self.documents(list(found)) if found else []

    def _held(self, terms: Sequence[str]) -> list[str]:
        """Return those terms that any document has, by one query: a question has some 70, of which most have none."""
        found = self._db.rows(
            "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM document_terms WHERE term = value)",
            [json.dumps(terms, ensure_ascii=False)],
        )
        held = {row[0] for row in found}
        return [term for term in terms if term in held]

    def _named(self, rows: list[DocumentRow]) -> list[DocumentRow]:
        """Return the documents with all their names, and with labels that no two of the catalog share."""
        names: dict[str, list[str]] = {}
        for document, name in self._db.rows_in(
            "SELECT document, name FROM document_names WHERE document IN ({}) ORDER BY id", [row.id for row in rows]
        ):
            names.setdefault(document, []).append(name)
        labels = self.labels([row.name for row in rows])
        return [
            replace(
                row, names=tuple(dict.fromkeys([row.name, *names.get(row.id, ())])), label=labels.get(row.id, row.name)
            )
            for row in rows
        ]

    def labels(self, names: Sequence[str]) -> dict[str, str]:
        """Return what tells the documents apart that share one of these names, by document id."""
        found = self._db.rows_in(
            "SELECT id, name, source FROM documents WHERE source <> '' AND name IN ({})", list(dict.fromkeys(names))
        )
        return distinct_labels([(row[0], row[1], row[2]) for row in found])

    def set_front_matter(self, document: str, title: str, authors: Sequence[str], date: str, decimal: str) -> None:
        """Store what is told of a document when it is chunked: title, authors, date, and its mark before decimals."""
        with self._db.writing() as connection:
            connection.execute(
                "UPDATE documents SET title = ?, authors = ?, date = ?, decimal = ? WHERE id = ?",
                (title, "; ".join(authors), date, decimal, document),
            )

    def set_labels(self, document: str, labels: Mapping[int, str], *, printed: bool) -> None:
        """Store the labels of a document's pages, as printed or as the file has them; pages left out get ""."""
        column = "printed_label" if printed else "file_label"
        with self._db.writing() as connection:
            connection.execute(f"UPDATE pages SET {column} = '' WHERE document = ? AND {column} <> ''", [document])
            connection.executemany(
                f"UPDATE pages SET {column} = ? WHERE document = ? AND page = ?",
                [(label, document, page) for page, label in labels.items()],
            )

    def retire(self, document: str) -> None:
        """Hide a document for good, before its vectors and images are removed."""
        with self._db.writing() as connection:
            retire_rows(connection, document)

    def forget_source(self, source: str) -> list[str]:
        """Take a source, and what was attached to it, from all documents; return those now without one, retired."""
        inside = f"{source}{MARK}"
        with self._db.writing() as connection:
            rows = connection.execute(
                "SELECT DISTINCT document FROM document_names WHERE source = ? OR substr(source, 1, ?) = ?",
                [source, len(inside), inside],
            ).fetchall()
            connection.execute(
                "DELETE FROM document_names WHERE source = ? OR substr(source, 1, ?) = ?",
                [source, len(inside), inside],
            )
            return retire_without_source(connection, [row[0] for row in rows])

    def pending_cleanup(self) -> list[str]:
        """Return the documents that may have vectors or images which the catalog no longer refers to."""
        rows = self._db.rows("SELECT key FROM meta WHERE key >= ? AND key < ?", beginning_with(PENDING))
        return [row[0].removeprefix(PENDING) for row in rows]

    def cleanup_done(self, document: str) -> None:
        """Unmark a document: the data of its former generations, or of the retired document, is removed."""
        with self._db.writing() as connection:
            connection.execute("DELETE FROM meta WHERE key = ?", [PENDING + document])

    def chunks_fingerprint(self, document: str) -> str:
        """Return the fingerprint that the published generation was given, or ""."""
        return self.get_meta(FINGERPRINT + document) or ""

    def delete_document(self, document: str) -> list[str]:
        """Delete all rows of a document; return the page images that no page refers to any more."""
        with self._db.writing() as connection:
            images = [row[0] for row in connection.execute("SELECT image FROM pages WHERE document = ?", [document])]
            connection.execute("DELETE FROM units WHERE document = ?", [document])
            connection.execute(
                "DELETE FROM transcripts WHERE key >= ? AND key < ? OR key >= ? AND key < ? "
                "OR key IN (SELECT transcript FROM pages WHERE document = ?) "
                "AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.transcript = key AND p.document <> ?)",
                [
                    *beginning_with(layer_key(document, 0)[:-1]),
                    *beginning_with(f"{document}:"),
                    document,
                    document,
                ],
            )
            connection.execute("DELETE FROM documents WHERE id = ?", [document])
            connection.execute("DELETE FROM meta WHERE key = ?", [FINGERPRINT + document])
            # Through the indexes: reading the images and transcripts of 12,000 documents took 6.8 ms, this takes 0.5.
            used = {row[0] for row in self._db.rows_in("SELECT DISTINCT image FROM pages WHERE image IN ({})", images)}
        return sorted({image for image in images if image} - used)

    def pages(self, document: str, numbers: Sequence[int] | None = None) -> list[PageRow]:
        """Return a document's ledger rows by page: of all pages, or of these."""
        named = "" if numbers is None else f"AND page IN ({placeholders(numbers)})"
        rows = self._db.rows(
            f"SELECT {_PAGE_COLUMNS} FROM pages WHERE document = ? {named} ORDER BY page", [document, *(numbers or ())]
        )
        return [PageRow(*row) for row in rows]

    def failed_pages(self, documents: Collection[str] = ()) -> dict[str, list[int]]:
        """Return the pages that hold nothing to read, failed or due, by document id; of all documents by default."""
        failed: dict[str, list[int]] = {}
        for document, page in self._db.rows(_UNREAD):
            if document in documents or not documents:
                failed.setdefault(document, []).append(page)
        return failed

    def images(self) -> set[str]:
        """Return the keys of all page images that some page refers to."""
        return {row[0] for row in self._db.rows("SELECT DISTINCT image FROM pages WHERE image <> ''")}

    def record_page(self, row: PageRow, transcript: Transcript | None = None) -> None:
        """Replace a page's ledger row, and add its transcript, in one transaction; nothing for a deleted document."""
        values = astuple(row)
        with self._db.writing() as connection:
            if connection.execute("SELECT 1 FROM documents WHERE id = ?", [row.document]).fetchone():
                connection.execute(
                    f"INSERT INTO pages ({_PAGE_COLUMNS}) VALUES ({placeholders(values)}) "
                    f"ON CONFLICT (document, page) DO UPDATE SET {_REPLACED}",
                    values,
                )
                if transcript:
                    connection.execute(_ADD_TRANSCRIPT, _stored(transcript))

    def transcript(self, key: str) -> Transcript | None:
        """Return a transcript, or None."""
        rows = self._db.rows("SELECT key, blocks, words FROM transcripts WHERE key = ?", [key])
        return _transcript(*rows[0]) if rows else None

    def transcripts(self, document: str, pages: Sequence[int] | None = None) -> dict[int, Transcript]:
        """Return the transcripts of a document by page: of all pages that have one, or of these."""
        named = "" if pages is None else f"AND p.page IN ({placeholders(pages)})"
        rows = self._db.rows(
            "SELECT p.page, t.key, t.blocks, t.words FROM pages p JOIN transcripts t ON t.key = p.transcript "
            f"WHERE p.document = ? {named} ORDER BY p.page",
            [document, *(pages or ())],
        )
        return {row[0]: _transcript(*row[1:]) for row in rows}

    def blocks(self, document: str) -> list[tuple[int, tuple[Block, ...]]]:
        """Return (page, blocks) of every transcribed page in order."""
        rows = self._db.rows(
            "SELECT p.page, t.blocks FROM pages p JOIN transcripts t ON t.key = p.transcript "
            "WHERE p.document = ? ORDER BY p.page",
            [document],
        )
        return [(row[0], _blocks(row[1])) for row in rows]

    def add_transcript(self, transcript: Transcript) -> None:
        """Add a transcript; an existing one of the same key stays."""
        with self._db.writing() as connection:
            connection.execute(_ADD_TRANSCRIPT, _stored(transcript))

    def count_request(self, account: str, model: str, day: str) -> None:
        """Add one to the requests that an account sent to a model on a day."""
        with self._db.writing() as connection:
            connection.execute(
                "INSERT INTO requests VALUES (?, ?, ?, 1) "
                "ON CONFLICT (account, model, day) DO UPDATE SET sent = requests.sent + 1",
                (account, model, day),
            )

    def requests_sent(self, account: str, model: str, day: str) -> int:
        """Return how many requests an account sent to a model on a day."""
        rows = self._db.rows(
            "SELECT sent FROM requests WHERE account = ? AND model = ? AND day = ?", [account, model, day]
        )
        return int(rows[0][0]) if rows else 0

    def get_meta(self, key: str) -> str | None:
        """Return a value that belongs to the whole catalog, or None."""
        rows = self._db.rows("SELECT value FROM meta WHERE key = ?", [key])
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        """Set a value that belongs to the whole catalog."""
        with self._db.writing() as connection:
            connection.execute(SET_META, (key, value))


def retire_rows(connection: Connection, document: str) -> None:
    """Within a transaction: hide a document and mark it for clean-up."""
    connection.execute("UPDATE documents SET generation = '', source = '' WHERE id = ?", [document])
    connection.execute("DELETE FROM document_names WHERE document = ?", [document])
    mark_for_cleanup(connection, document)


def take_sources(connection: Connection, document: str) -> list[str]:
    """Within a transaction: take a document's sources from all others; return those left without one, now retired."""
    others = [
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT document FROM document_names WHERE document <> ? AND source IN "
            "(SELECT source FROM document_names WHERE document = ?)",
            [document, document],
        )
    ]
    connection.execute(
        "DELETE FROM document_names WHERE document <> ? AND source IN "
        "(SELECT source FROM document_names WHERE document = ?)",
        [document, document],
    )
    return retire_without_source(connection, others)


def retire_without_source(connection: Connection, documents: Sequence[str]) -> list[str]:
    """Within a transaction: retire the documents that have no source left, and return them; rename the others."""
    retired = []
    for other in documents:
        left = connection.execute(
            "SELECT name, source FROM document_names WHERE document = ? ORDER BY id", [other]
        ).fetchone()
        if left:
            connection.execute("UPDATE documents SET name = ?, source = ? WHERE id = ?", [*left, other])
        else:
            retire_rows(connection, other)
            retired.append(other)
    return retired


def mark_for_cleanup(connection: Connection, document: str) -> None:
    """Within a transaction: note that vectors or images of a document may have to be removed."""
    connection.execute(SET_META, (PENDING + document, ""))


def _stored(transcript: Transcript) -> tuple[str, str, bytes]:
    blocks = json.dumps([astuple(block) for block in transcript.blocks], ensure_ascii=False)
    words = [[word.text, *(round(edge, 4) for edge in word.box)] for word in transcript.words]
    return transcript.key, blocks, zlib.compress(json.dumps(words, ensure_ascii=False).encode())


# A page that is cited once is mostly cited again, by the next question or the next claim: 2 of 25 ms of an answer about
# a short document. What is stored is a part of the key, so that no value is ever stale. 40 pages take some 4 MB.
@lru_cache(maxsize=40)
def _transcript(key: str, blocks: str, words: bytes) -> Transcript:
    return Transcript(key, _blocks(blocks), tuple(_word(row) for row in json.loads(zlib.decompress(words))))


def _blocks(stored: str) -> tuple[Block, ...]:
    return tuple(Block(kind, text, level, Box(*box) if box else None) for kind, text, level, box in json.loads(stored))


def _word(row: Sequence[float | str]) -> Word:
    text, *edges = row
    return Word(str(text), Box(*(float(edge) for edge in edges)))
