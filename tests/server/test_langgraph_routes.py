"""LangGraph's own routes on a server of several users: what one user owns is to others like what does not exist.

The routes are those that the server has: one that a new version adds fails a test until it has a row here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from graph import users
from tests import forked_python
from tests.dev_server import Server, run_server

pytestmark = pytest.mark.server

MISSING = "00000000-0000-4000-8000-000000000000"
SECRET = "heliotrope"
ASK = {"assistant_id": "query", "input": {"question": f"Is the {SECRET} in bloom?"}}
CRON = {**ASK, "schedule": "0 0 1 1 *"}
SAY = {"message": {"role": "user", "parts": [{"kind": "text", "text": "x"}], "messageId": "1", "contextId": "{t}"}}
START = {"id": 1, "method": "run.start", "params": ASK}
FORGED = {"values": {"question": "x"}}
_LISTED_S, _HEARD_S = 3.0, 300.0
"""How long a stream is read that is to say nothing, and one that is to tell the secret; it is read until it does."""

# For each route how another user is answered: as if the thing did not exist, only with what is theirs, with an error,
# with nothing about users, or as if there were no route at all; and the body that is sent.
MISSED, FILTERED, REFUSED, GENERAL, CLOSED, OURS = "missed", "filtered", "refused", "general", "closed", "ours"
T, R, A = "/threads/{thread_id}", "/threads/{thread_id}/runs", "/assistants/{assistant_id}"
ROWS: dict[tuple[str, str], tuple[str, Any]] = {
    ("GET", T): (MISSED, None), ("PATCH", T): (MISSED, {"metadata": {"owner": "ben"}}), ("DELETE", T): (MISSED, None),
    ("GET", f"{T}/state"): (MISSED, None), ("POST", f"{T}/state"): (MISSED, FORGED),
    ("GET", f"{T}/state/{{checkpoint_id}}"): (MISSED, None),
    ("POST", f"{T}/state/checkpoint"): (MISSED, {"checkpoint": {"checkpoint_id": "{c}", "checkpoint_ns": ""}}),
    ("GET", f"{T}/storage"): (MISSED, None), ("GET", f"{T}/history"): (MISSED, None),
    ("POST", f"{T}/history"): (MISSED, {}), ("POST", f"{T}/copy"): (MISSED, {}), ("GET", f"{T}/stream"): (MISSED, None),
    ("POST", f"{T}/stream/events"): (MISSED, {"channels": ["values", "messages", "lifecycle"]}),
    ("WEBSOCKET", f"{T}/stream/events"): ("socket", None), ("POST", f"{T}/commands"): (REFUSED, START),
    ("GET", R): (MISSED, None), ("POST", R): (MISSED, ASK), ("POST", f"{R}/wait"): (MISSED, ASK),
    ("POST", f"{R}/stream"): (MISSED, ASK), ("POST", f"{R}/crons"): (MISSED, CRON),
    ("GET", f"{R}/{{run_id}}"): (MISSED, None), ("DELETE", f"{R}/{{run_id}}"): (MISSED, None),
    ("GET", f"{R}/{{run_id}}/join"): (MISSED, None), ("GET", f"{R}/{{run_id}}/stream"): (MISSED, None),
    ("POST", f"{R}/{{run_id}}/cancel"): (MISSED, {}),
    ("POST", "/threads"): (REFUSED, {"thread_id": "{t}", "if_exists": "do_nothing"}),
    ("POST", "/threads/search"): (FILTERED, {"metadata": {"owner": "ann"}}), ("POST", "/threads/count"): (FILTERED, {}),
    ("POST", "/threads/prune"): (REFUSED, {"thread_ids": ["{t}"], "strategy": "delete"}),
    ("POST", "/runs/wait"): (MISSED, {**ASK, "assistant_id": "{a}"}),
    ("POST", "/runs/stream"): (MISSED, {**ASK, "assistant_id": "{a}"}),
    ("POST", "/runs"): (MISSED, {**ASK, "assistant_id": "{a}"}),
    ("POST", "/runs/batch"): (MISSED, [{**ASK, "assistant_id": "{a}"}]),
    ("POST", "/runs/cancel"): (MISSED, {"thread_id": "{t}", "run_ids": ["{r}"]}),
    ("POST", "/runs/crons"): (MISSED, {**CRON, "assistant_id": "{a}"}),
    ("POST", "/runs/crons/search"): (FILTERED, {}), ("POST", "/runs/crons/count"): (FILTERED, {}),
    ("GET", "/runs/crons/{cron_id}"): (MISSED, None), ("PATCH", "/runs/crons/{cron_id}"): (MISSED, {"enabled": False}),
    ("DELETE", "/runs/crons/{cron_id}"): (MISSED, None), ("GET", A): (MISSED, None), ("DELETE", A): (MISSED, None),
    ("PATCH", A): (MISSED, {"name": "Ben's"}), ("GET", f"{A}/graph"): (MISSED, None),
    ("GET", f"{A}/schemas"): (MISSED, None), ("GET", f"{A}/subgraphs"): (MISSED, None),
    ("GET", f"{A}/subgraphs/{{namespace}}"): (MISSED, None), ("POST", f"{A}/latest"): (MISSED, {"version": 1}),
    ("POST", f"{A}/versions"): (MISSED, {}), ("POST", "/assistants/search"): (FILTERED, {"limit": 100}),
    ("POST", "/assistants/count"): (FILTERED, {}),
    ("POST", "/assistants"): (REFUSED, {"graph_id": "query", "assistant_id": "{a}", "if_exists": "do_nothing"}),
    ("PUT", "/store/items"): (GENERAL, {"namespace": ["notes"], "key": "one", "value": {}}),
    ("GET", "/store/items"): (FILTERED, None), ("DELETE", "/store/items"): (GENERAL, {"namespace": [], "key": "one"}),
    ("POST", "/store/items/search"): (FILTERED, {"namespace_prefix": []}),
    ("POST", "/store/namespaces"): (FILTERED, {}), ("POST", "/ui/{graph_id}"): (GENERAL, {"name": "x"}),
    ("GET", "/a2a/{assistant_id}"): (GENERAL, None), ("DELETE", "/a2a/{assistant_id}"): (GENERAL, None),
    ("GET", "/a2a/{assistant_id}/"): (GENERAL, None), ("DELETE", "/a2a/{assistant_id}/"): (GENERAL, None),
    ("POST", "/a2a/{assistant_id}"): (MISSED, {"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": SAY}),
    ("POST", "/a2a/{assistant_id}/"): (MISSED, {"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": SAY}),
    ("GET", "/a2a/{assistant_id}/.well-known/agent-card.json"): (MISSED, None),
    ("GET", "/a2a/{assistant_id}/.well-known/agent.json"): (MISSED, None),
    ("GET", "/.well-known/agent-card.json"): (GENERAL, None),
    ("GET", "/info"): (GENERAL, None), ("GET", "/metrics"): (GENERAL, None), ("GET", "/docs"): (GENERAL, None),
    ("GET", "/openapi.json"): (GENERAL, None), ("GET", "/ok"): (GENERAL, None),
    ("POST", "/internal/truncate"): (CLOSED, None), ("GET", "/internal/debug/thread/{thread_id}"): (CLOSED, None),
    ("GET", "/deploy"): (CLOSED, None), ("POST", "/deploy"): (CLOSED, {}),
    ("GET", "/deploy/{operation_id}/stream"): (CLOSED, None),
    **{(method, "/mcp"): (OURS, None) for method in ("GET", "POST", "DELETE")}, ("GET", "/"): (OURS, None),
}  # fmt: skip

LIST_ROUTES = """
import json, os
os.environ |= {"DATABASE_URI": ":memory:", "REDIS_URI": "x", "LANGGRAPH_RUNTIME_EDITION": "inmem",
               "MIGRATIONS_PATH": "__inmem"}
