"""Several documents in one run: each can be asked about as soon as it is read."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from graph import dependencies
from graph.access import Scope
from graph.cli import main
from graph.cli.exit_codes import BAD_INPUT
from tests.conftest import MakePdf
from tests.wire.gemini_server import Answer, Fault, GeminiServer, Recorded
from tests.wire.scripted_replies import Model, kind

SECONDS = 300.0
LATER = 0.5
"""Long enough for a run that gives up to have given up before the slow page is answered."""
REFUSED = Fault(403, "the key has no access any more")
QUICK, SLOW = "The tide gauge stands at the old pier.", "The lighthouse was painted white in spring."


def waiting(model: Model, until: Callable[[], bool], met: list[bool]) -> Callable[[Recorded], Answer]:
    """The model, which reads the slow document only once something is so; `met` says whether it came to be."""

    def reply(request: Recorded) -> Answer:
        if request.images and kind(request) == "read" and SLOW in request.prompt:
            end = time.monotonic() + SECONDS
            while not until() and time.monotonic() < end:
                time.sleep(0.02)
            met.append(until())
            time.sleep(LATER)
        return model(request)

    return reply


def shown() -> list[str]:
    """The names of the documents that questions can see."""
    catalog = dependencies.stores(Scope.everything()).catalog
    return sorted(row.name for row in catalog.documents() if catalog.chunk_ids(row.id))


def statuses() -> list[str]:
    catalog = dependencies.stores(Scope.everything()).catalog
    return [page.status for row in catalog.documents() for page in catalog.pages(row.id)]


def test_a_document_is_ready_while_another_is_read(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    quick, slow = make_pdf("quick.pdf", QUICK), make_pdf("slow.pdf", SLOW)
    met: list[bool] = []
    gemini.reply = waiting(model, lambda: shown() == ["quick.pdf"], met)
    assert main.main(["ingest", str(quick), str(slow)]) == 0
    assert met == [True]
    assert shown() == ["quick.pdf", "slow.pdf"]
    texts = [text for request in gemini.embeddings for text in request.texts]
    assert len(texts) == len(set(texts)) == 2, "what was indexed early is not paid for again"
    assert f"{len(gemini.requests)} requests" in capsys.readouterr().out


def test_a_document_that_cannot_be_indexed_yet_does_not_stop_the_reading(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(make_pdf("quick.pdf", QUICK)), str(make_pdf("slow.pdf", SLOW))]
    met: list[bool] = []
    gemini.reply = waiting(model, lambda: any(request.finished for request in gemini.embeddings), met)
    gemini.fail_next(REFUSED, times=2, on="embed")
    assert main.main(["ingest", *paths]) == BAD_INPUT
    assert "403" in capsys.readouterr().err
    assert met == [True]
    assert statuses() == ["read", "read"]
    gemini.requests.clear()
    assert main.main(["ingest", *paths]) == 0
    assert gemini.chats == []
    assert shown() == ["quick.pdf", "slow.pdf"]
