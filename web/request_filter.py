"""ASGI middleware that takes files out of requests and refuses invalid ones before LangGraph's API stores them.

The API stores the input of every run unchanged, and the values of a state update. So files are taken out of messages
here, as the graph itself does for Python users (see `graph/attachments.py`), wherever in a request messages may stand:
runs, batches, crons, updates and copies of states, commands. Malformed requests and unknown settings are refused
at once; the API would drop an unknown setting silently.

Runs after `web.security.SecurityMiddleware`, so that refused clients store nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import prompts
from graph import context, dependencies
from graph.access import Scope as Everything
from graph.attachments import MAX_FILE_BYTES, REFERENCE, detach, has_files, is_stored, looks_like_base64
from graph.errors import BadInputError
from graph.settings import settings
from graph.storage.stores import Stores
from web.auth import stores_of
from web.replies import DOES_NOT_FIT, STATE_PATH
from web.responses import WebError, body_of, error_response, without_half_characters
from web.uploads import prepare_folder

MAX_BODY_BYTES = 300 * 2**20
"""The largest request; the API itself has the same limit."""
_TOO_LARGE = f"The request is larger than {MAX_BODY_BYTES >> 20} MB: upload files one by one instead."

_STORED_PATH = re.compile(r"/(?:runs|threads|assistants|v1)(?:/.*)?")
_MAX_MODEL_NAME = 1100  # characters: `pagewitness:` and the longest name of an upload
_NO_MODEL = "`model` is longer than any name: use `pagewitness`, or `pagewitness:NAME` for one document."
_BARE_FILE = "The request holds a file's base64 outside of a message's file block: attach it there, or upload it."


class RequestFilter:
    """ASGI middleware that replaces files by references and refuses requests that could not be carried out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request, or a message of a web socket, with references in place of files."""
        path = str(scope.get("path", "")).removeprefix(str(scope.get("root_path", "")))
        if scope["type"] == "websocket" and _STORED_PATH.fullmatch(path):
            await self.app(scope, _filtered_socket(scope, receive, send), send)
        elif scope["type"] != "http" or not _STORED_PATH.fullmatch(path):
            await self.app(scope, receive, send)
        elif scope["method"] not in ("POST", "PUT", "PATCH"):
            if path.endswith("/schemas"):
                await run_in_threadpool(prompts.refresh)  # the form shows prompts as they are now
            await self.app(scope, receive, send)
        else:
            try:
                of_state = bool(STATE_PATH.fullmatch(path))
                sent = await body_of(Request(scope, receive), MAX_BODY_BYTES, _TOO_LARGE)
                body = await run_in_threadpool(filter_body, sent, scope, of_state=of_state)
            except ClientDisconnect:
                return
            except Exception as error:  # becomes the response: a bad input with its sentence, the rest as 500
                await _refusal(error)(scope, receive, send)
                return
            headers = [pair for pair in scope["headers"] if pair[0] not in (b"content-length", b"transfer-encoding")]
            headers.append((b"content-length", str(len(body)).encode()))
            await self.app({**scope, "headers": headers}, _replay(body, receive), send)


def filter_body(body: bytes, scope: Scope, *, of_state: bool = False) -> bytes:
    """Return the body with references in place of files; the same object if it holds no file or is not JSON.

    Half of a surrogate pair becomes "?".

    Args:
        body: The body of a request.
        scope: The request, whose user the files are stored for.
        of_state: Whether the request changes the state of a thread.

    Raises:
        BadInputError, WebError: The request could not be carried out.
    """
    prompts.refresh()
    try:
        body = without_half_characters(body)
        given = json.loads(body)
    except (ValueError, RecursionError):
        return body  # passed on: the API reports the error
    try:
        for one in given if isinstance(given, list) else [given]:
            _check_settings(one)
        _check_shape(given, of_state=of_state)
        detached = _detached(given, len(body), scope)
        if len(body) >= 2000 and any(looks_like_base64(text) for text in _texts(detached)):
            raise WebError(422, _BARE_FILE)
    except RecursionError:
        raise WebError(422, "The request is nested too deeply: remove some levels.") from None
    return body if detached is given else json.dumps(detached).encode()


def _check_settings(given: Any) -> None:
    """Refuse invalid settings of a run; commands and crons hold them under `params`."""
    for one in (given, given.get("params") if isinstance(given, Mapping) else None):
        if isinstance(one, Mapping) and one.get("context"):
            context.check(one["context"])


def _check_shape(given: Any, *, of_state: bool) -> None:
    """Refuse an invalid state or model name with one sentence; the API itself would quote its schemas."""
    if not isinstance(given, Mapping):
        return
    if len(str(given.get("model") or "")) > _MAX_MODEL_NAME:
        raise WebError(422, _NO_MODEL)
    values = given.get("values")
    listed = values if isinstance(values, list) else [values or {}]
    if of_state and not all(isinstance(one, Mapping) for one in listed):
        raise WebError(422, DOES_NOT_FIT)


def _detached(value: Any, size: int, scope: Scope) -> Any:
    """Return the value with files taken out of all messages in it; the same object if there are none."""
    if isinstance(value, list):
        items = [_detached(item, size, scope) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if not isinstance(value, Mapping):
        return value
    made = {
        key: _without_files(item, size, scope) if key == "messages" else _detached(item, size, scope)
        for key, item in value.items()
    }
    return value if all(made[key] is value[key] for key in value) else made


def _without_files(messages: Any, size: int, scope: Scope) -> Any:
    """Return messages without their files; `size` is that of the whole request in bytes."""
    if isinstance(messages, Mapping) and "__overwrite__" in messages:
        return {**messages, "__overwrite__": _without_files(messages["__overwrite__"], size, scope)}
    stores = _stores(scope)
    folder = stores.downloads
    if has_files(messages):
        prepare_folder(size, folder)
    limit = min(MAX_FILE_BYTES, settings().upload_mb * 2**20)
    made = detach({"messages": messages}, folder, limit)["messages"]
    if made == messages:
        return messages
    for reference in _references(made):
        stores.share_attachment(reference)
    return made


def _references(messages: Any) -> Iterator[str]:
    """Yield the references that have taken the place of files."""
    for message in messages if isinstance(messages, list) else [messages]:
        content = message.get("content") if isinstance(message, Mapping) else message[-1]
        for block in content if isinstance(content, list) else []:
            if isinstance(block, Mapping) and is_stored(str(block.get(REFERENCE, ""))):
                yield str(block[REFERENCE])


def _stores(scope: Scope) -> Stores:
    """Return the stores as the user of a request sees them."""
    if str(scope.get("root_path", "")).startswith(
        "/noauth"
    ):  # the server's own request: a route has taken the files out
        return dependencies.stores(Everything.everything())
    return stores_of(HTTPConnection(scope))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Replay the buffered body, then pass on disconnects."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return left.pop() if left else await receive()

    return next_message


def _filtered_socket(scope: Scope, receive: Receive, send: Send) -> Receive:
    """Return a `receive` that filters the messages of a web socket; refused ones are answered and not passed on."""

    async def next_message() -> Message:
        while True:
            message = await receive()
            text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
            if message["type"] != "websocket.receive" or not text:
                return message
            try:
                body = await run_in_threadpool(filter_body, text.encode(), scope)
                return {"type": "websocket.receive", "text": body.decode()}
            except Exception as error:  # becomes a message
                detail = json.loads(bytes(_refusal(error).body))["detail"]
                said = {"type": "error", "id": _command_id(text), "error": "invalid_argument", "message": detail}
                await send({"type": "websocket.send", "text": json.dumps(said)})

    return next_message


def _command_id(command: str) -> int | None:
    """Return the client's id of a command, which is valid JSON."""
    given = json.loads(command)
    return given.get("id") if isinstance(given, dict) else None


def _refusal(error: Exception) -> Any:
    return WebError(422, str(error)).response() if isinstance(error, BadInputError) else error_response(error)
