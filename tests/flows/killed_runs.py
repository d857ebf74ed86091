"""An ingestion in its own process on a loopback Gemini: start it, kill it, dump what it stored."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import chromadb
import pymupdf

from tests import forked_python
from tests.conftest import ROOT
from tests.forked_python import ForkedProcess
from tests.wire.gemini_server import GeminiServer, Recorded

PAGES = 12
RUN_TIMEOUT_S = 600.0  # a run takes 10 s on a quiet machine, and ten times that where six other jobs share two cores
# Replies with vectors that may have come and not be stored: one of each batch that is embedded at a time, and one of
# those that are embedded while pages are read. Of pages it is one reply, since `OneReplyAtATime` holds back the others.
UNSTORED_EMBEDDINGS = 4
STORED_S = 300.0  # in which a reply's pages are stored, on any machine

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
_VOLATILE = {"created", "seconds", "attempts", "requests", "input_tokens", "output_tokens"}


def write_pdf(path: Path, seed: str, pages: int = PAGES) -> Path:
    """Write pages of about 2,000 words each, so that their chunks take several requests to embed."""
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
    """Return the text layer of the pages, as a perfect model would read them."""
    return "\n".join(
        f'<page number="{number}"><chunk>{" ".join(text.split())}</chunk></page>'
        for number, text in _LAYER.findall(request.prompt)
    )


def start(home: Path, server: GeminiServer, *sources: Path) -> ForkedProcess:
    """Start `pagewitness ingest` as a user would."""
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment |= {
        "PAGEWITNESS_HOME": str(home), "GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": server.url,
        "PAGEWITNESS_ENGINE": "auto", "PYTHONPATH": str(ROOT), "LANGSMITH_TRACING": "false",
    }  # fmt: skip
    command = ["-m", "graph.cli", "ingest", "--json", *map(str, sources)]
    return forked_python.start(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: ForkedProcess) -> str:
    """Wait for a run that is to succeed."""
    try:
        out, err = process.communicate(timeout=RUN_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 0, f"{out}\n{err}"
    return str(out)


def kill_after(process: ForkedProcess, seconds: float) -> float:
    """Send SIGKILL after so many seconds, if the process still runs; return the time of it."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    at = time.monotonic()
    process.communicate()
    return at


def dump(home: Path) -> dict[str, Any]:
    """Return all stored rows in a fixed order, without the columns that differ from run to run."""
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


def attempts(home: Path, document: str) -> int:
    """Return how often pages of a document were sent, by the ledger."""
    with sqlite3.connect(home / "catalog.sqlite3") as connection:
        row = connection.execute("SELECT sum(attempts) FROM pages WHERE document = ?", (document,)).fetchone()
    return int(row[0])


class Kept(NamedTuple):
    """What a killed run had stored of a document: the pages that were read, and how many of its chunks have vectors."""

    pages: set[str]
    texts: int


def kept(home: Path, document: str) -> Kept:
    """Return what is stored of a document; nothing where the run was killed before it made its catalog."""
    with sqlite3.connect(home / "catalog.sqlite3") as connection:
        read = "SELECT page FROM pages WHERE document = ? AND transcript != '' AND status = 'read'"
        pages = {f"page {page}" for (page,) in connection.execute(read, (document,))}
        ahead = connection.execute("SELECT count(*) FROM vectors_ahead WHERE document = ?", (document,)).fetchone()[0]
        chunks = [key for (key,) in connection.execute("SELECT id FROM chunks WHERE document = ?", (document,))]
    # A copy: a client that this process keeps open would not see what the next run writes.
    copy = shutil.copytree(home / "chroma", home.with_name(f"{home.name}-kept"))
    vectors = chromadb.PersistentClient(str(copy)).get_collection("pagewitness", embedding_function=None)
    indexed = len(vectors.get(ids=chunks, include=[])["ids"]) if chunks else 0
    return Kept(pages, max(ahead, indexed))  # a vector that was made ahead is copied into the index later


class OneReplyAtATime:
    """Replies of a perfect model, each held back until the pages of the one before are stored.

    So at most one reply can be lost at a kill, whatever the machine's load; a run that stored its pages only at the end
    of a batch would wait for ever.
    """

    def __init__(self) -> None:
        self._lock, self._free = threading.Lock(), threading.Event()
        self._home, self._known = Path(), set[str]()
        self.last: set[str] = set()
        self.free()

    def watch(self, home: Path) -> None:
        """Hold back replies until what was replied before is stored in this home folder."""
        self._home, self._known, self.last = home, set(_documents(home)), set()
        self._free.clear()

    def free(self) -> None:
        """Send all replies at once from now on."""
        self._free.set()

    def __call__(self, request: Recorded) -> str:
        """Return the reply to a request as soon as it may be sent."""
        if not request.images:
            return transcribe(request)
        with self._lock:
            end = time.monotonic() + STORED_S
            while not self._free.is_set() and not self.last <= self._stored():
                assert time.monotonic() < end, f"not stored: {self.last - self._stored()}"
                time.sleep(0.01)
            if not self._free.is_set():
                self.last = set(_items(request))
        return transcribe(request)

    def _stored(self) -> set[str]:
        with sqlite3.connect(self._home / "catalog.sqlite3") as connection:
            rows = connection.execute("SELECT document, page FROM pages WHERE transcript != '' AND status = 'read'")
            return {f"page {page}" for document, page in rows if document not in self._known}


def _documents(home: Path) -> list[str]:
    with sqlite3.connect(home / "catalog.sqlite3") as connection:
        return [key for (key,) in connection.execute("SELECT id FROM documents")]


def paid_twice(requests: list[Recorded], killed: float, stored: Kept, last: set[str]) -> set[str]:
    """Return the items that were requested twice although their replies were, or must have been, stored.

    Args:
        requests: The requests of both runs.
        killed: When the first run was killed.
        stored: What it had stored then.
        last: The pages of the last reply that it got, which it may not have stored.
    """
    first = [request for request in requests if request.started < killed]
    before, after = (
        Counter(item for request in some for item in _items(request))
        for some in (first, [request for request in requests if request.started >= killed])
    )
    answered = [request for request in first if request.finished and request.finished <= killed]
    unanswered = {item for request in first if request not in answered for item in _items(request)}
    twice = {item for item, count in before.items() if count > 1 or item in after}
    pages = {item for item in twice if item.startswith("page ")}
    texts = twice - pages
    replies = [len(request.texts) for request in answered if not request.images]
    lost = sum(replies) - stored.texts
    late = lost > UNSTORED_EMBEDDINGS * max(replies, default=0)
    unstored = len({item for item in before if not item.startswith("page ")}) - stored.texts
    return (pages - unanswered - last) | (pages & stored.pages) | (texts if late or len(texts) > unstored else set())


def _items(request: Recorded) -> list[str]:
    """Return the items of a request: its pages, or the texts that it embeds."""
    return [f"page {number}" for number, _ in _LAYER.findall(request.prompt)] if request.images else request.texts


def _row(row: sqlite3.Row) -> tuple[Any, ...]:
    return tuple(row[key] for key in row.keys() if key not in _VOLATILE)  # noqa: SIM118 - a Row iterates over values
