"""Memory does not grow with the length of a document; `python -m tests.benchmarks.ingestion_memory` for more."""

from __future__ import annotations

import pytest

from tests.benchmarks.ingestion_memory import LIMIT, measure


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["llm", "offline"])
def test_a_long_document_takes_no_more_memory_than_a_short_one(engine: str) -> None:
    short, long = (measure(pages, engine).megabytes for pages in (50, 400))
    assert long <= LIMIT * short
