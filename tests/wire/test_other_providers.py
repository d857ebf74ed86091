"""Models of OpenAI's, Ollama's and Anthropic's formats, by their real clients on a loopback server.

They are skipped where the clients' packages are not installed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.cli.exit_codes import BAD_INPUT, DONE
from graph.cli.main import main
from graph.context import Context
from graph.errors import IndexMismatchError, ModelError
from tests.wire import anthropic_wire
from tests.wire.compatible_app import (
    EMBEDDING,
    PAGES,
    Use,
    first_of,
    formats,
    ingest,
    ingest_two_pages,
    ledger,
    point_at,
    script,
    skip_without_client,
)
from tests.wire.compatible_server import DIMENSIONS, Answer, Asked, CompatibleServer, Format, Refusal
from tests.wire.scripted_replies import QUESTION, TRUE

FAULT_LIMIT = 3
UNPAID = Refusal.openai(429, "You exceeded your current quota, please check your plan.", "insufficient_quota")
POOR = Refusal(400, anthropic_wire.error(400, "Your credit balance is too low to access the Anthropic API."))


@pytest.fixture
def use(home: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Use:
    """Start a server of a format and point its provider's own variables at it."""

    def start(kind: Format, **options: Any) -> CompatibleServer:
        skip_without_client(kind)
        server = CompatibleServer(**{"reply": script, **options}).__enter__()
        request.addfinalizer(lambda: server.__exit__(None, None, None))
        point_at(kind, server.url, monkeypatch, options.get("key") or "any")
        return server

    return start


@formats()
def test_a_provider_is_found_by_its_own_variables(kind: Format, use: Use) -> None:
    server = use(kind)
    report = ingest()
    (document,) = report["documents"]
    assert (document["status"], document["ledger"]["read"]) == ("complete", PAGES)
    assert sum(len(request.images) for request in server.chats) == PAGES
    assert server.peak_in_flight == 1, "a server on this machine gets one request at a time"
    answer = app.invoke({"question": QUESTION})
    assert TRUE["text"] in answer["answer"]
    assert answer["citations"]
    vector = dependencies.for_context(Context()).stores.vectors
    length = DIMENSIONS if kind in EMBEDDING else 384  # Anthropic embeds nothing: the built-in model does
    assert vector.search(np.ones(length, dtype=np.float32), [], 1)


@formats(*EMBEDDING)
def test_texts_are_embedded_as_texts_with_the_prefix_of_the_models_family(kind: Format, use: Use) -> None:
    server = use(kind)
    ingest_two_pages()
    app.invoke({"question": QUESTION})
    sent = [text for request in server.embeddings for text in request.texts]
    assert all(isinstance(text, str) for text in sent), "OpenAI's client sends numbers of tokens by default"
    if kind == "ollama":
        assert sent[-1] == f"search_query: {QUESTION}"
        assert all(text.startswith("search_document: ") for text in sent[:-1])
    else:
        assert sent[-1] == QUESTION


@formats()
def test_requests_on_the_wire_equal_those_of_ledger_and_answer(kind: Format, use: Use) -> None:
    server = use(kind)
    report = ingest_two_pages()
    assert sum(row.requests for row in ledger(report)) == len(server.chats)
    before = len(server.requests)
    answer = app.invoke({"question": QUESTION})
    assert answer["usage"]["requests"] == len(server.requests) - before
    assert answer["usage"]["output_tokens"] > 0


@first_of(("openai", "ollama", "anthropic"))
def test_a_model_without_images_leaves_pages_to_the_file_from_the_first_refusal_on(kind: Format, use: Use) -> None:
    server = use(kind, sees=False)
    report = ingest()
    assert sum(bool(request.images) for request in server.chats) == 1
    rows = ledger(report)
    assert {(row.status, row.reason) for row in rows} == {("fallback", "no_images")}
    assert all("takes no images: set PAGEWITNESS_READER_MODEL" in row.detail for row in rows)
    assert "18,450" in str(
        dependencies.stores(Scope.everything()).catalog.transcripts(report["documents"][0]["id"])[5].markdown
    )
    assert "Carrow" in app.invoke({"question": QUESTION})["answer"]


