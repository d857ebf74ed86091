"""Ctrl-C: an ingestion ends at once, and the next one goes on."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pymupdf
import pytest

from tests import forked_python

pytestmark = pytest.mark.processes


def test_ctrl_c_ends_an_ingestion_and_the_next_one_completes(tmp_path: Path) -> None:
    document = pymupdf.open()
    for number in range(60):
        document.new_page().insert_text((72, 100), f"Page {number} tells of the tide.")
    document.save(tmp_path / "long.pdf")
    command = ["-m", "graph.cli", "ingest", "--engine", "offline", "--home", str(tmp_path / "home")]
    process = forked_python.start([*command, str(tmp_path / "long.pdf")], stderr=subprocess.PIPE, text=True)
    wait_for_pages(tmp_path / "home")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 130
    assert "to continue" in said
    images = len(list((tmp_path / "home" / "pages").rglob("*.png")))
    assert images < 60, "it read on to the end"
    again = forked_python.run([*command, str(tmp_path / "long.pdf")], capture_output=True, timeout=600)
    assert again.returncode == 0, again.stderr
    assert "60 pages (60 read)" in again.stdout


def wait_for_pages(home: Path) -> None:
    """Until the first page is rendered."""
    end = time.monotonic() + 6000
    while not any((home / "pages").rglob("*.png")):
        assert time.monotonic() < end, "no page was rendered"
        time.sleep(0.05)
