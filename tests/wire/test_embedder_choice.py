"""The embedder is chosen apart from the engine: each engine works with vectors of a model and with the offline ones."""

from __future__ import annotations

from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.context import Context
from graph.settings import settings
from tests.conftest import MakePdf
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import Model, claim, kinds

QUESTION = "How tall is the lighthouse of Skerry?"
TEXTS = (
    "The lighthouse of Skerry is 31 metres tall. It was lit in 1911.",
    "The keeper's garden holds potatoes and kale.",
)


def run(make_pdf: MakePdf, **context: Any) -> dict[str, Any]:
    """Ingest a small file and ask about it."""
    path = str(make_pdf("skerry.pdf", *TEXTS))
    return dict(app.invoke({"sources": [path], "question": QUESTION}, context=Context(**context)))


@pytest.mark.parametrize(
    ("engine", "embedder", "identity"),
    [
        ("offline", "auto", "all-MiniLM"),
        ("offline", "offline", "all-MiniLM"),
        ("offline", "model", "gemini-embedding-2/768"),
        ("llm", "auto", "gemini-embedding-2/768"),
        ("llm", "model", "gemini-embedding-2/768"),
        ("llm", "offline", "all-MiniLM"),
    ],
)
def test_each_engine_can_be_given_either_embedder(engine: str, embedder: str, identity: str, model: Model) -> None:
    deps = dependencies.for_context(Context.model_validate({"engine": engine, "embedder": embedder}))
    assert deps.engine.name == engine
    assert deps.embedder.identity.startswith(identity)


def test_the_offline_engine_answers_from_vectors_of_a_model(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf
) -> None:
    output = run(make_pdf, engine="offline", embedder="model")
    assert (output["engine"], output["refused"]) == ("offline", False)
    assert "31 metres" in output["answer"]
    assert set(kinds(gemini)) == {"embed"}
    assert dependencies.stores(Scope.everything()).vectors.count() == 2  # one for each chunk
    unrelated = app.invoke(
        {"question": "Who composed the opera about the moon?"}, context=Context(engine="offline", embedder="model")
    )
    assert unrelated["refused"]


def test_the_llm_engine_answers_from_vectors_of_the_offline_model(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf
) -> None:
    model.pages = lambda number: TEXTS[number - 1]
    model.claims = [claim("It is 31 metres tall.", "The lighthouse of Skerry is 31 metres tall.")]
    output = run(make_pdf, engine="llm", embedder="offline")
    assert (output["engine"], output["refused"]) == ("llm", False)
    assert [citation["page"] for citation in output["citations"]] == [1]
    assert "embed" not in kinds(gemini)


def test_the_offline_embedder_needs_no_fallback_model_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_FALLBACK_MODEL", "nobody:model")
    monkeypatch.setenv("PAGEWITNESS_EMBEDDER", "offline")
    assert settings().embedder == "offline"
    assert dependencies.for_context(Context(engine="offline")).embedder.identity.startswith("all-MiniLM")