@formats()
def test_a_service_that_refuses_schemas_is_asked_in_words(kind: Format, use: Use) -> None:
    server = use(kind, schemas="refused")
    ingest_two_pages()
    before = len(server.requests)
    answer = app.invoke({"question": QUESTION})
    assert answer["citations"]
    assert answer["usage"]["requests"] == len(server.requests) - before, "the request that was refused is counted"
    assert app.invoke({"question": "When was the observatory founded?"})["citations"]
    refused = [request for request in server.requests[before:] if request.states_schema]
    models = [request.model for request in refused]
    assert sorted(models) == sorted(set(models)) != [], "each model is asked with a schema once, and it is remembered"


@formats()
def test_a_model_that_ignores_schemas_is_asked_in_words_and_its_prose_is_taken_off(kind: Format, use: Use) -> None:
    def chatty(asked: Asked) -> Answer:
        reply = script(asked)
        if asked.images:
            return reply
        return f"Sure!\n```json\n{reply}\n```\nAnything else?" if not asked.states_schema else "It was Carrow, I think."

    use(kind, reply=chatty)
    ingest_two_pages()
    assert app.invoke({"question": QUESTION})["citations"]


FAULTS: list[tuple[str, Format, dict[str, Any], str]] = [
    ("unpaid", "openai", {"reply": lambda asked: UNPAID}, "OpenAI key has no credit"),
    ("unpaid, 402", "openai", {"reply": lambda asked: Refusal.openai(402, "Insufficient Balance")}, "no credit"),
    ("wrong key", "openai", {"key": "right", "wrong": True}, "OpenAI key was refused: check OPENAI_API_KEY"),
    ("no such model", "openai", {"models": ["other"]}, "does not exist or is retired: set PAGEWITNESS_READER_MODEL"),
    ("unpaid", "anthropic", {"reply": lambda asked: POOR}, "Anthropic key has no credit"),
    ("wrong key", "anthropic", {"key": "right", "wrong": True}, "Anthropic key was refused: check ANTHROPIC_API_KEY"),
    ("no such model", "anthropic", {"models": ["other"]}, "does not exist or is retired: set PAGEWITNESS_READER_MODEL"),
    ("HTML", "anthropic", {"reply": lambda asked: Refusal(200, "<html>Log in</html>")}, "check ANTHROPIC_BASE_URL"),
    ("not pulled", "ollama", {"models": ["other"]}, "run `ollama pull tiny`"),
    ("HTML", "openai", {"reply": lambda asked: Refusal(200, "<html>Log in</html>")}, "check OPENAI_BASE_URL"),
    ("HTML", "ollama", {"reply": lambda asked: Refusal(200, "<html>Log in</html>")}, "check OLLAMA_HOST"),
]


