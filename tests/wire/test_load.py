"""One server with a model of a second's latency under load: many askers at once, and questions beside readings.

Slow, and told by what it prints: `make drills`. What it asserts holds on two busy cores too.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import httpx
import pymupdf
import pytest

from tests.benchmarks.gemini import Answering, Apart
from tests.conftest import SAMPLE
from tests.server.test_serve import Started, started
from tests.wire.gemini_server import Answer, Recorded
from tests.wire.gemini_wire import Reply
from tests.wire.scripted_replies import QUESTION, kind, pages_asked

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.processes]
LATENCY_S = 1.0
LIMIT_S = 300


@dataclass(frozen=True)
class Slow:
    """Answers as `Answering`, and reads any page, after a second."""

    def __call__(self, request: Recorded) -> Answer:
        if kind(request) == "read" and max(pages_asked(request)) > 6:
            return Reply("".join(f'<page number="{n}"><chunk>Sheet {n}.</chunk></page>' for n in pages_asked(request)),
                         delay=LATENCY_S)  # fmt: skip
        said = Answering()(request)
        assert isinstance(said, Reply)
        return replace(said, pieces=1, delay=LATENCY_S)


@contextlib.contextmanager
def serving(folder: Path, **variables: str) -> Iterator[Started]:
    """A server that has read the sample, with such a model."""
    with Apart(Slow()) as model:
        given = {
            "PAGEWITNESS_ENGINE": "llm",
            "GOOGLE_API_KEY": "test",
            "GOOGLE_GEMINI_BASE_URL": model.url,
            "PAGEWITNESS_CHECK_REPLIES": "off",
        }
        with started(folder / "served", PAGEWITNESS_TIER="unlimited", **given | variables) as one:
            read(one, SAMPLE)
            yield one


def read(one: Started, path: Path) -> None:
    body = {"assistant_id": "ingestion", "input": {"sources": [str(path)]}}
    report = httpx.post(f"{one.server.url}/runs/wait", json=body, timeout=LIMIT_S).json()
    assert report["report"]["documents"][0]["status"] == "complete"


def ask(one: Started) -> float:
    """Ask, and return the seconds until the answer."""
    body, begun = {"assistant_id": "query", "input": {"question": QUESTION}}, time.monotonic()
    answer = httpx.post(f"{one.server.url}/runs/wait", json=body, timeout=LIMIT_S).json()
    assert "1911" in answer["answer"]
    return time.monotonic() - begun


def roll(folder: Path, name: str, pages: int) -> Path:
    """Write a file of pages that the model has to look at."""
    document = pymupdf.open()
    for number in range(1, pages + 1):
        page = document.new_page(width=300, height=200)
        page.insert_text((40, 60), f"Sheet {number} of {name}.")
        page.draw_circle((150, 130), 20 + number % 30)
    (folder / "papers").mkdir(exist_ok=True)
    document.save(path := folder / "papers" / f"{name}.pdf")
    return path


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * len(seconds))]


def test_fifty_askers(tmp_path: Path) -> None:
    with serving(tmp_path, PAGEWITNESS_CONCURRENCY="64", PAGEWITNESS_RUNS_AT_ONCE="64") as one:
        ask(one)
        begun = time.monotonic()
        with ThreadPoolExecutor(50) as pool:
            took = list(pool.map(lambda _: ask(one), range(300)))
        rate = len(took) / (time.monotonic() - begun)
        print(f"50 askers, {LATENCY_S:g} s latency: {rate:.1f} answers a second, p95 {p95(took):.1f} s")
        assert rate > 2


def test_questions_beside_a_long_document(tmp_path: Path) -> None:
    """Reader and chat model are one, with eight requests in flight for both."""
    path = roll(tmp_path, "roll", 700)
    with serving(tmp_path, PAGEWITNESS_CONCURRENCY="8") as one, ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda _: ask(one), range(24)))
        reading = threading.Thread(target=read, args=[one, path])
        reading.start()
        time.sleep(3)
        beside = list(pool.map(lambda _: ask(one), range(24)))
        still = reading.is_alive()
        reading.join()
    print(
        f"a question alone {median(alone):.1f} s, p95 {p95(alone):.1f} s; beside a reading {median(beside):.1f} s, "
        f"p95 {p95(beside):.1f} s (x{p95(beside) / p95(alone):.2f})"
    )
    assert still, "the reading ended before the questions"
    assert p95(beside) < 2.5 * p95(alone)


def test_a_question_passes_more_readings_than_there_are_places(tmp_path: Path) -> None:
    paths = [roll(tmp_path, f"roll-{number}", 60) for number in range(8)]
    with serving(tmp_path, PAGEWITNESS_RUNS_AT_ONCE="5") as one, ThreadPoolExecutor(8) as pool:
        reading = [pool.submit(read, one, path) for path in paths]
        time.sleep(3)
        took = ask(one)
        ended = sum(one.done() for one in reading)
        print(f"a question behind {len(reading)} readings in {5} places: {took:.1f} s; {ended} of them ended before")
        assert ended < len(reading) - 4
        for each in reading:
            each.result()
