"""Who is at the address of `--server`: nobody, somebody else, another version. One sentence, and exit code 2."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from graph import cli


class Somebody(BaseHTTPRequestHandler):
    """A server that says one thing to everybody."""

    status, said = 200, "{}"

    def do_GET(self) -> None:
        self.send_response(type(self).status)
        self.end_headers()
        self.wfile.write(type(self).said.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Somebody) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def complaint(capsys: pytest.CaptureFixture[str], url: str) -> str:
    assert cli.main(["documents", "--server", url, "--json"]) == cli.BAD_INPUT
    captured = capsys.readouterr()
    said = str(json.loads(captured.out)["error"])
    assert captured.err == f"pagewitness: {said}\n"
    return said


@pytest.mark.parametrize(
    ("status", "said", "sentence"),
    [
        (200, "<html>", "is not PageWitness: mend the address"),
        (200, "[]", "is not PageWitness: mend the address"),
        (404, '{"detail": "Not Found"}', "is not PageWitness: mend the address"),
        (302, "", "is not PageWitness: mend the address"),
        (200, '{"info": {"title": "Another", "version": "0.1.0"}}', "is not PageWitness: mend the address"),
        (200, '{"info": {"title": "PageWitness", "version": "9.9.0"}}', "is PageWitness 9.9.0 and this command 0.1"),
        (421, '{"detail": "Not by that name."}', "Not by that name."),
        (401, "", "asks for a token: set PAGEWITNESS_SERVER_TOKEN"),
    ],
)
def test_somebody_else_is_told_from_a_server_of_ours(
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


def test_nobody_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nobody answers at http://127.0.0.1:1 " in complaint(capsys, "http://127.0.0.1:1")


@pytest.mark.parametrize("url", ["127.0.0.1:2024", "ftp://x", "http://", "http://x:y", "http://[::1", "/tmp"])
def test_what_is_no_address(capsys: pytest.CaptureFixture[str], url: str) -> None:
    assert f"{url!r} is no address of a server" in complaint(capsys, url)
