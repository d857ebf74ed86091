"""Azurite, Microsoft's emulator of Azure's blob storage, on the loopback address: `npm install --global azurite`.

It is started once by each process of tests that needs it, and ended with it. Where it is not installed the tests are
skipped with the reason.
"""

from __future__ import annotations

import atexit
import base64
import hashlib
import hmac
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from email.utils import formatdate
from functools import lru_cache

import httpx
import pytest

from tests.loopback import free_port

_ACCOUNT = "devstoreaccount1"
# Azurite's own, which is public.
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_START_S = 60


def new_container(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of an empty container, which the environment of this test leads to."""
    command = shutil.which("azurite-blob")
    if not command:
        pytest.skip("azurite is not installed: npm install --global azurite")
    address, name = _server(command), f"c{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("AZURE_STORAGE_USE_EMULATOR", "true")
    monkeypatch.setenv("AZURITE_BLOB_STORAGE_URL", address)
    _create(address, name)
    return f"az://{name}/library"


@lru_cache(maxsize=1)
def _server(command: str) -> str:
    """Start Azurite and return its address."""
    port, folder = free_port(), tempfile.mkdtemp(prefix="azurite-")
    process = subprocess.Popen(
        [command, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", folder, "--silent",
         "--skipApiVersionCheck", "--disableTelemetry"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    atexit.register(_end, process, folder)
    address, until = f"http://127.0.0.1:{port}", time.monotonic() + _START_S
    while time.monotonic() < until:
        try:
            httpx.get(address, timeout=300)
            return address
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("Azurite does not answer")


def _end(process: subprocess.Popen[bytes], folder: str) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _create(address: str, container: str) -> None:
    """Create a container, in a request that is signed as Azure wants it."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
    path = f"/{_ACCOUNT}/{container}"
    signed = "PUT" + "\n" * 12 + "".join(f"{name}:{value}\n" for name, value in headers.items())
    signed += f"/{_ACCOUNT}{path}\nrestype:container"
    digest = hmac.new(base64.b64decode(_KEY), signed.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {_ACCOUNT}:{base64.b64encode(digest).decode()}"
    httpx.put(f"{address}{path}?restype=container", headers=headers, timeout=300).raise_for_status()
