"""The access token: API and pages both need it."""

from __future__ import annotations

import base64
from pathlib import Path

import httpx
import pytest

from graph.cli import main
from tests.conftest import SERVER_TOKEN as TOKEN
from tests.dev_server import Server

pytestmark = pytest.mark.server


REQUESTS = (
    "GET /documents", "GET /documents/x", "DELETE /documents/x", "GET /documents/x/transcript",
    "GET /documents/x/pages/1/image", "POST /uploads?name=a.pdf", "POST /uploads/x/password",
    "GET /documents/x/file", "GET /documents/x/overview", "PUT /documents/x/collections",
    "POST /collections",
    "GET /room/sample.pdf", "GET /documents/x/pages/1/words", "GET /uploads",
    "DELETE /uploads/x", "POST /threads", "POST /runs/wait",
    "POST /runs/stream", "GET /v1/models", "POST /v1/chat/completions", "POST /proof",
    "POST /assistants/search", "GET /info", "GET /docs", "GET /openapi.json", "GET /metrics",
    "GET /room/openapi.json", "POST /mcp", "GET /nothing",
)  # fmt: skip


@pytest.mark.parametrize("request_line", REQUESTS)
def test_every_route_needs_the_token(token_server: Server, request_line: str) -> None:
    method, path = request_line.split()
    wrong: tuple[dict[str, str], ...] = (
        {}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer"}, {"Authorization": f"Basic {TOKEN}"},
        {"Cookie": "pagewitness_session=wrong"}, {"Cookie": f"pagewitness_session={TOKEN}"},
        {"x-auth-scheme": "langsmith"}, {"x-api-key": "x"}, {"Authorization": "Bearer \u00e9"},
    )  # fmt: skip
    for headers in wrong:
        sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        reply = httpx.request(method, f"{token_server.url}{path}", headers=sent, timeout=300)
        assert reply.status_code == 401, headers
        assert reply.headers["www-authenticate"].startswith("Bearer")
        assert TOKEN not in reply.text


def test_a_token_sent_twice_opens_neither_our_routes_nor_langgraphs(token_server: Server) -> None:
    for name in ("Authorization", "X-Api-Key"):
        good, bad = (f"Bearer {TOKEN}", "Bearer wrong") if name == "Authorization" else (TOKEN, "wrong")
        for first, second in ((good, bad), (bad, good), (good, good)):
            for path in ("/documents", "/threads/00000000-0000-4000-8000-000000000000"):
                reply = httpx.get(f"{token_server.url}{path}", headers=[(name, first), (name, second)], timeout=300)
                assert reply.status_code == 400, (path, first, second)
                assert TOKEN not in reply.text


def test_the_token_gives_access_to_api_and_pages(token_server: Server) -> None:
    with httpx.Client(base_url=token_server.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=300) as http:
        assert http.get("/documents").json() == {"documents": []}
        assert http.post("/threads", json={}).status_code == 200
        run = {"assistant_id": "query", "input": {"question": "Is anybody there?"}}
        assert http.post("/runs/wait", json=run).json()["reason"] == "nothing_ingested"


def test_the_reading_room_exchanges_the_token_for_a_cookie(token_server: Server) -> None:
    with httpx.Client(base_url=token_server.url, timeout=300) as http:
        for path in ("/room", "/room/static/app.js", "/health", "/ok"):
            assert http.get(path).status_code == 200
        assert http.post("/session", content="wrong").status_code == 401
        assert http.post("/session", content="x" * 5000).status_code == 413
        cookie = http.post("/session", content=TOKEN).headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert TOKEN not in cookie
        assert http.get("/documents").status_code == 200
        assert http.post("/threads", json={}).status_code == 200


@pytest.mark.parametrize(
    ("token", "code", "said"),
    [(TOKEN, 0, ""), ("wrong", 2, "does not take the token in PAGEWITNESS_SERVER_"), ("", 2, "asks for a token: set")],
)  # fmt: skip
def test_the_command_line_sends_the_token(
    token_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    token: str,
    code: int,
    said: str,
) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", token)
    for command in (["documents"], ["ask", "Is anybody there?"]):
        assert main.main([*command, "--server", token_server.url]) == code
        assert said in capsys.readouterr().err


def test_a_file_sent_without_the_token_is_not_stored(token_server: Server) -> None:
    block = {"type": "file", "base64": base64.b64encode(b"%PDF-1.7 and more").decode(), "filename": "secret.pdf"}
    body = {"assistant_id": "pagewitness", "input": {"messages": [{"role": "user", "content": [block]}]}}

    def stored() -> list[Path]:
        return list(token_server.folder.rglob("*.pdf"))

    assert httpx.post(f"{token_server.url}/runs/wait", json=body, timeout=300).status_code == 401
    assert stored() == []
    httpx.post(f"{token_server.url}/runs/wait", json=body, timeout=300, headers={"Authorization": f"Bearer {TOKEN}"})
    assert [path.name for path in stored()] == ["secret.pdf"]
