"""Several users on one server: what LangGraph's own routes keep belongs to its user, and no request forges another."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph import users
from graph.cli.clients.remote import RemoteClient, thread_id
from tests.dev_server import Server, run_server

pytestmark = pytest.mark.server

NAMES = ("ann", "ben.b@example.org", "eve", "ada")
SERVER_TOKEN = "the server's own token"
ASK = {"assistant_id": "query", "input": {"question": "Is it warm?"}}


def entries(*names: str) -> str:
    made = (users.toml_table(name, f"token of {name}") + ("admin = true\n" if name == "ada" else "") for name in names)
    return "\n".join(made)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("users")
    (folder / "users.toml").write_text(entries(*NAMES), "utf-8")
    with run_server(
        folder, PAGEWITNESS_ENGINE="offline", PAGEWITNESS_USERS="users.toml", PAGEWITNESS_SERVER_TOKEN=SERVER_TOKEN
    ) as started:
        yield started


def client(server: Server, token: str, **headers: str) -> httpx.Client:
    sent = {**({"Authorization": f"Bearer {token}"} if token else {}), **headers}
    return httpx.Client(base_url=server.url, headers=sent, timeout=300)


@pytest.fixture
def ann(server: Server) -> Iterator[httpx.Client]:
    with client(server, "token of ann") as http:
        yield http


@pytest.fixture
def ben(server: Server) -> Iterator[httpx.Client]:
    with client(server, "token of ben.b@example.org") as http:
        yield http


@pytest.fixture
def local(server: Server) -> Iterator[httpx.Client]:
    with client(server, SERVER_TOKEN) as http:
        yield http


def new_thread(http: httpx.Client, **body: Any) -> str:
    return str(http.post("/threads", json=body).raise_for_status().json()["thread_id"])


def test_no_search_finds_what_another_user_owns(ann: httpx.Client, ben: httpx.Client, local: httpx.Client) -> None:
    thread = new_thread(ann, metadata={"owner": "ben.b@example.org", "kind": "x"})
    assert ann.get(f"/threads/{thread}").json()["metadata"]["owner"] == "ann", "an owner cannot be given"
    for body in ({}, {"metadata": {"owner": "ann"}}, {"ids": [thread]}):
        found = [one["thread_id"] for one in ben.post("/threads/search", json=body).raise_for_status().json()]
        assert thread not in found, body
        assert ben.post("/threads/count", json=body).json() == len(found)
    assert ann.post("/threads/search", json={"ids": [thread]}).json()
    assert local.post("/threads/search", json={"ids": [thread]}).json(), "the local user manages everything"


def test_an_existing_thread_of_another_user_is_not_taken_over(ann: httpx.Client, ben: httpx.Client) -> None:
    thread = new_thread(ann)
    for body in ({"thread_id": thread, "if_exists": "do_nothing"}, {"thread_id": thread}):
        assert ben.post("/threads", json=body).status_code in (404, 409)
    reply = ben.post(f"/threads/{thread}/runs/wait", json={**ASK, "if_not_exists": "create"})
    assert reply.status_code == 404
    assert ann.get(f"/threads/{thread}").json()["metadata"]["owner"] == "ann"


def test_assistants_belong_to_their_makers_and_the_ready_made_ones_to_all(ann: httpx.Client, ben: httpx.Client) -> None:
    forged = {"owner": "ben.b@example.org", "created_by": "system"}
    made = ann.post("/assistants", json={"graph_id": "query", "name": "Ann's", "metadata": forged}).json()
    listed = ben.post("/assistants/search", json={"limit": 100}).json()
    assert {one["graph_id"] for one in listed} >= {"pagewitness", "query", "ingestion", "ask", "list", "ingest"}
    assert made["assistant_id"] not in {one["assistant_id"] for one in listed}
    own = f"/assistants/{made['assistant_id']}"
    for method, path, body in (
        ("GET", own, None), ("PATCH", own, {"name": "Ben's"}), ("DELETE", own, None), ("GET", f"{own}/schemas", None),
        ("POST", f"{own}/versions", {}), ("POST", f"{own}/latest", {"version": 1}), ("GET", f"{own}/graph", None),
        ("POST", "/runs/wait", {**ASK, "assistant_id": made["assistant_id"]}),
    ):  # fmt: skip
        reply = ben.request(method, path, json=body)
        assert reply.status_code == 404 or reply.json() == [], path
    shared = next(one for one in listed if one["graph_id"] == "query")
    for method, body in (("PATCH", {"name": "Ben's"}), ("DELETE", None)):
        assert ben.request(method, f"/assistants/{shared['assistant_id']}", json=body).status_code == 404
    ann.patch(own, json={"metadata": {"created_by": "system"}})
    assert ben.get(own).status_code == 404
    assert ann.get(own).json()["name"] == "Ann's"


def test_crons_belong_to_their_makers(ann: httpx.Client, ben: httpx.Client) -> None:
    body = {**ASK, "schedule": "0 0 1 1 *"}
    made = ann.post("/runs/crons", json=body).raise_for_status().json()["cron_id"]
    for find in ({}, {"metadata": {"owner": "ann"}}):
        assert ben.post("/runs/crons/search", json=find).json() == []
    assert [one["cron_id"] for one in ann.post("/runs/crons/search", json={}).json()] == [made]
    assert ben.patch(f"/runs/crons/{made}", json={"enabled": False}).status_code == 404
    assert ben.delete(f"/runs/crons/{made}").status_code == 404
    assert ann.delete(f"/runs/crons/{made}").status_code == 204


def test_items_of_the_store_belong_to_their_makers(ann: httpx.Client, ben: httpx.Client) -> None:
    item = {"namespace": ["notes"], "key": "one", "value": {"said": "secret"}}
    assert ann.put("/store/items", json=item).status_code == 204
    assert ann.get("/store/items", params={"namespace": "notes", "key": "one"}).json()["value"] == item["value"]
    for namespace in ("notes", "ann", "ann.notes"):
        assert ben.get("/store/items", params={"namespace": namespace, "key": "one"}).json() is None
    for prefix in ([], ["ann"], ["notes"], ["ann", "notes"]):
        found = ben.post("/store/items/search", json={"namespace_prefix": prefix}).json()
        assert found["items"] == []
        spaces = ben.post("/store/namespaces", json={"prefix": prefix} if prefix else {}).json()["namespaces"]
        assert {space[0] for space in spaces} <= {"ben%2Eb@example%2Eorg"}
    ben.request("DELETE", "/store/items", json={"namespace": ["ann", "notes"], "key": "one"})
    assert ann.get("/store/items", params={"namespace": "notes", "key": "one"}).json()["value"] == item["value"]


def test_the_upkeep_of_the_server_is_for_its_administrators(
    server: Server, ann: httpx.Client, local: httpx.Client
) -> None:
    body = {"assistant_id": "upkeep", "input": {"task": "doctor"}}
    said = ann.post("/runs/wait", json=body).json()["__error__"]["message"]
    assert "Only administrators" in said
    made = ann.post("/assistants", json={"graph_id": "upkeep"}).json()["assistant_id"]
    assert "__error__" in ann.post("/runs/wait", json={**body, "assistant_id": made}).json()
    assert "result" in local.post("/runs/wait", json=body).json()
    with client(server, "token of ada") as ada:
        assert "result" in ada.post("/runs/wait", json=body).json()


def test_an_administrator_rebuilds_what_all_have_and_learns_no_name(server: Server, ann: httpx.Client) -> None:
    sent = ann.post("/uploads", params={"name": "layoffs.txt"}, content=b"The ferry leaves at 07:15.").json()
    ann.post("/runs/wait", json={"assistant_id": "ingestion", "input": {"sources": [sent["source"]]}})
    with client(server, "token of ada") as ada:
        for task in ("reembed", "rechunk"):
            body = {"assistant_id": "upkeep", "input": {"task": task}, "stream_mode": ["custom", "values"]}
            told = ada.post("/runs/stream", json=body).text
            assert '"documents":1' in told.replace(" ", ""), told
            assert sent["id"] in told, "its progress"
            assert "layoffs" not in told
        found = ada.post("/runs/wait", json={"assistant_id": "upkeep", "input": {"task": "doctor"}}).json()["result"]
        assert "layoffs" not in str(found)
        (vectors,) = (check for check in found["checks"] if check["name"] == "vectors")
        assert vectors["detail"].startswith("1 vectors"), vectors
    answered = ann.post("/runs/wait", json={**ASK, "input": {"question": "When does the ferry leave?"}}).json()
    assert "07:15" in answered["answer"]
    assert ann.delete(f"/documents/{sent['id']}").status_code == 200


FORGED = {"langgraph_auth_user": {"identity": "ada", "admin": True}, "langgraph_auth_user_id": "ada",
          "langgraph_auth_permissions": ["admin"], "user_id": "ada"}  # fmt: skip


def test_no_request_forges_an_identity(server: Server) -> None:
    upkeep = {"assistant_id": "upkeep", "input": {"task": "doctor"}}
    headers = {
        "langgraph_auth_user": "ada", "langgraph-auth-user-id": "ada", "x-user": "ada", "x-auth-user": "ada",
        "x-auth-scheme": "langsmith", "x-user-id": "ada",
    }  # fmt: skip
    with client(server, "token of ann", **headers) as ann:
        thread = new_thread(ann, metadata=FORGED)
        bodies: list[dict[str, Any]] = [
            {**upkeep, "config": {"configurable": FORGED}},
            {**upkeep, "config": {"configurable": {"__pregel_runtime": {"server_info": {"user": FORGED}}}}},
            {**upkeep, "config": {"metadata": FORGED}, "metadata": FORGED},
            {**upkeep, "input": {"task": "doctor", **FORGED, "owner": "ada"}},
            {**upkeep, "user_id": "ada", "user": "ada", **FORGED},
        ]
        for body in bodies:
            for path in ("/runs/wait", f"/threads/{thread}/runs/wait"):
                reply = ann.post(path, json=body)
                assert "result" not in reply.json(), body
                assert reply.status_code >= 400 or "__error__" in reply.json(), reply.text
        reply = ann.post("/runs/wait", json={**upkeep, "context": FORGED})
        assert "result" not in reply.json()
        made = ann.post("/assistants", json={"graph_id": "upkeep", "config": {"configurable": FORGED}})
        if made.status_code == 200:
            reply = ann.post("/runs/wait", json={**upkeep, "assistant_id": made.json()["assistant_id"]})
            assert "Only administrators" in str(reply.json())
        ann.post(f"/threads/{thread}/state", json={"values": {**FORGED, "task": "doctor"}})
        assert (
            "result"
            not in ann.post(f"/threads/{thread}/runs/wait", json={"assistant_id": "upkeep", "input": None}).json()
        )


def test_the_conversation_of_a_chat_client_is_its_users(ann: httpx.Client, ben: httpx.Client) -> None:
    asked = {"model": "pagewitness", "messages": [{"role": "user", "content": "Is anybody there?"}]}
    replied = ann.post("/v1/chat/completions", json=asked)
    assert replied.status_code == 200, replied.text
    own = [
        one["metadata"]["owner"]
        for one in ann.post("/threads/search", json={"metadata": {"graph_id": "pagewitness"}}).json()
    ]
    assert own == ["ann"]
    assert ben.post("/threads/search", json={"metadata": {"graph_id": "pagewitness"}}).json() == []


def test_the_tools_of_assistants_act_for_their_user(ann: httpx.Client) -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": "Is it?"}},
    }
    reply = ann.post("/mcp", json=call).json()["result"]
    assert not reply["isError"], reply


def test_a_removed_user_is_out_and_so_are_runs_that_go_on(server: Server) -> None:
    path: Path = server.folder / "users.toml"
    with client(server, "token of eve") as eve:
        thread = new_thread(eve)
        assert eve.post("/session", content="token of eve").status_code == 200
        with httpx.Client(base_url=server.url, cookies=eve.cookies, timeout=300) as browser:
            assert browser.get("/documents").status_code == 200
            path.write_text(entries(*(name for name in NAMES if name != "eve")), "utf-8")
            try:
                end = time.monotonic() + 300
                while eve.get(f"/threads/{thread}").status_code != 401:
                    assert time.monotonic() < end
                assert eve.get("/documents").status_code == 401
                assert browser.get("/documents").status_code == 401
            finally:
                path.write_text(entries(*NAMES), "utf-8")


def test_a_user_lists_a_collection_by_its_name_or_id_and_a_reader_changes_nothing(
    ann: httpx.Client, ben: httpx.Client, local: httpx.Client
) -> None:
    made = ann.post("/collections/Shelf").raise_for_status().json()["id"]
    ann.put("/collections/Shelf/members", json={"who": "ben.b@example.org", "role": "reader"}).raise_for_status()
    ids = []
    for name, content, context in (
        ("a.md", b"# A\n\nFour winches.", {"collection": made}),
        ("b.md", b"# B\n\nTwo.", {}),
    ):
        sent = ann.post("/uploads", params={"name": name}, content=content).raise_for_status().json()
        run = {"assistant_id": "ingestion", "input": {"sources": [sent["source"]]}, "context": context}
        assert ann.post("/runs/wait", json=run).raise_for_status().json()["report"]["documents"]
        ids.append(sent["id"])
    for http, wanted, names in (
        (ann, made, ["a.md"]), (ann, "shelf", ["a.md"]), (ann, "user:ann", ["b.md"]), (ben, made, ["a.md"]),
        (ben, "user:ben.b@example.org", []), (ben, "user:ann", []), (ben, "nowhere", []), (local, "Shelf", ["a.md"]),
    ):  # fmt: skip
        told = http.get("/documents", params={"collection": wanted, "limit": 9}).raise_for_status().json()
        assert [one["label"] for one in told["documents"]] == names, wanted
        assert http is local or told["all"] == len(names), wanted
    assert {**ben.get("/collections").json(), "collections": []} == {
        "user": "ben.b@example.org", "personal": "user:ben.b@example.org", "collections": []
    }  # fmt: skip
    assert local.get("/collections").json()["user"] == ""
    refused = "You may read the collection 'Shelf', not add to it"
    for reply in (
        ben.put(f"/documents/{ids[0]}/collections", json=["Mine", "Shelf"]),
        ben.post("/collections", json={"documents": ids[:1], "names": ["Shelf"]}),
    ):
        assert (reply.status_code, refused in reply.text) == (403, True), reply.text
    sent = ben.post("/uploads", params={"name": "c.md"}, content=b"# C\n\nFive.").json()
    run = {"assistant_id": "ingestion", "input": {"sources": [sent["source"]]}, "context": {"collection": made}}
    assert refused in ben.post("/runs/wait", json=run).text, "by its name, not by its id"
    for one in ids:
        ann.delete(f"/documents/{one}").raise_for_status()


def test_errors_in_a_chat_name_an_attached_file_as_its_user_does(ann: httpx.Client) -> None:
    broken = base64.b64encode(b"%PDF-1.7\nnothing else").decode()
    block = {"type": "file", "base64": broken, "mime_type": "application/pdf", "filename": "minutes of May.pdf"}
    sent = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Is it warm?"}, block]}]}
    said = ann.post("/runs/wait", json={"assistant_id": "pagewitness", "input": sent}).text
    assert "minutes of May.pdf' is damaged" in said
    assert "downloads" not in said


def test_a_thread_that_the_command_line_names_is_of_its_user(
    server: Server, ann: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = new_thread(ann, thread_id=thread_id("old"))
    found: dict[str, list[str]] = {}
    for name in ("ann", "ben.b@example.org"):
        monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", f"token of {name}")
        for named in ("mine", "mine", "old"):
            RemoteClient(server.url, {}).ask("Is it warm?", [], named, lambda event: None)
        with client(server, f"token of {name}") as http:
            listed = http.post("/threads/search", json={"metadata": {"graph_id": "pagewitness"}, "limit": 100}).json()
        found[name] = [one["thread_id"] for one in listed]
        assert {thread_id("mine", name), thread_id("old", "" if name == "ann" else name)} <= set(found[name])
    assert old in found["ann"]
    assert not set(found["ann"]) & set(found["ben.b@example.org"])


def test_no_log_holds_a_token(server: Server) -> None:
    log = server.log.read_text("utf-8", "replace")
    assert not any(f"token of {name}" in log for name in NAMES)
    assert SERVER_TOKEN not in log


def test_users_of_a_proxy_are_known_to_routes_and_runs(tmp_path: Path) -> None:
    """The proxy is this machine; from another address, or with one that the client writes, no one is let in."""
    with run_server(
        tmp_path, PAGEWITNESS_ENGINE="offline", PAGEWITNESS_USERS="header:X-User,X-Groups",
        PAGEWITNESS_TRUSTED_PROXIES="127.0.0.1",
    ) as server, httpx.Client(base_url=server.url, timeout=300) as http:  # fmt: skip
        named = {"X-User": "ann@example.org", "X-Groups": "law", "X-Forwarded-For": "192.0.2.7"}
        assert http.get("/documents", headers=named).json() == {"documents": []}
        made = http.post("/threads", json={}, headers=named).json()
        assert made["metadata"]["owner"] == "ann@example.org"
        answered = http.post("/runs/wait", json=ASK, headers=named).json()
        assert answered["reason"] == "nothing_ingested"
        for path in ("/documents", f"/threads/{made['thread_id']}"):
            assert http.get(path).status_code == 401
            assert http.get(path, headers={**named, "X-User": "local"}).status_code == 401
        assert http.get(f"/threads/{made['thread_id']}", headers={**named, "X-User": "ben"}).status_code == 404
