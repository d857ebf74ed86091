"""One file given to several runs at once, in one process and in three on Postgres: each page is read by one of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from langchain_core.runnables import RunnableLambda

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.ingestion import graph as ingestion
from graph.ingestion import leases, nodes
from graph.storage.cleanup import remove
from tests import forked_python
from tests.conftest import ROOT, MakePdf
from tests.forked_python import ForkedProcess
from tests.postgres import drop_database, new_database
from tests.wire.gemini_server import GeminiServer, Recorded
from tests.wire.scripted_replies import pages_asked

PAGES = 60
TEXT = "Page {0} of the log. The keeper burned {0} litres of oil, and saw {0} ships pass the light that night."
IN_FLIGHT = 8  # requests of a process, at most
LEASE_S = 6.0
COMMAND = f"""
import sys
from graph.cli.main import main
from graph.ingestion import leases

if __name__ == "__main__":
    leases.LEASE_S, leases._RENEWED_EVERY_S = {LEASE_S}, {LEASE_S / 4}
    sys.exit(main())
"""
"""The command line with shorter leases: what a killed process leaves is waited for as long as they last."""
LEDGER = "SELECT page, status, attempts FROM pages ORDER BY page"
CHUNKS = "SELECT id, text, pages, sentences FROM chunks ORDER BY id"


@pytest.fixture
def book(make_pdf: MakePdf) -> Path:
    return make_pdf("log.pdf", *(TEXT.format(number) for number in range(1, PAGES + 1)))


@pytest.fixture
def service(gemini: GeminiServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> GeminiServer:
    """A service that reads each page in .3 s, and this process as its user."""

    def reply(request: Recorded) -> str:
        return "".join(f'<page number="{n}"><chunk>{TEXT.format(n)}</chunk></page>' for n in pages_asked(request))

    gemini.reply, gemini.latency = reply, 0.3
    for name, value in {"GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": gemini.url}.items():
        monkeypatch.setenv(name, value)
    return gemini


def asked(gemini: GeminiServer) -> Counter[int]:
    """How often each page was sent."""
    return Counter(page for request in gemini.chats for page in pages_asked(request))


def start(home: Path, url: str, book: Path, *, code: str = COMMAND) -> ForkedProcess:
    """Start the command that reads a file, or does what it is called otherwise."""
    environment = os.environ | {"PAGEWITNESS_HOME": str(home), "PAGEWITNESS_STORE_URL": url}
    return forked_python.start(
        ["-c", code, "ingest", "--json", str(book)], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def rows(url: str, query: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_two_runs_of_a_process_share_the_pages_of_a_file(service: GeminiServer, make_pdf: MakePdf) -> None:
    book = make_pdf("log.pdf", *(TEXT.format(number) for number in range(1, 13)))

    async def both() -> list[dict[str, Any]]:
        return list(await asyncio.gather(*(app.ainvoke({"sources": [str(book)]}) for _ in range(2))))

    reports = [one["report"]["documents"][0] for one in asyncio.run(both())]
    assert [one["status"] for one in reports] == ["complete"] * 2
    assert asked(service) == Counter(range(1, 13))
    texts = [text for request in service.embeddings for text in request.texts]
    assert len(texts) == len(set(texts))
    catalog = dependencies.stores(Scope.everything()).catalog
    (document,) = catalog.documents()
    assert [(row.status, row.attempts) for row in catalog.pages(document.id)] == [("read", 1)] * 12


def test_a_page_that_its_reader_gave_up_is_read_by_who_waits(
    service: GeminiServer, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = make_pdf("log.pdf", *(TEXT.format(number) for number in range(1, 7)))
    monkeypatch.setattr(leases, "LEASE_S", 30.0)

    async def first_ends() -> dict[str, Any]:
        first = asyncio.create_task(app.ainvoke({"sources": [str(book)]}))
        while len(asked(service)) < 6:  # pages are counted before they are sent
            await asyncio.sleep(0.02)
        second = asyncio.create_task(app.ainvoke({"sources": [str(book)]}))
        await asyncio.sleep(0.1)
        first.cancel()
        return await second

    report = asyncio.run(first_ends())["report"]["documents"][0]
    assert (report["status"], report["pages"]) == ("complete", 6)
    assert set(asked(service)) == set(range(1, 7))
    catalog = dependencies.stores(Scope.everything()).catalog
    (document,) = catalog.documents()
    counted = {row.page: row.attempts for row in catalog.pages(document.id)}
    assert counted == asked(service), "the requests of the one that was cancelled count too"


def test_pages_whose_leases_are_lost_while_they_are_rendered_are_read_once_their_new_owner_is_gone(
    service: GeminiServer, home: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a cut of the network: what is rendered is not recorded, and another process has the leases."""
    book = make_pdf("log.pdf", *(TEXT.format(number) for number in range(1, 7)))
    render, cut = nodes.render_pages, list[int]()

    async def render_and_lose(state: Any, config: Any) -> Any:
        rendered = await render.ainvoke(state, config)
        with closing(sqlite3.connect(home / "catalog.sqlite3")) as catalog, catalog:
            catalog.execute("UPDATE pages SET image = '', width = 0, height = 0")
            cut.append(catalog.execute("UPDATE lease SET owner = 'another', until = until - 28").rowcount)
        return rendered

    monkeypatch.setattr(nodes, "render_pages", RunnableLambda(render.invoke, afunc=render_and_lose))
    report: Any = asyncio.run(ingestion.build().compile().ainvoke({"sources": [str(book)]}))["report"]
    assert cut
    assert [(one["status"], one["pages"]) for one in report["documents"]] == [("complete", 6)]
    assert asked(service) == Counter(range(1, 7))
    catalog = dependencies.stores(Scope.everything()).catalog
    (document,) = catalog.documents()
    assert [(row.status, row.attempts, bool(row.image)) for row in catalog.pages(document.id)] == [
        ("read", 1, True)
    ] * 6


