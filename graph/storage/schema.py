"""The catalog's tables and their migrations. A new version appends to MIGRATIONS; released ones are never edited."""

from __future__ import annotations

import sqlite3

from graph.errors import HomeError

_VERSION_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE documents (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
    pages INTEGER NOT NULL, size INTEGER NOT NULL, generation TEXT NOT NULL, created REAL NOT NULL
);
CREATE INDEX documents_by_source ON documents (source);

CREATE TABLE transcripts (key TEXT PRIMARY KEY, blocks TEXT NOT NULL, words BLOB NOT NULL);

CREATE TABLE pages (
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, page INTEGER NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, attempts INTEGER NOT NULL,
    engine TEXT NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL,
    requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, seconds REAL NOT NULL,
    image TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    ink REAL NOT NULL, legible INTEGER NOT NULL, transcript TEXT NOT NULL,
    owner TEXT NOT NULL, lease REAL NOT NULL,
    PRIMARY KEY (document, page)
) WITHOUT ROWID;
CREATE INDEX pages_by_image ON pages (image);
CREATE INDEX pages_by_transcript ON pages (transcript);

CREATE TABLE chunks (
    id TEXT PRIMARY KEY, document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    generation TEXT NOT NULL, ordinal INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, pages TEXT NOT NULL,
    headings TEXT NOT NULL, sentences TEXT NOT NULL
);
CREATE INDEX chunks_by_document ON chunks (document, generation, ordinal);

CREATE TABLE token_vectors (
    chunk TEXT PRIMARY KEY REFERENCES chunks (id) ON DELETE CASCADE, vectors BLOB NOT NULL
);

