"""Benchmark of a folder of many small files: whether storing slows down, and what a run costs when nothing changed."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.benchmarks import machine
from tests.benchmarks.comparison import Comparison, Samples, Sizes

FILES, PARTS = 3_000, 10
"""10,000 files take half an hour; a rate that falls with their number falls within a third of them."""

_SENTENCES = 4
_NAMES = "harbour lock bridge keeper gauge ledger permit mooring dredger pilot buoy winch sluice quay ferry".split()


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure the rate of the last tenth against the first, and the unchanged folder; nothing in the short form."""
    if sizes.quick:
        return []
    count, folder = FILES, sizes.folder / "tmp" / "files"
    first, *files = write_files(folder, count + 1)
    machine.settle(machine.environment(sizes.folder / "tmp" / "many-files", PAGEWITNESS_ENGINE="offline"))
    part = count // PARTS
    _ingest([first])  # starts the processes and loads the models
    rates = [part / _ingest(files[at : at + part]) for at in range(0, count, part)]
    again = [_ingest([folder]) for _ in range(sizes.times)]
    return [
        Comparison(
            "last-files",
            f"ingestion of {count:,} text files of {_SENTENCES} sentences: the last tenth against the first",
            "files/s", Samples("the last tenth", (rates[-1],)), Samples("the first tenth", (rates[0],)), 0.9, "least",
            f"Once; tenths in between: {', '.join(f'{rate:.1f}' for rate in rates[1:-1])} files/s.",
        ),
        Comparison(
            "unchanged-files", f"the same folder again, with nothing changed, for each thousand of its {count:,} files",
            "s", Samples("a run", tuple(1000 * seconds / count for seconds in again)), limit=2.0, bound="most",
        ),
    ]  # fmt: skip


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


def _ingest(sources: list[Path]) -> float:
    """Return the seconds of a run over these files or folders, all of which must be read."""
    from graph.app import app

    start = time.perf_counter()
    report = app.invoke({"sources": list(map(str, sources))})["report"]
    seconds = time.perf_counter() - start
    if any(document["status"] not in ("complete", "unchanged") for document in report["documents"]):
        raise RuntimeError("a file was not read as it should")
    return seconds
