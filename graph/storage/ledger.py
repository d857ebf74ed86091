"""The tables of documents, page ledger, transcripts, requests and single values, in SQL that Postgres knows too."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, fields, replace
from typing import Any

from graph.access import Scope, require_writer
from graph.storage.cleanup_marks import FORMER, PENDING, stale_vectors
from graph.storage.document_labels import distinct_labels
from graph.storage.document_names import SOURCE, WHOLE
from graph.storage.entries import (
    FINGERPRINT,
    add_entry,
    forget_entry,
    remove_from_scope,
    retire_rows,
    retire_without_source,
    shared,
    take_sources,
    visible,
    within,
    writable,
)
from graph.storage.page_leases import PAGE_COLUMNS, PageLeases
from graph.storage.rows import DocumentRow, PageRow, StaleVectors, Transcript, document_of_key, layer_key
from graph.storage.sql import beginning_with, placeholders, slices
from graph.storage.transcript_rows import ADD_TRANSCRIPT, blocks_of, packed, unpacked
from loaders.sources.parts import MARK
from loaders.types import Block

_DOCUMENT_FIELDS = [field.name for field in fields(DocumentRow) if field.name not in ("names", "label")]
_DOCUMENT_COLUMNS = ", ".join(_DOCUMENT_FIELDS)
_OF_ENTRY = {
    "name": "e.name AS name",
    "source": "e.source AS source",
    "created": "f.added AS created",
    "id": "d.id AS id",
}
_ENTRY_COLUMNS = ", ".join(_OF_ENTRY.get(field, f"d.{field}") for field in _DOCUMENT_FIELDS)
_OLDEST = "created, name, id"
_UNREAD = (
    "SELECT document, page FROM pages "
    "WHERE (status = 'failed' OR (status = 'pending' AND reason <> '' AND transcript = '')){} ORDER BY page"
)
# A word in the names of more documents is ignored: it distinguishes none of them, and comparing one takes 50 µs.
_MAX_NAMESAKES = 1000


class Ledger(PageLeases):
    """DocumentStore, PageLedger and TranscriptStore on one SQL database, with collections and single values."""

    def add_document(self, scope: Scope, row: DocumentRow) -> None:
        """Insert a document with a pending ledger row for each page, and its entry in the collection `scope.into`.

        A document that exists keeps its ledger and its own name; the name in `row` is that of the new entry.
        """
        if not scope.may_write(scope.into):
            named = self._db.rows("SELECT name FROM collection WHERE id = ?", [scope.into])
            require_writer(scope, scope.into, *named[0] if named else "")
        values = [getattr(row, field) for field in _DOCUMENT_FIELDS[:-1]] + [row.created or self._db.now()]
        with self._db.writing() as connection:
            connection.execute(
                f"INSERT INTO documents ({_DOCUMENT_COLUMNS}) VALUES ({placeholders(values)}) "
                "ON CONFLICT (id) DO UPDATE SET name = excluded.name, source = excluded.source "
                "WHERE documents.source = ''",
                values,
            )
            if scope.who and not shared(connection, row.id):
                # Its name can be searched where it has no title: it is chunked again without it (`ChunkTables`).
                connection.execute("DELETE FROM meta WHERE key = ?", [FINGERPRINT + row.id])
            add_entry(connection, scope, row, self._db.now())
            if connection.execute("SELECT 1 FROM documents WHERE id = ? AND generation <> ''", [row.id]).fetchone():
                take_sources(connection, row.id)
            blank = [astuple(PageRow(row.id, number)) for number in range(1, row.pages + 1)]
            connection.executemany(
                f"INSERT INTO pages ({PAGE_COLUMNS}) VALUES ({placeholders(blank[0])}) ON CONFLICT DO NOTHING", blank
            )

    def document(self, scope: Scope, document: str) -> DocumentRow | None:
        """Return a document, or None."""
        rows = self._rows(scope, "WHERE d.id = ?", [document], inside="WHERE document = ?")
        return self._named(scope, [DocumentRow(*row) for row in rows])[0] if rows else None

    def documents(
        self, scope: Scope, ids: Collection[str] | None = None, limit: int = -1, offset: int = 0
    ) -> list[DocumentRow]:
        """Return documents that are not retired, oldest first: those of these ids, or all, or `limit` of all."""
        listed = "WHERE d.source <> ''"
        if ids is None:
            rows = self._rows(scope, f"{listed} ORDER BY {_OLDEST} LIMIT ? OFFSET ?", [limit, offset])
        else:
            rows = [
                row
                for part in slices(list(dict.fromkeys(ids)))
                for row in self._rows(
                    scope,
                    f"{listed} AND d.id IN ({placeholders(part)})",
                    part,
                    inside=f"WHERE document IN ({placeholders(part)})",
                )
            ]
        found = [DocumentRow(*row) for row in rows]
        found = found if ids is None else sorted(found, key=lambda row: (row.created, row.name, row.id))
        return self._named(scope, found)

    def searchable(self, scope: Scope, limit: int, *, newest: bool = False) -> list[DocumentRow]:
        """Return the first, or the last, `limit` documents that can be asked, oldest first."""
        order = "created DESC, name DESC, id DESC" if newest else _OLDEST
        rows = self._rows(scope, f"WHERE d.generation <> '' AND d.source <> '' ORDER BY {order} LIMIT ?", [limit])
        found = [DocumentRow(*row) for row in rows]
        return self._named(scope, found[::-1] if newest else found)

    def _rows(self, scope: Scope, where: str, values: Sequence[Any], inside: str = "") -> list[Any]:
        """Return rows of documents, with what the caller's collections call them.

        Args:
            scope: The caller's.
            where: The rest of the statement, about documents `d`.
            values: Those of its placeholders.
            inside: For a part of the documents, the same of entries with `document`, with the same values.
        """
        if scope.is_everything:
            return self._db.rows(f"SELECT {_DOCUMENT_COLUMNS} FROM documents d {where}", values)
        may, own = within(scope)
        entries = f"FROM entry {inside or 'WHERE true'}{may} GROUP BY document"
        return self._db.rows(
            f"SELECT {_ENTRY_COLUMNS} FROM (SELECT document, min(id) AS id, min(added) AS added {entries}) f "
            f"JOIN entry e ON e.id = f.id JOIN documents d ON d.id = f.document {where}",
            [*(values if inside else ()), *own, *values],
        )

    def is_held_by_others(self, scope: Scope, document: str) -> bool:
        """Return whether a collection that the caller may not write has a document; its pages are then not replaced."""
        if scope.writes is None:
            return False
        mine = sorted(scope.writes) or [""]
        found = "SELECT 1 FROM entry WHERE document = ? AND collection NOT IN ({}) LIMIT 1"
        return bool(self._db.rows(found.format(placeholders(mine)), [document, *mine]))

    def visible_documents(self, scope: Scope, documents: Sequence[str] | None = None) -> list[str]:
        """Return the ids of those of the documents that may be seen, in their order; of all documents by default."""
        may, own = visible(scope, "d.id")
        if documents is None:
            return [row[0] for row in self._db.rows(f"SELECT d.id FROM documents d WHERE true{may} ORDER BY d.id", own)]
        wanted = list(dict.fromkeys(documents))
        seen = {
            row[0]
            for part in slices(wanted)
            for row in self._db.rows(
                f"SELECT d.id FROM documents d WHERE d.id IN ({placeholders(part)}){may}", [*part, *own]
            )
        }
        return [one for one in wanted if one in seen]

    def count_searchable(self, scope: Scope, most: int = -1) -> int:
        """Return how many documents can be asked, counted up to `most` if that is given."""
        may, own = visible(scope, "d.id")
        found = f"SELECT 1 FROM documents d WHERE generation <> '' AND source <> ''{may} LIMIT ?"
        return int(self._db.rows(f"SELECT count(*) FROM ({found}) found", [*own, most])[0][0])

    def named(self, scope: Scope, terms: Sequence[str]) -> list[DocumentRow]:
        """Return the documents whose names have these terms, without too common ones; see `document_names.py`."""
        may, own = within(scope)
        query = f"SELECT DISTINCT document FROM document_terms WHERE term = ?{may} LIMIT ?"
        found: dict[str, None] = {}
        for term in self._held(list(dict.fromkeys(terms))):
            rows = self._db.rows(query, [term, *own, _MAX_NAMESAKES + 1])
            if len(rows) <= _MAX_NAMESAKES or term.startswith((WHOLE, SOURCE)):
                found.update((row[0], None) for row in rows)
        return self.documents(scope, list(found)) if found else []

    def _held(self, terms: Sequence[str]) -> list[str]:
        """Return those of the terms that any document has, by one query: few of a question's 70 terms are in any."""
        found = self._db.rows(
            "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM document_terms WHERE term = value)",
            [json.dumps(terms, ensure_ascii=False)],
        )
        held = {row[0] for row in found}
        return [term for term in terms if term in held]

    def _named(self, scope: Scope, rows: list[DocumentRow]) -> list[DocumentRow]:
        """Return the documents with all their names, and with labels that no two of the scope share."""
        may, own = within(scope)
        names: dict[str, list[str]] = {}
        for part in slices([row.id for row in rows]):
            for document, name in self._db.rows(
                f"SELECT document, name FROM entry WHERE document IN ({placeholders(part)}){may} ORDER BY id",
                [*part, *own],
            ):
                names.setdefault(document, []).append(name)
        labels = self.labels(scope, [row.name for row in rows])
        return [
            replace(
                row, names=tuple(dict.fromkeys([row.name, *names.get(row.id, ())])), label=labels.get(row.id, row.name)
            )
            for row in rows
        ]

    def labels(self, scope: Scope, names: Sequence[str]) -> dict[str, str]:
        """Return the labels of the documents that share one of these names, by document id."""
        wanted = list(dict.fromkeys(names))
        if scope.is_everything:
            found = self._db.rows_in(
                "SELECT id, name, source FROM documents WHERE source <> '' AND name IN ({})", wanted
            )
            return distinct_labels([(row[0], row[1], row[2]) for row in found])
        may, own = within(scope, "e.collection")
        earlier, _ = within(scope, "f.collection")
        found = [
            row
            for part in slices(wanted)
            for row in self._db.rows(
                f"SELECT e.document, e.name, e.source FROM entry e WHERE e.name IN ({placeholders(part)}){may} AND NOT "
                f"EXISTS (SELECT 1 FROM entry f WHERE f.document = e.document AND f.id < e.id{earlier})",
                [*part, *own, *own],
            )
        ]
        return distinct_labels([(row[0], row[1], row[2]) for row in found])

    def set_front_matter(
        self, scope: Scope, document: str, title: str, authors: Sequence[str], date: str, decimal: str
    ) -> None:
        """Store what chunking finds out about a document: title, authors, date, and its decimal mark."""
        may, own = visible(scope, "documents.id")
        with self._db.writing() as connection:
            connection.execute(
                f"UPDATE documents SET title = ?, authors = ?, date = ?, decimal = ? WHERE id = ?{may}",
                (title, "; ".join(authors), date, decimal, document, *own),
            )

    def set_labels(self, scope: Scope, document: str, labels: Mapping[int, str], *, printed: bool) -> None:
        """Store the labels of a document's pages, as printed or as the file has them; pages left out get ""."""
        column = "printed_label" if printed else "file_label"
        may, own = visible(scope, "pages.document")
        with self._db.writing() as connection:
            connection.execute(
                f"UPDATE pages SET {column} = '' WHERE document = ? AND {column} <> ''{may}", [document, *own]
            )
            connection.executemany(
                f"UPDATE pages SET {column} = ? WHERE document = ? AND page = ?{may}",
                [(label, document, page, *own) for page, label in labels.items()],
            )

    def retire(self, scope: Scope, document: str) -> bool:
        """Remove a document from the collections that the caller may write; return whether it is retired.

        It is retired when no collection has it any more: its vectors and images can be deleted then.

        Raises:
            NotAllowedError: the caller may see the document, but not delete it.
        """
        with self._db.writing() as connection:
            if scope.is_everything:
                retire_rows(connection, document)
                return True
            return remove_from_scope(connection, scope, document)

    def forget_source(self, scope: Scope, source: str) -> list[str]:
        """Remove a source, and what was attached to it, from the collections that the caller may write.

        Returns:
            The documents that no collection has any more, retired.
        """
        inside = f"{source}{MARK}"
        may, own = writable(scope)
        with self._db.writing() as connection:
            rows = connection.execute(
                "SELECT id, document, put_from FROM entry "
                f"WHERE (source = ? OR substr(source, 1, ?) = ?){may} ORDER BY put_from",
                [source, len(inside), inside, *own],
            ).fetchall()
            for entry, document, put_from in rows:
                forget_entry(connection, entry, document, put_from)
            return retire_without_source(connection, list(dict.fromkeys(row[1] for row in rows)))

    def pending_cleanup(self) -> list[str]:
        """Return the documents that may have vectors or images that the catalog no longer refers to."""
        rows = self._db.rows("SELECT key FROM meta WHERE key >= ? AND key < ?", beginning_with(PENDING))
        return [row[0].removeprefix(PENDING) for row in rows]

    def stale_vectors(self, document: str) -> StaleVectors:
        """Return what may be stale of a document, and its mark; most ids of page images and headings have no row."""
        with self._db.writing() as connection:
            return stale_vectors(connection, document)

    def cleanup_done(self, document: str, mark: str) -> None:
        """Remove this mark of `stale_vectors`: what was stale is deleted. A mark that was written since stays."""
        with self._db.writing() as connection:
            connection.execute("DELETE FROM meta WHERE key = ? AND value = ?", [PENDING + document, mark])

    def chunks_fingerprint(self, document: str) -> str:
        """Return the fingerprint that the published generation was given, or ""."""
        return self.get_meta(FINGERPRINT + document) or ""

    def delete_document(self, document: str, *, retired: bool = False) -> list[str]:
        """Delete all rows of a document; return the page images that no page refers to any more.

        With `retired`, a document that was added again since it was retired stays as it is.
        """
        with self._db.writing() as connection:
            added = "SELECT 1 FROM documents WHERE id = ? AND source <> ''"
            if retired and connection.execute(added, [document]).fetchone():
                return []
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
            connection.executemany("DELETE FROM meta WHERE key = ?", [[FINGERPRINT + document], [FORMER + document]])
            # Through the indexes: reading the images and transcripts of 12,000 documents took 6.8 ms, this takes 0.5.
            used = {row[0] for row in self._db.rows_in("SELECT DISTINCT image FROM pages WHERE image IN ({})", images)}
        return sorted({image for image in images if image} - used)

    def pages(self, scope: Scope, document: str, numbers: Sequence[int] | None = None) -> list[PageRow]:
        """Return a document's ledger rows by page: of all pages, or of these."""
        if numbers is not None and not numbers:
            return []
        named = "" if numbers is None else f"AND page IN ({placeholders(numbers)})"
        may, own = visible(scope, "pages.document")
        rows = self._db.rows(
            f"SELECT {PAGE_COLUMNS} FROM pages WHERE document = ? {named}{may} ORDER BY page",
            [document, *(numbers or ()), *own],
        )
        return [PageRow(*row) for row in rows]

    def failed_pages(self, scope: Scope, documents: Collection[str] = ()) -> dict[str, list[int]]:
        """Return the pages that hold nothing to read, failed or due, by document id; of all documents by default."""
        failed: dict[str, list[int]] = {}
        may, own = visible(scope, "pages.document")
        for document, page in self._db.rows(_UNREAD.format(may), own):
            if document in documents or not documents:
                failed.setdefault(document, []).append(page)
        return failed

    def images(self, scope: Scope) -> set[str]:
        """Return the keys of all page images that some page refers to."""
        may, own = visible(scope, "pages.document")
        return {row[0] for row in self._db.rows(f"SELECT DISTINCT image FROM pages WHERE image <> ''{may}", own)}

    def transcript(self, scope: Scope, key: str) -> Transcript | None:
        """Return a transcript, or None."""
        may, own = visible(scope, "p.document")
        if own:
            # A key either names its document, or belongs to a page of one or several.
            in_key = visible(scope, "?")[0]
            may = f" AND (EXISTS (SELECT 1 FROM pages p WHERE p.transcript = key{may}) OR (true{in_key}))"
            own = [*own, document_of_key(key), *own]
        rows = self._db.rows(f"SELECT key, blocks, words FROM transcripts WHERE key = ?{may}", [key, *own])
        return unpacked(*rows[0]) if rows else None

    def transcripts(self, scope: Scope, document: str, pages: Sequence[int] | None = None) -> dict[int, Transcript]:
        """Return the transcripts of a document by page: of all pages that have one, or of these."""
        named = "" if pages is None else f"AND p.page IN ({placeholders(pages)})"
        may, own = visible(scope, "p.document")
        rows = self._db.rows(
            "SELECT p.page, t.key, t.blocks, t.words FROM pages p JOIN transcripts t ON t.key = p.transcript "
            f"WHERE p.document = ? {named}{may} ORDER BY p.page",
            [document, *(pages or ()), *own],
        )
        return {row[0]: unpacked(*row[1:]) for row in rows}

    def blocks(self, scope: Scope, document: str) -> list[tuple[int, tuple[Block, ...]]]:
        """Return (page, blocks) of every transcribed page in order."""
        may, own = visible(scope, "p.document")
        rows = self._db.rows(
            "SELECT p.page, t.blocks FROM pages p JOIN transcripts t ON t.key = p.transcript "
            f"WHERE p.document = ?{may} ORDER BY p.page",
            [document, *own],
        )
        return [(row[0], blocks_of(row[1])) for row in rows]

    def add_transcript(self, transcript: Transcript) -> None:
        """Add a transcript; an existing one of the same key stays."""
        with self._db.writing() as connection:
            connection.execute(ADD_TRANSCRIPT, packed(transcript))
