"""The package as `pip install` leaves it, used from another folder: ingest, ask, serve, the reading room."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pymupdf
import pytest

from tests.conftest import ROOT, SAMPLE
from tests.dev_server import wait_until_ready
from tests.loopback import free_port

pytestmark = pytest.mark.server

LIMIT_S = 300
PACKAGES = ("graph", "loaders", "prompts", "web")
QUESTION = "What is the greatest load for the winch cable until it has been tested?"


@dataclass(frozen=True)
class Installed:
    """A virtual environment with the wheel, and a folder that has nothing to do with the repository."""

    bin: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PAGEWITNESS_", "GOOGLE_"))}
        return {**kept, "PYTHONPATH": "", "PAGEWITNESS_ENGINE": "offline"}

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [self.bin / command[0], *command[1:]], cwd=self.folder, env=self.environment, capture_output=True,
            text=True, timeout=LIMIT_S,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel alone is installed; its dependencies are this environment's, by a .pth file."""
    folder = tmp_path_factory.mktemp("installed")
    source, wheels, venv = folder / "source", folder / "wheels", folder / "venv"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "wheel", *options, "--wheel-dir", wheels, source], check=True, timeout=LIMIT_S)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True, timeout=LIMIT_S)
    (wheel,) = wheels.glob("pagewitness-*.whl")
    python = venv / "bin" / "python"
    subprocess.run([*pip, "--python", python, "install", "--no-deps", "--no-index", wheel], check=True, timeout=LIMIT_S)
    own = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    Path(own, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    with pymupdf.open(SAMPLE) as document:
        document.select([2, 4])  # a page of text and the scan, which the package's OCR models read
        document.save(elsewhere / SAMPLE.name)
    return Installed(venv / "bin", elsewhere)


def test_the_code_is_the_packages_own(installed: Installed) -> None:
    code = "import graph, loaders, prompts, web\nfor one in (graph, loaders, prompts, web): print(one.__file__)"
    files = installed.run("python", "-c", code).split()
    assert len(files) == len(PACKAGES)
    assert [file for file in files if not Path(file).is_relative_to(installed.bin.parent)] == []


@pytest.fixture(scope="module")
def ingested(installed: Installed) -> Any:
    return json.loads(installed.run("pagewitness", "ingest", "--json", SAMPLE.name))


def test_a_document_is_read_and_asked(installed: Installed, ingested: Any) -> None:
    assert ingested["documents"][0]["status"] == "complete"
    answer = json.loads(installed.run("pagewitness", "ask", "--json", QUESTION))
    assert answer["citations"]
    assert not answer["refused"]


@pytest.fixture(scope="module")
def url(installed: Installed, ingested: Any) -> Iterator[str]:
    port, log = free_port(), installed.folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [installed.bin / "pagewitness", "serve", "--port", str(port)], cwd=installed.folder,
            env=installed.environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(address, process, log)
        yield address
        process.send_signal(signal.SIGTERM)
        process.wait(LIMIT_S)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(LIMIT_S)


def test_the_server_answers_and_shows_the_reading_room(url: str) -> None:
    room = httpx.get(f"{url}/room", timeout=LIMIT_S)
    assert "<title>PageWitness</title>" in room.text
    for name in ("app.js", "style.css", "icon.svg"):
        assert httpx.get(f"{url}/room/static/{name}", timeout=LIMIT_S).status_code == 200
    assert httpx.get(f"{url}/health", timeout=LIMIT_S).json()["ok"]
    body = {"assistant_id": "query", "input": {"question": QUESTION}}
    assert httpx.post(f"{url}/runs/wait", json=body, timeout=LIMIT_S).json()["citations"]
