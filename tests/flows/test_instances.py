"""Two server processes with home folders of their own on one database and one store of files: each sees all requests.

The processes are played by this one with two home folders; `tests/wire/test_two_servers.py` starts real ones.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage
from starlette.applications import Starlette
from starlette.testclient import TestClient

from graph import app, dependencies, users
from graph.access import LOCAL, Scope
from graph.export.proof import pdf_of
from graph.ingestion import access
from graph.ingestion.sources import find
from graph.storage.rows import DocumentRow
from loaders.errors import SourceError
from tests.conftest import MakePdf
from tests.loopback_files import serve_files
from tests.postgres import drop_database, new_database
from web.app import ROUTES
from web.auth import identify
from web.request_filter import filter_body
from web.sessions import COOKIE, session_of

pytest.importorskip("obstore", reason="the extra `team` is not installed")
NOTE = b"A day ticket to the island costs 14 euros."
Move = Callable[[str], None]


@pytest.fixture
def move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """Make this process the instance of this name."""
    made, opened = new_database(), set()
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", made)
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", (tmp_path / "shared").as_uri())
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    monkeypatch.setenv("PAGEWITNESS_SERVED", "1")

    def become(name: str) -> None:
        monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / name))
        opened.add(dependencies.home_stores())

    yield become
    for one in opened:
        one.close()
    drop_database(made)


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=ROUTES), base_url="http://127.0.0.1")


def listed(client: TestClient) -> list[tuple[str, int]]:
    return [(one["name"], one["size"]) for one in client.get("/uploads").json()["uploads"]]


def test_an_upload_is_listed_read_and_deleted_by_another_instance(client: TestClient, move: Move) -> None:
    move("a")
    sent = [client.post("/uploads", params={"name": name}, content=NOTE + name.encode()).json()
            for name in ("ferry.txt", "Fähre nach Ö.txt")]  # fmt: skip
    names = [(one["name"], one["size"]) for one in sent]
    move("b")
    assert sorted(listed(client)) == sorted(names)
    assert client.delete(f"/uploads/{sent[0]['id']}").json()["deleted"]["name"] == "ferry.txt"
    assert client.delete(f"/uploads/{sent[0]['id']}").status_code == 404
    report = app.app.invoke({"sources": [sent[1]["source"]]})["report"]
    assert report["documents"][0]["status"] == "complete"
    move("a")
    assert listed(client) == [], "one was deleted and one was read, both by the other instance"
    assert client.delete(f"/documents/{sent[1]['id']}").status_code == 200
    for name in ("a", "b"):
        move(name)
        assert listed(client) == []
        assert client.get(f"/documents/{sent[1]['id']}").status_code == 404


def test_a_run_that_another_instance_takes_over_has_the_upload_there_too(client: TestClient, move: Move) -> None:
    move("a")
    sent = client.post("/uploads", params={"name": "ferry.txt"}, content=NOTE).json()
    there = access.uploaded(sent["source"])
    move("b")
    with pytest.raises(SourceError, match=r"'ferry\.txt' is not in a folder that this server may read"):
        access.check_path(there)
    here = access.path_here(str(there), sent["id"])
    assert here.read_bytes() == NOTE
    assert here.is_relative_to(dependencies.home_stores().uploads)
    there.unlink()  # as on a machine of its own
    assert access.path_here(str(there), sent["id"]) == here
    for path in (f"/etc/{sent['id']}/passwd", f"/x/uploads/{sent['id']}/other.txt", f"/x/uploads/{'0' * 16}/ferry.txt"):
        with pytest.raises(SourceError, match="is not in a folder that this server may read"):
            access.path_here(path, sent["id"])


def test_a_file_that_one_instance_has_fetched_is_read_and_shown_by_another(
    move: Move, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_ALLOW_PRIVATE_URLS", "1")
    note = make_pdf("web/ferry.pdf", "A day ticket to the island costs 14 euros.")
    move("a")
    with serve_files(note.parent) as address:
        (found,) = asyncio.run(find([f"{address}/ferry.pdf"], dependencies.home_stores().downloads, None))
    move("b")
    there, document = found.path, found.path.parent.name
    there.unlink()  # as on a machine of its own
    here = access.path_here(str(there), document)
    assert here.read_bytes() == note.read_bytes()
    assert here.is_relative_to(dependencies.home_stores().downloads)
    move("c")
    row = DocumentRow(document, "ferry.pdf", found.source, "pdf", "", 1, note.stat().st_size)
    shown = pdf_of(dependencies.stores(Scope.everything()), row)
    assert shown
    assert shown.read_bytes() == note.read_bytes()


def test_the_password_of_an_upload_may_be_given_to_another_instance(
    client: TestClient, move: Move, make_pdf: MakePdf
) -> None:
    locked = make_pdf("locked.pdf", "The vault opens at nine.", password="open sesame")
    move("a")
    sent = client.post("/uploads", params={"name": "locked.pdf"}, content=locked.read_bytes()).json()
    move("b")
    assert client.post(f"/uploads/{sent['id']}/password", content="wrong").status_code == 422
    assert client.post(f"/uploads/{sent['id']}/password", content="open sesame").status_code == 200
    assert app.app.invoke({"sources": [sent["source"]]})["report"]["documents"][0]["status"] == "complete"
    assert client.post(f"/uploads/{'0' * 16}/password", content="open sesame").status_code == 404


def test_a_file_that_is_attached_at_one_instance_is_read_by_another(move: Move) -> None:
    block = {"type": "file", "base64": base64.b64encode(NOTE).decode(), "filename": "ferry.txt"}
    asked = {"input": {"messages": [{"role": "user", "content": ["What does the day ticket cost?", block]}]}}
    move("a")
    sent = json.loads(filter_body(json.dumps(asked).encode(), {"type": "http", "headers": []}))
    move("b")
    content = sent["input"]["messages"][0]["content"]
    answer = app.app.invoke({"messages": [HumanMessage(content)]})
    assert "14 euros" in answer["answer"]
    move("c")
    assert app.app.invoke({"question": "What does the day ticket cost?"})["citations"]


def test_a_cookie_of_one_instance_is_known_to_another(
    move: Move, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "users.toml"
    file.write_text(f'[[user]]\nname = "ann"\ntoken_sha256 = "{hashlib.sha256(b"the token of ann").hexdigest()}"\n')
    monkeypatch.setenv("PAGEWITNESS_USERS", str(file))
    move("a")
    cookie = f"{COOKIE}={session_of('the token of ann')}"
    move("b")
    who = identify({"cookie": cookie})
    assert who
    assert (who.name, who == LOCAL) == ("ann", False)
    assert users.configured()
