"""The implementations of storage under test. Another one joins the contract by another entry here.

Every test that takes `catalog` runs with each implementation: `test_document_store.py`, `test_page_ledger.py`,
`test_transcript_store.py`, `test_chunk_store.py`, `test_full_text_index.py`, `test_token_vector_store.py`,
`test_request_counter.py` and `test_meta_store.py` are the contracts of the protocols in `graph/storage/base.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.storage.base import Catalog
from graph.storage.catalog import SqliteCatalog


def sqlite(folder: Path) -> Catalog:
    return SqliteCatalog(folder / SqliteCatalog.FILE_NAME)


CATALOGS: list[Callable[[Path], Catalog]] = [sqlite]


@pytest.fixture(params=CATALOGS, ids=lambda build: build.__name__)
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalog]:
    catalog: Catalog = request.param(tmp_path)
    yield catalog
    catalog.close()
