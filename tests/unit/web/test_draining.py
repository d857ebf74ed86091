"""Requests to a server that is stopping: those that start work are refused, all others are answered."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from web import draining
from web.app import MIDDLEWARE
from web.draining import DrainingMiddleware
from web.health import health


def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("taken")


ANY = [Route("/health", health), Route("/{path:path}", answer, methods=["GET", "POST", "DELETE"])]
app = Starlette(routes=ANY, middleware=[Middleware(DrainingMiddleware)])


async def send(method: str, path: str, root: str = "") -> httpx.Response:
    transport = httpx.ASGITransport(app, root_path=root)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.request(method, f"{root}{path}")


@pytest.mark.parametrize(
    "path", ["/runs", "/runs/wait", "/runs/stream", "/runs/batch", "/threads/x/runs", "/threads/x/runs/stream",
             "/threads/x/runs/wait", "/v1/chat/completions", "/mcp", "/uploads", "/a2a/query"],
)  # fmt: skip
async def test_work_is_refused_and_another_server_may_take_it(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await send("POST", path)).text == "taken"
    monkeypatch.setattr(draining, "_draining", True)
    reply = await send("POST", path)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
    assert "to it or to another one" in reply.json()["detail"]
    assert (await send("POST", path, "/noauth")).text == "taken", "part of work that was accepted before"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/threads/x/runs/y/cancel"), ("GET", "/threads/x/runs/y/join"), ("GET", "/documents"),
     ("POST", "/threads"), ("GET", "/threads/x/runs"), ("DELETE", "/documents/x"), ("POST", "/threads/search")],
)  # fmt: skip
async def test_what_starts_no_work_is_answered(method: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_draining", True)
    assert (await send(method, path)).text == "taken"


async def test_readiness_is_false_and_the_server_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_draining", True)
    reply = await send("GET", "/health")
    assert (reply.status_code, reply.json()["ok"], reply.headers["retry-after"]) == (503, False, "5")
    assert (await send("GET", "/ok")).text == "taken"


def test_a_web_socket_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_draining", True)
    with pytest.raises(WebSocketDisconnect) as refused, TestClient(app).websocket_connect("/threads/x/stream"):
        pass
    assert refused.value.code == 1012


def test_the_server_refuses_before_it_reads_a_request() -> None:
    order = [one.cls.__name__ for one in MIDDLEWARE]  # type: ignore[attr-defined]
    assert order.index("SecurityMiddleware") < order.index("DrainingMiddleware") < order.index("RequestFilter")
