"""Graphs, schemas, runs and threads of the LangGraph development server, started as the README says."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT, SAMPLE, MakePdf
from tests.dev_server import Server
from tests.loopback import free_port

pytestmark = pytest.mark.server

GRAPHS = ("pagewitness", "ingestion", "query")
DOORS = ("ask", "ingest", "list")
TICKET, FACT = "What does a day ticket to the island cost?", "14 euros"


def test_all_graphs_and_tools_are_served(server: Server) -> None:
    found = {assistant["graph_id"] for assistant in server.post("/assistants/search", {})}
    assert found == {*GRAPHS, *DOORS, "upkeep"}


@pytest.mark.parametrize("graph", GRAPHS)
def test_schemas_exist_and_describe_every_field(server: Server, graph: str) -> None:
    (assistant,) = server.post("/assistants/search", {"graph_id": graph})
    schemas = server.get(f"/assistants/{assistant['assistant_id']}/schemas")
    taken = {"pagewitness": {"sources", "question", "documents", "messages"}, "ingestion": {"sources"}}
    for name in ("input_schema", "output_schema", "context_schema"):
        assert schemas[name], f"{name} is {schemas[name]!r}: Studio would show no form"
        fields = schemas[name]["properties"]
        undescribed = [field for field, value in fields.items() if not value.get("description")]
        assert undescribed == [], name
    assert set(schemas["input_schema"]["properties"]) == taken.get(graph, {"question", "documents", "messages"})
    assert schemas["context_schema"]["properties"]["engine"]["enum"] == ["auto", "llm", "offline"]


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_graph_can_be_drawn(server: Server, graph: str) -> None:
    (assistant,) = server.post("/assistants/search", {"graph_id": graph})
    drawn = server.get(f"/assistants/{assistant['assistant_id']}/graph?xray=true")
    names = " ".join(str(node["id"]) for node in drawn["nodes"])
    wanted = {"ingestion": "chunk_documents", "query": "verify_citations", "pagewitness": "route_request"}
    assert wanted[graph] in names


async def test_ingestion_reads_the_sample(server: Server) -> None:
    server.delete_documents()
    (document,) = (await server.run("ingestion", sources=[str(SAMPLE)]))["report"]["documents"]
    assert (document["status"], document["pages"]) == ("complete", 6)
    assert document["ledger"] == {"read": 6, "fallback": 0, "blank": 0, "failed": 0, "pending": 0}


@pytest.mark.usefixtures("ingested")
@pytest.mark.parametrize("graph", ["query", "pagewitness"])
async def test_a_question_is_answered(server: Server, graph: str) -> None:
    result = await server.run(graph, question=TICKET, documents=["sample.pdf"])
    assert FACT in result["answer"]
    assert result["citations"][0]["page"] == 6
    assert result["engine"] == "offline"


@pytest.mark.usefixtures("ingested")
async def test_sources_and_a_question_in_one_run(server: Server) -> None:
    result = await server.run("pagewitness", sources=[str(SAMPLE)], question=TICKET)
    assert result["report"]["documents"][0]["status"] == "unchanged"
    assert FACT in result["answer"]


@pytest.mark.usefixtures("ingested")
async def test_a_thread_is_a_conversation(server: Server) -> None:
    chat = server.client
    thread = (await chat.threads.create())["thread_id"]

    async def say(text: str) -> Any:
        messages: Any = [{"role": "user", "content": text}]
        return await chat.runs.wait(thread, "pagewitness", input={"messages": messages})

    first = await say("How much was spent on instruments?")
    second = await say("And for it in 2024?")
    assert "29.8" in first["messages"][-1]["content"]
    assert "instruments" in second["queries"][0]
    assert [message["type"] for message in second["messages"]] == ["human", "ai", "human", "ai"]


@pytest.mark.usefixtures("ingested")
async def test_a_run_streams_its_steps(server: Server) -> None:
    nodes = [
        next(iter(part.data))
        async for part in server.client.runs.stream(
            None, "pagewitness", input={"question": TICKET}, stream_mode=["updates"], stream_subgraphs=True
        )
        if part.event.startswith("updates") and isinstance(part.data, dict)
    ]
    assert nodes[0] == "route_request"
    assert nodes[-2:] == ["write_answer", "query"]


@pytest.mark.usefixtures("ingested")
@pytest.mark.parametrize(
    ("graph", "given", "sentence"),
    [
        ("query", {"question": "Why?", "documents": ["nope.pdf"]}, "There is no document 'nope.pdf'"),
        ("pagewitness", {"question": "  "}, "The question is empty"),
        ("pagewitness", {}, "There is nothing to do"),
        ("ingestion", {"sources": [str(SAMPLE.parent / "no.pdf")]}, "no.pdf' does not exist"),
        ("ingestion", {"sources": ["/no/such/file.pdf"]}, "is not in a folder that this server may read"),
    ],
)
async def test_an_error_message_reaches_the_client(server: Server, graph: str, given: Any, sentence: str) -> None:
    with pytest.raises(Exception, match=sentence):
        await server.run(graph, **given)


async def test_a_setting_out_of_range_is_refused(server: Server) -> None:
    with pytest.raises(Exception, match="top_k"):
        await server.run("query", question=TICKET, context={"top_k": 99})


@pytest.mark.usefixtures("ingested")
async def test_the_context_is_used(server: Server) -> None:
    result = await server.run("query", question=TICKET, context={"top_k": 2, "engine": "offline"})
    assert len(result["retrieved"]) == 2


@pytest.mark.usefixtures("ingested")
async def test_several_runs_are_processed_at_once(server: Server, make_pdf: MakePdf) -> None:
    """With one worker slot (the server's own default) the second would start when the first has ended."""
    client = server.client
    threads = [(await client.threads.create())["thread_id"] for _ in range(3)]
    # Readings, since a question is answered before the next run is created.
    path = shutil.copy(make_pdf("tide.pdf", *["The tide turns at six."] * 8), server.folder / "allowed")
    given: Any = {"input": {"sources": [str(path)]}, "context": {"reread": True}}
    runs = [await client.runs.create(thread, "ingestion", **given) for thread in threads]
    peak = 0
    states: list[str] = []
    end = time.monotonic() + 300
    while time.monotonic() < end:
        now = [await client.runs.get(thread, run["run_id"]) for thread, run in zip(threads, runs, strict=True)]
        states = [one["status"] for one in now]
        peak = max(peak, states.count("running"))
        if not set(states) & {"pending", "running"}:
            break
        await asyncio.sleep(0.02)
    assert states == ["success"] * 3
    assert peak >= 2
    (read,) = [one for one in server.get("/documents")["documents"] if one["name"] == "tide.pdf"]
    httpx.delete(f"{server.url}/documents/{read['id']}", timeout=300).raise_for_status()


@pytest.mark.usefixtures("ingested")
def test_nothing_blocked_the_event_loop(server: Server) -> None:
    said = server.log.read_text("utf-8", "replace")
    assert "BlockingError" not in said
    assert "Blocking call" not in said


def test_a_second_server_on_a_home_folder_is_told_so(server: Server) -> None:
    command = [sys.executable, "-m", "graph.cli", "serve", "--home", "home", "--port", str(free_port())]
    second = subprocess.run(
        command, cwd=server.folder, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert second.returncode == 2
    assert second.stderr.strip() == (
        f"pagewitness: Another server has the home folder {server.home}: end it, or name another folder with --home."
    )
