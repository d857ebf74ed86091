"""Peak memory by length of the document: `python -m tests.benchmarks.ingestion_memory [--engine offline] 100 2000`.

Pages are a paragraph each. With `gemini` the model is a loopback server, whose memory is not counted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pymupdf

from tests.flows.killed_runs import ROOT, transcribe
from tests.process_monitor import ProcessUsage, monitor
from tests.wire.gemini_server import GeminiServer

LIMIT = 1.3


def measure(pages: int, engine: str, seconds: float = 7200.0) -> ProcessUsage:
    """Ingest a document of so many pages in a process of its own."""
    with tempfile.TemporaryDirectory() as folder, GeminiServer(reply=transcribe, latency=0.2) as server:
        path = Path(folder) / "long.pdf"
        _write(path, pages)
        environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        environment |= {
            "PAGEWITNESS_HOME": f"{folder}/home", "GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": server.url,
            "PYTHONPATH": str(ROOT), "LANGSMITH_TRACING": "false",
        }  # fmt: skip
        command = [sys.executable, "-m", "graph.cli", "ingest", "--json", "--engine", engine, str(path)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        usage = monitor(process, seconds)
        if process.returncode:
            raise RuntimeError(f"{pages} pages: exit code {process.returncode}")
        return usage


def _write(path: Path, pages: int) -> None:
    document: Any = pymupdf.open()
    for number in range(1, pages + 1):
        text = " ".join(f"On page {number} the keeper of light {i} wrote down the tide of day {i}." for i in range(8))
        document.new_page(width=420, height=595).insert_textbox((40, 200, 380, 555), text, fontsize=11)
    document.save(str(path))
    document.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each length; return 1 if the last takes too much more memory than the first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=int)
    parser.add_argument("--engine", choices=["llm", "offline"], default="llm")
    options = parser.parse_args(arguments)
    peaks = []
    for pages in options.pages:
        usage = measure(pages, options.engine)
        peaks.append(usage.megabytes)
        print(f"{pages:6} pages  {usage.megabytes:6} MB  {usage.cpu:7.0f} CPU seconds", flush=True)
    ratio = peaks[-1] / peaks[0]
    print(f"{ratio:.2f} times as much (limit {LIMIT})")
    return 1 if ratio > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
