"""LangGraph development server for tests, started as the README says, without an API key."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tests import forked_python
from tests.forked_python import ForkedProcess
from tests.loopback import free_port

Process = subprocess.Popen[bytes] | ForkedProcess
START_SECONDS, STOP_SECONDS = 300, 60
ROOT = Path(__file__).parents[1]
_OURS = ("PAGEWITNESS_", "GOOGLE_", "GEMINI_", "LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_")


def wait_until_ready(url: str, process: Process, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/ok", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start (exit code {process.poll()}):\n{log.read_text('utf-8', 'replace')[-6000:]}")


def stop(process: Process) -> None:
    """Stop the whole process group as Ctrl-C in a terminal does: the server has children that read pages."""
    with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGINT)
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(STOP_SECONDS)


class Server:
    """A running development server, and requests to it."""

    def __init__(self, url: str, folder: Path, pid: int, start_s: float = 0.0) -> None:
        self.url, self.folder, self.pid = url, folder, pid
        self.start_s = start_s  # seconds from the command to the first answer

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def uploads(self) -> Path:
        return self.home / "uploads"

    @property
    def client(self) -> LangGraphClient:
        return get_client(url=self.url)

    async def run(self, graph: str, **given: Any) -> Any:
        """Run a graph with this input and `context`; return its output."""
        context = given.pop("context", None)
        return await self.client.runs.wait(None, graph, input=given, context=context)

    def run_error(self, graph: str, **given: Any) -> str:
        """Run a graph that is to fail; return its error message."""
        reply = self.post("/runs/wait", {"assistant_id": graph, "input": given}, timeout_s=300)
        return str(reply.get("__error__", {}).get("message", reply))

    def get(self, path: str) -> Any:
        return httpx.get(f"{self.url}{path}", timeout=300).raise_for_status().json()

    def post(self, path: str, body: Any, timeout_s: float = 300) -> Any:
        return httpx.post(f"{self.url}{path}", json=body, timeout=timeout_s).raise_for_status().json()

    def upload(self, content: Any, name: str = "a.pdf") -> httpx.Response:
        return httpx.post(f"{self.url}/uploads", params={"name": name}, content=content, timeout=300)

    def delete_documents(self) -> None:
        """Leave an empty library."""
        for document in self.get("/documents")["documents"]:
            self.delete(document["id"])

    def delete(self, document: str) -> None:
        """Delete the document of this id."""
        httpx.delete(f"{self.url}/documents/{document}", timeout=300).raise_for_status()


@contextlib.contextmanager
def run_server(folder: Path, tree: Path = ROOT, *, fresh: bool = False, **settings: str) -> Iterator[Server]:
    """Run a server of the code in `tree`, with the home folder `folder`/home, until the block ends.

    It is forked from a process that has imported what it imports, which saves 2 of 4 CPU seconds; not if it has code
    of its own or is to be `fresh`, as where a library reads settings when it is imported.
    """
    log, port = folder / "server.log", free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    # The whole log, in which tests search for secrets and tracebacks.
    environment |= {"PAGEWITNESS_HOME": str(folder / "home"), "LOG_LEVEL": "INFO", **settings}
    start = time.monotonic()
    environment["PYTHONPATH"], command = str(tree), ["-m", "graph.cli", "serve", "--port", str(port)]
    with log.open("wb") as output:
        streams: Any = {"stdout": output, "stderr": subprocess.STDOUT, "start_new_session": True}
        process: Process = (
            forked_python.start(command, cwd=folder, env=environment, **streams)
            if tree == ROOT and not fresh
            else subprocess.Popen([sys.executable, *command], cwd=folder, env=environment, **streams)
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process, log)
        yield Server(url, folder, process.pid, time.monotonic() - start)
    finally:
        stop(process)


@contextlib.contextmanager
def print_log(server: Server) -> Iterator[None]:
    """Print what the server logs during the block; pytest shows it for failed tests."""
    start = server.log.stat().st_size
    yield
    with server.log.open("rb") as file:
        file.seek(start)
        print(file.read().decode("utf-8", "replace")[-6000:])
