"""Questions back through a server: a thread stops and goes on with the SDK; a run without a thread assumes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

NORTH, SOUTH = "The northern ferry takes 41 cars.", "The southern ferry takes 57 cars."
QUESTION = "How many cars does the ferry of ferry.pdf take?"


@pytest.fixture
async def ferries(server: Server, make_pdf: MakePdf) -> dict[str, str]:
    """The ids of two documents of one name."""
    server.delete_documents()
    ids = {}
    for text in (NORTH, SOUTH):
        sent = server.upload(make_pdf("ferry.pdf", text).read_bytes(), "ferry.pdf").raise_for_status().json()
        await server.run("pagewitness", sources=[sent["source"]])
        ids[text] = sent["id"]
    return ids


@pytest.mark.parametrize("graph", ["pagewitness", "query"])
async def test_a_thread_stops_and_the_sdk_resumes_it(server: Server, ferries: dict[str, str], graph: str) -> None:
    chat = server.client
    thread = (await chat.threads.create())["thread_id"]
    stopped: Any = await chat.runs.wait(thread, graph, input={"question": QUESTION})
    (back,) = stopped["__interrupt__"]
    assert back["value"]["question"] == "The question fits 2 documents: which do you mean?"
    assert (await chat.threads.get(thread))["status"] == "interrupted"
    assert {one["id"] for one in back["value"]["options"]} == set(ferries.values())
    output: Any = await chat.runs.wait(thread, graph, command={"resume": ferries[NORTH]})
    assert "41 cars" in output["answer"]
    assert "57 cars" not in output["answer"]
    assert (await chat.threads.get(thread))["status"] == "idle"


@pytest.mark.usefixtures("ferries")
async def test_without_a_thread_or_with_the_setting_off_the_assumption_is_said(server: Server) -> None:
    chat = server.client
    thread = (await chat.threads.create())["thread_id"]
    off: Any = await chat.runs.wait(thread, "pagewitness", input={"question": QUESTION}, context={"ask_back": "off"})
    for output in (await server.run("pagewitness", question=QUESTION), off):
        assert "cars" in output["answer"]
        assert "assumed" in {note["kind"] for note in output["notes"]}
    tool: Any = await server.run("ask", question=QUESTION)
    assert "cars" in tool["answer"]
