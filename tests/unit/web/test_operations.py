"""Routes and client calls that are made from `graph/operations.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import Field
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typing_extensions import TypedDict

from graph import dependencies, operations
from graph.access import LOCAL, Identity
from graph.cli.clients.local import LocalClient
from graph.cli.clients.remote import RemoteClient
from graph.errors import BadInputError
from graph.operations import Operation
from tests.unit.graph.storage.rows import document
from web.openapi import specification
from web.operations import routes


class Squares(TypedDict):
    """What the operation below returns."""

    squares: list[int]


def squares(identity: Identity, *, name: str, last: Annotated[int, Field(ge=1, le=9)], first: int = 1) -> Squares:
    """Return square numbers."""
    if name == "None":
        raise BadInputError("There is no such name: give another.")
    return {"squares": [number * number for number in range(first, last + 1)]}


GET = Operation(squares, "GET", "/squares/{name}", 200, (422,))
PUT = Operation(squares, "PUT", "/squares/{name}", 201, (413, 422))


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A server of the two operations alone."""
    monkeypatch.setattr("web.operations.OPERATIONS", [GET, PUT])
    with TestClient(Starlette(routes=routes())) as client:
        yield client


def test_parameters_come_from_path_query_and_body(http: TestClient) -> None:
    assert http.get("/squares/x?last=3").json() == {"squares": [1, 4, 9]}
    assert http.get("/squares/x", params={"last": 3, "first": 2}).json() == {"squares": [4, 9]}
    sent = http.put("/squares/x", json={"last": 2})
    assert (sent.status_code, sent.json()) == (201, {"squares": [1, 4]})


@pytest.mark.parametrize(
    ("method", "path", "sent", "sentence"),
    [
        ("GET", "/squares/x", None, "The query: `last`: Field required."),
        ("GET", "/squares/x?last=many", None, "The query: `last`: Input should be a valid integer"),
        ("GET", "/squares/x?last=12", None, "The query: `last`: Input should be less than or equal to 9."),
        ("GET", "/squares/None?last=1", None, "There is no such name: give another."),
        ("PUT", "/squares/x", b"[", "The body must be a JSON object of `last`, `first`: Input should be a valid dict"),
        ("PUT", "/squares/x", b'{"last": null}', "`last`: Input should be a valid integer."),
    ],
)
def test_wrong_parameters_get_one_sentence(
    http: TestClient, method: str, path: str, sent: bytes | None, sentence: str
) -> None:
    reply = http.request(method, path, content=sent)
    assert reply.status_code == 422
    assert sentence in reply.json()["detail"]


def test_a_body_that_is_too_large_is_refused(http: TestClient) -> None:
    assert http.put("/squares/x", content=b" " * 70_000).status_code == 413


def test_the_description_has_the_types_of_the_function(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    paths: dict[str, Any] = specification(list(routes()))["paths"]["/squares/{name}"]
    assert [(one["name"], one["in"], one["required"]) for one in paths["get"]["parameters"]] == [
        ("name", "path", True), ("last", "query", True), ("first", "query", False),
    ]  # fmt: skip
    body = paths["put"]["requestBody"]["content"]["application/json"]["schema"]
    assert (set(body["properties"]), body["required"]) == ({"last", "first"}, ["last"])
    assert "squares" in paths["put"]["responses"]["201"]["content"]["application/json"]["schema"]["properties"]


class Connection:
    """A connection that answers by the server of the fixture."""

    def __init__(self, http: TestClient) -> None:
        self._http = http

    def send(self, method: str, path: str, **options: Any) -> Any:
        return self._http.request(method, path, **options).json()


@pytest.mark.parametrize("operation", [GET, PUT])
def test_a_client_calls_the_function_or_the_route(operation: Any, http: TestClient) -> None:
    remote = object.__new__(RemoteClient)
    remote._connection = Connection(http)  # type: ignore[assignment]  # without a server of the whole application
    for client in (LocalClient({}), remote):
        assert client.run(operation, name="a b&c?", last=3, first=3) == {"squares": [9]}


def test_a_member_who_cannot_be_one_is_refused() -> None:
    operations.create_collection.function(LOCAL, collection="Team")
    with pytest.raises(BadInputError, match="`who` is 'a,b'"):
        operations.set_member.function(LOCAL, collection="Team", who="a,b", role="reader")
    assert operations.members.function(LOCAL, collection="team")["members"] == {}


@pytest.mark.usefixtures("home")
def test_collections_of_one_name_are_told_apart_and_counted_each() -> None:
    cid, held = Identity("cid", frozenset(), admin=False), {}
    for name in ("ann", "ben"):
        owner = Identity(name, frozenset(), admin=False)
        made = operations.create_collection.function(owner, collection="Team")["id"]
        operations.set_member.function(owner, collection=made, who="cid", role="reader")
        held[made] = int(name == "ann")
        if held[made]:
            dependencies.stores_of(owner, made).catalog.add_document(document("d"))
    listed = operations.own_collections.function(cid)["collections"]
    assert {one["id"]: one["documents"] for one in listed} == held
    assert [one["name"] for one in listed] == [f"Team ({one[:4]})" for one in sorted(held)]
