"""ASGI middleware for replies: it shortens absolute paths, and explains why a state does not fit the graph.

Reports, lists and errors hold paths, since the catalog stores documents by path. Clients get each path from the name of
a permitted folder on: `papers/2024/report.pdf`.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.settings import settings
from web.responses import WebError, logger

_TEXTS = ("application/json", "text/event-stream", "text/markdown", "text/plain")
STATE_PATH = re.compile(r"/threads(?:/[^/]+/state(?:/checkpoint)?)?")
DOES_NOT_FIT = (
    "The state does not fit the graph: change only what the graph shows, each in the form in which it is shown, or "
    "name in `as_node` the node that writes it."
)


class ReplyMiddleware:
    """ASGI middleware that runs after the security checks; replies to the server's own requests pass unchanged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request, and its reply with shortened paths."""
        if scope["type"] != "http" or scope.get("root_path", "").startswith("/noauth"):
            await self.app(scope, receive, send)
            return
        reply = _Reply(send)
        try:
            await self.app(scope, receive, reply.send)
        except Exception as error:  # a state that does not fit; others are raised again
            if reply.started or scope["method"] != "POST" or not STATE_PATH.fullmatch(scope["path"]):
                raise
            logger.warning("A state was refused", exc_info=error)
            await WebError(422, DOES_NOT_FIT).response()(scope, receive, send)


class _Reply:
    """A reply whose start is held back until the first part of the body, whose length may change."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._is_text = self.started = False

    async def send(self, message: Message) -> None:
        """Send a part of the reply."""
        if message["type"] == "http.response.start":
            kind = MutableHeaders(scope=message).get("content-type", "")
            self._start, self._is_text, self.started = message, kind.startswith(_TEXTS), True
            if not self._is_text or message["status"] == 304:
                await self._begin()
            return
        if message["type"] == "http.response.body" and self._is_text:
            message = {**message, "body": shortened(message.get("body", b""))}
            await self._begin(None if message.get("more_body") else len(message["body"]))
        await self._send(message)

    async def _begin(self, length: int | None = None) -> None:
        if self._start is None:
            return
        headers = MutableHeaders(scope=self._start)
        if self._is_text and "content-length" in headers:
            del headers["content-length"]
            if length is not None:
                headers["content-length"] = str(length)
        start, self._start = self._start, None
        await self._send(start)


def shortened(body: bytes) -> bytes:
    """Return a text in which each permitted folder is written as its name, without the path that leads to it."""
    current = settings()
    paths, names = _folders((current.home, *current.allowed_folders, *current.watch_folders))
    return paths.sub(lambda found: names[found[0]], body) if names else body


@lru_cache(maxsize=8)
def _folders(folders: tuple[Path, ...]) -> tuple[re.Pattern[bytes], dict[bytes, bytes]]:
    """Return a pattern of the folders' paths, plain and as JSON writes them, and the name for each path."""
    names: dict[bytes, bytes] = {}
    for folder in folders:
        if folder.name:  # not the root of a file system
            for path in {str(folder), str(folder.resolve())}:
                names[path.encode()] = folder.name.encode()
                names[json.dumps(path)[1:-1].encode()] = json.dumps(folder.name)[1:-1].encode()
    longest_first = sorted(names, key=len, reverse=True)
    # Not a part of a longer path or of an address.
    return re.compile(rb"(?<![\w.:/-])(?:" + b"|".join(map(re.escape, longest_first)) + rb")(?![\w.-])"), names
