"""Fixtures of the storage implementations under test; a new one joins the contract tests by an entry here.

Every test that takes `catalog` runs with each catalog: `test_document_store.py`, `test_page_ledger.py`,
`test_transcript_store.py`, `test_chunk_store.py`, `test_full_text_index.py`, `test_token_vector_store.py`,
`test_request_counter.py` and `test_meta_store.py` are the contracts of the protocols in `graph/storage/base.py`;
every test that takes `index` runs with each vector index (`test_vectors.py`). Those in Postgres have a database for
each file of tests, which is emptied after each test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from graph.storage.base import Catalog, VectorIndex
from graph.storage.catalog import SqliteCatalog
from graph.storage.scoped import ScopedCatalog, ScopedVectors
from graph.storage.vectors import ChromaVectors
from tests.libraries import whole, whole_index
from tests.postgres import drop_database, new_database

if TYPE_CHECKING:
    from graph.storage.postgres.database import Database

_IMPLEMENTATIONS = ("embedded", "postgres")
_EMPTY = (
    "TRUNCATE documents, entry, member, document_terms, transcripts, meta, files, requests, units, unit_terms CASCADE"
)


@pytest.fixture(scope="module")
def _shared_database() -> Iterator[Database]:
    url = new_database()
    from graph.storage.postgres.database import Database

    with closing(Database(url)) as database:
        yield database
    drop_database(url)


@pytest.fixture
def new() -> Iterator[str]:
    """The address of a database without tables."""
    url = new_database()
    yield url
    drop_database(url)


def empty(database: Database) -> None:
    """Delete all documents, and all collections but the first."""
    with database.writing(alone=False) as transaction:
        transaction.execute(_EMPTY)
        transaction.execute("DELETE FROM collection WHERE id <> 'default'")


@pytest.fixture
def database(_shared_database: Database) -> Iterator[Database]:
    """An empty Postgres database with the tables of the current version."""
    yield _shared_database
    from graph.storage.postgres.vectors import PostgresVectors

    empty(_shared_database)
    for table in ("chunk_vectors", "page_vectors"):
        PostgresVectors(_shared_database, table).reset("")


@pytest.fixture(params=_IMPLEMENTATIONS)
def scoped_catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ScopedCatalog]:
    if request.param == "embedded":
        with closing(SqliteCatalog(tmp_path / SqliteCatalog.FILE_NAME)) as catalog:
            yield catalog
    else:
        database = request.getfixturevalue("database")
        from graph.storage.postgres.catalog import PostgresCatalog

        yield PostgresCatalog(database)


@pytest.fixture
def catalog(scoped_catalog: ScopedCatalog) -> Catalog:
    """The catalog as the one local user sees it."""
    return whole(scoped_catalog)


class OpenIndex(NamedTuple):
    """A vector index that has no embedder yet, with the catalog that knows its documents."""

    vectors: ScopedVectors
    again: Callable[[], ScopedVectors]
    """Opens the same index once more, as another process would."""


@pytest.fixture
def scoped_index(request: pytest.FixtureRequest, scoped_catalog: ScopedCatalog, tmp_path: Path) -> OpenIndex:
    if isinstance(scoped_catalog, SqliteCatalog):
        folder = tmp_path / "vectors"
        return OpenIndex(ChromaVectors(folder, entries=scoped_catalog), lambda: ChromaVectors(folder))
    database = request.getfixturevalue("database")
    from graph.storage.postgres.vectors import PostgresVectors

    return OpenIndex(PostgresVectors(database), lambda: PostgresVectors(database))


@pytest.fixture
def empty_index(scoped_index: OpenIndex) -> VectorIndex:
    """The vector index as the one local user sees it; it has no embedder yet."""
    return whole_index(scoped_index.vectors)


@pytest.fixture
def again(scoped_index: OpenIndex) -> Callable[[], VectorIndex]:
    """A function that opens the same index once more, as another process would."""
    return lambda: whole_index(scoped_index.again())
