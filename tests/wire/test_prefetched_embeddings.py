"""Embedding of the first pages of a long document while the rest is read; no vector is requested twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.context import Context
from graph.errors import ModelError
from tests.flows.killed_runs import transcribe, write_pdf
from tests.wire.gemini_quota import Quota
from tests.wire.gemini_server import Answer, Fault, GeminiServer, Recorded
from tests.wire.scripted_replies import Model, kind, pages_asked

PAGES = 20
AT_LEAST_S, PATIENCE = 5.0, 5  # seconds, and times what the run took until the last page was asked for
REFUSED = Fault(403, "the key has no access any more")
Reply = Callable[[Recorded], Answer]


def read_on(path: Path) -> dict[str, Any]:
    report: dict[str, Any] = app.invoke({"sources": [str(path)]}, context=Context(dpi=50))["report"]
    return report


def reading(model: Model, last: Reply) -> Reply:
    """The model, which reads what the file's text layer says; `last` answers for the last page, at its own time."""

    def reply(request: Recorded) -> Answer:
        if kind(request) != "read" or not request.images:
            return model(request)
        return last(request) if PAGES in pages_asked(request) else transcribe(request)

    return reply


def when(gemini: GeminiServer, true: Callable[[], bool], answer: Reply) -> Reply:
    """The answer once a condition is true; if that takes too long, an error that ends the run at once.

    Too long is measured by what the run took so far, so that it does not depend on the load of the machine.
    """

    def reply(request: Recorded) -> Answer:
        now = time.monotonic()
        end = now + AT_LEAST_S + PATIENCE * (now - gemini.requests[0].started)
        while not true():
            if time.monotonic() > end:
                return Fault(403, "the condition did not become true while the last page was read")
            time.sleep(0.02)
        return answer(request)

    return reply


def embedded(gemini: GeminiServer) -> list[str]:
    return [text for request in gemini.embeddings if request.finished for text in request.texts]


def vectors_kept() -> int:
    stores = dependencies.stores(Scope.everything())
    return sum(len(stores.vectors.stored_ids(stores.catalog.chunk_ids(row.id))) for row in stores.catalog.documents())


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pdf(tmp_path_factory.mktemp("paper") / "long.pdf", "Seed", pages=PAGES)


def test_chunks_are_embedded_while_the_last_page_is_read(model: Model, gemini: GeminiServer, paper: Path) -> None:
    gemini.reply = reading(model, when(gemini, lambda: len(embedded(gemini)) >= 64, transcribe))
    report = read_on(paper)
    (document,) = report["documents"]
    texts = embedded(gemini)
    assert document["status"] == "complete"
    assert len(texts) == len(set(texts)) == document["chunks"] == vectors_kept()
    assert report["usage"]["requests"] == len(gemini.requests)


@pytest.mark.slow
def test_vectors_of_a_run_that_ends_early_are_kept(model: Model, gemini: GeminiServer, paper: Path) -> None:
    gemini.reply = reading(model, when(gemini, lambda: len(embedded(gemini)) >= 64, lambda request: REFUSED))
    with pytest.raises(ModelError, match="403"):
        read_on(paper)
    before = set(embedded(gemini))
    gemini.requests.clear()
    gemini.reply = reading(model, transcribe)
    (document,) = read_on(paper)["documents"]
    assert [pages_asked(request) for request in gemini.chats] == [[17, 18, 19, 20]]
    assert before
    assert not before & set(embedded(gemini))
    assert document["chunks"] == vectors_kept() == len(before) + len(embedded(gemini))


def test_a_failed_prefetch_does_not_stop_the_reading(model: Model, gemini: GeminiServer, paper: Path) -> None:
    gemini.fail_next(REFUSED, on="embed")
    gemini.reply = reading(
        model, when(gemini, lambda: any(request.finished for request in gemini.embeddings), transcribe)
    )
    (document,) = read_on(paper)["documents"]
    assert document["status"] == "complete"
    assert document["chunks"] == vectors_kept()


def test_a_chunk_that_changes_after_the_last_page_is_embedded_again(
    model: Model, gemini: GeminiServer, paper: Path
) -> None:
    """A heading over 4 of the first 16 pages may be one; over 8 of 20 it is a running header, and is left out."""

    def headed(request: Recorded) -> str:
        named = min(pages_asked(request)) in (1, 17)
        return transcribe(request).replace("<chunk>", "<chunk># Harbour notes\n\n") if named else transcribe(request)

    early = when(gemini, lambda: len(embedded(gemini)) >= 64, headed)

    def reply(request: Recorded) -> Answer:
        if kind(request) != "read" or not request.images:
            return model(request)
        return early(request) if PAGES in pages_asked(request) else headed(request)

    gemini.reply = reply
    (document,) = read_on(paper)["documents"]
    stores, texts = dependencies.stores(Scope.everything()), embedded(gemini)
    rows = stores.catalog.chunks(stores.catalog.chunk_ids(document["id"]))
    assert any("Harbour notes" in text for text in texts)
    assert not any("Harbour notes" in (*row.headings, row.text) for row in rows)
    assert all(any(text.endswith(" ".join([*row.headings, row.text])) for text in texts) for row in rows)
    assert len(texts) > len(rows) == vectors_kept()


def test_indexed_chunks_are_not_embedded_again_while_pages_wait_for_the_next_day(
    model: Model, gemini: GeminiServer, paper: Path
) -> None:
    gemini.reply = reading(model, transcribe)
    gemini.quota = Quota(per_day=4)
    assert read_on(paper)["unfinished"]["pages"] == 4
    assert len(embedded(gemini)) == vectors_kept() > 64
    gemini.requests.clear()
    assert read_on(paper)["unfinished"]["pages"] == 4
    assert gemini.requests == []
