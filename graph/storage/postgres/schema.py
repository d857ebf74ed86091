"""The tables in Postgres, made in numbered steps. A new version appends to STEPS; released ones are never edited.

The tables of the catalog are those of SQLite (`graph.storage.schema`), with what only Postgres can do: words of units
as `tsvector`, counts of words updated in the same transaction, and vectors that are deleted with their chunk. Texts are
compared by their bytes, as in SQLite.
"""

from __future__ import annotations

import psycopg

from graph.errors import HomeError

WRITING, _MIGRATING = 7_243_001, 7_243_002
"""Keys of the advisory locks of write transactions and of changes of the tables."""
ALL_WORDS = " "
"""The term of `unit_terms` that stands for the words of all units together; no word is equal to it."""

_DOCUMENTS = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE documents (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
    pages INTEGER NOT NULL, size BIGINT NOT NULL, generation TEXT NOT NULL, created FLOAT8 NOT NULL,
    file_title TEXT NOT NULL DEFAULT '', authors TEXT NOT NULL DEFAULT '', date TEXT NOT NULL DEFAULT '',
    decimal TEXT NOT NULL DEFAULT ''
);
CREATE INDEX documents_by_name ON documents USING hash (name);
CREATE INDEX documents_searchable ON documents (created, name, id) WHERE generation <> '' AND source <> '';

CREATE TABLE collection (id TEXT PRIMARY KEY, name TEXT NOT NULL, personal_of TEXT NOT NULL);
INSERT INTO collection VALUES ('default', 'default', '');
CREATE TABLE member (
    collection TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE, who TEXT NOT NULL, role TEXT NOT NULL,
    PRIMARY KEY (collection, who)
);
CREATE INDEX member_by_who ON member (who);
CREATE TABLE entry (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    collection TEXT NOT NULL REFERENCES collection (id), name TEXT NOT NULL, source TEXT NOT NULL,
    added_by TEXT NOT NULL, added FLOAT8 NOT NULL, put_from TEXT NOT NULL DEFAULT '',
    UNIQUE (document, collection, source)
);
CREATE INDEX entry_by_source ON entry USING hash (source);
CREATE INDEX entry_by_name ON entry USING hash (name);
CREATE INDEX entry_by_collection ON entry (collection, document);

-- Terms are equal or not, and may be longer than what an ordered index takes.
CREATE TABLE document_terms (
    term TEXT NOT NULL, document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, collection TEXT NOT NULL
);
CREATE INDEX document_terms_by_term ON document_terms USING hash (term);
CREATE INDEX document_terms_by_document ON document_terms (document, collection);

-- Entries whose terms the same transaction still has to write: `terms_of_name` is Python's.
CREATE TABLE names_to_index (document TEXT NOT NULL, collection TEXT NOT NULL);
CREATE FUNCTION list_titled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO names_to_index SELECT document, collection FROM entry WHERE document = new.id;
    RETURN NULL;
END $$;
CREATE FUNCTION list_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO names_to_index VALUES (old.document, old.collection);
    ELSE
        INSERT INTO names_to_index VALUES (new.document, new.collection);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER document_titled AFTER UPDATE OF title ON documents
    FOR EACH ROW EXECUTE FUNCTION list_titled();
CREATE TRIGGER entry_changed AFTER INSERT OR DELETE OR UPDATE OF name, source ON entry
    FOR EACH ROW EXECUTE FUNCTION list_entry();

CREATE TABLE transcripts (key TEXT PRIMARY KEY, blocks TEXT NOT NULL, words BYTEA NOT NULL);
ALTER TABLE transcripts ALTER COLUMN words SET STORAGE EXTERNAL; -- compressed already

CREATE TABLE pages (
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, page INTEGER NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, attempts INTEGER NOT NULL,
    engine TEXT NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL,
    requests INTEGER NOT NULL, input_tokens BIGINT NOT NULL, output_tokens BIGINT NOT NULL, seconds FLOAT8 NOT NULL,
    image TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    ink FLOAT8 NOT NULL, legible BOOLEAN NOT NULL, transcript TEXT NOT NULL,
    file_label TEXT NOT NULL DEFAULT '', printed_label TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (document, page)
);
CREATE INDEX pages_by_image ON pages (image);
CREATE INDEX pages_by_transcript ON pages (transcript);
CREATE INDEX pages_unread ON pages (page, document)
    WHERE status = 'failed' OR (status = 'pending' AND reason <> '' AND transcript = '');

