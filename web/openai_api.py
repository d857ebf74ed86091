"""The routes of OpenAI's chat API, for clients that know no other: Open WebUI, LibreChat, the `openai` package.

The client keeps the conversation and sends all of it. The model `pagewitness` asks the whole library,
`pagewitness:report.pdf` that document, and `pagewitness:Reports` the documents of that collection. Nothing unproven is
sent: the stream holds only comments while the graph runs, then the answer with its links, citations and verdict.
Each conversation has a thread (`web/openai_threads.py`).
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from graph import dependencies
from graph.access import Identity
from graph.errors import HomeError
from web import openai_threads
from web.auth import identity_of
from web.responses import LIBRARY_UNAVAILABLE, logger

MODEL = "pagewitness"
_MAX_LISTED = 200
"""Documents that are listed as models; a menu of more cannot be read, and others can still be named."""
_KEEP_ALIVE_S = 10.0
"""Seconds between the comments that keep a stream open: proxies close one that is silent for 30 to 60 s."""
_PIECE = 400
"""Characters of an answer in one event of the stream."""
_FIELDS = ("verdict", "refused", "reason", "citations", "notes")
_OF_THE_REQUEST = ("BadInputError", "UnknownDocumentError", "SourceError", "PasswordError")
_OF_THE_LIBRARY = ("HomeError", "HomeInUseError", "IndexMismatchError", "OSError")
"""Errors of a run by their names."""


class ApiError(Exception):
    """A request that is not carried out, in the form of OpenAI's errors.

    Args:
        status: The HTTP status.
        message: One sentence: what is wrong, and what to do.
        kind: The type of the error, such as `invalid_request_error`.
        code: OpenAI's code for it, or "".
    """

    def __init__(self, status: int, message: str, kind: str = "invalid_request_error", code: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.kind, self.code = status, message, kind, code

    @property
    def body(self) -> dict[str, Any]:
        """The error as JSON."""
        return {"error": {"message": self.message, "type": self.kind, "param": None, "code": self.code or None}}


async def models(request: Request) -> Response:
    """List the library, and its documents, as models."""
    try:
        parts = await run_in_threadpool(_parts, identity_of(request))
    except (HomeError, OSError):
        return JSONResponse(ApiError(503, LIBRARY_UNAVAILABLE, "api_error").body, 503)
    names = [MODEL, *(f"{MODEL}:{part}" for part in parts)]
    data = [{"id": name, "object": "model", "created": 0, "owned_by": "pagewitness"} for name in names]
    return JSONResponse({"object": "list", "data": data})


def _parts(user: Identity) -> list[str]:
    """Return the names that may follow `pagewitness:`: those of collections, then those of documents."""
    catalog = dependencies.stores_of(user).catalog
    names = [*catalog.collections(), *(row.name for row in catalog.documents())]
    return list(dict.fromkeys(names))[:_MAX_LISTED]


async def chat_completions(request: Request) -> Response:
    """Answer the last message of a conversation from the documents."""
    user = identity_of(request)
    try:
        asked = await _body(request)
        given = _input(asked)
        if part := str(asked.get("model") or "").partition(":")[2]:
            given["documents"] = await run_in_threadpool(_documents, part, user)
        if asked.get("stream"):
            headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
            return StreamingResponse(
                _stream(asked, given, user, request), media_type="text/event-stream", headers=headers
            )
        return JSONResponse(_completion(asked, await _run(asked, given, user, request)))
    except ApiError as error:
        return JSONResponse(error.body, error.status)


async def _body(request: Request) -> dict[str, Any]:
    try:
        asked = json.loads(await request.body())
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise ApiError(400, "The body must be a JSON object with `model` and `messages`.")
    return asked


def _input(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input of the graph: the conversation's messages of the user and of the assistant.

    Raises:
        ApiError: there is no such model, or the messages do not end with the user's.
    """
    name = str(asked.get("model") or MODEL).partition(":")[0]
    if name != MODEL:
        raise ApiError(
            404, f"There is no model {name!r}: use {MODEL!r}, or {MODEL}:NAME for one document.", code="model_not_found"
        )
    messages = asked.get("messages")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise ApiError(400, "`messages` must be a list of messages, each with `role` and `content`.")
    kept = [
        {"role": message["role"], "content": message.get("content") or ""}
        for message in messages
        if message.get("role") in ("user", "assistant")
    ]
    if not kept or kept[-1]["role"] != "user":
        raise ApiError(400, "The last message must be the user's: it is the question.")
    return {"messages": kept}


