"""The implementations of storage under test. Another one joins the contract by another entry here.

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
from typing import TYPE_CHECKING

import pytest

from graph.storage.base import Catalog, VectorIndex
from graph.storage.catalog import SqliteCatalog
from graph.storage.vectors import ChromaVectors
from tests.postgres import drop_database, new_database

if TYPE_CHECKING:
    from graph.storage.postgres.database import Database

_IMPLEMENTATIONS = ("embedded", "postgres")
_EMPTY = "TRUNCATE documents, document_terms, transcripts, meta, files, requests, units, unit_terms CASCADE"


@pytest.fixture(scope="module")
def _shared_database() -> Iterator[Database]:
    url = new_database()
    from graph.storage.postgres.database import Database

    with closing(Database(url)) as database:
        yield database
    drop_database(url)


@pytest.fixture
def database(_shared_database: Database) -> Iterator[Database]:
    """An empty Postgres database with the tables of the current version."""
    yield _shared_database
    from graph.storage.postgres.vectors import PostgresVectors

    with _shared_database.writing(alone=False) as transaction:
        transaction.execute(_EMPTY)
    for table in ("chunk_vectors", "page_vectors"):
        PostgresVectors(_shared_database, table).reset("")


@pytest.fixture(params=_IMPLEMENTATIONS)
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalog]:
    if request.param == "embedded":
        with closing(SqliteCatalog(tmp_path / SqliteCatalog.FILE_NAME)) as catalog:
            yield catalog
    else:
        database = request.getfixturevalue("database")
        from graph.storage.postgres.catalog import PostgresCatalog

        yield PostgresCatalog(database)


@pytest.fixture(params=_IMPLEMENTATIONS)
def empty_index(request: pytest.FixtureRequest, tmp_path: Path) -> VectorIndex:
    """A vector index that has no embedder yet."""
    if request.param == "embedded":
        return ChromaVectors(tmp_path / "vectors")
    database = request.getfixturevalue("database")
    from graph.storage.postgres.vectors import PostgresVectors

    return PostgresVectors(database)


@pytest.fixture
def again(empty_index: VectorIndex, tmp_path: Path) -> Callable[[], VectorIndex]:
    """What opens the same index once more, as another process would."""
    if isinstance(empty_index, ChromaVectors):
        return lambda: ChromaVectors(tmp_path / "vectors")
    return lambda: type(empty_index)(empty_index._db)  # type: ignore[call-arg,attr-defined]
