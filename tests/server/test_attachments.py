"""A file attached to a chat message on a real server: it is read and asked about, and not stored in the thread."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

NAME = "night in a lighthouse.pdf"  # of no other document on this server, else it is shown with a number
QUESTION = "What does a night in the lighthouse cost?"


async def test_an_attached_file_is_read_and_not_stored_in_the_thread(server: Server, make_pdf: MakePdf) -> None:
    content = make_pdf(NAME, "A night in the lighthouse costs 91 euros, breakfast included.").read_bytes()
    data = base64.b64encode(content).decode()
    block = {"type": "file", "mimeType": "application/pdf", "data": data, "metadata": {"filename": NAME}}
    given: Any = {"messages": [{"role": "user", "content": [{"type": "text", "text": QUESTION}, block]}]}
    client = server.client
    thread = (await client.threads.create())["thread_id"]
    parts: list[Any] = [
        (part.event, part.data)
        async for part in client.runs.stream(
            thread, "pagewitness", input=given, stream_mode=["values", "updates", "custom"]
        )
    ]
    state: Any = await client.threads.get_state(thread)
    assert "91 euros" in state["values"]["answer"]
    assert state["values"]["citations"][0]["name"] == NAME
    history: Any = await client.threads.get_history(thread)
    for kept in (parts, state, history):
        assert data[:200] not in json.dumps(kept, default=str)
    then: Any = {"messages": [{"role": "user", "content": "Is breakfast included?"}]}
    more: Any = await client.runs.wait(thread, "pagewitness", input=then)
    assert "breakfast included" in more["answer"]
    for citation in state["values"]["citations"]:
        httpx.delete(
            f"{server.url}/documents/{citation['document']}", timeout=300
        )  # others know what the library holds
