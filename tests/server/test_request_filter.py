"""The request filter: the server stores references instead of files, and refuses bad requests at once."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import httpx
import pymupdf
import pytest

from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

QUESTION = "What does a night in the lighthouse cost?"
FILE = re.compile(rb"[A-Za-z0-9+/]{2000}")


@pytest.fixture
def files(make_pdf: MakePdf) -> str:
    """A PDF of 40 kB as base64."""
    document: Any = pymupdf.open(make_pdf("l.pdf", "A night in the lighthouse costs 91 euros, breakfast included."))
    document.embfile_add("padding", os.urandom(40_000))
    return base64.b64encode(document.tobytes()).decode()


def asking(data: str, name: str = "l.pdf") -> dict[str, Any]:
    block = {"type": "file", "mimeType": "application/pdf", "data": data, "metadata": {"filename": name}}
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": QUESTION}, block]}]}


async def test_no_api_stores_an_attached_file_in_a_thread(server: Server, files: str) -> None:
    client, stored = server.client, set(downloads(server))
    given = asking(files)
    steps: Any = [{"updates": [{"values": given, "as_node": "__input__"}]}]
    thread = (await client.threads.create(graph_id="pagewitness", supersteps=steps))["thread_id"]
    await client.threads.update_state(thread, given, as_node="query")
    batch: Any = [{"assistant_id": "pagewitness", "thread_id": thread, "input": given, "after_seconds": 900}]
    await client.runs.create_batch(batch)
    await client.runs.create(thread, "pagewitness", command={"update": given}, after_seconds=900)
    await client.runs.create(thread, "query", input=given, after_seconds=900)
    await client.crons.create("pagewitness", input=given, schedule="0 0 1 1 *")
    start = {"id": 1, "method": "run.start", "params": {"assistant_id": "pagewitness", "input": given}}
    server.post(f"/threads/{(await client.threads.create())['thread_id']}/commands", start)
    call = {"name": "pagewitness", "arguments": given}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = {"Accept": "application/json, text/event-stream"}
    told = httpx.post(f"{server.url}/mcp", json=message, headers=headers, timeout=300)
    assert "There is no tool 'pagewitness'" in told.text
    await client.threads.copy(thread)
    await client.threads.copy(thread)
    kept = [
        await client.threads.get_history(thread), await client.runs.list(thread), await client.crons.search(),
        await client.threads.search(),
    ]  # fmt: skip
    assert not FILE.search(json.dumps(kept, default=str).encode())
    assert json.dumps(kept, default=str).count("Attached: l.pdf") >= 5
    assert len(set(downloads(server)) - stored) == 1


def downloads(server: Server) -> list[Path]:
    return list((server.home / "downloads").glob("*/*.pdf"))


BLOCKS = [
    ({"type": "file"}, "neither bytes nor an address"),
    ({"type": "file", "base64": "%%%", "filename": "a.pdf"}, "not valid base64"),
    ({"type": "file", "data": {"a": 1}}, "neither bytes nor an address"),
    ({"type": "audio", "base64": "TVoA", "mime_type": "audio/wav"}, "unsupported format"),
    ({"type": "text", "text": "QUJD" * 1000}, "base64 as text"),
    ({"type": "tool_use", "input": {}, "name": "QUJD" * 1000}, "base64 as text"),
]


@pytest.mark.parametrize(("block", "sentence"), BLOCKS)
def test_a_malformed_block_is_refused_at_once(server: Server, block: Any, sentence: str) -> None:
    body = {"assistant_id": "pagewitness", "input": {"messages": [{"role": "user", "content": [block]}]}}
    for path in ("/runs/wait", "/runs/stream", "/runs"):
        reply = httpx.post(f"{server.url}{path}", json=body, timeout=300)
        assert reply.status_code == 422
        assert sentence in reply.json()["detail"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"input": {"messages": [5]}}, "`messages` cannot be understood"),
        ({"input": {"messages": [{"role": "nobody", "content": "?"}]}}, "`messages` cannot be understood"),
        ({"input": {"question": "QUJD" * 1000}}, "base64 outside"),
        ({"input": {}, "context": {"topk": 3}}, "no setting 'topk': did you mean top_k?"),
        ({"input": {}, "context": {"top_k": "many"}}, "setting top_k is 'many'"),
        ({"input": {}, "context": {"top_k": 99, "dpi": 1}}, "or equal to 50. The setting top_k is 99:"),
        ({"input": {}, "context": {"engine": "gpt"}}, "'auto', 'llm' or 'offline'"),
        ({"input": {}, "context": {"grade_prompt": "{question}"}}, "{passages} is missing"),
    ],
)
def test_an_impossible_request_is_refused_with_422(server: Server, given: Any, sentence: str) -> None:
    reply = httpx.post(f"{server.url}/runs/wait", json={"assistant_id": "pagewitness", **given}, timeout=300)
    assert reply.status_code == 422
    assert sentence in reply.json()["detail"]


@pytest.mark.parametrize("length", [1_000, 5_000])
def test_a_model_of_an_impossible_name_is_told_in_a_sentence(server: Server, length: int) -> None:
    body = {"model": f"pagewitness:{'x' * length}", "messages": [{"role": "user", "content": "What is read?"}]}
    reply = httpx.post(f"{server.url}/v1/chat/completions", json=body, timeout=300)
    assert 400 <= reply.status_code < 500
    assert "base64" not in reply.text
    assert ("longer than any name" in reply.text) == (length > 1100)


def test_settings_of_an_assistant_are_checked_too(server: Server) -> None:
    reply = httpx.post(f"{server.url}/assistants", json={"graph_id": "query", "context": {"topk": 3}}, timeout=300)
    assert reply.status_code == 422


async def test_the_sdk_shows_the_error_message_and_the_server_goes_on(server: Server) -> None:
    with pytest.raises(httpx.HTTPStatusError) as caught:
        await server.run("query", question="Why?", context={"topk": 3})
    assert "did you mean top_k?" in " ".join(getattr(caught.value, "__notes__", [])) + str(caught.value)
    assert (await server.run("query", question="Why?", context={"top_k": 3}))["refused"]


def test_a_file_larger_than_an_upload_may_be_is_refused(server: Server) -> None:
    data = base64.b64encode(b"%PDF-1.7" + b"x" * 2**20).decode()
    reply = httpx.post(f"{server.url}/runs", json={"assistant_id": "pagewitness", "input": asking(data)}, timeout=300)
    assert reply.status_code == 422
    assert "larger than 1 MB" in reply.json()["detail"]


@pytest.mark.parametrize("body", [b"{", b"[" * 5000, b"null", b"5", b'{"input": "x"}', b""])
def test_a_malformed_body_is_refused_with_422(server: Server, body: bytes) -> None:
    reply = httpx.post(f"{server.url}/runs/wait", content=body, timeout=300)
    assert reply.status_code == 422