@pytest.mark.parametrize(("name", "kind", "options", "sentence"), FAULTS, ids=[f"{one[1]}, {one[0]}" for one in FAULTS])
def test_what_no_later_attempt_can_mend_ends_the_run_after_one_request(
    name: str, kind: Format, options: dict[str, Any], sentence: str, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = options.get("wrong")
    server = use(kind, **{key: value for key, value in options.items() if key != "wrong"})
    if wrong:
        monkeypatch.setenv(f"{kind.upper()}_API_KEY", "sk-wrong-and-secret")
    with pytest.raises(ModelError, match=sentence) as raised:
        ingest_two_pages()
    assert 1 <= len(server.requests) <= FAULT_LIMIT
    assert "sk-wrong-and-secret" not in str(raised.value)


def test_a_named_model_without_its_key_is_an_error_and_not_offline(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "auto")
    monkeypatch.setenv("PAGEWITNESS_CHAT_MODEL", "openai:gpt-5.4")
    with pytest.raises(ModelError, match=r"no OpenAI key for 'openai:.*set OPENAI_API_KEY"):
        ingest_two_pages()


def test_a_chat_model_alone_embeds_with_the_model_on_board(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    server = use("ollama")
    monkeypatch.delenv("PAGEWITNESS_EMBEDDING_MODEL")
    ingest_two_pages()
    assert app.invoke({"question": QUESTION})["citations"]
    assert server.embeddings == []


def test_pages_can_be_read_offline_for_a_chat_model(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    server = use("ollama")
    monkeypatch.setenv("PAGEWITNESS_READER_MODEL", "offline")
    report = ingest()
    assert server.chats == []
    assert {(row.status, row.engine) for row in ledger(report)} == {("read", "offline")}
    answer = app.invoke({"question": QUESTION})
    assert answer["engine"] == "llm"
    assert answer["citations"][0]["page"] == 2
    assert [request.model for request in server.chats] == ["tiny"] * len(server.chats)


def test_vectors_of_another_length_under_the_same_name_are_refused(use: Use) -> None:
    server = use("ollama")
    ingest_two_pages()
    server.dimensions = 512
    dependencies._engine_and_embedder.cache_clear()
    with pytest.raises((IndexMismatchError, ModelError), match="reembed"):
        app.invoke({"question": QUESTION})


def doctor(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What `doctor --ask` says of each model, and what the plain `doctor` says after it."""
    main(["doctor", "--ask", "--json"])
    asked = {one["model"]: one for one in json.loads(capsys.readouterr().out)["models"]}
    main(["doctor", "--json"])
    checks = json.loads(capsys.readouterr().out)["checks"]
    return asked, {check["name"]: check["detail"] for check in checks}


def able(asked: Asked) -> Answer:
    if asked.images:
        return "The number is 4173."
    return '{"result": 5}' if asked.schema else "ready"


def unable(asked: Asked) -> Answer:
    return "I am ready to help." if not asked.schema else "It is five."


def test_doctor_asks_each_model_what_it_can_do(
    use: Use, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = use("openai", reply=able)
    asked, checks = doctor(capsys)
    chat, reader, embedding = (
        asked["openai:gpt-5.4"],
        asked["openai:gpt-5.4-mini"],
        asked["openai:text-embedding-3-small"],
    )
    assert [chat[name] for name in ("text", "image", "schema", "stream")] == ["yes"] * 4
    assert (reader["purposes"], embedding["vector"]) == (["reader"], f"yes, {DIMENSIONS} numbers")
    assert "openai:gpt-5.4 can text, image, schema" in checks["models"]
    assert checks["requests"] == (
        "at most 8 at a time to a model, no limit known before a refusal; a server carries 20 runs at a time"
    )
    assert main(["doctor", "--ask"]) == DONE
    capsys.readouterr()
    server.sees, server.schemas = False, "refused"
    asked, checks = doctor(capsys)
    assert "takes no images" in asked["openai:gpt-5.4"]["image"]
    assert asked["openai:gpt-5.4"]["schema"] == "yes, asked in words"
    assert "can text, schema and cannot image" in checks["models"]
    server.sees, server.schemas, server.reply = True, "kept", unable
    asked, _ = doctor(capsys)
    assert asked["openai:gpt-5.4"]["image"].startswith("no: it does not see")
    assert asked["openai:gpt-5.4"]["schema"].startswith("no: ")
    server.models = ["another"]
    asked, _ = doctor(capsys)
    assert "does not exist" in asked["openai:gpt-5.4"]["text"]
    assert main(["doctor", "--ask"]) == BAD_INPUT, "a model that cannot be asked is a problem"
    shown = capsys.readouterr().out
    assert "Schema" in shown
    assert "gpt-5.4-mini" in shown


def test_doctor_offers_an_ollama_that_is_not_used(
    use: Use, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use("ollama", models=["qwen3:8b"])
    for name in ("PAGEWITNESS_CHAT_MODEL", "PAGEWITNESS_EMBEDDING_MODEL"):
        monkeypatch.delenv(name)
    main(["doctor", "--json"])
    checks = {one["name"]: one["detail"] for one in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["engine"].startswith("offline"), "it is offered, not taken"
    assert "set PAGEWITNESS_CHAT_MODEL=ollama:qwen3:8b" in checks["models"]
