"""Whose documents may I see: every route, graph and tool, for owner, reader, writer of another collection, stranger,
no token and removed user. A document of another is like one that does not exist, wherever it is asked for."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pymupdf
import pytest
from starlette.routing import Mount, Route

from graph import users
from graph.access import LOCAL, Role, scope_of
from graph.storage.stores import HomeStores
from tests.dev_server import Server, run_server
from web.app import ROUTES

pytestmark = pytest.mark.server

NAMES = ("ann", "rita", "walt", "ben")  # owner, reader, writer of another collection, stranger
OUTSIDE = ("walt", "ben")
MISSING = "0123456789abcdef"
SECRET, OWN_NAME = "The marmalade vault opens with the word heliotrope.", "anns-plans.pdf"


def entries(*names: str) -> str:
    return "\n".join(users.toml_table(name, f"token of {name}") for name in names)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a collection of Ann, whose reader is Rita, and one that Walt may write to."""
    folder = tmp_path_factory.mktemp("doors")
    (folder / "users.toml").write_text(entries(*NAMES), "utf-8")
    opened = HomeStores(folder / "home", "")
    (folder / "home").mkdir()
    catalog, everything = opened.catalog, scope_of(LOCAL, opened.catalog)
    team, other = catalog.create_collection(everything, "Team"), catalog.create_collection(everything, "Other")
    roles: list[tuple[str, str, Role]] = [(team, "ann", "manager"), (team, "rita", "reader"), (other, "walt", "writer")]
    for collection, name, role in roles:
        catalog.set_member(everything, collection, name, role)
    opened.close()
    with run_server(folder, PAGEWITNESS_ENGINE="offline", PAGEWITNESS_USERS="users.toml") as started:
        yield started


