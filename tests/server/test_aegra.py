"""The server Aegra, which speaks the same protocol on Postgres: its configuration, its application, and itself.

Aegra needs Python 3.12: below, the tests of the running server are skipped, and those of the application are not.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_client
from starlette.testclient import TestClient

from tests.aegra_config import aegra_config
from tests.conftest import ROOT, SAMPLE
from tests.dev_server import STOP_SECONDS, wait_until_ready
from tests.loopback import free_port
from tests.postgres import drop_database, new_database
from web.aegra import app
from web.aegra_shares import share_places
from web.app import ROUTES

TOKEN = {"Authorization": "Bearer the-token"}
USERS = {"ana": "token-of-ana-1", "ben": "token-of-ben-2"}
QUESTION = "Which seabird fledged the most chicks per nest?"
_installed = pytest.mark.skipif(find_spec("aegra_api") is None, reason="aegra-api is not installed: Python 3.12")


def test_its_configuration_is_that_of_langgraph_but_for_what_aegra_wants_otherwise() -> None:
    assert json.loads((ROOT / "aegra.json").read_text("utf-8")) == aegra_config(), "run `make aegra`"
    for graph in aegra_config()["graphs"].values():
        assert (ROOT / graph["path"].partition(":")[0]).is_file()


def test_its_application_has_the_same_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", "the-token")
    assert [route for route in app.routes if route in ROUTES] == ROUTES
    client = TestClient(app, base_url="http://127.0.0.1")
    assert client.get("/ok").json() == {"ok": True}
    assert client.get("/room").status_code == 200
    assert client.get("/documents").status_code == 401
    assert client.get("/documents", headers=TOKEN).json() == {"documents": []}


@pytest.mark.parametrize(
    ("workers", "places", "shared"),
    [(3, 20, (2, 10)), (3, 30, (3, 10)), (3, 7, (1, 7)), (3, 1, (1, 1)), (4, 64, (4, 16)), (0, 20, (0, 10))],
)
def test_its_workers_have_as_many_places_for_runs_as_are_set(
    workers: int, places: int, shared: tuple[int, int]
) -> None:
    of_aegra = SimpleNamespace(WORKER_COUNT=workers, N_JOBS_PER_WORKER=10)
    share_places(of_aegra, places)
    assert shared == (of_aegra.WORKER_COUNT, of_aegra.N_JOBS_PER_WORKER)


def test_its_application_starts_though_the_server_of_langgraph_is_installed_too(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """That one's modules read settings as they are imported which Aegra has not."""
    monkeypatch.delitem(sys.modules, "langgraph_api", raising=False)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get("/ok").json() == {"ok": True}


