"""What a request brings is looked at before LangGraph's API keeps it.

The API stores the input of every run as it came, and the values of a state update. So files are taken out of messages
here, as the graph itself does for Python users (see `graph/attachments.py`), wherever in a request messages may stand:
runs, batches, crons, updates and copies of states, commands, tools. What is malformed, and settings that do not exist,
are refused at once; the API would drop an unknown setting without a word.

Comes after `web.security.Guard`: who may not come in stores nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import prompts
from graph import context, dependencies
from graph.attachments import MAX_BYTES, carries_files, detach, holds_bytes
from graph.errors import BadInputError
from graph.settings import settings
from web.responses import WebError, failed
from web.uploads import room_for

MAX_BODY = 300 * 2**20
"""Bytes of a request, as many as the API itself takes."""

_KEPT = re.compile(r"/(?:runs|threads|assistants|mcp)(?:/.*)?")
_BARE = "The request holds a file's base64 outside of a message's file block: attach it there, or upload it."


class Intake:
    """ASGI middleware that takes files out of requests and refuses what could not be carried out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on a request, or a message of a web socket, with references in place of files."""
        path = str(scope.get("path", "")).removeprefix(str(scope.get("root_path", "")))
        if scope["type"] == "websocket" and _KEPT.fullmatch(path):
            await self.app(scope, _socket(receive, send), send)
        elif scope["type"] != "http" or not _KEPT.fullmatch(path):
            await self.app(scope, receive, send)
        elif scope["method"] not in ("POST", "PUT", "PATCH"):
            if path.endswith("/schemas"):
                await run_in_threadpool(prompts.refresh)  # the form shows prompts as they are now
            await self.app(scope, receive, send)
        else:
            try:
                body = await run_in_threadpool(taken_in, await _body(Request(scope, receive)))
            except ClientDisconnect:
                return
            except Exception as error:
                await _refusal(error)(scope, receive, send)
                return
            headers = [pair for pair in scope["headers"] if pair[0] not in (b"content-length", b"transfer-encoding")]
            headers.append((b"content-length", str(len(body)).encode()))
            await self.app({**scope, "headers": headers}, _replayed(body, receive), send)


def taken_in(body: bytes) -> bytes:
    """The body with references in place of files; itself where there is none, or where it is no JSON.

    Raises:
        BadInputError, WebError: it cannot be carried out.
    """
    prompts.refresh()
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return body  # the API says what is wrong with it
    try:
        for one in given if isinstance(given, list) else [given]:
            _check_settings(one)
        detached = _detached(given, len(body))
        if len(body) >= 2000 and any(holds_bytes(text) for text in _texts(detached)):
            raise WebError(422, _BARE)
    except RecursionError:
        raise WebError(422, "The request is nested too deeply: send it flatter.") from None
    return body if detached is given else json.dumps(detached).encode()


def _check_settings(given: Any) -> None:
    """Refuse settings that no run could have; those of commands and crons are looked for where they put them."""
    for one in (given, given.get("params") if isinstance(given, Mapping) else None):
        if isinstance(one, Mapping) and one.get("context"):
            context.check(one["context"])


def _detached(value: Any, size: int) -> Any:
    """The value with files taken out of all messages in it; the very same value where there are none."""
    if isinstance(value, list):
        items = [_detached(item, size) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if not isinstance(value, Mapping):
        return value
    made = {
        key: _without_files(item, size) if key == "messages" else _detached(item, size) for key, item in value.items()
    }
    return value if all(made[key] is value[key] for key in value) else made


def _without_files(messages: Any, size: int) -> Any:
    """Messages without their files; `size` is that of the whole request."""
    if isinstance(messages, Mapping) and "__overwrite__" in messages:
        return {**messages, "__overwrite__": _without_files(messages["__overwrite__"], size)}
    folder = dependencies.stores().downloads
    if carries_files(messages):
        room_for(size, folder)
    limit = min(MAX_BYTES, settings().upload_mb * 2**20)
    made = detach({"messages": messages}, folder, limit)["messages"]
    return messages if made == messages else made


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise WebError(413, f"The request is larger than {MAX_BODY >> 20} MB: upload files one by one instead.")
    return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once, then whatever else comes, which is that the client goes away."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return left.pop() if left else await receive()

    return replay


def _socket(receive: Receive, send: Send) -> Receive:
    """The messages of a web socket; those that are refused are answered here and not handed on."""

    async def next_one() -> Message:
        while True:
            message = await receive()
            text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
            if message["type"] != "websocket.receive" or not text:
                return message
            try:
                body = await run_in_threadpool(taken_in, text.encode())
                return {"type": "websocket.receive", "text": body.decode()}
            except Exception as error:
                detail = json.loads(bytes(_refusal(error).body))["detail"]
                said = {"type": "error", "id": _number(text), "error": "invalid_argument", "message": detail}
                await send({"type": "websocket.send", "text": json.dumps(said)})

    return next_one


def _number(command: str) -> int | None:
    """The number by which the client knows a command that has been understood as JSON."""
    given = json.loads(command)
    return given.get("id") if isinstance(given, dict) else None


def _refusal(error: Exception) -> Any:
    return WebError(422, str(error)).response() if isinstance(error, BadInputError) else failed(error)