def client(server: Server, name: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer token of {name}"} if name else {}
    return httpx.Client(base_url=server.url, headers=headers, timeout=300)


@pytest.fixture(scope="module")
def people(server: Server) -> Iterator[dict[str, httpx.Client]]:
    opened = {name: client(server, name) for name in (*NAMES, "eve", "")}
    yield opened
    for one in opened.values():
        one.close()


def read(http: httpx.Client, content: bytes, name: str, **context: Any) -> str:
    """Upload a file and have it read; return its document's id."""
    sent = http.post("/uploads", params={"name": name}, content=content).raise_for_status().json()
    run = {"assistant_id": "ingestion", "input": {"sources": [sent["source"]]}, "context": context}
    report = http.post("/runs/wait", json=run).raise_for_status().json()["report"]
    assert report["documents"][0]["status"] in ("complete", "unchanged"), report
    return str(sent["id"])


def pdf(*texts: str) -> bytes:
    made: Any = pymupdf.open()
    for text in texts:
        made.new_page(width=420, height=595).insert_textbox((40, 200, 380, 555), text, fontsize=11)
    return bytes(made.tobytes())


@pytest.fixture(scope="module")
def document(people: dict[str, httpx.Client]) -> str:
    """A document of Ann's, also in the collection that Rita reads."""
    made = read(people["ann"], pdf(SECRET), OWN_NAME)
    added = people["ann"].post("/collections", json={"documents": [made], "names": ["Team"]})
    assert added.json() == {"documents": 1, "names": ["Team"]}
    return made


# For each route: whether it is open without a token, or how it is asked for a document, and whether a reader may.
OPEN, ANY, READ, WRITE, MANAGE = "open", "any", "read", "write", "manage"
ROWS: dict[tuple[str, str], tuple[str, Any]] = {
    ("GET", "/"): (OPEN, None), ("GET", "/room"): (OPEN, None), ("GET", "/room/sample.pdf"): (ANY, None),
    ("GET", "/room/openapi.json"): (ANY, None), ("GET", "/health"): (OPEN, None), ("POST", "/session"): (OPEN, "x"),
    ("POST", "/uploads"): (ANY, None), ("GET", "/uploads"): (ANY, None),
    ("DELETE", "/uploads/{document}"): ("own", None),
    ("POST", "/uploads/{document}/password"): ("own", "secret"), ("POST", "/proof"): (READ, "proof"),
    ("GET", "/v1/models"): (ANY, None), ("POST", "/v1/chat/completions"): (ANY, {"messages": []}),
    ("POST", "/mcp"): (ANY, {"jsonrpc": "2.0", "id": 1, "method": "ping"}), ("GET", "/mcp"): (ANY, None),
    ("DELETE", "/mcp"): (ANY, None), ("GET", "/documents"): (ANY, None), ("GET", "/documents/{document}"): (READ, None),
    ("PUT", "/documents/{document}/collections"): ("label", ["Mine"]),
    ("POST", "/collections"): ("label", {"documents": ["{document}"], "names": ["Mine"]}),
    ("GET", "/collections"): (ANY, None), ("POST", "/collections/{collection}"): (ANY, None),
    ("GET", "/collections/{collection}/members"): (MANAGE, None),
    ("PUT", "/collections/{collection}/members"): (MANAGE, {"who": "rita", "role": "reader"}),
    ("GET", "/documents/{document}/overview"): (READ, None), ("GET", "/documents/{document}/file"): (READ, None),
    ("GET", "/documents/{document}/transcript"): (READ, None),
    ("GET", "/documents/{document}/pages/{page}"): (READ, None),
    ("GET", "/documents/{document}/pages/{page}/words"): (READ, None),
    ("GET", "/documents/{document}/pages/{page}/image"): (READ, None),
    ("DELETE", "/documents/{document}"): (WRITE, None),
}  # fmt: skip


_COLLECTION = ("a,b", "Team")
"""A name that no collection can have, and one that has members."""


def test_every_route_has_a_row() -> None:
    routes = {
        (method, route.path)
        for route in ROUTES
        if isinstance(route, Route)
        for method in (route.methods or {"GET"}) - {"HEAD"}
    }
    assert routes == set(ROWS)
    assert [route.path for route in ROUTES if isinstance(route, Mount)] == ["/room/static"]


def ask(http: httpx.Client, route: tuple[str, str], document: str) -> httpx.Response:
    """Send a request to a route, about a document if it is about one."""
    method, path = route
    body = ROWS[route][1]
    if body == "proof":
        citation = {"document": document, "page": 1, "quote": "x", "marker": 1, "name": "x", "verdict": "proven"}
        body = {"citations": [citation]}
    if isinstance(body, str):
        return http.request(
            method,
            path.format(document=document, page=1, collection=_COLLECTION[ROWS[route][0] == MANAGE]),
            content=body,
        )
    sent = json.loads(json.dumps(body).replace("{document}", document)) if body is not None else None
    return http.request(
        method, path.format(document=document, page=1, collection=_COLLECTION[ROWS[route][0] == MANAGE]), json=sent
    )


@pytest.mark.parametrize("route", ROWS, ids=lambda route: " ".join(route))
def test_no_route_tells_a_stranger_of_a_document(
    route: tuple[str, str], document: str, people: dict[str, httpx.Client]
) -> None:
    kind = ROWS[route][0]
    for name in ("", "eve"):
        reply = ask(people[name], route, document)
        assert kind == OPEN or reply.status_code == 401, name
        assert OWN_NAME not in reply.text
    for name in OUTSIDE:
        got, none = ask(people[name], route, document), ask(people[name], route, MISSING)
        assert got.status_code == none.status_code, name
        assert got.text.replace(document, MISSING) == none.text or kind in (OPEN, ANY), name
        assert kind in (OPEN, ANY) or got.status_code in (404, 422), name
        for told in (SECRET, "heliotrope", OWN_NAME, document):
            assert told not in got.text.replace(document, "") or told == document, name
    if kind == READ:
        for name in ("ann", "rita"):
            assert ask(people[name], route, document).status_code == 200, name
    if kind in (WRITE, MANAGE):
        assert ask(people["rita"], route, document).status_code == 403
    if kind == MANAGE:
        assert ask(people["ann"], route, document).json()["members"] == {"ann": "manager", "rita": "reader"}
    assert people["ann"].get(f"/documents/{document}").status_code == 200


def run(http: httpx.Client, graph: str, given: Any, **more: Any) -> str:
    """Return all that a run says, its error too."""
    return http.post("/runs/wait", json={"assistant_id": graph, "input": given, **more}).text


QUESTION = "Which word opens the marmalade vault?"


def asked(document: str) -> dict[str, tuple[str, Any]]:
    """Requests to each graph that could tell of a document."""
    return {
        "query": ("query", {"question": QUESTION}),
        "query of it": ("query", {"question": QUESTION, "documents": [document]}),
        "query of its name": ("query", {"question": QUESTION, "documents": [OWN_NAME]}),
        "title": ("query", {"question": f"How many pages does {OWN_NAME} have?"}),
        "list question": ("query", {"question": "Which documents are there?"}),
        "ask": ("ask", {"question": QUESTION, "documents": [document]}),
        "list": ("list", {}),
        "pagewitness": ("pagewitness", {"messages": [{"role": "user", "content": QUESTION}]}),
        "ingestion": ("ingestion", {"sources": [f"upload:{document}/{OWN_NAME}"]}),
        "ingest": ("ingest", {"sources": [f"upload:{document}/{OWN_NAME}"]}),
        "attachment": ("pagewitness", {"messages": [{"role": "user", "content": [
            {"type": "text", "text": "x", "attachment": f"{document}/{OWN_NAME}"}]}]}),
        "upkeep": ("upkeep", {"task": "doctor"}),
    }  # fmt: skip


def test_a_manager_lets_members_in_over_the_server(people: dict[str, httpx.Client]) -> None:
    ann, ben = people["ann"], people["ben"]
    made = ann.post("/collections/Guests")
    assert (made.status_code, made.json()["members"]) == (201, {"ann": "manager"})
    read(ann, pdf("The quince tart costs nine."), "tart.pdf", collection="Guests")
    path, listed = (
        "/collections/Guests/members",
        {"id": made.json()["id"], "name": "Guests", "role": "reader", "documents": 1},
    )
    for sent in ({"who": "ben"}, {"who": "be,n", "role": "reader"}, {"who": "ben", "role": "owner"}, ["ben"]):
        assert ann.put(path, json=sent).status_code == 422, sent
    assert listed not in ben.get("/collections").json()["collections"]
    assert ann.put(path, json={"who": "ben", "role": "reader"}).json()["members"] == {"ann": "manager", "ben": "reader"}
    assert listed in ben.get("/collections").json()["collections"]
    assert "tart.pdf" in ben.get("/documents").text
    assert ben.put(path, json={"who": "ben", "role": "manager"}).status_code == 403
    assert ann.put(path, json={"who": "ben", "role": None}).json()["members"] == {"ann": "manager"}
    assert "tart.pdf" not in ben.get("/documents").text
    assert ben.get(path).text == ben.get("/collections/Nowhere/members").text.replace("Nowhere", "Guests")
    assert ann.put(path, json={"who": "ann", "role": None}).json()["members"] == {}, "given up"
    assert ann.get(path).status_code == 404


def test_no_graph_tells_a_stranger_of_a_document(document: str, people: dict[str, httpx.Client]) -> None:
    told = [run(people["rita"], *asked(document)[one]) for one in ("query", "query of it", "ask", "pagewitness")]
    assert all("heliotrope" in one for one in told), "a reader finds it"
    for what, (graph, given) in asked(document).items():
        for name in OUTSIDE:
            said = run(people[name], graph, given)
            assert "heliotrope" not in said, (what, name)
            if OWN_NAME not in json.dumps(given):
                assert OWN_NAME not in said, (what, name)
        for name in ("", "eve"):
            assert people[name].post("/runs/wait", json={"assistant_id": graph, "input": given}).status_code == 401


def test_a_run_is_limited_to_the_collection_that_is_wished(document: str, people: dict[str, httpx.Client]) -> None:
    given = {"question": QUESTION}
    for name in ("ann", "rita"):
        assert "heliotrope" in run(people[name], "query", given, context={"collection": "team"}), name
    for name, wish in (("walt", "Team"), ("ben", "Team"), ("ben", "user:ann"), ("ben", "default"), ("rita", "Nothing")):
        said = run(people[name], "query", given, context={"collection": wish})
        assert f"There is no collection '{wish}'" in said, (name, wish)
        assert "heliotrope" not in said
    assert "heliotrope" not in run(people["walt"], "query", given, context={"collection": "Other"})


def test_no_tool_tells_a_stranger_of_a_document(document: str, people: dict[str, httpx.Client]) -> None:
    calls: dict[str, dict[str, Any]] = {
        "ask": {"question": QUESTION, "documents": [document]}, "list": {}, "page": {"document": document, "page": 1},
        "ingest": {"sources": [f"upload:{document}/{OWN_NAME}"]},
    }  # fmt: skip
    listed = people["ben"].post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).json()["result"]
    assert {tool["name"] for tool in listed["tools"]} == set(calls), "a new tool needs a call here"
    for name, arguments in calls.items():
        params = {"name": name, "arguments": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        for stranger in OUTSIDE:
            said = people[stranger].post("/mcp", json=body).text
            assert "heliotrope" not in said, name
            assert name == "ingest" or OWN_NAME not in said, name
        if name != "ingest":
            assert document in people["rita"].post("/mcp", json=body).text, name


def test_chat_clients_see_their_own_documents(document: str, people: dict[str, httpx.Client]) -> None:
    for name, seen in (("ann", True), ("rita", True), ("walt", False), ("ben", False)):
        listed = people[name].get("/v1/models").text
        assert (OWN_NAME in listed) == seen, name
        assert ("Team" in listed) == seen, name
        body = {"model": f"pagewitness:{OWN_NAME}", "messages": [{"role": "user", "content": QUESTION}]}
        assert ("heliotrope" in people[name].post("/v1/chat/completions", json=body).text) == seen, name


def test_an_upload_works_for_its_user_alone(people: dict[str, httpx.Client]) -> None:
    content = pdf("A page of Ann's that was not read.")
    sent = people["ann"].post("/uploads", params={"name": "unread-of-ann.pdf"}, content=content).json()
    assert "unread-of-ann.pdf" in people["ann"].get("/uploads").text
    assert "unread-of-ann.pdf" not in people["ben"].get("/uploads").text
    assert "is not an uploaded file" in run(people["ben"], "ingestion", {"sources": [sent["source"]]})
    assert people["ben"].delete(f"/uploads/{sent['id']}").status_code == 404
    assert people["ben"].post(f"/uploads/{sent['id']}/password", content="x").status_code == 404
    assert people["ann"].delete(f"/uploads/{sent['id']}").status_code == 200


def test_the_same_bytes_under_two_names_keep_each_name_to_its_user(people: dict[str, httpx.Client]) -> None:
    content = pdf("The same bytes of two users: a lighthouse.")
    first = read(people["ann"], content, "anns-lighthouse.pdf")
    assert read(people["ben"], content, "bens-lighthouse.pdf") == first
    for name, own, other in (("ann", "anns-light", "bens-light"), ("ben", "bens-light", "anns-light")):
        http = people[name]
        told = [
            http.get("/documents").text, http.get("/documents?q=lighthouse").text, http.get(f"/documents/{first}").text,
            http.get(f"/documents/{first}/transcript").text, http.get(f"/documents/{first}/overview").text,
            run(http, "query", {"question": "What is the same of two users?"}), run(http, "list", {}),
            http.get("/v1/models").text,
        ]  # fmt: skip
        assert all(other not in one for one in told), name
        assert own in told[0]
    assert people["ben"].delete(f"/documents/{first}").status_code == 200
    assert people["ben"].get(f"/documents/{first}").status_code == 404
    assert people["ann"].get(f"/documents/{first}").status_code == 200, "an entry goes, not the document"
    assert people["ann"].get(f"/documents/{first}/file").status_code == 200


def test_another_users_file_is_not_read_by_its_path(
    server: Server, document: str, people: dict[str, httpx.Client]
) -> None:
    own = hashlib.sha256(b"ben").hexdigest()[:16]
    stored = [path for path in server.home.rglob("*") if path.suffix in (".pdf", ".png", ".sqlite3")]
    assert any("users" in path.parts for path in stored), "the folders of users are named otherwise"
    for path in stored:
        if own not in path.parts:
            said = run(people["ben"], "ingestion", {"sources": [str(path)]})
            assert "not in a folder that this server may read" in said, path


def test_a_written_state_puts_no_pages_into_another_users_document(
    document: str, people: dict[str, httpx.Client]
) -> None:
    ben = people["ben"]
    sent = ben.post("/uploads", params={"name": "b.pdf"}, content=pdf("Forged words of Ben.")).json()
    thread = ben.post("/threads", json={}).json()["thread_id"]
    ben.post(f"/threads/{thread}/runs/wait", json={"assistant_id": "ingestion", "input": {"sources": [sent["source"]]}})
    state = ben.get(f"/threads/{thread}/state").json()["values"]
    assert state
    before = people["ann"].get(f"/documents/{document}/transcript").text
    values = {"documents": [{"id": document, "name": "b.pdf", "source": "b.pdf", "size": 1, "pages": [1],
                             "path": "users/x"}]}  # fmt: skip
    ben.post(f"/threads/{thread}/state", json={"values": values, "as_node": "load_sources"})
    said = ben.post(f"/threads/{thread}/runs/wait", json={"assistant_id": "ingestion", "input": None}).text
    assert "heliotrope" not in said
    assert OWN_NAME not in said
    assert people["ann"].get(f"/documents/{document}/transcript").text == before


@pytest.mark.parametrize("node", ["load_sources", "survey_pages", "read_pages", "chunk_documents", "embed_chunks"])
@pytest.mark.parametrize("who", ["ben", "rita"])
def test_a_written_state_takes_nothing_out_of_a_document_that_others_have(
    document: str, people: dict[str, httpx.Client], who: str, node: str
) -> None:
    """A reader may run what indexes a document, but nothing that was not made of its pages is published."""
    written = {"id": document, "name": "x", "source": "x", "path": "x", "pages": [1], "generation": "deadbeef",
               "chunks_fingerprint": "x"}  # fmt: skip
    values = {
        "documents": [written], "rejected_sources": [], "batch_size": 1, "started": 0.0, "run_id": "r",
        "embedding_usage": {"requests": 0, "input_tokens": 0, "output_tokens": 0},
    }  # fmt: skip
    thread = people[who].post("/threads", json={"metadata": {"graph_id": "ingestion"}}).json()["thread_id"]
    sent = people[who].post(f"/threads/{thread}/state", json={"values": values, "as_node": node})
    assert sent.status_code == 200, sent.text
    people[who].post(f"/threads/{thread}/runs/wait", json={"assistant_id": "ingestion", "input": None})
    kept = people["ann"].get(f"/documents/{document}").json()
    assert kept["chunks"] > 0
    assert [page["status"] for page in kept["ledger_pages"]] == ["read"] * kept["pages"]


def test_documents_are_counted_within_the_scope(document: str, people: dict[str, httpx.Client]) -> None:
    asked = {"assistant_id": "query", "input": {"question": "How many documents mention heliotrope?"}}
    assert "has “heliotrope”" in people["ann"].post("/runs/wait", json=asked).json()["answer"]
    read(people["ben"], pdf("A page of Ben on colours."), "colours.pdf")
    answer = people["ben"].post("/runs/wait", json=asked).json()["answer"]
    assert "does not have “heliotrope”" in answer or answer.startswith("None of"), answer


def test_pages_that_others_have_too_are_not_read_again(people: dict[str, httpx.Client]) -> None:
    """Their reading is one, and the settings of a run, its prompts among them, would change it for all."""
    content = pdf("The sluice opens at noon.")
    made = read(people["walt"], content, "sluice.pdf")
    read(people["walt"], content, "sluice.pdf", reread=True)
    before = people["walt"].get(f"/documents/{made}").json()["ledger_pages"]
    assert [page["attempts"] for page in before] == [2]
    assert read(people["ben"], content, "own.pdf", reread=True) == made
    assert people["walt"].get(f"/documents/{made}").json()["ledger_pages"] == before


@pytest.mark.parametrize("number", [40, pytest.param(1000, marks=pytest.mark.slow)])
def test_questions_of_two_users_at_once_cite_their_own_documents(people: dict[str, httpx.Client], number: int) -> None:
    own = {"walt": "The harbour crane lifts 40 tonnes.", "ben": "The harbour crane lifts 70 tonnes."}
    ids = {name: read(people[name], pdf(text), f"{name}.pdf") for name, text in own.items()}
    cited, lock = list[tuple[str, str]](), threading.Lock()

    def one(number: int) -> None:
        name = ("walt", "ben")[number % 2]
        body = {
            "assistant_id": "query",
            "input": {"question": f"How many tonnes does the harbour crane lift? {number}"},
        }
        found = people[name].post("/runs/wait", json=body).json()
        with lock:
            cited.extend((name, citation["document"]) for citation in found["citations"])

    with ThreadPoolExecutor(100) as pool:
        list(pool.map(one, range(number)))
    assert len(cited) >= number
    assert {document for name, document in cited if name == "walt"} == {ids["walt"]}
    assert {document for name, document in cited if name == "ben"} == {ids["ben"]}
