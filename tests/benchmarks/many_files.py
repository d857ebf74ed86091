"""Benchmark of many small files: whether a large library slows their reading, and a run in which nothing changed."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from graph.engines.offline.minilm import IDENTITY
from graph.storage.library import Library, LibraryVectors
from tests.benchmarks import corpus, machine
from tests.benchmarks.comparison import Comparison, Samples, Sizes, compare

DOCUMENTS = 10_000
"""In the large library, each with one chunk."""
FILES = 125
"""Read at a time: after 250 Chroma writes its graph, so that each side has as many of that in every two turns."""

_SENTENCES, _ROWS = 4, 1_000
_NAMES = "harbour lock bridge keeper gauge ledger permit mooring dredger pilot buoy winch sluice quay ferry".split()


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure the rate in a large library and in a new one, in turns, and the unchanged folder; nothing if quick."""
    if sizes.quick:
        return []
    many, new = sizes.folder / "tmp" / "many-files", sizes.folder / "tmp" / "few-files"
    shutil.copytree(library(sizes.folder), many)
    machine.settle(machine.environment(many, PAGEWITNESS_ENGINE="offline"))
    folder, count = sizes.folder / "tmp" / "files", (sizes.times + 1) * FILES
    files = write_files(folder, count)
    return [
        compare(
            "last-files",
            f"ingestion of text files of {_SENTENCES} sentences into a library of {DOCUMENTS:,} against a new one",
            "files/s", [("the large library", _rate(many, files)), ("the new one", _rate(new, files))],
            times=sizes.times, limit=0.9, bound="least", note=f"{FILES} files at a time, each read once by both.",
        ),
        _unchanged(many, folder, count, sizes.times),
    ]  # fmt: skip


def _rate(home: Path, files: list[Path]) -> Callable[[], float]:
    """Return a measure of the files a second into a home folder; it takes the next of the files each time."""
    left = iter(files)

    def measured() -> float:
        return FILES / _ingest(list(itertools.islice(left, FILES)), home)

    return measured


def _unchanged(home: Path, folder: Path, count: int, times: int) -> Comparison:
    again = [_ingest([folder], home) for _ in range(times)]
    return Comparison(
        "unchanged-files", f"a folder of {count:,} files again, with nothing changed, for each thousand of them",
        "s", Samples("a run", tuple(1000 * seconds / count for seconds in again)), limit=2.0, bound="most",
    )  # fmt: skip


def library(folder: Path) -> Path:
    """Return a home folder of small documents below `folder`; make it if it does not exist."""
    return corpus.kept(folder, f"documents-{DOCUMENTS}", [DOCUMENTS, _SENTENCES, IDENTITY, 1], _fill)


def _fill(catalog: Library, vectors: LibraryVectors) -> None:
    made, rows = corpus.Corpus(), list[corpus.Row]()
    for number in range(DOCUMENTS):
        document = hashlib.sha256(str(number).encode()).hexdigest()[:16]  # in no order, as those of files are
        rows += corpus.store_chunks(catalog, document, [made.chunk(0, _SENTENCES)])
        if len(rows) >= _ROWS or number == DOCUMENTS - 1:
            corpus.add(vectors, rows)
            rows = []


def write_files(folder: Path, count: int) -> list[Path]:
    """Write text files that differ in each sentence; return their paths in order."""
    chance = random.Random(5)
    folder.mkdir(parents=True)
    files = [folder / f"{chance.choice(_NAMES)}-{number:05}.txt" for number in range(count)]
    for number, file in enumerate(files):
        file.write_text(" ".join(_sentence(chance, number) for _ in range(_SENTENCES)), "utf-8")
    return sorted(files)


def _sentence(chance: random.Random, number: int) -> str:
    one, two, three = (chance.choice(_NAMES) for _ in range(3))
    return f"The {one} beside the {two} of place {number} was given a new {three} in the spring of that year."


def _ingest(sources: list[Path], home: Path | None = None) -> float:
    """Return the seconds of a run over these files or folders, all of which must be read, into a home folder."""
    from graph.app import app

    if home:
        os.environ["PAGEWITNESS_HOME"] = str(home)
    start = time.perf_counter()
    report = app.invoke({"sources": list(map(str, sources))})["report"]
    seconds = time.perf_counter() - start
    if any(document["status"] not in ("complete", "unchanged") for document in report["documents"]):
        raise RuntimeError("a file was not read as it should")
    return seconds
