"""An ingestion in its own process on a loopback Gemini: start it, kill it, dump what it stored."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import chromadb
import pymupdf

from tests.conftest import ROOT
from tests.wire.gemini_server import GeminiServer, Recorded

PAGES = 20
RUN_TIMEOUT_S = 600.0  # a run takes 10 s on a quiet machine, and ten times that where six other jobs share two cores
# An answer that came this share of a run before the kill may not have been stored yet: it counts as in flight. Half a
# second on a quiet machine, two seconds on one that is four times slower.
IN_FLIGHT = 0.05

_LAYER = re.compile(r'<text-layer page="(\d+)">\n(.*?)\n</text-layer>', re.DOTALL)
_WORDS = (
    "harbour",
    "slipway",
    "boulder",
    "winch",
    "cable",
    "keeper",
    "lamp",
    "ferry",
    "gannet",
    "burrow",
    "ledge",
    "tide",
)
# Columns that differ from run to run: clocks, and how pages fell into requests.
_VOLATILE = {"created", "seconds", "requests", "input_tokens", "output_tokens"}


def write_pdf(path: Path, seed: str, pages: int = PAGES) -> Path:
    """Pages of about 2,000 words each, so that their chunks take several requests to embed."""
    document: Any = pymupdf.open()
    for number in range(1, pages + 1):
        sentences = [
            " ".join([f"{seed} {number}.{i}", *(_WORDS[(i * k + number) % len(_WORDS)] for k in range(2, 16))]) + "."
            for i in range(135)
        ]
        document.new_page(width=595, height=842).insert_textbox((40, 40, 555, 802), " ".join(sentences), fontsize=5.5)
    document.save(str(path), no_new_id=True)
    document.close()
    return path


def transcribe(request: Recorded) -> str:
    """Read pages as a perfect model would: what it says is what the file's own text layer says."""
    return "\n".join(
        f'<page number="{number}"><chunk>{" ".join(text.split())}</chunk></page>'
        for number, text in _LAYER.findall(request.prompt)
    )


def start(home: Path, server: GeminiServer, *sources: Path) -> subprocess.Popen[str]:
    """`pagewitness ingest` as a user would run it."""
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment |= {
        "PAGEWITNESS_HOME": str(home), "GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": server.url,
        "PAGEWITNESS_ENGINE": "auto", "PYTHONPATH": str(ROOT), "LANGSMITH_TRACING": "false",
    }  # fmt: skip
    command = [sys.executable, "-m", "graph.cli", "ingest", "--json", *map(str, sources)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a run that is to succeed."""
    try:
        out, err = process.communicate(timeout=RUN_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 0, f"{out}\n{err}"
    return out


def kill_after(process: subprocess.Popen[str], seconds: float) -> float:
    """`kill -9` after so long, if it still runs; returns when that was."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    at = time.monotonic()
    process.communicate()
    return at


def dump(home: Path) -> dict[str, Any]:
    """Everything that is stored, in an order of its own, less what differs from run to run."""
    found: dict[str, Any] = {}
    with sqlite3.connect(home / "catalog.sqlite3") as connection:
        connection.row_factory = sqlite3.Row
        for table in ("meta", "documents", "pages", "transcripts", "chunks", "vectors_ahead", "token_vectors"):
            found[table] = sorted(_row(row) for row in connection.execute(f"SELECT * FROM {table}"))
        texts = "SELECT u.chunk, t.title, t.heading, t.body FROM units u JOIN unit_text t ON t.rowid = u.id"
        found["units"] = sorted(tuple(row) for row in connection.execute(texts))
        found["unit_text"] = connection.execute("SELECT count(*) FROM unit_text").fetchone()[0]
    vectors = chromadb.PersistentClient(str(home / "chroma")).get_collection("pagewitness", embedding_function=None)
    rows: Any = vectors.get(include=["embeddings", "metadatas"])
    found["vectors"] = sorted(
        (key, sorted(metadata.items()), [round(float(x), 5) for x in vector])
        for key, metadata, vector in zip(rows["ids"], rows["metadatas"], rows["embeddings"], strict=True)
    )
    found["files"] = sorted(str(path.relative_to(home)) for path in (home / "pages").rglob("*") if path.is_file())
    return found


def paid_twice(requests: list[Recorded], killed: float, seconds: float) -> set[str]:
    """What was asked for more than once, of what was not in flight at the kill; `seconds` is what a run takes."""
    times: dict[str, int] = {}
    in_flight: set[str] = set()
    for request in requests:
        items = [f"page {number}" for number, _ in _LAYER.findall(request.prompt)] if request.images else request.texts
        for item in items:
            times[item] = times.get(item, 0) + 1
        if request.started < killed and (not request.finished or request.finished > killed - IN_FLIGHT * seconds):
            in_flight.update(items)
    return {item for item, count in times.items() if count > 1} - in_flight


def _row(row: sqlite3.Row) -> tuple[Any, ...]:
    return tuple(row[key] for key in row.keys() if key not in _VOLATILE)  # noqa: SIM118 - a Row iterates over values
