"""Answered requests are stored even if the next one fails, and never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.cli import main
from graph.cli.exit_codes import BAD_INPUT
from graph.context import Context
from graph.errors import ModelError
from tests.conftest import MakePdf
from tests.flows.killed_runs import write_pdf
from tests.wire.gemini_server import Fault, GeminiServer, Reply
from tests.wire.scripted_replies import Model, pages_asked

REFUSED = Fault(403, "the key has no access any more")


def test_pages_of_a_batch_are_kept_when_the_request_for_the_missing_one_fails(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf
) -> None:
    path = make_pdf("four.pdf", *["The tide gauge stands at the old pier."] * 4)
    gemini.script("".join(f'<page number="{n}"><chunk>Text {n}.</chunk></page>' for n in (1, 2, 3)), REFUSED)
    assert main.main(["ingest", str(path)]) == BAD_INPUT
    (document,) = dependencies.stores(Scope.everything()).catalog.documents()
    rows = dependencies.stores(Scope.everything()).catalog.pages(document.id)
    assert [row.status for row in rows] == ["read", "read", "read", "pending"]
    model.pages = "Text {}.".format
    assert main.main(["ingest", str(path)]) == 0
    assert [pages_asked(request) for request in gemini.chats] == [[1, 2, 3, 4], [4], [4]]


@pytest.mark.parametrize(
    "seconds", [pytest.param(0.0, id="answered_before", marks=pytest.mark.slow), pytest.param(0.4, id="answered_after")]
)
def test_pages_asked_for_one_by_one_are_kept_when_the_next_request_fails(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, seconds: float
) -> None:
    path = make_pdf("four.pdf", *["The tide gauge stands at the old pier."] * 4)
    first = Reply('<page number="1"><chunk>Text 1.</chunk></page>', delay=seconds)
    gemini.script(first, REFUSED, *[Reply("Text.", delay=seconds)] * 2)
    with pytest.raises(ModelError, match="403"):
        app.invoke({"sources": [str(path)]}, context=Context(pages_per_request=1))
    (document,) = dependencies.stores(Scope.everything()).catalog.documents()
    asked = [pages_asked(request) for request in gemini.chats]  # the last may not be sent once one is refused
    answered = sorted(page for at, pages in enumerate(asked) for page in pages if at != 1)
    pending = [page for page in (1, 2, 3, 4) if page not in answered]
    rows = dependencies.stores(Scope.everything()).catalog.pages(document.id)
    assert answered, "the first request has its answer"
    assert [row.page for row in rows if row.status == "pending"] == pending
    model.pages = "Text {}.".format
    app.invoke({"sources": [str(path)]}, context=Context(pages_per_request=1))
    again = [page for request in gemini.chats[len(asked) :] for page in pages_asked(request)]
    assert sorted(again) == pending


@pytest.mark.parametrize(
    "seconds", [pytest.param(0.0, id="answered_before", marks=pytest.mark.slow), pytest.param(0.4, id="answered_after")]
)
def test_vectors_are_kept_when_the_next_request_for_some_fails(
    model: Model, gemini: GeminiServer, tmp_path: Path, seconds: float
) -> None:
    path = write_pdf(tmp_path / "long.pdf", "Seed", pages=6)
    words = {page: " ".join(f"word{page}x{n} is {n}." for n in range(900)) for page in range(1, 7)}
    model.pages = words.__getitem__
    gemini.script(Reply(delay=seconds), REFUSED, on="embed")
    assert main.main(["ingest", str(path)]) == BAD_INPUT
    answered = {text for at, request in enumerate(gemini.embeddings) if at != 1 for text in request.texts}
    gemini.requests.clear()
    assert main.main(["ingest", str(path)]) == 0
    again = [text for request in gemini.embeddings for text in request.texts]
    assert answered
    assert again
    assert not set(again) & answered
    assert gemini.chats == []
