"""Searches for threads in words that Aegra does not know, on an application that refuses and ignores the same."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from web.aegra_threads import ThreadSearchMiddleware

KNOWN = "00000000-0000-4000-8000-000000000001"
LOCKED = "00000000-0000-4000-8000-000000000002"
GONE = "00000000-0000-4000-8000-000000000003"


async def search(request: Request) -> JSONResponse:
    asked = await request.json()
    return JSONResponse(asked, status_code=422 if asked.get("select") else 200)


def thread(request: Request) -> JSONResponse:
    name = request.path_params["thread"]
    assert request.headers["authorization"] == "Bearer mine"
    return JSONResponse({"thread_id": name}, status_code={KNOWN: 200, LOCKED: 401}.get(name, 404))


def secret(request: Request) -> JSONResponse:
    raise AssertionError


ROUTES = [
    Route("/threads/search", search, methods=["POST"]), Route("/threads/{thread}", thread),
    Route("/threads/{thread}/{rest:path}", secret),
]  # fmt: skip
client = TestClient(Starlette(routes=ROUTES, middleware=[Middleware(ThreadSearchMiddleware)]))
client.headers["authorization"] = "Bearer mine"


def test_fields_that_only_make_the_reply_smaller_are_left_out() -> None:
    asked = {"metadata": {"room": "conversation"}, "limit": 5, "select": ["status"], "extract": {"first": "values"}}
    reply = client.post("/threads/search", json=asked)
    assert (reply.status_code, reply.json()) == (200, {"metadata": {"room": "conversation"}, "limit": 5})


@pytest.mark.parametrize(
    ("ids", "found"),
    [([KNOWN], [KNOWN]), ([GONE], []), ([GONE, KNOWN], [KNOWN]), ([], []), ([f"{KNOWN}/state", 7], [])],
)
def test_threads_are_looked_up_by_their_ids(ids: list[Any], found: list[str]) -> None:
    reply = client.post("/threads/search", json={"ids": ids, "limit": 1, "select": ["status"]})
    assert reply.status_code == 200
    assert [one["thread_id"] for one in reply.json()] == found


def test_what_is_refused_stays_refused() -> None:
    assert client.post("/threads/search", json={"ids": [LOCKED]}).status_code == 401


def test_what_is_no_search_passes() -> None:
    assert client.get(f"/threads/{KNOWN}").json() == {"thread_id": KNOWN}
    assert client.post("/threads/search", json={"limit": 5}).json() == {"limit": 5}