-- Units are the small overlapping texts that full-text search looks at; each belongs to one chunk.
CREATE TABLE units (
    id INTEGER PRIMARY KEY, chunk TEXT NOT NULL REFERENCES chunks (id) ON DELETE CASCADE, document TEXT NOT NULL
);
CREATE INDEX units_by_chunk ON units (chunk);
CREATE INDEX units_by_document ON units (document);
CREATE VIRTUAL TABLE unit_text USING fts5 (
    title, heading, body, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE unit_terms USING fts5vocab ('unit_text', 'row');
CREATE TRIGGER units_deleted AFTER DELETE ON units BEGIN
    DELETE FROM unit_text WHERE rowid = old.id;
END;
"""

# Requests sent, by account (a hash of the key), model and day (Pacific time: free quotas are renewed at its midnight).
_VERSION_2 = """
CREATE TABLE requests (
    account TEXT NOT NULL, model TEXT NOT NULL, day TEXT NOT NULL, sent INTEGER NOT NULL,
    PRIMARY KEY (account, model, day)
) WITHOUT ROWID;
"""

# These columns were never used: one process owns the whole home folder.
_VERSION_3 = """
ALTER TABLE pages DROP COLUMN owner;
ALTER TABLE pages DROP COLUMN lease;
"""

# Vectors of chunks embedded while the rest of their document was read, by a hash of what was embedded.
_VERSION_4 = """
CREATE TABLE vectors_ahead (
    passage TEXT PRIMARY KEY, document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, vector BLOB NOT NULL
);
CREATE INDEX vectors_ahead_by_document ON vectors_ahead (document);
"""

# The engine that asks chat models is called `llm`, whatever the provider. Keys of transcripts do not change with it.
_VERSION_5 = """
UPDATE pages SET engine = 'llm' WHERE engine = 'gemini';
"""

# Labels of pages beside their numbers.
_VERSION_6 = """
ALTER TABLE pages ADD COLUMN file_label TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN printed_label TEXT NOT NULL DEFAULT '';
"""

# A document has the name and source of each place where its bytes were found; `documents` keeps the first.
_VERSION_7 = """
CREATE TABLE document_names (
    id INTEGER PRIMARY KEY, document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, name TEXT NOT NULL,
    source TEXT NOT NULL, UNIQUE (document, source)
);
CREATE INDEX document_names_by_source ON document_names (source);
CREATE INDEX documents_by_name ON documents (name);
INSERT INTO document_names (document, name, source)
    SELECT id, name, source FROM documents WHERE source <> '' ORDER BY created, id;
"""

# The title comes from the first page where the metadata, stored separately, has none; authors and date beside it.
_VERSION_8 = """
ALTER TABLE documents ADD COLUMN file_title TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN authors TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN date TEXT NOT NULL DEFAULT '';
UPDATE documents SET file_title = title;
"""

# The decimal mark of a document, found from its whole text.
_VERSION_9 = """
ALTER TABLE documents ADD COLUMN decimal TEXT NOT NULL DEFAULT '';
"""

# Vectors of sentences by a model of many languages, made when the first question needs those of a document.
_VERSION_10 = """
CREATE TABLE multilingual_vectors (
    chunk TEXT PRIMARY KEY REFERENCES chunks (id) ON DELETE CASCADE, vectors BLOB NOT NULL
);
"""

# Documents by the words of their names, so that a question finds those it names without reading them all; and partial
# indexes of what a question asks of the whole library. `terms_of_name` is `graph.storage.document_names`'s.
_NEW_TERMS = (
    "INSERT INTO document_terms SELECT value, {document} FROM json_each(terms_of_name({arguments})) "
    "WHERE value NOT IN (SELECT term FROM document_terms WHERE document = {document});"
)
_OF_DOCUMENT = _NEW_TERMS.format(document="new.id", arguments="new.name, new.title, new.source")
_OF_NAME = _NEW_TERMS.format(document="new.document", arguments="new.name, '', new.source")
_VERSION_11 = f"""
CREATE TABLE document_terms (
    term TEXT NOT NULL, document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (term, document)
) WITHOUT ROWID;
CREATE INDEX document_terms_by_document ON document_terms (document);
INSERT INTO document_terms
    SELECT DISTINCT term.value, one.document FROM (
        SELECT id AS document, name, title, source FROM documents
        UNION ALL SELECT document, name, '', source FROM document_names
    ) one, json_each(terms_of_name(one.name, one.title, one.source)) term;
CREATE TRIGGER document_added AFTER INSERT ON documents BEGIN {_OF_DOCUMENT} END;
CREATE TRIGGER document_renamed AFTER UPDATE OF name, title, source ON documents BEGIN {_OF_DOCUMENT} END;
CREATE TRIGGER name_added AFTER INSERT ON document_names BEGIN {_OF_NAME} END;
CREATE TRIGGER name_changed AFTER UPDATE OF name, source ON document_names BEGIN {_OF_NAME} END;
CREATE INDEX documents_searchable ON documents (created, name, id) WHERE generation <> '' AND source <> '';
CREATE INDEX pages_unread ON pages (page, document)
    WHERE status = 'failed' OR (status = 'pending' AND reason <> '' AND transcript = '');
"""

# Files as they were when they were opened, and the documents that came from each (see `known_files.py`).
_VERSION_12 = """
CREATE TABLE files (source TEXT PRIMARY KEY, stamp TEXT NOT NULL, origins TEXT NOT NULL) WITHOUT ROWID;
"""

# Vectors of tokens and sentences have a shorter format (see `token_vectors.py`); those of before are still read.
_VERSION_13 = ""

# Users see collections. What a collection calls a document, and where it has it from, is its entry's: entries take the
# place of `document_names`, and the words of names are indexed by collection. The reading room's collections, which
# were JSON in `meta`, become collections with entries.
_ENTRY_TERMS = (  # without OR IGNORE: the policy of the statement that fires a trigger is used in its place
    "INSERT INTO document_terms SELECT DISTINCT value, e.document, e.collection FROM entry e "
    "JOIN documents d ON d.id = e.document, json_each(terms_of_name(e.name, d.title, e.source)) WHERE {which} "
    "AND NOT EXISTS (SELECT 1 FROM document_terms t "
    "WHERE t.term = value AND t.document = e.document AND t.collection = e.collection);"
)
_VERSION_14 = f"""
CREATE TABLE collection (id TEXT PRIMARY KEY, name TEXT NOT NULL, personal_of TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO collection VALUES ('default', 'default', '');
CREATE TABLE member (
    collection TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE, who TEXT NOT NULL, role TEXT NOT NULL,
    PRIMARY KEY (collection, who)
) WITHOUT ROWID;
CREATE INDEX member_by_who ON member (who);
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    collection TEXT NOT NULL REFERENCES collection (id), name TEXT NOT NULL, source TEXT NOT NULL,
    added_by TEXT NOT NULL, added REAL NOT NULL, put_from TEXT NOT NULL DEFAULT '',
    UNIQUE (document, collection, source)
);
CREATE INDEX entry_by_source ON entry (source);
CREATE INDEX entry_by_name ON entry (name);
CREATE INDEX entry_by_collection ON entry (collection, document);
INSERT INTO entry (id, document, collection, name, source, added_by, added)
    SELECT n.id, n.document, 'default', n.name, n.source, '', d.created
    FROM document_names n JOIN documents d ON d.id = n.document ORDER BY n.id;
DROP TABLE document_names;

INSERT INTO collection
    SELECT lower(hex(randomblob(6))), CASE lower(key) WHEN 'default' THEN key || ' 2' ELSE key END, ''
    FROM json_each(coalesce((SELECT value FROM meta WHERE key = 'collections'), '{{}}'));
INSERT OR IGNORE INTO entry (document, collection, name, source, added_by, added, put_from)
    SELECT d.id, c.id, d.name, d.source, '', d.created, 'default'
    FROM json_each(coalesce((SELECT value FROM meta WHERE key = 'collections'), '{{}}')) one
    JOIN collection c ON c.name IN (one.key, one.key || ' 2'), json_each(one.value) held
    JOIN documents d ON d.id = held.value AND d.source <> '';
DELETE FROM collection WHERE id <> 'default' AND NOT EXISTS (SELECT 1 FROM entry WHERE collection = collection.id);
DELETE FROM meta WHERE key = 'collections';

CREATE VIRTUAL TABLE unit_places USING fts5vocab ('unit_text', 'instance');

DROP TRIGGER document_added;
DROP TRIGGER document_renamed;
DROP TABLE document_terms;
CREATE TABLE document_terms (
    term TEXT NOT NULL, document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, collection TEXT NOT NULL,
    PRIMARY KEY (term, document, collection)
) WITHOUT ROWID;
CREATE INDEX document_terms_by_document ON document_terms (document, collection);
{_ENTRY_TERMS.format(which="true")}
CREATE TRIGGER entry_added AFTER INSERT ON entry BEGIN {_ENTRY_TERMS.format(which="e.id = new.id")} END;
CREATE TRIGGER entry_renamed AFTER UPDATE OF name, source ON entry BEGIN
    DELETE FROM document_terms WHERE document = new.document AND collection = new.collection;
    {_ENTRY_TERMS.format(which="e.document = new.document AND e.collection = new.collection")}
END;
CREATE TRIGGER entry_deleted AFTER DELETE ON entry BEGIN
    DELETE FROM document_terms WHERE document = old.document AND collection = old.collection;
    {_ENTRY_TERMS.format(which="e.document = old.document AND e.collection = old.collection")}
END;
CREATE TRIGGER document_titled AFTER UPDATE OF title ON documents WHEN new.title <> old.title BEGIN
    {_ENTRY_TERMS.format(which="e.document = new.id")}
END;
"""

# Leases of pages, which several runs may be given to read at once (see `page_leases.py`).
_VERSION_15 = """
CREATE TABLE lease (
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, page INTEGER NOT NULL, owner TEXT NOT NULL,
    until REAL NOT NULL, PRIMARY KEY (document, page)
) WITHOUT ROWID;
CREATE INDEX lease_by_owner ON lease (owner);
"""

# Words of transcripts are stored in columns (see `transcript_rows.py`), which earlier versions cannot read.
_VERSION_16 = ""

MIGRATIONS = (
    _VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4, _VERSION_5, _VERSION_6, _VERSION_7, _VERSION_8, _VERSION_9,
    _VERSION_10, _VERSION_11, _VERSION_12, _VERSION_13, _VERSION_14, _VERSION_15, _VERSION_16,
)  # fmt: skip


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a catalog to the current version, each migration in one transaction.

    Several processes may do so at once: one of them succeeds with each migration, and the others continue after it.

    Raises:
        HomeError: the catalog was written by a newer PageWitness.
    """
    while (version := _version(connection)) != len(MIGRATIONS):
        if version > len(MIGRATIONS):
            raise HomeError(
                f"The catalog is of version {version}, this PageWitness knows versions up to {len(MIGRATIONS)}: "
                "upgrade PageWitness, or name another folder with --home."
            )
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; {MIGRATIONS[version]} PRAGMA user_version = {version + 1}; COMMIT;"
            )
        except sqlite3.OperationalError:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if _version(connection) == version:
                raise


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
