"""Servers that are not there, speak something else, or say too much: one sentence each, nothing lost, no key told."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.errors import BadInputError, IndexMismatchError, ModelError
from graph.settings import settings
from tests.wire import anthropic_wire
from tests.wire.compatible_app import first_of, formats, ingest_two_pages, ledger, point_at, script, skip_without_client
from tests.wire.compatible_server import Answer, Asked, CompatibleServer, Cut, Format, Refusal
from tests.wire.scripted_replies import QUESTION

SECRET = "sk-never-to-be-told"
FAULT_LIMIT = 3  # requests
LONG = "The tide rose by a hand and fell again. " * 10_000  # 100,000 tokens
TOO_LONG: dict[Format, Refusal] = {
    "openai": Refusal.openai(400, "the request exceeds the available context size, try increasing it"),
    "ollama": Refusal(400, json.dumps({"error": "the input length exceeds the context length"})),
    "anthropic": Refusal(400, anthropic_wire.error(400, "prompt is too long: 210000 tokens > 200000 maximum")),
}

Start = Callable[..., CompatibleServer]


@pytest.fixture
def start(home: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Start:
    """Start a server of a format that wants a key, with a library that was read with it."""

    def started(kind: Format, reply: Callable[[Asked], Answer] = script) -> CompatibleServer:
        skip_without_client(kind)
        server = CompatibleServer(reply=reply, key="" if kind == "ollama" else SECRET).__enter__()
        request.addfinalizer(lambda: server.__exit__(None, None, None))
        point_at(kind, server.url, monkeypatch, SECRET)
        return server

    return started


@pytest.fixture
def told(home: Path, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Check at the end that no log and no file of the home folder holds the key."""
    with caplog.at_level(logging.INFO):
        yield
    assert SECRET not in caplog.text
    assert [file for file in home.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()] == []


@first_of(("openai", "ollama", "anthropic"))
@pytest.mark.usefixtures("told")
def test_a_server_that_does_not_run_is_named_with_its_address_and_the_next_run_reads(
    kind: Format, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(kind)
    with socket.socket() as unused:  # bound, not listening: nothing else can take the port, and connections are refused
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        point_at(kind, address, monkeypatch, SECRET)
        variable = "OLLAMA_HOST" if kind == "ollama" else f"{kind.upper()}_BASE_URL"
        with pytest.raises(ModelError, match=rf"No server answers for '{kind}:.*' at {address}.*set {variable}"):
            ingest_two_pages()
    point_at(kind, server.url, monkeypatch, SECRET)
    assert ingest_two_pages()["documents"][0]["status"] == "complete"


@pytest.mark.parametrize("address", ["http://me:{}@127.0.0.1:1/v1", "http://127.0.0.1:1/v1?key={}", "127.0.0.1#{}"])
def test_a_key_in_an_address_is_refused_and_not_repeated(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL"):
        with monkeypatch.context() as patch:
            patch.setenv(name, address.format(SECRET))
            with pytest.raises(
                BadInputError, match=rf"{name} cannot be used: set it to an address without a key"
            ) as one:
                settings()
        assert SECRET not in str(one.value)


def test_a_password_of_an_ollama_is_sent_and_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", f"http://me:{SECRET}@localhost:1")
    assert settings().addresses["ollama"] == f"http://me:{SECRET}@localhost:1"
    assert settings().own_address("ollama") == "http://localhost:1"


@formats()
@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("status", "body"),
    [(200, '{"greeting": "hello"}'), (403, "<html>Ask your administrator</html>")],
    ids=["JSON", "HTML"],
)
def test_what_speaks_another_format_is_said_to(kind: Format, status: int, body: str, start: Start) -> None:
    server = start(kind, lambda asked: Refusal(status, body))
    with pytest.raises(ModelError, match=r"does not speak the format of .*: check \w+_(?:BASE_URL|HOST)"):
        ingest_two_pages()
    assert len(server.chats) <= FAULT_LIMIT


@formats()
@pytest.mark.usefixtures("told")
def test_a_context_that_is_too_short_is_said_and_how_to_lengthen_it(kind: Format, start: Start) -> None:
    server = start(kind)
    ingest_two_pages()
    server.reply = lambda asked: TOO_LONG[kind]
    with pytest.raises(
        ModelError, match=r"is too long for .*: (?:give the model|start its server with) a longer context"
    ):
        app.invoke({"question": QUESTION})


@first_of(("openai", "ollama", "anthropic"))
@pytest.mark.usefixtures("told")
def test_a_page_of_a_hundred_thousand_tokens_is_not_taken_for_what_the_page_says(kind: Format, start: Start) -> None:
    start(kind, lambda asked: Cut(LONG) if asked.images else script(asked))
    report = ingest_two_pages()
    rows = ledger(report)
    assert len(rows) == 2
    assert all(row.status == "fallback" and row.reason in ("max_tokens", "repetition") for row in rows)
    assert "tide rose by a hand" not in str(
        dependencies.stores(Scope.everything()).catalog.transcripts(report["documents"][0]["id"])
    )


@first_of(("openai", "ollama", "anthropic"))
@pytest.mark.usefixtures("told")
def test_an_answer_of_a_hundred_thousand_tokens_is_a_failure_of_the_model_and_no_refusal(
    kind: Format, start: Start
) -> None:
    server = start(kind)
    ingest_two_pages()
    server.reply = lambda asked: (
        Cut('{"claims": [{"text": "' + LONG) if "claims" in str(asked.schema) else script(asked)
    )
    answer: dict[str, Any] = dict(app.invoke({"question": QUESTION}))
    assert answer["reason"] == "model_failed"
    assert not answer["citations"]
    assert len(answer["answer"]) < 500


def test_another_embedding_model_under_an_index_is_refused_with_the_command_that_mends_it(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start("ollama")
    ingest_two_pages()
    monkeypatch.setenv("PAGEWITNESS_EMBEDDING_MODEL", "ollama:another")
    before = len(server.requests)
    with pytest.raises(
        IndexMismatchError, match=r"holds vectors of nomic-embed-text, but .* another: run `pagewitness re"
    ):
        app.invoke({"question": QUESTION})
    assert len(server.embeddings) == len([one for one in server.requests[:before] if one.embeds])
