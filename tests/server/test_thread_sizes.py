"""What a server keeps of threads with attached files: references, not the files, and little of anything else."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from tests.dev_server import run_server
from tests.server.test_request_filter import FILE, asking

pytestmark = pytest.mark.server

LIMIT = 5 * 2**20


def lighthouse(number: int) -> str:
    """A PDF with pages full of text, so that what is found takes the room that it does in a real one; as base64."""
    document: Any = pymupdf.open()
    for page in range(1, 4):
        words = [f"Lamp {lamp} of house {number} was lit at dusk by keeper {lamp * page}." for lamp in range(1, 25)]
        words[3 * page] = f"A night in the lighthouse costs {100 + number} euros in season {page}."
        document.new_page().insert_textbox((60, 90, 535, 800), " ".join(words), fontsize=11)
    document.embfile_add("padding", os.urandom(40_000))
    return base64.b64encode(document.tobytes()).decode()


@pytest.mark.slow
async def test_fifty_threads_with_attachments_stay_small(tmp_path: Path) -> None:
    """In everything that the server keeps, the runs' own input included: fifty leave less than 5 MB."""
    threads = 50
    files, events = [lighthouse(number) for number in range(5)], list[str]()
    with run_server(tmp_path) as server:
        client = server.client

        async def talk(number: int) -> None:
            data = files[number % len(files)]
            thread = (await client.threads.create())["thread_id"]
            modes: Any = ["values", "updates", "custom", "debug", "messages", "events"]
            async for part in client.runs.stream(
                thread, "pagewitness", input=asking(data, f"{number}.pdf"), stream_mode=modes[: 6 if number < 2 else 1],
                stream_subgraphs=True,
            ):  # fmt: skip
                events.append(json.dumps(part.data, default=str))
            answer = (await client.threads.get_state(thread))["values"]["answer"]
            assert f"{100 + number % len(files)} euros" in answer

        turns = asyncio.Semaphore(10)

        async def in_turn(number: int) -> None:
            async with turns:
                await talk(number)

        await asyncio.gather(*(in_turn(number) for number in range(threads)))
        runs = [run for thread in await client.threads.search(limit=100)
                for run in await client.runs.list(thread["thread_id"])]  # fmt: skip
        assert len(runs) == threads
    assert not [event[:200] for event in [*events, json.dumps(runs, default=str)] if FILE.search(event.encode())]
    kept = {path.name: path.read_bytes() for path in (tmp_path / "home" / ".langgraph_api").iterdir()}
    assert any("checkpoint" in name for name in kept), "the server ended well and wrote what it kept"
    assert [name for name, content in kept.items() if FILE.search(content)] == []
    assert sum(len(content) for content in kept.values()) < LIMIT
