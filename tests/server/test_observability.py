"""Logs as JSON and traces for LangSmith and OpenTelemetry, without secrets."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pymupdf
import pytest

from graph.runtime.tracing import redact
from tests.dev_server import Server, run_server
from tests.wire.langsmith_server import LangSmithServer

pytestmark = pytest.mark.server

PASSWORD, KEY = "a password of the tests", "a-key-of-the-tests"
TEXT, QUESTION = "The lamp of Norvik was lit at dusk.", "When was the lamp of Norvik lit?"


class OtlpCollector(ThreadingHTTPServer):
    """A loopback collector that records what the OpenTelemetry exporter sends."""

    def __init__(self) -> None:
        self.traces: list[bytes] = []
        super().__init__(("127.0.0.1", 0), OtlpHandler)


class OtlpHandler(BaseHTTPRequestHandler):
    server: OtlpCollector

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/v1/traces":
            self.server.traces.append(body)
        self.send_response(200)
        self.end_headers()


class ObservedServer:
    """A server after a run, its log, and the traces that it sent."""

    def __init__(self, server: Server, smith: LangSmithServer, collector: OtlpCollector) -> None:
        self.server, self._smith, self._collector = server, smith, collector

    def wait(self) -> None:
        end = time.monotonic() + 300
        while not all("write_answer" in sent for sent in (self.smith, self.opentelemetry)):
            assert time.monotonic() < end, "no traces came"
            time.sleep(0.2)

    @property
    def smith(self) -> str:
        return json.dumps(self._smith.bodies("/runs"))

    @property
    def opentelemetry(self) -> str:
        return b"".join(self._collector.traces).decode("utf-8", "replace")

    @property
    def log(self) -> list[dict[str, Any]]:
        whole = self.server.log.read_text("utf-8", "replace").rpartition("\n")[0]  # the last line may be half written
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObservedServer]:
    """A server that ingested an encrypted document and answered a question, with the password in the run's context."""
    folder = tmp_path_factory.mktemp("observed")
    document: Any = pymupdf.open()
    document.new_page(width=420, height=595).insert_textbox((40, 200, 380, 555), TEXT)
    document.save(str(folder / "locked.pdf"), encryption=5, owner_pw="owner", user_pw=PASSWORD)
    with LangSmithServer() as smith, OtlpCollector() as collector:
        for one in (smith, collector):
            threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
        with run_server(
            folder, fresh=True, LANGSMITH_TRACING="true", LANGSMITH_TRACING_MODE="hybrid", LANGSMITH_API_KEY="theirs",
            LANGSMITH_ENDPOINT=smith.url, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.server_address[1]}",
            OTEL_EXPORTER_OTLP_HEADERS="x-tests=1", LOG_JSON="true", PAGEWITNESS_ALLOWED_FOLDERS=str(folder),
            PAGEWITNESS_ENGINE="offline", GOOGLE_API_KEY=KEY,
        ) as server:  # fmt: skip
            given = {"sources": [str(folder / "locked.pdf")], "question": QUESTION}
            result = asyncio.run(server.run("pagewitness", **given, context={"password": PASSWORD}))
            assert "dusk" in result["answer"]
            yield ObservedServer(server, smith, collector)
        for one in (smith, collector):
            one.shutdown()


def test_the_log_has_a_line_for_each_page_with_its_run(observed: ObservedServer) -> None:
    told = [line for line in observed.log if line.get("logger") == "pagewitness"]
    assert [line["stage"] for line in told] == ["load", "read", "chunk", "embed", "report"]
    assert len({line["document"] for line in told}) == len({line["run_id"] for line in told}) == 1
    page = told[1]
    assert (page["page"], page["status"], page["engine"]) == (1, "read", "offline")
    for secret in (TEXT, QUESTION, PASSWORD, KEY):
        assert secret not in json.dumps(observed.log)


def test_steps_and_questions_are_traced_without_secrets(observed: ObservedServer) -> None:
    observed.wait()
    for sent in (observed.smith, observed.opentelemetry):
        assert QUESTION in sent
        for secret in (PASSWORD, KEY):
            assert secret not in sent


def test_pictures_and_files_are_left_out_of_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    picture = base64.b64encode(bytes(range(256)) * 4).decode()
    blocks = [{"type": "image", "base64": picture}, {"url": f"data:image/png;base64,{picture}"}, {"text": f"is {KEY}?"}]
    assert redact({"messages": [[blocks]], "password": PASSWORD, "pages": 3}) == {
        "messages": [[[
            {"type": "image", "base64": "[bytes left out]"}, {"url": "[bytes left out]"}, {"text": "is [left out]?"}
        ]]],
        "password": "[left out]",
        "pages": 3,
    }  # fmt: skip