def _documents(name: str, user: Identity) -> list[str]:
    """Return the documents of the collection of this name; else the name, as that of a document."""
    try:
        catalog = dependencies.stores_of(user).catalog
        ids = next((ids for one, ids in catalog.collections().items() if one.casefold() == name.casefold()), [])
        return [row.id for row in catalog.documents(ids)] or [name]
    except (HomeError, OSError) as error:
        raise ApiError(503, LIBRARY_UNAVAILABLE, "api_error") from error


async def _run(asked: Mapping[str, Any], given: dict[str, Any], identity: Identity, request: Request) -> dict[str, Any]:
    """Run the graph and return its state.

    Raises:
        ApiError: the input cannot be used, or a model service or the library cannot.
    """
    try:
        state = await openai_threads.run(given, str(asked.get("user") or ""), identity, request)
    except Exception as error:  # its text may name files of the server
        logger.exception("A chat completion failed", exc_info=error)
        raise ApiError(500, "Something went wrong on the server; its log says what.", "api_error") from error
    if problem := state.get("__error__"):
        kind, said = str(problem.get("error")), str(problem.get("message"))
        if kind in _OF_THE_REQUEST:
            raise ApiError(400, said)
        if kind == "ModelError":
            raise ApiError(502, said, "api_error")
        if kind in _OF_THE_LIBRARY:
            raise ApiError(503, LIBRARY_UNAVAILABLE, "api_error")
        raise ApiError(500, "Something went wrong on the server; its log says what.", "api_error")
    return state


def _completion(asked: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": _reply(state)}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {**_head(asked, "chat.completion"), "choices": [choice], "usage": _usage(state), **_proof(state)}


async def _stream(
    asked: Mapping[str, Any], given: dict[str, Any], identity: Identity, request: Request
) -> AsyncIterator[str]:
    """Yield server-sent events: comments while the graph runs, then the answer in pieces, then its proof."""
    head = _head(asked, "chat.completion.chunk")
    run = asyncio.create_task(_run(asked, given, identity, request))
    try:
        yield _event({**head, "choices": [_delta({"role": "assistant", "content": ""})]})
        while not (await asyncio.wait([run], timeout=_KEEP_ALIVE_S))[0]:
            yield ": the answer is being made\n\n"
        state = run.result()
        text = _reply(state)
        for start in range(0, len(text), _PIECE):
            yield _event({**head, "choices": [_delta({"content": text[start : start + _PIECE]})]})
        yield _event({**head, "choices": [_delta({}, "stop")], **_proof(state)})
        options = asked.get("stream_options")
        if isinstance(options, dict) and options.get("include_usage"):
            yield _event({**head, "choices": [], "usage": _usage(state)})
    except ApiError as error:
        yield _event(error.body)
    finally:
        run.cancel()  # the client has gone, or the run is done
    yield "data: [DONE]\n\n"


def _head(asked: Mapping[str, Any], kind: str) -> dict[str, Any]:
    name = str(asked.get("model") or MODEL)
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": name}


def _delta(delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}


def _event(body: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(body)}\n\n"


def _reply(state: Mapping[str, Any]) -> str:
    """Return the reply to the last message as Markdown with links to the cited pages."""
    messages = state.get("messages") or []
    return str(messages[-1]["content"]) if messages else ""


def _usage(state: Mapping[str, Any]) -> dict[str, int]:
    used = state.get("usage") or {}
    told, said = int(used.get("input_tokens", 0)), int(used.get("output_tokens", 0))
    return {"prompt_tokens": told, "completion_tokens": said, "total_tokens": told + said}


def _proof(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the citations and the verdict as extra fields, which OpenAI's clients pass on."""
    return {name: state[name] for name in _FIELDS if state.get(name) is not None}
