"""Whose fault it was: torn bodies are sent again, useless vectors refused, unread pages named where they count."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import pytest

from graph import dependencies
from graph.access import Scope
from graph.cli import main
from graph.errors import ModelError
from tests.wire.gemini_server import Fault, GeminiServer, Reply
from tests.wire.scripted_replies import QUESTION, TRUE, Model, ask, kinds

SIZE = 768


def lose_page_4() -> None:
    """Record that a page of the library could not be read."""
    catalog = dependencies.stores(Scope.everything()).catalog
    (document,) = catalog.documents()
    (row,) = catalog.pages(document.id, [4])
    catalog.record_page(replace(row, status="failed", reason="blocked"))


@pytest.mark.parametrize("torn", [Reply(cut=True), pytest.param(Fault(reset=True), marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("on", "steps"),
    [("embed", 0), ("chat", 0), ("chat", 1), ("chat", 2)],
    ids=["embedding", "grade", "answer", "check"],
)
def test_a_torn_body_is_sent_again(
    library: Model,
    gemini: GeminiServer,
    monkeypatch: pytest.MonkeyPatch,
    torn: Reply | Fault,
    on: Literal["chat", "embed"],
    steps: int,
) -> None:
    monkeypatch.setenv("PAGEWITNESS_CHECK_CLAIMS", "on")
    library.claims = [TRUE]
    gemini.script(*[None] * steps, torn, on=on)
    output = ask()
    assert (output["verdict"], output["notes"]) == ("proven", [])
    sent = ["embed", "grade", "answer", "check"]
    at = 0 if on == "embed" else steps + 1
    assert kinds(gemini) == [*sent[: at + 1], *sent[at:]]
    if isinstance(torn, Reply):  # the embedding client's transport repeats a connection that was reset by itself
        assert output["usage"]["requests"] == 5


@pytest.mark.parametrize(
    ("vector", "said"),
    [
        ([math.nan] * SIZE, "gemini-embedding-2 returned a vector that is not a number"),
        ([1.0] * (SIZE - 1) + [math.inf], "gemini-embedding-2 returned a vector that is not a number"),
        ([0.0] * SIZE, "gemini-embedding-2 returned a vector of zeros"),
        ([1.0] * 12, "gemini-embedding-2 returns vectors of length 12, not 768"),
    ],
    ids=["NaN", "infinite", "zeros", "wrong size"],
)
def test_a_vector_that_finds_nothing_is_refused_by_name(
    library: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str], vector: Sequence[float], said: str
) -> None:
    useless = Reply(vector=tuple(vector))
    gemini.script(useless, useless, on="embed")
    with pytest.raises(ModelError, match=said):
        ask()
    assert main.main(["ask", QUESTION, "--json"]) == 2
    printed = "".join(capsys.readouterr())
    assert said in printed
    assert "PAGEWITNESS_EMBEDDING_MODEL" in printed
    assert "chat" not in kinds(gemini)


def test_an_unread_page_is_blamed_only_where_it_could_hold_the_answer(copied: Model, gemini: GeminiServer) -> None:
    lose_page_4()
    copied.relevant = lambda text: False
    near = ask("How long did the fog last at the observatory?", max_rewrites=0)
    assert (near["refused"], near["reason"]) == (True, "page_unreadable")
    far = ask("Which yeast makes sourdough bread rise?", max_rewrites=0)
    assert (far["refused"], far["reason"]) == (True, "nothing_relevant")
    assert [note["kind"] for note in far["notes"]] == ["pages_unread"], "it is said all the same"


def test_a_model_that_fails_is_not_the_fault_of_unread_pages(copied: Model, gemini: GeminiServer) -> None:
    lose_page_4()
    copied.instead = {"answer": Reply("", "SAFETY")}
    assert ask()["reason"] == "model_failed"


def test_json_of_a_failed_model_says_so(library: Model, capsys: pytest.CaptureFixture[str]) -> None:
    library.instead = {"answer": "I think it was Carrow."}
    assert main.main(["ask", QUESTION, "--json"]) == 2
    output = json.loads(capsys.readouterr().out)
    assert (output["refused"], output["verdict"], output["reason"]) == (True, "refused", "model_failed")
