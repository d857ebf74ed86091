"""Thirty in a hundred requests fail in different ways; no page is lost, and each has a status and a reason.

One seed and 60 pages in the ordinary suite. Ten seeds and 200 pages each, in about five minutes, with

    python -m pytest -m slow tests/wire/test_random_faults.py
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from graph import dependencies
from graph.access import Scope
from graph.context import Context
from graph.engines.llm import factory, page_reader
from graph.engines.requests.retry import RetryPolicy
from graph.ingestion.graph import app as ingestion
from graph.storage.rows import PageRow
from loaders.types import PASSING
from tests.conftest import MakePdf
from tests.wire.gemini_server import GeminiServer
from tests.wire.random_faults import REASONS, RandomFaults, page_text

SEEDS = [
    pytest.param(0, 60),
    *(pytest.param(seed, 200, marks=pytest.mark.slow) for seed in range(1, 11)),
]


@pytest.fixture
def hurried(gemini: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The application with a key and the usual number of retries; only its waits are short."""
    monkeypatch.setenv("GOOGLE_API_KEY", "test")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.url)
    monkeypatch.setattr(page_reader, "READING_TIMEOUT_S", 3.0)
    monkeypatch.setattr(page_reader, "READING_TIMEOUT_PER_PAGE_S", 0.0)
    short = partial(factory.build_client, retry_policy=RetryPolicy(first_wait_s=0.05))
    monkeypatch.setattr(factory, "build_client", short)
    yield
    dependencies._engine_and_embedder.cache_clear()


def half_scanned(path: Path) -> Path:
    """The same file with every odd page as an image."""
    document: Any = pymupdf.open(path)
    for page in list(document)[::2]:
        picture = page.get_pixmap(dpi=50)
        page.add_redact_annot(page.rect)
        page.apply_redactions()
        page.insert_image(page.rect, pixmap=picture)
    document.saveIncr()
    document.close()
    return path


def ingest(source: str) -> dict[str, Any]:
    return dict(ingestion.invoke({"sources": [source]}, context=Context(dpi=50))["report"])


def rows() -> list[PageRow]:
    catalog = dependencies.stores(Scope.everything()).catalog
    return catalog.pages(catalog.documents()[0].id)


def stored() -> dict[int, str]:
    catalog = dependencies.stores(Scope.everything()).catalog
    found = catalog.transcripts(catalog.documents()[0].id)
    return {page: " ".join(transcript.markdown.split()) for page, transcript in found.items()}


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(("seed", "pages"), SEEDS)
def test_after_random_faults_every_page_is_read_or_has_a_reason(
    seed: int, pages: int, gemini: GeminiServer, make_pdf: MakePdf
) -> None:
    book = str(half_scanned(make_pdf("book.pdf", *map(page_text, range(1, pages + 1)))))
    storm = gemini.reply = RandomFaults(seed)
    report = ingest(book)
    ledger, texts = rows(), stored()
    statuses = Counter(row.status for row in ledger)
    print(f"seed {seed}: {dict(statuses)} in {len(gemini.chats)} requests, {dict(storm.met)}")
    for row in ledger:
        met = storm.last[row.page]
        if not met:
            assert (row.status, row.reason, texts[row.page]) == ("read", "", page_text(row.page))
        else:
            # Only even pages have a text layer, and OCR may find nothing on an odd one.
            read_otherwise = {"fallback"} | ({"failed"} if row.page % 2 else set())
            assert row.status in ({"pending"} if row.reason in PASSING else read_otherwise)
            assert row.reason in REASONS[met], (row.page, met)
        # A request on a connection that is just being reset is an attempt of which the service knows nothing.
        assert 0 <= row.attempts - storm.tries[row.page] <= storm.met["reset"]
        assert row.seconds > 0
    asked = sum(row.requests for row in ledger)
    assert 0 <= asked - len(gemini.chats) <= storm.met["reset"]
    assert report["usage"]["requests"] == asked + len(gemini.embeddings)
    assert len(report["documents"][0]["failures"]) == statuses["failed"] + statuses["pending"]

    storm.calm()
    before = len(gemini.chats)
    ingest(book)
    assert all(row.status in ("read", "fallback") for row in rows())
    assert len(gemini.chats) - before <= statuses["failed"] + statuses["pending"]
