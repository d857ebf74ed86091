"""Runs that start at once, on a server whose queue sleeps for an hour in place of half a second."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import SAMPLE
from tests.dev_server import ROOT, Server, run_server

pytestmark = pytest.mark.server

ASKED: Any = {"question": "What does the day ticket cost?"}
# Python runs this first in each process that it starts. Only the queue sleeps for exactly half a second.
SLEEPER = """
import asyncio

real = asyncio.sleep

async def sleep(delay, result=None):
    return await real(3600 if delay == 0.5 else delay, result)

asyncio.sleep = sleep
"""


@pytest.fixture(scope="module")
def sleeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("sleeping")
    (folder / "ferry.txt").write_text("A day ticket to the island costs 14 euros.")
    (folder / "sitecustomize.py").write_text(SLEEPER)
    tree = Path(f"{folder}{os.pathsep}{ROOT}")
    readable = f"{folder}{os.pathsep}{SAMPLE.parent}"
    with run_server(folder, tree, PAGEWITNESS_ENGINE="offline", PAGEWITNESS_ALLOWED_FOLDERS=readable) as server:
        asyncio.run(server.run("ingestion", sources=[str(folder / "ferry.txt")]))
        yield server


async def test_a_run_without_a_thread_starts_at_once(sleeping: Server) -> None:
    assert "14 euros" in (await sleeping.run("pagewitness", **ASKED))["answer"]


async def test_turns_of_a_thread_follow_each_other(sleeping: Server) -> None:
    """The second waits for the first, and nothing but its end can start it."""
    client = sleeping.client
    thread = (await client.threads.create())["thread_id"]
    runs = [
        await client.runs.create(thread, "pagewitness", input=ASKED, multitask_strategy="enqueue") for _ in range(3)
    ]
    for run in runs:
        await client.runs.join(thread, run["run_id"])
    assert {(await client.runs.get(thread, run["run_id"]))["status"] for run in runs} == {"success"}
    assert "14 euros" in (await client.threads.get_state(thread))["values"]["answer"]


async def test_a_batch_and_a_stream_start_at_once(sleeping: Server) -> None:
    client = sleeping.client
    thread = (await client.threads.create())["thread_id"]
    batch: Any = [{"thread_id": thread, "assistant_id": "query", "input": ASKED}]
    (run,) = await client.runs.create_batch(batch)
    await client.runs.join(thread, run["run_id"])
    seen = [part async for part in client.runs.stream(thread, "query", input=ASKED, stream_mode="values")]
    assert "14 euros" in seen[-1].data["answer"]


def test_many_at_once_are_all_answered(sleeping: Server) -> None:
    """More than run at a time: the others start as those end."""

    def ask(_: int) -> str:
        given = {"assistant_id": "query", "input": ASKED}
        return str(httpx.post(f"{sleeping.url}/runs/wait", json=given, timeout=300).json().get("answer"))

    with ThreadPoolExecutor(30) as pool:
        assert all("14 euros" in answer for answer in pool.map(ask, range(60)))


async def test_a_run_can_be_cancelled_and_a_failed_one_tells_why(sleeping: Server) -> None:
    client = sleeping.client
    given: Any = {"sources": [str(SAMPLE)]}
    thread = (await client.threads.create())["thread_id"]
    run = await client.runs.create(thread, "pagewitness", input=given, context={"reread": True})
    await client.runs.cancel(thread, run["run_id"], wait=True)
    assert (await client.runs.get(thread, run["run_id"]))["status"] in ("interrupted", "success")
    assert "The question is empty" in sleeping.run_error("query", question=" ")
