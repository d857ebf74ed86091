"""One process as several machines, each with a home folder and a name of its own, that share a Postgres store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph import dependencies
from tests.postgres import drop_database, new_database

Move = Callable[[str], None]
"""Makes this process the machine of a name."""


@contextmanager
def several_machines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """Make a database, offer to become machines that share it, and drop it at the end; home folders are in `folder`."""
    made, opened = new_database(), set()
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", made)
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")

    def become(name: str) -> None:
        monkeypatch.setenv("PAGEWITNESS_HOME", str(folder / "homes" / name))
        monkeypatch.setenv("PAGEWITNESS_MACHINE", f"host-{name}")
        opened.add(dependencies.home_stores())

    yield become
    for one in opened:
        one.close()
    drop_database(made)