CREATE TABLE files (source TEXT PRIMARY KEY, stamp TEXT NOT NULL, origins TEXT NOT NULL);

CREATE TABLE requests (
    account TEXT NOT NULL, model TEXT NOT NULL, day TEXT NOT NULL, sent INTEGER NOT NULL,
    PRIMARY KEY (account, model, day)
);
"""

_CHUNKS = """
CREATE TABLE chunks (
    id TEXT PRIMARY KEY, document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    generation TEXT NOT NULL, ordinal INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, pages TEXT NOT NULL,
    headings TEXT NOT NULL, sentences TEXT NOT NULL
);
CREATE INDEX chunks_by_document ON chunks (document, generation, ordinal);

CREATE TABLE vectors_ahead (
    passage TEXT PRIMARY KEY, document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, vector BYTEA NOT NULL
);
CREATE INDEX vectors_ahead_by_document ON vectors_ahead (document);

-- Their bytes do not compress, and uncompressed ones can be read in part.
CREATE TABLE token_vectors (
    chunk TEXT PRIMARY KEY REFERENCES chunks (id) ON DELETE CASCADE, vectors BYTEA NOT NULL
);
ALTER TABLE token_vectors ALTER COLUMN vectors SET STORAGE EXTERNAL;
CREATE TABLE multilingual_vectors (
    chunk TEXT PRIMARY KEY REFERENCES chunks (id) ON DELETE CASCADE, vectors BYTEA NOT NULL
);
ALTER TABLE multilingual_vectors ALTER COLUMN vectors SET STORAGE EXTERNAL;

CREATE TABLE units (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chunk TEXT NOT NULL REFERENCES chunks (id) ON DELETE CASCADE, document TEXT NOT NULL, words TSVECTOR NOT NULL
);
CREATE INDEX units_by_chunk ON units (chunk);
CREATE INDEX units_by_document ON units (document);
CREATE INDEX units_by_word ON units USING gin (words);

-- In how many units each word occurs; the empty word stands for all units.
CREATE TABLE unit_terms (term TEXT PRIMARY KEY, doc BIGINT NOT NULL) WITH (fillfactor = 80);
CREATE FUNCTION count_units() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sign INTEGER := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
BEGIN
    INSERT INTO unit_terms AS known (term, doc)
        SELECT word, sign * count(*) FROM changed, unnest(tsvector_to_array(words) || ARRAY['']) word
        GROUP BY word ORDER BY word
        ON CONFLICT (term) DO UPDATE SET doc = known.doc + excluded.doc;
    IF sign < 0 THEN
        DELETE FROM unit_terms USING (
            SELECT DISTINCT unnest(tsvector_to_array(words)) AS word FROM changed
        ) gone WHERE term = gone.word AND doc <= 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER units_added AFTER INSERT ON units REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_units();
CREATE TRIGGER units_deleted AFTER DELETE ON units REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_units();
"""

# The dimensions of the columns are set with the first vectors, when their index is made too (see `vectors.py`).
_VECTORS = """
CREATE TABLE embedders (index TEXT PRIMARY KEY, embedder TEXT NOT NULL, dimensions INTEGER NOT NULL);
INSERT INTO embedders VALUES ('chunk_vectors', '', 0), ('page_vectors', '', 0);
CREATE TABLE chunk_vectors (
    id TEXT PRIMARY KEY, chunk TEXT NOT NULL, document TEXT NOT NULL, generation TEXT NOT NULL, vector HALFVEC NOT NULL
);
CREATE TABLE page_vectors (LIKE chunk_vectors INCLUDING INDEXES);
CREATE INDEX chunk_vectors_by_chunk ON chunk_vectors (chunk);
CREATE INDEX page_vectors_by_chunk ON page_vectors (chunk);
CREATE INDEX chunk_vectors_by_document ON chunk_vectors (document);
CREATE INDEX page_vectors_by_document ON page_vectors (document);
CREATE FUNCTION delete_vectors() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM chunk_vectors USING gone WHERE chunk = gone.id;
    DELETE FROM page_vectors USING gone WHERE chunk = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER chunks_deleted AFTER DELETE ON chunks REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION delete_vectors();
