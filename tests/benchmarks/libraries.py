"""The libraries that groups ask about, made before the first group is measured: two at a time, once for a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.benchmarks import machine, offline_questions
from tests.benchmarks.comparison import Sizes

LARGE, MIDDLE, SMALL = sorted(offline_questions.SENTENCES, reverse=True)
_USED: dict[str, tuple[int, ...]] = {
    "starting": (SMALL, MIDDLE),
    "questions": (SMALL, MIDDLE, LARGE),
    "documents": (SMALL,),
    "postgres": (LARGE,),
}


def prepare(names: Sequence[str], sizes: Sizes) -> None:
    """Make what these groups need and the folder does not have: home folders, and a database of the largest library."""
    short = {MIDDLE: SMALL, LARGE: offline_questions.FEW} if sizes.quick else {}
    chunks = {short.get(one, one) for name in names for one in _USED.get(name, ())}
    # As in a measured group: no settings of the user's, and a folder without `.env`.
    machine.settle(machine.environment(sizes.folder / "tmp" / "unused"))
    with ProcessPoolExecutor(2, get_context("spawn"), initializer=os.chdir, initargs=[sizes.folder]) as pool:
        made = {one: pool.submit(_home, sizes.folder, one) for one in sorted(chunks, reverse=True)}
        small_files = [pool.submit(_small_files, sizes.folder)] if "files" in names and not sizes.quick else []
        if "postgres" in names:
            pool.submit(_database, made[max(made)].result()).result()
        for one in [*made.values(), *small_files]:
            one.result()
    os.sync()  # so that nothing is written to the disk while the first group is measured


def _home(folder: Path, chunks: int) -> Path:
    from tests.benchmarks import corpus

    return corpus.home(folder, chunks, offline_questions.sentences(chunks))


def _small_files(folder: Path) -> Path:
    from tests.benchmarks import many_files

    return many_files.library(folder)


def _database(home: Path) -> None:
    from tests.benchmarks import postgres_library

    postgres_library.packed(home)
