"""Benchmark of offline answers through a warm server, from request to last byte: one at a time, and ten at once."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.benchmarks import documents, machine
from tests.benchmarks.comparison import Comparison, Samples, Sizes
from tests.dev_server import run_server

LIMIT_MS = 150.0
AT_ONCE = 10
ROUTES = {"room": "the reading room's route", "openai": "`/v1/chat/completions`"}
_QUESTION = {"role": "user", "content": "What does a day ticket cost?"}


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure the same question by the reading room's route and by that of OpenAI's clients, alone and at once."""
    folder = sizes.folder / "tmp" / "answers"
    folder.mkdir(parents=True)
    machine.settle(machine.environment(folder / "unused"))
    allowed = str(documents.SAMPLE.parent)
    with run_server(
        folder, fresh=True, PAGEWITNESS_ENGINE="offline", PAGEWITNESS_ALLOWED_FOLDERS=allowed, LOG_LEVEL="WARNING"
    ) as server:
        asyncio.run(server.run("ingestion", sources=[str(documents.SAMPLE)]))
        limits = httpx.Limits(max_connections=2 * AT_ONCE, max_keepalive_connections=2 * AT_ONCE)
        with httpx.Client(base_url=server.url, timeout=300, limits=limits) as http:
            ways = {"room": lambda: _by_thread(http), "openai": lambda: _by_chat(http)}
            found = [_compared(name, ask, sizes.of(100, 10), sizes.of(20, 2)) for name, ask in ways.items()]
            return [one for pair in found for one in pair]


def _compared(name: str, ask: Callable[[], float], alone: int, rounds: int) -> tuple[Comparison, Comparison]:
    """Compare the median of one at a time with the limit, and that of ten at once with it: no worse than in turn."""
    for _ in range(5):
        ask()
    one = Samples("one at a time", tuple(ask() for _ in range(alone)))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        turns = (pool.map(lambda _: ask(), range(AT_ONCE)) for _ in range(rounds))
        many = Samples(f"{AT_ONCE} at once", tuple(took for turn in turns for took in turn))
    about = f"an offline answer by {ROUTES[name]}, from request to last byte"
    return (
        Comparison(f"answer-{name}", f"{about}, one at a time", "ms", one, limit=LIMIT_MS, bound="most"),
        Comparison(
            f"answers-{name}",
            f"{about}, {AT_ONCE} at once against one at a time",
            "ms",
            many,
            one,
            AT_ONCE,
            "most",
            "Served one after the other, the last of ten would take ten times as long as the first.",
        ),
    )


def _by_thread(http: httpx.Client) -> float:
    """Return the milliseconds of a question on a new thread, as the reading room asks it."""
    body = {"assistant_id": "pagewitness", "input": {"messages": [_QUESTION]}, "stream_mode": ["custom", "updates"],
            "if_not_exists": "create", "durability": "exit"}  # fmt: skip
    start = time.perf_counter()
    reply = http.post(f"/threads/{uuid.uuid4()}/runs/stream", json=body)
    return _checked(reply, start)


def _by_chat(http: httpx.Client) -> float:
    start = time.perf_counter()
    return _checked(http.post("/v1/chat/completions", json={"model": "pagewitness", "messages": [_QUESTION]}), start)


def _checked(reply: httpx.Response, start: float) -> float:
    took = 1000 * (time.perf_counter() - start)
    if "citations" not in reply.text:
        raise RuntimeError(f"no answer: {reply.text[-300:]}")
    return took
