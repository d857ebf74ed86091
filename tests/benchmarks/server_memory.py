"""Memory benchmarks: a server after many questions, and a long document against a short one."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks import documents, ingestion_memory, machine
from tests.benchmarks.comparison import Comparison, Samples, Sizes
from tests.dev_server import Server, run_server
from tests.process_monitor import own_memory

LIMIT = 1.2
QUESTIONS = ("Who founded the observatory?", "What does a day ticket cost?", "Who wrote down the tide of day {}?")


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure a server's memory after the first and after many questions, and the peak by length of the document."""
    folder = sizes.folder / "tmp" / "memory"
    folder.mkdir(parents=True)
    pages, questions = sizes.of(500, 30), sizes.of(50, 10)
    tree, alone = [], []
    for turn in range(sizes.repeats or sizes.of(3, 1)):  # two minutes each; five differed by 1 %
        first, last = _served(folder / str(turn), pages, questions)
        tree.append((first.tree, last.tree))
        alone.append((first.server, last.server))
    after = f"after {questions} questions and {pages} pages"
    note = "Memory of the idle server without files, what is shared counted once; a new server for each, offline."
    found = [
        Comparison(
            "server", f"the server with all its processes {after}, against its first question and its first ingestion",
            "MB", _side(after, tree, 1), _side("after the first of each", tree, 0),
            sizes.limit(LIMIT, 1.3), "most", note,
        ),
        Comparison(
            "server-alone", "the same without the processes that read pages", "MB", _side(after, alone, 1),
            _side("after the first of each", alone, 0),
        ),
    ]  # fmt: skip
    return found if sizes.quick else [*found, _long(20, 1000)]


@dataclass(frozen=True)
class Held:
    """Megabytes of all processes of a server, and of those that read no pages."""

    tree: float
    server: float


def _served(folder: Path, pages: int, questions: int) -> tuple[Held, Held]:
    folder.mkdir()
    paper = folder / "long.pdf"
    ingestion_memory._write(paper, pages)
    machine.settle(machine.environment(folder / "unused"))
    allowed = os.pathsep.join([str(folder), str(documents.SAMPLE.parent)])
    with run_server(folder, fresh=True, PAGEWITNESS_ENGINE="offline", PAGEWITNESS_ALLOWED_FOLDERS=allowed) as server:
        asyncio.run(_work(server, documents.SAMPLE, 1))
        first = _at_rest(server.pid)
        asyncio.run(_work(server, paper, questions))
        return first, _at_rest(server.pid)


async def _work(server: Server, source: Path, questions: int) -> None:
    report = (await server.run("pagewitness", sources=[str(source)]))["report"]
    if report["documents"][0]["status"] != "complete":
        raise RuntimeError(f"{source.name} was not read: {report['documents']}")
    for number in range(questions):
        answer: Any = await server.run("pagewitness", question=QUESTIONS[number % len(QUESTIONS)].format(number))
        if "answer" not in answer:
            raise RuntimeError(f"a question failed: {answer}")


def _at_rest(pid: int, samples: int = 5) -> Held:
    time.sleep(2)
    looks = []
    for _ in range(samples):
        looks.append(_look(pid))
        time.sleep(0.4)
    return Held(statistics.median(one.tree for one in looks), statistics.median(one.server for one in looks))


def _look(pid: int) -> Held:
    parent = psutil.Process(pid)
    sizes = []
    for one in (parent, *parent.children(recursive=True)):
        # A reader of pages is a child of the process that serves, or of one that it was forked from.
        sizes.append((_depth(one, pid), own_memory(one) / 2**20))
    return Held(sum(size for _, size in sizes), sum(size for depth, size in sizes if depth < 1))


def _depth(process: Any, root: int) -> int:
    depth = 0
    while process.pid != root:
        process, depth = process.parent(), depth + 1
    return depth


def _side(name: str, pairs: Sequence[tuple[float, float]], which: int) -> Samples:
    return Samples(name, tuple(pair[which] for pair in pairs))


def _long(short: int, long: int) -> Comparison:
    peaks = {pages: float(ingestion_memory.measure(pages, "llm").megabytes) for pages in (short, long)}
    return Comparison(
        "long-document",
        f"peak of an ingestion of {long:,} pages against one of {short}, a loopback Gemini reading", "MB",
        Samples(f"{long:,} pages", (peaks[long],)), Samples(f"{short} pages", (peaks[short],)),
        ingestion_memory.LIMIT, "most", "Once.",
    )  # fmt: skip
