"""The connection to `--server`: no server, another program or another version gets one sentence and exit code 2."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version

import pytest

from graph.cli import main
from graph.cli.exit_codes import BAD_INPUT

OURS = json.dumps({"info": {"title": "PageWitness", "version": version("pagewitness")}})


class Somebody(BaseHTTPRequestHandler):
    """A server that says one thing to everybody."""

    status, said, stream, missing = 200, "{}", "", 0

    def do_GET(self) -> None:
        self.send_response(type(self).status)
        self.end_headers()
        self.wfile.write(type(self).said.encode())

    def do_POST(self) -> None:
        """A run that is streamed, and ends before its time."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Location", "/threads/t/runs/r/stream")
        self.send_header("Content-Length", str(len(self.stream) + self.missing))
        self.end_headers()
        self.wfile.write(self.stream.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Somebody) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def complaint(capsys: pytest.CaptureFixture[str], url: str) -> str:
    assert main.main(["documents", "--server", url, "--json"]) == BAD_INPUT
    captured = capsys.readouterr()
    said = str(json.loads(captured.out)["error"])
    assert captured.err == f"pagewitness: {said}\n"
    return said


@pytest.mark.parametrize(
    ("status", "said", "sentence"),
    [
        (200, "<html>", "is not PageWitness: correct the address"),
        (200, "[]", "is not PageWitness: correct the address"),
        (404, '{"detail": "Not Found"}', "is not PageWitness: correct the address"),
        (302, "", "is not PageWitness: correct the address"),
        (200, '{"info": {"title": "Another", "version": "0.1.0"}}', "is not PageWitness: correct the address"),
        (200, '{"info": {"title": "PageWitness", "version": "9.9.0"}}', "is PageWitness 9.9.0 and this command 0.1"),
        (421, '{"detail": "Not by that name."}', "Not by that name."),
        (401, "", "asks for a token: set PAGEWITNESS_SERVER_TOKEN"),
    ],
)
def test_another_program_or_version_is_refused(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    status: int,
    said: str,
    sentence: str,
) -> None:
    monkeypatch.setattr(Somebody, "status", status)
    monkeypatch.setattr(Somebody, "said", said)
    assert sentence in complaint(capsys, address)


@pytest.mark.parametrize(
    ("stream", "missing", "sentence"),
    [
        ("event: values\ndata: {}\n\n", 0, "ended the run early: finished work is saved"),
        ("event: values\ndata: {}\n\n", 9, "broke (peer closed connection"),
        ('event: error\ndata: {"error": "KeyError", "message": "x"}\n\n', 0, "failed on the server (KeyError: x)"),
        ('event: error\ndata: {"error": "HomeError", "message": "Mend it."}\n\n', 0, "Mend it."),
    ],
)  # fmt: skip
def test_a_run_that_ends_early_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, address: str, stream: str, missing: int,
    sentence: str,
) -> None:  # fmt: skip
    for name, value in {"said": OURS, "stream": stream, "missing": missing}.items():
        monkeypatch.setattr(Somebody, name, value)
    assert main.main(["ask", "Why?", "--server", address]) == BAD_INPUT
    said = capsys.readouterr().err
    assert said.startswith("pagewitness: ")
    assert sentence in said
    assert len(said.splitlines()) == 1


def test_no_server_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No server answers at http://127.0.0.1:1 " in complaint(capsys, "http://127.0.0.1:1")


@pytest.mark.parametrize("url", ["127.0.0.1:2024", "ftp://x", "http://", "http://x:y", "http://[::1", "/tmp"])
def test_an_invalid_address_is_refused(capsys: pytest.CaptureFixture[str], url: str) -> None:
    assert f"{url!r} is not the address of a server" in complaint(capsys, url)
