"""One server for the tests of what may be done to it: it reads `allowed`, and takes uploads of 1 MB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import Server, serving, showing


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
def _doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder = tmp_path_factory.mktemp("doors")
    (folder / "allowed").mkdir()
    with serving(folder, PAGEWITNESS_ALLOWED_FOLDERS=str(folder / "allowed"), PAGEWITNESS_UPLOAD_MB="1") as running:
        yield Doors(running, folder)


@pytest.fixture
def doors(_doors: Doors) -> Iterator[Doors]:
    """The server; what it says during a test is shown if the test fails."""
    with showing(_doors.server):
        yield _doors
