"""The first start of a fresh copy of the code: no key, no network, a client that uses only the SDK."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.dev_server import START_SECONDS

pytestmark = pytest.mark.server

CLONED = ("graph", "loaders", "prompts", "web", "examples")
# Python runs this in every process that it starts with the clone on its path. `unshare` cuts the network off for code
# that is no Python too; where it is not allowed, this alone does.
GUARD = """
import socket, sys

def watch(event, given):
    if event in ("socket.connect", "socket.sendto"):
        address = given[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = (given[0],)
    else:
        return
    host = address[0] if isinstance(address, tuple) else "127."
    host = host.decode() if isinstance(host, bytes) else host or "127."
    if not host.startswith(("127.", "::1", "localhost", "0.0.0.0", socket.gethostname())):
        with open({log!r}, "a") as file:
            file.write(f"{{event}} {{host}}\\n")
        raise OSError(101, "Network is unreachable")

sys.addaudithook(watch)
"""


def cut_off() -> list[str]:
    """How to run a command without a network; nothing where this process may not."""
    for way in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if shutil.which("unshare") and subprocess.run([*way, "true"], capture_output=True).returncode == 0:
            return way
    return []


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("first")
    clone, tried = folder / "clone", folder / "tried.log"
    for name in CLONED:
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("langgraph.json", "pyproject.toml"):
        shutil.copy(ROOT / name, clone)
    (clone / "sitecustomize.py").write_text(GUARD.format(log=str(tried)))
    script = [sys.executable, "-m", "tests.server.first_start", str(folder)]
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        [*cut_off(), *script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=START_SECONDS + 240
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"ready {found['seconds']} s after the command; network cut off by {cut_off() or 'the guard alone'}")
    return {**found, "tried": tried.read_text() if tried.exists() else ""}


def test_upload_progress_questions_images_and_deletion_work(seen: dict[str, Any]) -> None:
    assert sorted(seen["pages"]) == [1, 2, 3, 4, 5, 6]
    assert seen["done"] == {"survey": True, "read": True, "chunk": True, "embed": True}
    first, following = seen["answers"]
    assert "[1]" in first
    assert "29.8" in first
    assert "instruments" in seen["asked"]
    assert "[1]" in following
    assert seen["image"] == {"kind": b"\x89PNG\r\n\x1a\n".hex(), "marked": True}
    assert seen["left"] == {"documents": []}
    assert seen["afterwards"] == "nothing_ingested"


def test_no_other_host_is_contacted(seen: dict[str, Any]) -> None:
    assert seen["tried"] == ""


def test_the_log_has_no_warnings(seen: dict[str, Any]) -> None:
    assert seen["warnings"] == []


def test_an_edited_prompt_is_reloaded(seen: dict[str, Any]) -> None:
    assert seen["edited"]


def test_sigterm_stops_the_server(seen: dict[str, Any]) -> None:
    assert seen["terminated"]
