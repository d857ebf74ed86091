"""`kill -9` during an ingestion that replaces a document, then the same command again."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.flows.killed_runs import (
    PAGES,
    OneReplyAtATime,
    attempts,
    dump,
    finish,
    kept,
    kill_after,
    paid_twice,
    start,
    write_pdf,
)
from tests.wire.gemini_server import GeminiServer

pytestmark = pytest.mark.processes

# One answer takes so long; the stages of a run then last about as long as each other.
LATENCY = 0.3


@dataclass
class Bench:
    """A home folder with the old document in it, the new one at the same path, and what is to come of it."""

    server: GeminiServer
    replies: OneReplyAtATime
    folder: Path
    before: Path
    source: Path
    expected: dict[str, Any]
    seconds: float

    def home(self, name: str) -> Path:
        return Path(shutil.copytree(self.before, self.folder / name))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("kill")
    replies = OneReplyAtATime()
    with GeminiServer(reply=replies, latency=LATENCY) as server:
        source = write_pdf(folder / "report.pdf", "Old", pages=3)
        finish(start(folder / "before", server, source))
        write_pdf(source, "New")
        made = Bench(server, replies, folder, folder / "before", source, {}, 0.0)
        home, began = made.home("undisturbed"), time.monotonic()
        replies.watch(home)
        finish(start(home, server, source))
        made.seconds = time.monotonic() - began
        replies.free()
        made.expected = dump(home)
        yield made


def test_an_uninterrupted_run_replaces_the_document(bench: Bench) -> None:
    (document,) = bench.expected["documents"]
    assert str(bench.source) in document
    assert len(bench.expected["pages"]) == PAGES == len(bench.expected["files"])
    assert len(bench.expected["vectors"]) == len(bench.expected["chunks"]) > 64  # two requests to embed, at least
    assert [key for key, _ in bench.expected["meta"]] == [f"basis:{document[0]}", "indexed_by"]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 30))])
def test_a_run_that_was_killed_is_completed_by_the_next(bench: Bench, seed: int) -> None:
    home = bench.home(f"killed-{seed}")
    del bench.server.requests[:]
    # The first tenth of a run opens the home folder, which leaves nothing behind.
    moment = random.Random(seed).uniform(0.1, 1.0) * bench.seconds
    bench.replies.watch(home)
    killed = kill_after(start(home, bench.server, bench.source), moment)
    bench.replies.free()
    stored = kept(home, bench.expected["documents"][0][0])
    finish(start(home, bench.server, bench.source))
    found = dump(home)
    assert {key for key in found if found[key] != bench.expected[key]} == set()
    assert paid_twice(bench.server.requests, killed, stored, bench.replies.last) == set()
    sent = [len(request.images) for request in bench.server.requests if request.images]
    counted = attempts(home, bench.expected["documents"][0][0])
    # What is counted and then killed before it is sent is counted once too often.
    assert sum(sent) <= counted <= sum(sent) + max(sent, default=0)
