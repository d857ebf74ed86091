"""Large uploads, many clients, disconnects and deleted folders: each gets an answer, and the server goes on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

PDF = b"%PDF-1.7\n"
LONG = 40  # pages


@pytest.mark.slow
def test_a_file_of_300_mb_is_refused_with_413(server: Server) -> None:
    """Announced or not, and with the answer still readable after so much was sent."""

    def pieces() -> Iterator[bytes]:
        yield PDF
        for _ in range(3):
            yield b"x" * 2**20

    before = peak_mb(server)
    for content in (pieces(), PDF + b"x" * 300 * 2**20):
        reply = httpx.post(f"{server.url}/uploads?name=a.pdf", content=content, timeout=300)
        assert reply.status_code == 413
        assert "larger than 1 MB" in reply.json()["detail"]
    assert not list(server.uploads.glob("*.part"))
    assert peak_mb(server) - before < 100, "the file was held in memory"


def peak_mb(server: Server) -> int:
    """The most memory that a process of the server has had so far."""
    family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    peaks = [re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{one.pid}/status").read_text()) for one in family]
    return max(int(peak[1]) // 1024 for peak in peaks if peak)


def test_a_hundred_files_at_once(server: Server) -> None:
    with ThreadPoolExecutor(100) as pool:
        replies = list(pool.map(lambda index: server.upload(PDF + b"%d" % index, f"{index}.pdf"), range(100)))
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["id"] for reply in replies}) == 100


def test_a_disconnected_client_leaves_no_partial_file(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        head = f"POST /uploads?name=a.pdf HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999\r\n\r\n"
        client.sendall(head.encode() + PDF)
        time.sleep(0.3)
    with httpx.stream(
        "POST", f"{server.url}/runs/stream", timeout=300,
        json={"assistant_id": "pagewitness", "input": {"question": "Why?"}, "stream_mode": ["updates"]},
    ) as reply:  # fmt: skip
        next(reply.iter_raw())
    end = time.monotonic() + 300
    while list(server.uploads.glob("*.part")) and time.monotonic() < end:
        time.sleep(0.1)
    assert not list(server.uploads.glob("*.part"))
    assert httpx.get(f"{server.url}/health", timeout=300).json()["ok"]


@pytest.fixture
def long(server: Server, make_pdf: MakePdf, request: pytest.FixtureRequest) -> dict[str, str]:
    """A document that takes a few seconds, uploaded; another one for each test."""
    pages = [f"Page {number} of the long ledger of {request.node.name}." for number in range(LONG)]
    kept: dict[str, str] = server.upload(make_pdf("long.pdf", *pages).read_bytes(), "long.pdf").json()
    return kept


async def test_an_ingestion_continues_after_the_client_disconnects(server: Server, long: dict[str, str]) -> None:
    """A client hangs up at the first sign of life, without having asked for the run to end with it."""
    client = server.client
    sources: Any = {"sources": [long["source"]]}
    thread = (await client.threads.create())["thread_id"]
    stream: Any = client.runs.stream(thread, "ingestion", input=sources, stream_mode="custom", stream_subgraphs=True)
    async for part in stream:
        if part.event.startswith("custom") and part.data.get("event") == "progress":
            break
    await stream.aclose()
    (run,) = await client.runs.list(thread)
    assert run["status"] == "running", "there has to be something left to read"
    await client.runs.join(thread, run["run_id"])
    (report,) = (await client.threads.get_state(thread))["values"]["report"]["documents"]
    assert (report["status"], report["ledger"]["read"]) == ("complete", LONG)


async def test_a_home_folder_emptied_during_an_ingestion(server: Server, long: dict[str, str]) -> None:
    run = asyncio.create_task(server.run("ingestion", sources=[long["source"]]))
    while long["id"] not in json.dumps(server.get("/documents")):
        await asyncio.sleep(0.05)
    empty(server.home)
    (document,) = (await run)["report"]["documents"]
    assert document["status"] == "failed"
    assert "give it again" in document["failures"][0]["detail"]
    assert server.get("/documents") == {"documents": []}
    assert server.get("/health")["ok"]


def empty(home: Path) -> None:
    for path in home.iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


async def test_two_browsers_delete_the_same_document(server: Server, make_pdf: MakePdf) -> None:
    kept = server.upload(make_pdf("twice.pdf", "The lamp was lit at dusk.").read_bytes(), "twice.pdf").json()
    report = (await server.run("ingestion", sources=[kept["source"]]))["report"]
    assert report["documents"][0]["status"] == "complete"
    assert report["documents"][0]["source"] == kept["source"]
    async with httpx.AsyncClient(base_url=server.url, timeout=300) as http:
        replies = await asyncio.gather(*(http.delete(f"/documents/{kept['id']}") for _ in range(5)))
        assert sorted(reply.status_code for reply in replies) == [200, 404, 404, 404, 404]
        assert "no such document" in next(reply for reply in replies if reply.status_code == 404).json()["detail"]
        assert kept["id"] not in (await http.get("/documents")).text
    assert "is not an uploaded file" in server.run_error("ingestion", sources=[kept["source"]])


async def test_a_home_folder_emptied_between_runs_is_recreated(server: Server, make_pdf: MakePdf) -> None:
    content = make_pdf("again.pdf", "The lamp was lit at dusk by the keeper.").read_bytes()
    question = "When was the lamp lit?"
    for _ in range(2):
        kept = server.upload(content, "again.pdf").json()
        assert (await server.run("ingestion", sources=[kept["source"]]))["report"]["documents"][0]["chunks"] == 1
        assert "dusk" in (await server.run("query", question=question))["answer"]
        empty(server.home)
        assert server.get("/documents") == {"documents": []}
        assert (await server.run("query", question=question))["reason"] == "nothing_ingested"


def test_nothing_blocked_the_event_loop(server: Server) -> None:
    said = server.log.read_text("utf-8", "replace")
    assert "BlockingError" not in said
    assert "Blocking call" not in said


async def test_a_document_deleted_during_its_ingestion(server: Server, make_pdf: MakePdf) -> None:
    """The run says so, and nothing of the document is left."""
    pages = [f"Page {number} of the long ledger." for number in range(60)]
    kept = server.upload(make_pdf("long.pdf", *pages).read_bytes(), "long.pdf").json()
    run = asyncio.create_task(server.run("ingestion", sources=[kept["source"]]))
    async with httpx.AsyncClient(base_url=server.url, timeout=300) as http:
        while kept["id"] not in (await http.get("/documents")).text:
            await asyncio.sleep(0.05)
        assert (await http.delete(f"/documents/{kept['id']}")).status_code == 200
        (document,) = (await run)["report"]["documents"]
        assert document["status"] == "failed"
        assert "deleted while it was being read" in document["failures"][0]["detail"]
        assert kept["id"] not in (await http.get("/documents")).text
    with contextlib.closing(sqlite3.connect(server.home / "catalog.sqlite3")) as catalog:
        for table in ("documents", "pages", "transcripts", "chunks"):
            column = "key" if table == "transcripts" else "id" if table == "documents" else "document"
            left = catalog.execute(f"SELECT count(*) FROM {table} WHERE {column} LIKE ?", (f"%{kept['id']}%",))
            assert left.fetchone() == (0,), table
