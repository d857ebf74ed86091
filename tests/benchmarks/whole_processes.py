"""Benchmark of reading a file by a command: the CPU time of all its processes, with their starts."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks import documents
from tests.benchmarks.comparison import Comparison, Sizes, compare
from tests.benchmarks.machine import ROOT

_TO_MARKDOWN = """
import os, sys, pymupdf, pymupdf4llm
pymupdf.set_messages(path=os.devnull)
document = pymupdf.open(sys.argv[1])
for page in range(document.page_count):
    pymupdf4llm.to_markdown(document, pages=[page])
"""


def beside_to_markdown(path: Path, pages: int, what: str, sizes: Sizes) -> Comparison:
    """Measure pages a CPU second: `pagewitness ingest` against a script of `pymupdf4llm.to_markdown`."""

    def ingest() -> float:
        copy = documents.fresh_copy(path)
        home = path.with_name(f"home-{uuid.uuid4().hex}")
        environment = {"PAGEWITNESS_ENGINE": "offline", "PAGEWITNESS_HOME": str(home)}
        return pages / cpu_seconds(["-m", "graph.cli", "ingest", str(copy)], environment)

    def to_markdown() -> float:
        return pages / cpu_seconds(["-c", _TO_MARKDOWN, str(documents.fresh_copy(path))], {})

    return compare(
        "processes",
        f"{what} as whole processes, by the time of the processor: against `pymupdf4llm.to_markdown`",
        "pages/s", [("`pagewitness ingest`", ingest), ("a script of it", to_markdown)],
        times=sizes.times, warm=False,
    )  # fmt: skip


def cpu_seconds(arguments: list[str], environment: Mapping[str, str]) -> float:
    """Return the CPU seconds that a Python command and its children take; raise RuntimeError if it fails."""
    before = os.times()
    command, surroundings = [sys.executable, *arguments], os.environ | environment
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments[:3])[:80]} failed: {done.stderr[-500:]}")
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system
