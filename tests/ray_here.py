"""Ray pools and clusters for tests, where Ray is installed, with one token for all: Ray reads it once a process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from graph.settings import prepare_ray
from loaders.pages.pool import PagePool
from tests.conftest import ROOT
from tests.loopback import free_port

TOKEN = "0" * 64
_START_S = 120


@contextmanager
def ray_cluster(processors: int) -> Iterator[str]:
    """Yield the address of a cluster of other processes, which takes this machine for one of so many processors."""
    port, client = free_port(), free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_AUTH_TOKEN": TOKEN, "RAY_AUTH_MODE": "token"}
    head = [f"--port={port}", f"--ray-client-server-port={client}", f"--num-cpus={processors}"]
    rest = ["--node-ip-address=127.0.0.1", "--object-store-memory=200000000", "--include-dashboard=false"]
    rest += ["--min-worker-port=10002", "--max-worker-port=14999"]  # by default it takes the ports of `free_port` too
    # In the foreground, so that only this cluster is ended: `ray stop` ends all clusters of a machine.
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--disable-usage-stats"]
    with subprocess.Popen([*command, *head, *rest], env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + _START_S
            while time.monotonic() < end and process.poll() is None:
                with socket.socket() as trial:
                    if not trial.connect_ex(("127.0.0.1", client)):
                        break
                time.sleep(0.5)
            yield f"ray://127.0.0.1:{client}"
        finally:
            process.terminate()


def ray_pool(address: str, actors: int, **limits: Any) -> PagePool:
    """Return a pool of actors, or skip the test."""
    os.environ["RAY_AUTH_TOKEN"] = TOKEN
    prepare_ray()
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    from loaders.pages.ray_pool import RayPool

    return RayPool(address, actors, **limits)