"""

_LEASES = """
CREATE TABLE lease (
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, page INTEGER NOT NULL, owner TEXT NOT NULL,
    until FLOAT8 NOT NULL, PRIMARY KEY (document, page)
);
CREATE INDEX lease_by_owner ON lease (owner);
"""

# For the mean length of units, by which a long one is ranked lower. In its binary form a word has two bytes for each
# time that it occurs, which `strip` leaves out: 50 microseconds a unit, where to unnest the words takes 70 to 150.
_LENGTHS = """
CREATE FUNCTION words_of(words TSVECTOR) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS $$
    SELECT (octet_length(tsvectorsend(words)) - octet_length(tsvectorsend(strip(words)))) / 2
$$;
LOCK TABLE units IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO unit_terms SELECT ' ', coalesce(sum(words_of(words)), 0) FROM units;
CREATE OR REPLACE FUNCTION count_units() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sign INTEGER := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
BEGIN
    INSERT INTO unit_terms AS known (term, doc)
        SELECT * FROM (
            SELECT word, sign * count(*) FROM changed, unnest(tsvector_to_array(words) || ARRAY['']) word GROUP BY word
            UNION ALL SELECT ' ', sign * coalesce(sum(words_of(words)), 0) FROM changed
        ) counted (term, doc) ORDER BY term
        ON CONFLICT (term) DO UPDATE SET doc = known.doc + excluded.doc;
    IF sign < 0 THEN
        DELETE FROM unit_terms USING (
            SELECT DISTINCT unnest(tsvector_to_array(words)) AS word FROM changed
        ) gone WHERE term = gone.word AND doc <= 0;
    END IF;
    RETURN NULL;
END $$;
"""

# Vectors are locked in the order of their ids, in which `PostgresVectors` writes them too: a process that had lost its
# lease, and went on storing, and one that published other chunks waited for each other, and one of them failed.
_ORDER = """
CREATE OR REPLACE FUNCTION delete_vectors() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM 1 FROM chunk_vectors v JOIN gone ON v.chunk = gone.id ORDER BY v.id FOR UPDATE OF v;
    PERFORM 1 FROM page_vectors v JOIN gone ON v.chunk = gone.id ORDER BY v.id FOR UPDATE OF v;
    DELETE FROM chunk_vectors USING gone WHERE chunk = gone.id;
    DELETE FROM page_vectors USING gone WHERE chunk = gone.id;
    RETURN NULL;
END $$;
"""

# Words of transcripts are stored in columns (see `transcript_rows.py`), which earlier versions cannot read.
_WORDS = ""

STEPS = (_DOCUMENTS, _CHUNKS, _VECTORS, _LEASES, _LENGTHS, _ORDER, _WORDS)


def migrate(connection: psycopg.Connection, place: str) -> None:
    """Bring the tables to the current version, each step in one transaction; other processes wait meanwhile.

    Args:
        connection: A connection outside of a transaction.
        place: The database's address without its password, and the setting that holds it.

    Raises:
        HomeError: the tables were made by a newer PageWitness, or the extension `vector` is missing.
    """
    done = False
    while not done:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_MIGRATING])
            version = _version(connection, place)
            if version < len(STEPS):
                connection.execute(STEPS[version].replace(" TEXT", ' TEXT COLLATE "C"').encode())
                connection.execute("UPDATE pagewitness SET version = %s", [version + 1])
            done = version + 1 >= len(STEPS)


def _version(connection: psycopg.Connection, place: str) -> int:
    """Return how many steps were applied; create the table that stores this, and the extension, if they are missing."""
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except (psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile) as error:
        raise HomeError(
            f"The database {place} has no extension `vector`: install pgvector 0.8 or later on its server."
        ) from error
    connection.execute("CREATE TABLE IF NOT EXISTS pagewitness (version INTEGER NOT NULL)")
    row = connection.execute("SELECT version FROM pagewitness").fetchone()
    if row is None:
        connection.execute("INSERT INTO pagewitness VALUES (0)")
    version: int = row[0] if row else 0
    if version > len(STEPS):
        raise HomeError(
            f"The tables in {place} are of version {version}, this PageWitness knows "
            f"versions up to {len(STEPS)}: upgrade PageWitness, or name another database."
        )
    return version
