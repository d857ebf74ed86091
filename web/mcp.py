"""The Model Context Protocol at `/mcp`: streamable HTTP without sessions, with JSON replies.

It replaces LangGraph's own route, which offers every graph, including maintenance, returns Python's `repr` of a state,
and does not mark a user's errors as errors. This one offers the four tools of `web/mcp_tools.py`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from graph.access import Identity
from web.auth import identity_of
from web.mcp_tools import call_tool, described_tools, knows_tool
from web.responses import WebError, body_of, without_half_characters

_VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""Versions of the protocol, the newest first."""
_METHOD_NOT_FOUND, _INVALID_PARAMS, _INVALID_REQUEST, _PARSE_ERROR = -32601, -32602, -32600, -32700
_KEEP_ALIVE_S = 10.0
"""Seconds between the line feeds that keep a connection open; JSON may begin with any number of them."""
_INSTRUCTIONS = (
    "PageWitness answers questions about the user's own documents. Cite its answers with their links: each leads to "
    "the page with the quote marked. When `ask` refuses, the documents do not say it: do not fill in from elsewhere."
)
_MAX_PARALLEL = 20
_MAX_BYTES = 2**20
"""The largest message: a question with the names of thousands of documents."""
_calls = asyncio.Semaphore(_MAX_PARALLEL)


async def mcp(request: Request) -> Response:
    """Answer a message of an MCP client."""
    if request.method != "POST":
        return Response(status_code=405, headers={"Allow": "POST"})  # there are no sessions to join or to end
    try:
        body = await body_of(request, _MAX_BYTES, "The message is larger than 1 MB.")
        message = json.loads(without_half_characters(body))
    except WebError as error:
        return JSONResponse(_error(None, _INVALID_REQUEST, error.detail), error.status)
    except (ValueError, RecursionError):
        return JSONResponse(_error(None, _PARSE_ERROR, "The body must be one JSON object."), 400)
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return JSONResponse(_error(None, _INVALID_REQUEST, "The body must be one JSON-RPC 2.0 message."), 400)
    method, identity, params = message.get("method"), message.get("id"), message.get("params")
    if identity is None or not method:
        return Response(status_code=202)  # a notification, or a response
    params = params if isinstance(params, dict) else {}
    if method == "tools/call" and knows_tool(params.get("name")):
        return StreamingResponse(_called(identity, params, identity_of(request)), media_type="application/json")
    return JSONResponse(_replied(identity, method, params))


def _replied(identity: Any, method: Any, params: dict[str, Any]) -> dict[str, Any]:
    """Return the reply to a message other than the call of a tool."""
    if method == "initialize":
        return _result(identity, _initialized(params))
    if method == "ping":
        return _result(identity, {})
    if method == "tools/list":
        return _result(identity, {"tools": described_tools()})
    if method == "tools/call":
        said = f"There is no tool {str(params.get('name'))[:100]!r}: `tools/list` names them."
        return _error(identity, _INVALID_PARAMS, said)
    return _error(identity, _METHOD_NOT_FOUND, f"Method not found: {str(method)[:100]}")


async def _called(identity: Any, params: dict[str, Any], user: Identity) -> AsyncIterator[str]:
    """Yield line feeds while a tool works, or waits until fewer others do, then its result as JSON."""
    call = asyncio.create_task(_in_turn(params, user))
    try:
        while not (await asyncio.wait([call], timeout=_KEEP_ALIVE_S))[0]:
            yield "\n"
    finally:
        if not call.done():
            call.cancel()  # the client has gone
    yield json.dumps(_result(identity, call.result()))


async def _in_turn(params: dict[str, Any], user: Identity) -> dict[str, Any]:
    async with _calls:
        return await call_tool(params["name"], params.get("arguments"), user)


def _initialized(params: dict[str, Any]) -> dict[str, Any]:
    wanted = params.get("protocolVersion")
    return {
        "protocolVersion": wanted if wanted in _VERSIONS else _VERSIONS[0],
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "pagewitness", "title": "PageWitness", "version": version("pagewitness")},
        "instructions": _INSTRUCTIONS,
    }


def _result(identity: Any, result: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": identity, "result": result}


def _error(identity: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": identity, "error": {"code": code, "message": message}}