from langgraph_api import api
from starlette.routing import Route, WebSocketRoute
found = []
for route in (*api.protected_routes, *api.unshadowable_meta_routes, *api.shadowable_meta_routes):
    if isinstance(route, Route):
        found += [(method, route.path) for method in (route.methods or {"GET"}) - {"HEAD"}]
    elif isinstance(route, WebSocketRoute):
        found.append(("WEBSOCKET", route.path))
    elif route.path != "/ui":
        found.append(("MOUNT", route.path))
print(json.dumps(found))
"""


def test_every_route_of_langgraph_has_a_row() -> None:
    done = forked_python.run(["-c", LIST_ROUTES], capture_output=True, check=True)
    assert {tuple(one) for one in json.loads(done.stdout.splitlines()[-1])} == set(ROWS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("routes")
    listed = "\n".join(users.toml_table(name, f"token of {name}") for name in ("ann", "ben"))
    (folder / "users.toml").write_text(listed, "utf-8")
    with run_server(folder, PAGEWITNESS_ENGINE="offline", PAGEWITNESS_USERS="users.toml") as started:
        yield started


def client(server: Server, name: str) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer token of {name}"}, timeout=300)


@pytest.fixture(scope="module")
def people(server: Server) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    with client(server, "ann") as ann, client(server, "ben") as ben:
        yield ann, ben


@pytest.fixture(scope="module")
def owned(people: tuple[httpx.Client, httpx.Client]) -> dict[str, str]:
    """What Ann has, by the letter that stands for it."""
    ann, _ = people
    thread = ann.post("/threads", json={"metadata": {"said": SECRET}}).json()["thread_id"]
    run = ann.post(f"/threads/{thread}/runs", json=ASK).json()["run_id"]
    ann.get(f"/threads/{thread}/runs/{run}/join").raise_for_status()
    ann.put("/store/items", json={"namespace": ["notes"], "key": "one", "value": {"said": SECRET}}).raise_for_status()
    return {
        "t": thread, "r": run, "c": ann.get(f"/threads/{thread}/state").json()["checkpoint"]["checkpoint_id"],
        "k": ann.post("/runs/crons", json=CRON).json()["cron_id"],
        "a": ann.post("/assistants", json={"graph_id": "pagewitness", "name": SECRET}).json()["assistant_id"],
    }  # fmt: skip


LETTERS = {"thread_id": "t", "run_id": "r", "checkpoint_id": "c", "cron_id": "k", "assistant_id": "a"}
OTHERS = {"graph_id": "query", "namespace": "x", "operation_id": "x"}


def ask(
    http: httpx.Client, route: tuple[str, str], things: Mapping[str, str], seconds: float = _LISTED_S
) -> tuple[int, str]:
    """Return status and text of a reply, of a stream its beginning; ids in it stand as letters."""
    method, path = route
    body = json.dumps(ROWS[route][1])
    for letter, value in things.items():
        body = body.replace(f"{{{letter}}}", value)
    filled = path.format(**{name: things[letter] for name, letter in LETTERS.items()}, **OTHERS)
    sent = json.loads(body)
    query = {"namespace": "notes", "key": "one"} if route == ("GET", "/store/items") else None
    text, end = "", time.monotonic() + seconds
    with http.stream(method, filled, json=sent, params=query) as reply:
        for part in reply.iter_text():
            text += part
            if time.monotonic() > end or SECRET in text:
                break
    for letter, value in things.items():
        text = text.replace(value, letter)
    return reply.status_code, text


def events(text: str) -> str:
    """Return a stream without the comments that keep it open."""
    return "\n".join(line for line in text.splitlines() if line and not line.startswith(":"))


@pytest.mark.parametrize("route", ROWS, ids=lambda route: " ".join(route))
def test_what_a_user_owns_is_like_what_does_not_exist(
    route: tuple[str, str], people: tuple[httpx.Client, httpx.Client], owned: dict[str, str]
) -> None:
    (ann, ben), kind = people, ROWS[route][0]
    if kind in ("socket", OURS):
        return  # the socket has a test of its own, our routes have theirs in test_doors.py
    status, said = ask(ben, route, owned)
    assert SECRET not in said
    if kind == MISSED:
        none = ask(ben, route, dict.fromkeys(owned, MISSING))
        assert (status, set(events(said))) == (none[0], set(events(none[1]))) or status == none[0] == 404, said
    elif kind == REFUSED:
        assert status in (404, 409) or "not found" in said, said
    elif kind == CLOSED:
        assert (status, said) == ask(ann, route, owned) == (404, '{"detail":"Not Found"}')
    else:
        assert not any(f'"{letter}"' in said for letter in "trcka"), said
    assert ann.get(f"/threads/{owned['t']}").json()["metadata"]["owner"] == "ann"
    assert SECRET in ann.get(f"/threads/{owned['t']}/state").text


def test_no_stream_tells_of_a_run_of_another_user(
    server: Server, people: tuple[httpx.Client, httpx.Client], owned: dict[str, str]
) -> None:
    """Streams that were opened before the run begins."""
    ann, _ = people
    routes = [("GET", f"{T}/stream"), ("POST", f"{T}/stream/events")]

    def listen(name: str, route: tuple[str, str]) -> str:
        with client(server, name) as http:
            return ask(http, route, owned, _LISTED_S if name == "ben" else _HEARD_S)[1]

    with ThreadPoolExecutor(4) as pool:
        listening = [("ann", routes[0]), *(("ben", route) for route in routes)]
        heard = {(name, route[1]): pool.submit(listen, name, route) for name, route in listening}
        while not heard["ann", f"{T}/stream"].done():  # nothing says from when on a stream listens
            ann.post(f"/threads/{owned['t']}/runs/wait", json=ASK).raise_for_status()
    assert SECRET in heard["ann", f"{T}/stream"].result(), "its owner is told"
    assert not any(SECRET in heard["ben", route[1]].result() for route in routes)


def test_no_socket_tells_of_a_run_of_another_user(
    server: Server, people: tuple[httpx.Client, httpx.Client], owned: dict[str, str]
) -> None:
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    url = f"{server.url.replace('http', 'ws')}/threads/{owned['t']}/stream/events"

    def listen(name: str) -> str:
        text, end = "", time.monotonic() + (_LISTED_S if name == "ben" else _HEARD_S)
        try:
            with connect(url, additional_headers={"Authorization": f"Bearer token of {name}"}) as socket:
                channels = {"channels": ["values", "messages", "lifecycle"]}
                socket.send(json.dumps({"id": 1, "method": "subscription.subscribe", "params": channels}))
                socket.send(json.dumps({**START, "id": 2}))
                while SECRET not in text and (left := end - time.monotonic()) > 0:
                    text += str(socket.recv(left))
        except (WebSocketException, TimeoutError) as error:
            text += str(error)
        return text

    assert SECRET in listen("ann"), "its owner is told"
    assert SECRET not in listen("ben")
    assert len(people[0].get(f"/threads/{owned['t']}/runs").json()) >= 1
