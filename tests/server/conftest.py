"""Two servers: one as anybody starts it, and one (it reads `allowed`, and takes uploads of 1 MB) to be attacked."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import SAMPLE
from tests.dev_server import Server, print_log, run_server


@dataclass(frozen=True)
class Doors:
    """A server, and the folder in which its home folder and the one that it may read lie."""

    server: Server
    folder: Path

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def uploads(self) -> Path:
        return self.folder / "home" / "uploads"

    def upload(self, content: Any, name: str = "a.pdf") -> httpx.Response:
        return httpx.post(f"{self.url}/uploads", params={"name": name}, content=content, timeout=120)

    def problem(self, graph: str, **given: Any) -> str:
        """What a run fails with."""
        body = {"assistant_id": graph, "input": given}
        reply = httpx.post(f"{self.url}/runs/wait", json=body, timeout=120).json()
        return str(reply.get("__error__", {}).get("message", reply))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as anybody starts it, with a home folder of its own; the sample lies where the documentation says."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(SAMPLE.parent, folder / "examples")
    allowed = os.pathsep.join([str(folder / "examples"), str(SAMPLE.parent)])
    with run_server(folder, PAGEWITNESS_ALLOWED_FOLDERS=allowed) as running:
        yield running


@pytest.fixture(scope="session")
def ingested(server: Server) -> Any:
    """The sample, through the `ingestion` graph."""
    return asyncio.run(server.run("ingestion", sources=[str(SAMPLE)]))["report"]


@pytest.fixture(scope="session")
def _doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder = tmp_path_factory.mktemp("doors")
    (folder / "allowed").mkdir()
    with run_server(folder, PAGEWITNESS_ALLOWED_FOLDERS=str(folder / "allowed"), PAGEWITNESS_UPLOAD_MB="1") as running:
        yield Doors(running, folder)


@pytest.fixture
def doors(_doors: Doors) -> Iterator[Doors]:
    """The server; what it says during a test is shown if the test fails."""
    with print_log(_doors.server):
        yield _doors