@pytest.fixture(scope="module")
def aegra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Aegra with our graphs and routes, on a database of its own."""
    folder, database, port = tmp_path_factory.mktemp("aegra"), new_database(), free_port()
    users = [
        f'[[user]]\nname = "{name}"\ntoken_sha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\n'
        for name, token in USERS.items()
    ]
    (folder / "users.toml").write_text("\n".join(users))
    environment = os.environ | {
        "AEGRA_CONFIG": str(ROOT / "aegra.json"), "DATABASE_URL": database, "PYTHONPATH": str(ROOT),
        "PAGEWITNESS_HOME": str(folder / "home"), "PAGEWITNESS_ENGINE": "offline", "PAGEWITNESS_SERVED": "1",
        "PAGEWITNESS_SERVER_TOKEN": "the-token", "PAGEWITNESS_USERS": str(folder / "users.toml"),
    }  # fmt: skip
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "aegra_api.main:app", "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_until_ready(url := f"http://127.0.0.1:{port}", process, log)
        yield url
    finally:
        process.kill()
        process.wait(STOP_SECONDS)
        drop_database(database)


@_installed
@pytest.mark.server
def test_a_document_is_uploaded_read_and_asked(aegra: str) -> None:
    sent = httpx.post(f"{aegra}/uploads?name=sample.pdf", headers=TOKEN, content=SAMPLE.read_bytes(), timeout=300)
    client = get_client(url=aegra, headers=TOKEN)

    async def ask() -> tuple[Any, Any]:
        thread = (await client.threads.create())["thread_id"]
        given: Any = {"sources": [sent.json()["source"]]}
        report: Any = await client.runs.wait(thread, "ingestion", input=given)
        asked: Any = {"question": QUESTION}
        return report, await client.runs.wait(thread, "pagewitness", input=asked)

    report, answer = asyncio.run(ask())
    assert [one["status"] for one in report["report"]["documents"]] == ["complete"]
    assert answer["verdict"] == "proven"
    assert "petrel" in answer["answer"]
    said = httpx.post(
        f"{aegra}/v1/chat/completions", headers=TOKEN, timeout=300,
        json={"model": "pagewitness", "messages": [{"role": "user", "content": QUESTION}]},
    )  # fmt: skip
    assert "petrel" in said.json()["choices"][0]["message"]["content"]


@_installed
@pytest.mark.server
def test_an_attached_file_does_not_stay_in_the_conversation(aegra: str, tmp_path: Path) -> None:
    client = get_client(url=aegra, headers=TOKEN)
    file = {"type": "file", "mime_type": "application/pdf", "base64": base64.b64encode(SAMPLE.read_bytes()).decode()}

    async def attach() -> tuple[Any, Any]:
        thread = (await client.threads.create())["thread_id"]
        content = [{"type": "text", "text": "How many pages are there?"}, {**file, "metadata": {"filename": "a.pdf"}}]
        given: Any = {"messages": [{"role": "user", "content": content}]}
        values: Any = await client.runs.wait(thread, "pagewitness", input=given)
        return values, await client.threads.get_state(thread)

    values, state = asyncio.run(attach())
    assert "6 pages" in values["messages"][-1]["content"]
    assert len(json.dumps(state)) < 20_000


@_installed
@pytest.mark.server
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}], ids=["no token", "a wrong one"])
def test_without_the_token_it_is_closed(aegra: str, headers: dict[str, str]) -> None:
    for path in ("/threads", "/v1/chat/completions", "/assistants/search"):
        assert httpx.post(f"{aegra}{path}", json={}, headers=headers, timeout=300).status_code == 401
    assert httpx.get(f"{aegra}/documents", headers=headers, timeout=300).status_code == 401


@_installed
@pytest.mark.server
def test_a_user_cannot_pass_for_another(aegra: str) -> None:
    ana, ben = ({"Authorization": f"Bearer {token}"} for token in USERS.values())
    sent = httpx.post(f"{aegra}/uploads?name=ana.pdf", headers=ana, content=SAMPLE.read_bytes(), timeout=300)

    async def run(headers: dict[str, str], given: Any, **forged: Any) -> tuple[str, Any]:
        client = get_client(url=aegra, headers=headers)
        thread = (await client.threads.create())["thread_id"]
        return thread, await client.runs.wait(thread, "pagewitness", input=given, **forged)

    asked: Any = {"question": QUESTION}
    thread, _ = asyncio.run(run(ana, {"sources": [sent.json()["source"]]}))
    assert "petrel" in asyncio.run(run(ana, asked))[1]["answer"]
    as_ana = {"langgraph_auth_user_id": "ana", "langgraph_auth_user": {"identity": "ana", "permissions": []}}
    for forged in ({}, {"config": {"configurable": as_ana}}, {"context": as_ana}, {"metadata": {"owner": "ana"}}):
        given = {**asked, **as_ana} if not forged else asked
        if "context" in forged:
            with pytest.raises(httpx.HTTPStatusError, match="422"):
                asyncio.run(run(ben, given, **forged))
            continue
        answer = asyncio.run(run(ben, given, **forged))[1]
        assert answer.get("refused", True), forged
        assert "petrel" not in json.dumps(answer), forged
    assert httpx.get(f"{aegra}/threads/{thread}", headers=ben, timeout=300).status_code == 404
    assert httpx.get(f"{aegra}/documents", headers=ben, timeout=300).json() == {"documents": []}
    assert [one["name"] for one in httpx.get(f"{aegra}/documents", headers=ana, timeout=300).json()["documents"]] == [
        "ana.pdf"
    ]
