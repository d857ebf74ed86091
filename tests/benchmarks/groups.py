"""The groups of comparisons, each measured in a process of its own."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple

from tests.benchmarks import machine
from tests.benchmarks.comparison import Comparison, Sizes


class Group(NamedTuple):
    """A group of comparisons: the module that measures them, and its heading on the page."""

    module: str
    title: str


GROUPS = {
    "starting": Group("startup", "Start-up"),
    "questions": Group("offline_questions", "Questions, offline"),
    "documents": Group("many_documents", "Questions, by the number of documents"),
    "answering": Group("model_answers", "Questions, with a model"),
    "storing": Group("storage", "Storing"),
    "postgres": Group("postgres_store", "Questions and storing, in Postgres"),
    "claims": Group("claim_checks", "Claims, checked by code"),
    "ingestion": Group("ingestion", "Ingestion"),
    "beside": Group("beside_libraries", "Ingestion beside other libraries"),
    "files": Group("many_files", "Ingestion of many small files"),
    "memory": Group("server_memory", "Memory"),
    "server": Group("server_answers", "Answers through a server"),
}
"""The groups, in the order in which they are measured."""


def measured(name: str, sizes: Sizes) -> dict[str, Any]:
    """Measure a group in a new process, in which nothing is loaded, and return its results."""
    start, context = time.perf_counter(), machine.described()
    temporary = sizes.folder / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    machine.settle(machine.environment(temporary / "unused"))
    try:
        # It begins in a folder that has no `.env`.
        with ProcessPoolExecutor(1, get_context("spawn"), initializer=os.chdir, initargs=[temporary]) as alone:
            results = alone.submit(_run, GROUPS[name].module, sizes).result()
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    minutes = (time.perf_counter() - start) / 60
    after = machine.described()["load"]
    return {
        **context, "load_after": after, "quick": sizes.quick, "minutes": round(minutes, 1),
        "results": [one.row() for one in results],
    }  # fmt: skip


def _run(module: str, sizes: Sizes) -> list[Comparison]:
    measure = importlib.import_module(f"tests.benchmarks.{module}").measure
    results: list[Comparison] = measure(sizes)
    if "graph.dependencies" in sys.modules:
        from graph import dependencies

        dependencies.pool().close()  # a child process waits at its end for its own children
    return results