def test_a_document_that_is_deleted_while_two_read_it_keeps_neither_waiting(
    service: GeminiServer, make_pdf: MakePdf
) -> None:
    book = make_pdf("log.pdf", *(TEXT.format(number) for number in range(1, 13)))

    async def both() -> list[dict[str, Any]]:
        runs = asyncio.gather(*(app.ainvoke({"sources": [str(book)]}) for _ in range(2)))
        while not service.chats:
            await asyncio.sleep(0.02)
        stores = dependencies.stores(Scope.everything())
        (document,) = stores.catalog.documents()
        await asyncio.to_thread(remove, stores, document.id)
        return list(await asyncio.wait_for(runs, 300))

    reports = [one["report"]["documents"][0] for one in asyncio.run(both())]
    assert [(one["status"], one["failures"][0]["reason"]) for one in reports] == [("failed", "deleted")] * 2


@pytest.mark.processes
@pytest.mark.parametrize(
    "killed", [pytest.param(0, id="all live", marks=pytest.mark.slow), pytest.param(2, id="two are killed")]
)
def test_three_processes_read_each_page_once(
    service: GeminiServer, book: Path, tmp_path: Path, postgres_url: str, killed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = [start(tmp_path / f"home-{at}", postgres_url, book) for at in range(3)]
    if killed:
        end = time.monotonic() + 300
        while len(service.chats) < 3 and time.monotonic() < end:
            time.sleep(0.02)
        for reader in readers[:killed]:
            reader.send_signal(signal.SIGKILL)
    said = [reader.communicate(timeout=300) for reader in readers]
    for (out, err), reader in list(zip(said, readers, strict=True))[killed:]:
        assert reader.returncode == 0, err
        assert json.loads(out)["documents"][0]["status"] == "complete"
    sent = asked(service)
    extra = sum(sent.values()) - PAGES
    print(f"{len(service.chats)} requests, {extra} pages sent twice")
    assert set(sent) == set(range(1, PAGES + 1))
    assert extra <= killed * IN_FLIGHT * 4  # what the killed ones had in flight
    ledger = rows(postgres_url, LEDGER)
    assert [(page, status) for page, status, _ in ledger] == [(page, "read") for page in range(1, PAGES + 1)]
    uncounted = [(page, attempts) for page, _, attempts in ledger if attempts < sent[page]]
    assert uncounted == []
    assert sum(attempts for _, _, attempts in ledger) <= sum(sent.values()) + killed * 4  # killed before it was sent
    if not killed:
        assert [attempts for _, _, attempts in ledger] == [1] * PAGES
    shared = rows(postgres_url, CHUNKS)
    alone, service.latency = new_database(), 0.0
    try:
        monkeypatch.setenv("PAGEWITNESS_STORE_URL", alone)
        app.invoke({"sources": [str(book)]})
        assert rows(alone, CHUNKS) == shared
    finally:
        dependencies.home_stores().close()
        drop_database(alone)
