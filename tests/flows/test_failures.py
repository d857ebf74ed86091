"""External failures during an ingestion: the error says what to do, and a later run completes it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import forked_python
from tests.conftest import ROOT
from tests.flows.killed_runs import RUN_TIMEOUT_S, dump, finish, start, transcribe, write_pdf
from tests.forked_python import ForkedProcess
from tests.loopback import free_port
from tests.wire.gemini_server import GeminiServer, Recorded

pytestmark = pytest.mark.processes

# No file may grow beyond 300 kB: the catalog's log soon does, as it would on a full disk. Python until 3.12.7 keeps
# bytecode that it could write in part only, and every later import of it fails: neither here nor in the processes that
# read pages is any written.
LIMITED = """
import os, resource, sys
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
sys.dont_write_bytecode = True
from graph.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer(reply=transcribe, latency=0.3) as made:
        yield made


@pytest.mark.slow
def test_a_second_process_gets_an_error_that_names_the_owner(server: GeminiServer, tmp_path: Path) -> None:
    paths = [write_pdf(tmp_path / f"{name}.pdf", name, pages=4) for name in ("a", "b")]
    one_ended = threading.Event()

    def reply(request: Recorded) -> str:
        one_ended.wait(RUN_TIMEOUT_S)  # the owner cannot end before the other process has tried
        return transcribe(request)

    server.reply = reply
    first, second = (start(tmp_path / "home", server, path) for path in paths)
    while first.poll() is None and second.poll() is None and server.in_flight < 2:
        time.sleep(0.1)
    one_ended.set()
    ends = sorted((run.wait(RUN_TIMEOUT_S), run.communicate()[1]) for run in (first, second))
    assert [code for code, _ in ends] == [0, 2], ends
    loser = second if second.returncode else first
    winner = first if loser is second else second
    assert f"in use by process {winner.pid}" in ends[1][1]
    assert "--home" in ends[1][1]
    finish(start(tmp_path / "home", server, *paths))
    found = dump(tmp_path / "home")
    assert len(found["documents"]) == 2
    assert len(found["vectors"]) == len(found["chunks"])


def test_a_disk_that_fills_up(server: GeminiServer, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", "a", pages=2)
    environment = {
        **os.environ, "PAGEWITNESS_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT), "GOOGLE_API_KEY": "test",
        "GOOGLE_GEMINI_BASE_URL": server.url, "LANGSMITH_TRACING": "false", "NO_PROXY": "*",
    }  # fmt: skip
    run = forked_python.run(
        ["-c", LIMITED, "ingest", path], env=environment, capture_output=True, timeout=RUN_TIMEOUT_S
    )
    assert run.returncode == 2, run.stderr
    assert "free some space on the disk" in run.stderr
    assert "Traceback" not in run.stderr
    finish(start(tmp_path / "home", server, path))
    found = dump(tmp_path / "home")
    assert len(found["vectors"]) == len(found["chunks"]) > 0


def test_a_chroma_server_that_goes_away(server: GeminiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    chroma = start_chroma(tmp_path / "vectors", port)
    monkeypatch.setenv("PAGEWITNESS_CHROMA_URL", f"http://127.0.0.1:{port}")
    path = write_pdf(tmp_path / "a.pdf", "a", pages=2)
    embedding = threading.Event()
    run = start(tmp_path / "home", server, path)
    threading.Thread(target=_end_when_embedding, args=(server, chroma, embedding), daemon=True).start()
    out, error = run.communicate(timeout=RUN_TIMEOUT_S)
    assert embedding.is_set()
    assert run.returncode == 2, out + error
    assert f"Chroma server at http://127.0.0.1:{port}" in error
    assert "chroma run" in error
    assert "Traceback" not in error
    pages = len(server.chats)
    chroma = start_chroma(tmp_path / "vectors", port)
    try:
        finish(start(tmp_path / "home", server, path))
    finally:
        chroma.send_signal(signal.SIGKILL)
        chroma.wait()
    assert len(server.chats) == pages  # no page is read again


def start_chroma(folder: Path, port: int) -> ForkedProcess:
    """A Chroma server on loopback, once it answers."""
    # What the command `chroma` runs.
    command = ["-c", "from chromadb.cli.cli import app; app()", "run", "--path", str(folder), "--port", str(port)]
    process = forked_python.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + RUN_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return process
    raise AssertionError("the Chroma server did not start")


def _end_when_embedding(server: GeminiServer, chroma: ForkedProcess, done: threading.Event) -> None:
    while not server.embeddings:
        time.sleep(0.02)
    chroma.kill()
    done.set()
