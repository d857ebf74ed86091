"""Twenty attacks on the routes that were added last: chat completions, MCP, collections, uploads, files and proofs."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from tests.dev_server import Server

pytestmark = pytest.mark.server

Attack = tuple[str, str, dict[str, Any]]
PRIVATE = "http://169.254.169.254/latest/meta-data"


def chat(content: Any, **more: Any) -> dict[str, Any]:
    return {"json": {"model": "pagewitness", "messages": [{"role": "user", "content": content}], **more}}


def tool(name: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": name, "arguments": arguments}
    return {"json": {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}}


def part(url: str) -> list[dict[str, Any]]:
    return [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": "What is this?"}]


CITATION = {"marker": 1, "page": 1, "quote": "root", "boxes": [[0, 0, 1, 1]], "name": "a.pdf"}
NO_PDF = base64.b64encode(b"\x7fELF\x02\x01\x01" + bytes(64)).decode()

# Each is answered by 4xx, or where the format has errors of its own by an error in it; none by what it asks for.
ATTACKS: dict[str, Attack] = {
    "a document beside the folder": ("GET", "/documents/..%2f..%2f..%2fetc%2fpasswd/file", {}),
    "a page beside the folder": ("GET", "/documents/0000000000000000/pages/..%2f..%2fetc%2fpasswd/image", {}),
    "a script beside the folder": ("GET", "/room/static/..%2f..%2fgraph%2fsettings.py", {}),
    "a script by an absolute path": ("GET", "/room/static//etc/passwd", {}),
    "an upload beside the folder": ("DELETE", "/uploads/..%2f..%2fcatalog.sqlite3", {}),
    "a collection of a path": ("PUT", "/documents/..%2fcatalog.sqlite3/collections", {"json": ["a"]}),
    "a collection that is too large": ("PUT", "/documents/x/collections", {"content": b"[" + b'"a",' * 9000 + b'"a"]'}),
    "a collection nested without end": ("PUT", "/documents/x/collections", {"content": b"[" * 10_000}),
    "an image of a private address": ("POST", "/v1/chat/completions", chat(part(PRIVATE))),
    "an image of a file": ("POST", "/v1/chat/completions", chat(part("file:///etc/passwd"))),
    "an image that is a program": (
        "POST", "/v1/chat/completions", chat(part(f"data:application/x-elf;base64,{NO_PDF}"))
    ),
    "a model that is a path": ("POST", "/v1/chat/completions", chat("What?", model="pagewitness:/etc/passwd")),
    "messages nested without end": ("POST", "/v1/chat/completions", {"content": b'{"messages":' + b"[" * 100_000}),
    "a source that is a path, by MCP": ("POST", "/mcp", tool("ingest", sources=["/etc/passwd"])),
    "a source in a private network, by MCP": ("POST", "/mcp", tool("ingest", sources=[PRIVATE])),
    "a tool for administrators, by MCP": ("POST", "/mcp", tool("upkeep", action="purge")),
    "a proof of a path": ("POST", "/proof", {"json": {"citations": [{**CITATION, "document": "../../etc/passwd"}]}}),
    "a proof of a wrong shape": ("POST", "/proof", {"json": {"citations": {"document": ["x"]}}}),
    "a host name that was rebound": ("GET", "/v1/models", {"headers": {"Host": "evil.example"}}),
    "a form of another site": (
        "POST", "/v1/chat/completions",
        {"content": json.dumps(chat("What?")["json"]), "headers": {"Content-Type": "text/plain", "Origin": "null"}},
    ),
}  # fmt: skip
SECRETS = ("root:", "Traceback", "site-packages", "class Settings")


def test_there_are_twenty() -> None:
    assert len(ATTACKS) == 20


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_and_learns_nothing(server: Server, name: str) -> None:
    method, path, sent = ATTACKS[name]
    before = server.get("/documents")
    reply = httpx.request(method, f"{server.url}{path}", timeout=300, **sent)
    if path == "/mcp":
        body = reply.json()
        assert "error" in body or body["result"]["isError"]
    else:
        assert 400 <= reply.status_code < 500, reply.text
    for secret in (*SECRETS, str(server.folder)):
        assert secret not in reply.text
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert server.get("/documents") == before


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Forwarded-For", "X-Original-URL", "X-Rewrite-URL", "Forwarded"]
)
def test_a_forged_header_of_a_proxy_opens_nothing(token_server: Server, name: str) -> None:
    for value in ("127.0.0.1", "/health", "for=127.0.0.1;host=localhost"):
        for path in ("/documents", "/v1/models", "/uploads", "/documents/x/file"):
            assert httpx.get(f"{token_server.url}{path}", headers={name: value}, timeout=300).status_code == 401
