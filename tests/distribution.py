"""Distribution of test files over the workers of pytest-xdist: one worker for each shared server, long files first.

Without it each worker starts development servers of its own, and whole-process tests, the longest, come last: xdist
takes the files with the most tests first, and these have few.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

SERVER_FOLDERS = ("tests/browser/", "tests/server/")
"""Folders whose files share a development server, each on one worker: one server for both took ten minutes, the run."""

OWN_SERVER = frozenset(
    f"tests/server/test_{name}.py"
    for name in ("aegra", "dispatch", "doors", "first_start", "health", "installed_package", "observability", "plan",
                 "serve", "thread_sizes", "users", "watched")
)  # fmt: skip
"""Files of SERVER_FOLDERS that start servers of their own and use no other."""

TOKEN_LOGIN = "tests/browser/test_token_login.py"
"""A browser test on the server with a token, which files of tests/server/ use: its start takes 5 CPU seconds."""

TOGETHER = ("tests/unit/loaders/chunking/",)
"""Folders whose files share a document that a worker reads once: the paper takes 10 CPU seconds."""

PARSED = ("tests/unit/test_architecture.py", "tests/unit/test_packaging.py")
"""Files that share the syntax trees of all modules, which take 2 CPU seconds."""

FOLDERS = ("tests/evals/", "tests/flows/", "tests/wire/", "tests/unit/loaders/")
"""Folders from the longest tests to the shortest; tests outside of them come last."""


class Distribution(LoadFileScheduling):  # type: ignore[misc]  # xdist's schedulers have no types
    """Runs a file on one worker, and all files that use the same development server on the same one."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """Return the unit that one worker runs: a file, or a folder whose files share a server or a document."""
    file = nodeid.split("::", 1)[0]
    if file == TOKEN_LOGIN:
        return "tests/server/"
    if file in PARSED:
        return PARSED[0]
    folders = TOGETHER if file in OWN_SERVER else (*SERVER_FOLDERS, *TOGETHER)
    return next((folder for folder in folders if file.startswith(folder)), file)


def sort_files(items: list[pytest.Item]) -> None:
    """Sort the tests in place so that the files of long tests come first; a file keeps its order."""
    long = {_file(item) for item in items if item.get_closest_marker("processes")} | OWN_SERVER

    def rank(item: pytest.Item) -> int:
        file = _file(item)
        if scope(item.nodeid) in SERVER_FOLDERS:
            return 0
        if file in long:
            return 1
        return 2 + next((at for at, folder in enumerate(FOLDERS) if file.startswith(folder)), len(FOLDERS))

    items.sort(key=rank)


def _file(item: pytest.Item) -> str:
    return item.nodeid.split("::", 1)[0]


def make_scheduler(config: pytest.Config, log: Any) -> Distribution | None:
    """Return the scheduler of `--dist loadfile`; None for other modes, which xdist schedules itself."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # by the number of tests, which says nothing about how long they take
    return Distribution(config, log)
