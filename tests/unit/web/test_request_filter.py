"""The request filter: files become references wherever messages stand, and invalid requests are refused at once."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graph.errors import BadInputError
from web.request_filter import RequestFilter, filter_body
from web.responses import WebError

PDF = base64.b64encode(b"%PDF-1.7 and more").decode()
BLOCK = {"type": "file", "base64": PDF, "mime_type": "application/pdf", "filename": "a.pdf"}
MESSAGES = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, BLOCK]}]

HTTP: dict[str, Any] = {"type": "http", "headers": []}


async def echo(request: Request) -> Response:
    body = await request.body()
    return JSONResponse({"body": body.decode(), "length": request.headers.get("content-length")})


app = RequestFilter(Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST", "PUT", "PATCH"])]))


async def send(path: str, value: Any, method: str = "POST") -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return await client.request(method, path, content=json.dumps(value))


@pytest.mark.parametrize(
    "request_body",
    [
        {"input": {"messages": MESSAGES}},
        {"values": {"messages": MESSAGES}},
        {"command": {"update": {"messages": MESSAGES}}},
        {"messages": {"__overwrite__": MESSAGES}},
        [{"input": {"messages": MESSAGES}}, {"input": {"question": "What is it?"}}],
        {"params": {"arguments": {"messages": MESSAGES}}},
    ],
    ids=["a run", "a state", "a command", "an overwrite", "a batch", "a tool"],
)
def test_a_file_becomes_a_reference_and_is_stored(request_body: Any, home: Path) -> None:
    body = filter_body(json.dumps(request_body).encode(), HTTP).decode()
    assert PDF not in body
    assert "Attached: a.pdf" in body
    assert [file.read_bytes() for file in home.rglob("a.pdf")] == [b"%PDF-1.7 and more"]


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b'{"input": {"question": "What?"}}', b'{"messages": "text"}', b"[1, 2]", b"null"]
)
def test_a_body_without_files_is_passed_on_unchanged(body: bytes) -> None:
    assert filter_body(body, HTTP) is body


@pytest.mark.parametrize(
    "where", [lambda context: {"context": context}, lambda context: {"params": {"context": context}}]
)
def test_settings_that_do_not_exist_are_refused(where: Any) -> None:
    filter_body(json.dumps(where({"max_rewrites": 1})).encode(), HTTP)
    with pytest.raises(BadInputError, match="no_such_setting"):
        filter_body(json.dumps(where({"no_such_setting": 1})).encode(), HTTP)


def test_bytes_outside_of_a_file_block_are_refused() -> None:
    with pytest.raises(WebError) as caught:
        filter_body(
            json.dumps({"input": {"question": base64.b64encode(b"%PDF-1.7" + bytes(3000)).decode()}}).encode(), HTTP
        )
    assert caught.value.status == 422


def test_deep_nesting_is_refused_or_left_to_the_api() -> None:
    """Where the JSON parser and the search for messages give up depends on Python; neither may raise its own error."""
    statuses = set()
    for depth in range(100, 3000, 100):
        try:
            filter_body(b'{"a":' * depth + b"1" + b"}" * depth, HTTP)
        except WebError as error:
            statuses.add(error.status)
    assert statuses == {422}


async def test_the_server_gets_the_filtered_body_with_its_length(home: Path) -> None:
    reply = (await send("/threads/x/runs/stream", {"input": {"messages": MESSAGES}})).json()
    assert PDF not in reply["body"]
    assert int(reply["length"]) == len(reply["body"].encode())


async def test_a_refusal_is_one_sentence_and_nothing_is_passed_on() -> None:
    reply = await send("/runs/wait", {"context": {"no_such_setting": 1}})
    assert reply.status_code == 422
    assert "no_such_setting" in reply.json()["detail"]
    assert "body" not in reply.json()


async def test_paths_where_nothing_is_stored_are_left_alone() -> None:
    given = {"messages": MESSAGES}
    for method, path in (("POST", "/uploads"), ("POST", "/runsome"), ("GET", "/threads/x/state")):
        assert json.loads((await send(path, given, method)).json()["body"]) == given
