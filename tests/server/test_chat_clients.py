"""Chat pages on LangGraph's client library for Node: question, follow-up, attachment, refusal, token.

The library comes from npm, once, into the virtual environment; without Node or npm, or where npm reaches nothing, these
tests are skipped.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.ingestion.chat import PROGRESS_ID
from tests.conftest import SERVER_TOKEN, MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

VERSION = "1.15.0"
OLDEST_NODE = 20
NAME = "harbour fees.pdf"  # of no other document on this server


@pytest.fixture(scope="module")
def clients() -> Path:
    """The folder with the client library."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("there is no Node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60).stdout
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"the client library needs Node {OLDEST_NODE}, and this is {version.strip()}")
    folder = Path(sys.prefix) / "node-clients" / VERSION
    if not (folder / "node_modules" / "@langchain" / "langgraph-sdk" / "package.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--silent"]
        command = [npm, "install", *quiet, "--prefix", str(folder), f"@langchain/langgraph-sdk@{VERSION}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode:
            pytest.skip(f"npm could not install the client library: {done.stderr[-200:]}")
    return folder


def chat(clients: Path, server: Server, *asked: Any, token: str = "") -> list[Any]:
    script = Path(__file__).with_name("chat_client.mjs")
    done = subprocess.run(
        ["node", str(script), server.url, token, json.dumps(asked)],
        env={"PATH": os.environ["PATH"], "NODE_CLIENTS": str(clients)}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said: list[Any] = json.loads(done.stdout)
    return said


def reply(turn: Any) -> str:
    """The last message that the chat page shows."""
    return str(turn["events"][-1][1][-1]["content"])


def test_a_question_and_a_follow_up_are_a_conversation(clients: Path, server: Server, ingested: Any) -> None:
    first, second, kept = chat(clients, server, "How much was spent on instruments?", "And for it in 2024?", "history")
    assert f"]({server.url}/room#page=" in reply(first)
    assert "12.4" in reply(second)
    for turn in (first, second):
        assert turn["errors"] == []
        assert any("|" in event for event, _ in turn["events"]), "events of the subgraphs"
        assert [event for event, messages in turn["events"] if not messages] == []
    (listed,) = kept["listed"]
    assert listed == kept["latest"]
    assert [message["type"] for message in listed] == ["human", "ai", "human", "ai"]
    assert listed[0]["content"] == "How much was spent on instruments?", "what such pages name a thread by"


def test_an_attached_file_shows_how_far_it_is_read(
    clients: Path, server: Server, ingested: Any, make_pdf: MakePdf
) -> None:
    texts = ["A berth at the quay costs $17 a night, and ~20 boats lie there."] + [f"Page {n}." for n in range(2, 10)]
    data = base64.b64encode(make_pdf(NAME, *texts).read_bytes()).decode()
    file = {"type": "file", "mimeType": "application/pdf", "data": data, "metadata": {"filename": NAME}}
    turn, kept = chat(clients, server, [{"type": "text", "text": "What does a berth cost?"}, file], "history")
    assert turn["errors"] == []
    assert [event for event, messages in turn["events"] if not messages] == []
    assert all(messages[0]["type"] == "human" for _, messages in turn["events"]), "the question is always there"
    told = [one["content"] for _, messages in turn["events"] for one in messages if one["id"] == PROGRESS_ID]
    assert f"Reading {NAME}: 9 pages \u2026" in told
    assert any(text.startswith(f"Reading {NAME}: pages 1 to ") for text in told)
    assert "Making the pages searchable \u2026" in told
    assert r"\$17" in reply(turn), "no mathematics between two sums of money"
    assert [message["type"] for message in kept["latest"]] == ["human", "ai"], "the progress is gone"
    state = server.get("/documents")["documents"]
    for row in state:
        if row["name"] == NAME:
            httpx.delete(f"{server.url}/documents/{row['id']}", timeout=300)


def test_what_the_documents_do_not_hold_is_refused_and_a_mistake_is_told(
    clients: Path, server: Server, ingested: Any
) -> None:
    refused, nothing = chat(clients, server, "Which programming language is the fastest?", " ")
    assert refused["errors"] == []
    assert [event for event, messages in refused["events"] if not messages] == []
    assert "[1]" not in reply(refused)
    assert "The question is empty" in nothing["errors"][0]["message"]


def test_the_token_lets_the_client_in(clients: Path, token_server: Server) -> None:
    (turn,) = chat(clients, token_server, "Is anybody there?", token=SERVER_TOKEN)
    assert turn["errors"] == []
    for wrong in ("", "wrong"):
        (refused,) = chat(clients, token_server, "Is anybody there?", token=wrong)
        assert "401" in refused["refused"]
