"""Distribution of test files over the workers of pytest-xdist: one worker for the shared server, long files first.

Without it each worker starts development servers of its own, and whole-process tests, the longest, come last: xdist
takes the files with the most tests first, and these have few.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

SHARED = "the shared development server"
SERVER_FOLDERS = ("tests/server/", "tests/browser/")
OWN_SERVER = frozenset(
    f"tests/server/test_{name}.py"
    for name in ("dispatch", "first_start", "health", "installed_package", "observability", "plan", "serve",
                 "thread_sizes", "watched")
)  # fmt: skip
"""Files of SERVER_FOLDERS that start servers of their own and use no other."""

TOGETHER = ("tests/unit/loaders/chunking/",)
"""Folders whose files share what a worker reads once: the paper of the development data takes 10 CPU seconds."""

FOLDERS = ("tests/evals/", "tests/flows/", "tests/wire/", "tests/unit/loaders/")
"""Folders from the longest tests to the shortest; what is in none of them comes last."""


class Distribution(LoadFileScheduling):  # type: ignore[misc]  # xdist's schedulers have no types
    """Runs a file on one worker, and all files that use the shared development server on the same one."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """Return what is run by one worker: the name of a file, SHARED, or a folder whose files read the same document."""
    file = nodeid.split("::", 1)[0]
    if file.startswith(SERVER_FOLDERS) and file not in OWN_SERVER:
        return SHARED
    return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def sort_files(items: list[pytest.Item]) -> None:
    """Sort the tests in place so that the files of long tests come first; a file keeps its order."""
    long = {_file(item) for item in items if item.get_closest_marker("processes")} | OWN_SERVER

    def rank(item: pytest.Item) -> int:
        file = _file(item)
        if scope(item.nodeid) == SHARED:
            return 0
        if file in long:
            return 1
        return 2 + next((at for at, folder in enumerate(FOLDERS) if file.startswith(folder)), len(FOLDERS))

    items.sort(key=rank)


def _file(item: pytest.Item) -> str:
    return item.nodeid.split("::", 1)[0]


def make_scheduler(config: pytest.Config, log: Any) -> Distribution | None:
    """Return the scheduler of `--dist loadfile`; None leaves other ways to xdist."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # by the number of tests, which says nothing about how long they take
    return Distribution(config, log)
