"""The health route: a running server whose library cannot be used says why, to clients with the token."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from graph.cli import main
from graph.cli.exit_codes import BAD_INPUT
from loaders.sources.formats import SUFFIXES
from tests.dev_server import Server, print_log, run_server
from web.responses import LIBRARY_UNAVAILABLE

pytestmark = pytest.mark.server

TOKEN = "a token of the tests"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("health")


@pytest.fixture(scope="module")
def locked(folder: Path) -> Iterator[Server]:
    with run_server(folder, PAGEWITNESS_SERVER_TOKEN=TOKEN) as running, print_log(running):
        yield running


def asked(server: Server, token: str = TOKEN) -> tuple[int, dict[str, object]]:
    reply = httpx.get(f"{server.url}/health", headers={"Authorization": f"Bearer {token}"}, timeout=300)
    return reply.status_code, reply.json()


@contextlib.contextmanager
def owned_by_another(home: Path) -> Iterator[None]:
    code = (
        "import sys; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire();"
        "print('has', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(home / "owner.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield
        process.communicate()


def test_health_names_problems_only_with_the_token(
    locked: Server, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another process owns the home folder, then no process does, then a file is in its place."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    with owned_by_another(home):
        status, said = asked(locked)
        assert (status, said["ok"]) == (503, False)
        assert "another process has the home folder" in str(said["detail"])
        assert "catalog" not in str(said["detail"])
        assert httpx.get(f"{locked.url}/ok", timeout=300).status_code == 200
    well = {"ok": True, "engine": "offline", "upload_mb": 200, "suffixes": list(SUFFIXES), "token": True}
    assert asked(locked) == (200, well)
    shutil.rmtree(home)
    home.write_text("")
    status, said = asked(locked)
    assert status == 503
    assert "cannot be written to" in str(said["detail"])
    assert "catalog cannot be opened" in str(said["detail"])
    assert str(folder) not in str(said)
    status, said = asked(locked, token="wrong")
    assert (status, said["ok"]) == (503, False)
    assert said["detail"] == LIBRARY_UNAVAILABLE
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    assert main.main(["doctor", "--server", locked.url]) == BAD_INPUT
    printed = " ".join(capsys.readouterr().out.split())
    assert f"The home folder {home.name} cannot be created" in printed
    assert str(folder) not in printed, "no reply names the server's folders"
    home.unlink()
    assert asked(locked)[0] == 200


def test_a_healthy_server_locks_the_home_folder(locked: Server, folder: Path) -> None:
    assert asked(locked)[0] == 200
    with pytest.raises(TimeoutError):
        FileLock(folder / "home" / "owner.lock", timeout=0).acquire()
