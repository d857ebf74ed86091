"""Middleware that gives Aegra the thread search of LangGraph's server, some of whose fields Aegra does not know."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SEARCH = "/threads/search"
_MOST = 100  # ids in one search
_ID = re.compile(r"[0-9a-fA-F-]{36}")
_UNKNOWN = ("select", "extract")
"""Fields that shorten LangGraph's reply; Aegra refuses them, and its replies hold no values of threads."""


class ThreadSearchMiddleware:
    """ASGI middleware that removes fields unknown to Aegra 0.11, and fetches each thread that is searched by id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request; answer a search for ids, and reduce any other search to the fields that Aegra knows."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != _SEARCH:
            await self.app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        asked = _read(body)
        if isinstance(ids := asked.get("ids"), list):
            await self._look_up(
                scope, [one for one in ids[:_MOST] if isinstance(one, str) and _ID.fullmatch(one)], send
            )
            return
        kept = {name: value for name, value in asked.items() if name not in _UNKNOWN}
        await self.app(_sized(scope, body := json.dumps(kept).encode() if asked else body), _replay(body), send)

    async def _look_up(self, scope: Scope, ids: list[str], send: Send) -> None:
        """Send the threads of these ids, without those that are not found."""
        found, status = list[bytes](), 200
        for one in ids:
            reply = _Reply()
            path = f"/threads/{one}"
            await self.app(
                {**_sized(scope, b""), "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""},
                _replay(b""), reply,
            )  # fmt: skip
            if reply.status == 200:
                found.append(reply.body)
            elif reply.status != 404:
                status = reply.status
        body = b"[" + b",".join(found) + b"]" if status == 200 else b"{}"
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class _Reply:
    """A buffer that collects a reply which is not sent to the client."""

    def __init__(self) -> None:
        self.status, self.body = 500, b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


def _read(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        return {}  # invalid JSON, which Aegra refuses
    return asked if isinstance(asked, dict) else {}


def _sized(scope: Scope, body: bytes) -> Scope:
    kept = [one for one in scope["headers"] if one[0] not in (b"content-length", b"transfer-encoding")]
    return {**scope, "headers": [*kept, (b"content-length", str(len(body)).encode())]}


def _replay(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
