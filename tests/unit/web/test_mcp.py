"""Calls of MCP tools: what the client hears while it waits for a turn."""

from __future__ import annotations

import asyncio
import json

import pytest

from graph.access import LOCAL
from web import mcp


async def test_a_call_that_waits_for_its_turn_keeps_its_connection_open(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = asyncio.Semaphore(0)
    monkeypatch.setattr(mcp, "_calls", turns)
    monkeypatch.setattr(mcp, "_KEEP_ALIVE_S", 0.01)
    parts = mcp._called(1, {"name": "page", "arguments": {}}, LOCAL)
    assert [await anext(parts) for _ in range(3)] == ["\n"] * 3
    turns.release()
    last = [part async for part in parts if part.strip()]
    assert json.loads(last[0])["result"]["isError"]
    assert turns.locked() is False


async def test_a_client_that_goes_away_gives_up_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = asyncio.Semaphore(0)
    monkeypatch.setattr(mcp, "_calls", turns)
    monkeypatch.setattr(mcp, "_KEEP_ALIVE_S", 0.01)
    parts = mcp._called(1, {"name": "page", "arguments": {}}, LOCAL)
    assert await anext(parts) == "\n"
    await parts.aclose()
    await asyncio.sleep(0)
    turns.release()
    await asyncio.wait_for(turns.acquire(), 60)
