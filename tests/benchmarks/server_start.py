"""Benchmark of a server's start: from the command to the first answer, against LangGraph's server alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.benchmarks import machine
from tests.benchmarks.comparison import Comparison, Sizes, compare
from tests.dev_server import STOP_SECONDS
from tests.loopback import free_port

LIMIT = 1.3
LIMIT_S = 5.0
_PATIENCE_S = 120
_GRAPH = """
from langgraph.graph import END, START, MessagesState, StateGraph

builder = StateGraph(MessagesState)
builder.add_node("answer", lambda state: {"messages": ["read"]})
builder.add_edge(START, "answer")
builder.add_edge("answer", END)
graph = builder.compile()
"""
_BARE = """
import sys
from langgraph_api.cli import run_server

run_server("127.0.0.1", int(sys.argv[1]), reload=False, graphs={"bare": "./bare.py:graph"})
"""


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure the start of `pagewitness serve` against LangGraph's server, and against the limit in seconds."""
    folder = sizes.folder / "tmp" / "server start"
    folder.mkdir(parents=True)
    (folder / "bare.py").write_text(_GRAPH)
    (folder / "start.py").write_text(_BARE)
    against = compare(
        "serve", "`pagewitness serve` against LangGraph's server with a graph of one node, to the first answer", "s",
        [
            ("pagewitness serve", lambda: _start(["-m", "graph.cli", "serve", "--port"], folder)),
            ("langgraph_api.cli.run_server", lambda: _start(["start.py"], folder)),
        ],
        times=sizes.starts, limit=LIMIT, bound="most", note="Each is one process, without a watcher and tracing.",
    )  # fmt: skip
    alone = Comparison(
        "serve-s", "`pagewitness serve`, from the command to the first answer", "s", against.left, limit=LIMIT_S,
        bound="most", note="On a machine without other work.",
    )  # fmt: skip
    return [against, alone]


def _start(arguments: list[str], folder: Path) -> float:
    """Return the seconds from the start of a Python process with these arguments to the server's first answer."""
    port = free_port()
    environment = machine.environment(folder / "home", LANGGRAPH_NO_VERSION_CHECK="true", PAGEWITNESS_ENGINE="offline")
    start = time.perf_counter()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments, str(port)],
            cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        while time.perf_counter() - start < _PATIENCE_S and process.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/ok", timeout=2).status_code == 200:
                    return time.perf_counter() - start
            except httpx.TransportError:
                time.sleep(0.02)
        text = (folder / "server.log").read_text("utf-8", "replace")
        raise RuntimeError(f"the server did not start (exit code {process.poll()}):\n{text[-3000:]}")
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
