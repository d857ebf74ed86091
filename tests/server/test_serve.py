"""The process of `pagewitness serve`: what it prints, what it leaves behind, and where its threads are."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests import forked_python
from tests.conftest import ROOT, SAMPLE
from tests.dev_server import START_SECONDS, STOP_SECONDS, Process, Server, wait_until_ready
from tests.loopback import free_port

pytestmark = pytest.mark.server

ASKED: Any = {"question": "What does the day ticket cost?"}


@dataclass
class Started:
    """A server that was started with these options in a folder of its own, and its requests."""

    process: Process
    server: Server

    @property
    def said(self) -> str:
        return self.server.log.read_text("utf-8", "replace")

    def family(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))


def started(
    folder: Path, *options: str, run: Sequence[str] = ("-m", "graph.cli"), **variables: str
) -> contextlib.AbstractContextManager[Started]:
    """Start a server as the command does."""
    return _started(False, folder, options, run, variables)


def forked(
    folder: Path, *options: str, run: Sequence[str] = ("-m", "graph.cli"), **variables: str
) -> contextlib.AbstractContextManager[Started]:
    """Start a server in a forked process, for tests that do not ask about its start: 2 of 4 CPU seconds less."""
    return _started(True, folder, options, run, variables)


@contextlib.contextmanager
def _started(
    fork: bool, folder: Path, options: Sequence[str], run: Sequence[str], variables: Mapping[str, str]
) -> Iterator[Started]:
    folder.mkdir(exist_ok=True)
    port, log = free_port(), folder / "server.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PAGEWITNESS_", "LOG_"))}
    readable = os.pathsep.join(map(str, (SAMPLE.parent, folder.parent / "papers")))
    settings = {"PAGEWITNESS_ENGINE": "offline", "PAGEWITNESS_ALLOWED_FOLDERS": readable}
    with log.open("ab") as output:
        command = [*run, "serve", "--home", "home", "--port", str(port), *options]
        given: Any = {"cwd": folder, "stdout": output, "stderr": subprocess.STDOUT}
        given["env"] = {**kept, **settings, **variables, "PYTHONPATH": str(ROOT)}
        process: Process = (
            forked_python.start(command, **given) if fork else subprocess.Popen([sys.executable, *command], **given)
        )
    try:
        wait_until_ready(url := f"http://127.0.0.1:{port}", process, log)
        yield Started(process, Server(url, folder, process.pid))
    finally:
        process.kill()
        process.wait(STOP_SECONDS)


def ferry(folder: Path) -> str:
    """Write a short document that tells what ASKED asks; the sample takes four times as long to read."""
    path = folder / "papers" / "ferry.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("A day ticket to the island costs 14 euros.")
    return str(path)


def stopped(one: Started, by: signal.Signals = signal.SIGINT) -> int:
    one.process.send_signal(by)
    return one.process.wait(STOP_SECONDS)


def wait_for(true: Any) -> None:
    end = time.monotonic() + START_SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_it_says_two_lines_and_a_clean_stop_says_nothing(tmp_path: Path) -> None:
    with started(tmp_path / "quiet") as one:
        asyncio.run(one.server.run("pagewitness", sources=[ferry(tmp_path)], **ASKED))
        for mistaken in ("/nothing", "/documents/x", "/threads/x/state"):
            assert 400 <= httpx.get(f"{one.server.url}{mistaken}", timeout=300).status_code < 500
        wait_for(lambda: "/room" in one.said)
        assert stopped(one) == 0
    assert one.said.splitlines() == [
        f"PageWitness starts, with the home folder {tmp_path / 'quiet' / 'home'}.",
        f"The reading room: {one.server.url}/room  (Ctrl-C stops the server)",
    ]
    assert sorted(path.name for path in (tmp_path / "quiet").iterdir()) == ["home", "server.log"]


@pytest.mark.slow
def test_verbose_prints_the_log_of_the_framework(tmp_path: Path) -> None:
    with started(tmp_path / "loud", "--verbose", PAGEWITNESS_RUNS_AT_ONCE="7") as one:
        asyncio.run(one.server.run("pagewitness", **ASKED))
        assert "Background run succeeded" in one.said
        assert "Starting 7 background workers" in one.said


def test_it_is_one_process_until_it_reads_and_leaves_none_behind(tmp_path: Path) -> None:
    """Even when it is killed so that it can do nothing about its workers."""
    with started(tmp_path / "killed") as one:
        assert one.family() == []
        asyncio.run(one.server.run("ingestion", sources=[ferry(tmp_path)]))
        workers = one.family()
        assert workers, "pages are read in processes of their own"
        one.process.kill()
        wait_for(lambda: not [worker for worker in workers if worker.is_running() and worker.status() != "zombie"])


@pytest.mark.slow
def test_a_library_moves_with_its_threads(tmp_path: Path) -> None:
    with started(tmp_path / "old") as one:
        client = one.server.client
        asyncio.run(one.server.run("ingestion", sources=[ferry(tmp_path)]))

        async def ask() -> str:
            thread = (await client.threads.create())["thread_id"]
            await client.runs.wait(thread, "pagewitness", input=ASKED)
            return str(thread)

        thread = asyncio.run(ask())
        assert stopped(one, signal.SIGTERM) == 0
    (tmp_path / "new").mkdir()
    shutil.move(tmp_path / "old" / "home", tmp_path / "new" / "home")
    with started(tmp_path / "new") as one:
        assert "14 euros" in one.server.get(f"/threads/{thread}/state")["values"]["answer"]
        assert "14 euros" in asyncio.run(one.server.run("pagewitness", **ASKED))["answer"]
