"""Ctrl-C: an ingestion ends at once, and the next one goes on."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from tests import forked_python
from tests.flows.killed_runs import RUN_TIMEOUT_S, finish, start, transcribe
from tests.wire.gemini_server import GeminiServer, Recorded

pytestmark = pytest.mark.processes


def write_tide(path: Path, pages: int) -> Path:
    document = pymupdf.open()
    for number in range(pages):
        document.new_page().insert_text((72, 100), f"Page {number} tells of the tide.")
    document.save(path)
    return path


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + RUN_TIMEOUT_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_ctrl_c_ends_an_ingestion_and_the_next_one_completes(tmp_path: Path) -> None:
    """A model holds the last pages back, so that the ingestion cannot come to its end, however fast it is."""
    path, ended = write_tide(tmp_path / "tide.pdf", 8), threading.Event()

    def reply(request: Recorded) -> str:
        if len(server.chats) > 1:
            ended.wait(RUN_TIMEOUT_S)
        return transcribe(request)

    with GeminiServer(reply=reply) as server:
        process = start(tmp_path / "home", server, path)
        wait_for(lambda: len(server.chats) > 1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=RUN_TIMEOUT_S)
        ended.set()
        assert process.returncode == 130
        assert "to continue" in said
        again = finish(start(tmp_path / "home", server, path))
    assert '"read": 8' in again, again


@pytest.mark.slow
def test_ctrl_c_ends_reading_without_a_model(tmp_path: Path) -> None:
    path = write_tide(tmp_path / "long.pdf", 60)
    command = ["-m", "graph.cli", "ingest", "--engine", "offline", "--home", str(tmp_path / "home"), str(path)]
    process = forked_python.start(command, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: any((tmp_path / "home" / "pages").rglob("*.png")))
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=RUN_TIMEOUT_S)
    assert process.returncode == 130
    assert "to continue" in said
    images = len(list((tmp_path / "home" / "pages").rglob("*.png")))
    assert images < 60, "it read on to the end"
    again = forked_python.run(command, capture_output=True, timeout=RUN_TIMEOUT_S)
    assert again.returncode == 0, again.stderr
    assert "60 pages (60 read)" in again.stdout
