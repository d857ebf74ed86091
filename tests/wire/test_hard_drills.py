"""More failure drills on Postgres, which print what they saw: a full disk, a wrong clock, five kills, two rebuilds.

As in `test_drills.py`, no page may be missing or have two lines afterwards, and the chunks are those of a process that
read undisturbed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.postgres import KillableServer
from tests.wire.gemini_server import GeminiServer
from tests.wire.test_drills import check, ended, server, undisturbed, wait_for_requests
from tests.wire.test_many_readers import CHUNKS, COMMAND, PAGES, asked, book, rows, service, start

__all__ = ["book", "server", "service", "undisturbed"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.processes]
_DISK_MB = 220
_AN_HOUR_OFF = "import time\nreal = time.time\ntime.time = lambda: real() + {}\n"


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A folder on a disk of its own; root alone can make one."""
    # Not a folder of pytest: a second run of it takes the right to enter from the user of the database.
    folder = Path(tempfile.mkdtemp(prefix="pagewitness-disk-"))
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m", "tmpfs", str(folder)], capture_output=True
    )
    if made.returncode:
        folder.rmdir()
        pytest.skip(f"a small disk cannot be made here: {made.stderr.decode().strip()}")
    folder.chmod(0o755)
    yield folder
    subprocess.run(["umount", "-l", str(folder)])
    folder.rmdir()


def fill(folder: Path) -> Path:
    """Fill a disk to its last byte; return the file that does."""
    with (path := folder / "filler").open("wb", buffering=0) as out:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    out.write(bytes(size))
            except OSError:
                continue
    return path


def test_the_disk_of_the_database_is_full(
    service: GeminiServer, book: Path, tmp_path: Path, undisturbed: list[Any], small_disk: Path
) -> None:
    data = small_disk / "data"
    data.mkdir()
    server = KillableServer(folder=data)
    try:
        readers = [start(tmp_path / f"home-{at}", server.url, book) for at in range(2)]
        wait_for_requests(service, 3)
        filler = fill(small_disk)
        ends = [ended(one) for one in readers]
        for code, out, err in ends:
            print(f"with a full disk a reader ended with {code}: {err.strip().splitlines()[-1:]}")
            assert "Traceback" not in out + err
            assert code == 0 or "run the same command again" in err
        filler.unlink()
        try:
            kept = len(rows(server.url, "SELECT page FROM pages WHERE status = 'read'"))
        except Exception:  # it gave up: the log of transactions has to be written
            server.start()
            kept = len(rows(server.url, "SELECT page FROM pages WHERE status = 'read'"))
        code, _, err = ended(start(tmp_path / "again", server.url, book))
        print(f"{kept} pages were kept; with room again a reader ended with {code}")
        assert code == 0, err
        check(service, server.url, undisturbed)
    finally:
        server.remove()


@pytest.mark.parametrize("seconds", [3600, -3600], ids=["fast", "slow"])
def test_the_clock_of_one_reader_is_an_hour_off(
    service: GeminiServer, book: Path, tmp_path: Path, server: KillableServer, undisturbed: list[Any], seconds: int
) -> None:
    codes = [COMMAND, _AN_HOUR_OFF.format(seconds) + COMMAND]
    readers = [start(tmp_path / f"home-{at}", server.url, book, code=code) for at, code in enumerate(codes)]
    assert [code for code, _, _ in map(ended, readers)] == [0, 0]
    check(service, server.url, undisturbed)
    assert asked(service).total() == PAGES, "no lease was taken for one that had run out"


def test_readers_are_killed_at_five_moments(
    service: GeminiServer, book: Path, tmp_path: Path, server: KillableServer, undisturbed: list[Any]
) -> None:
    moments, flying = [round(random.uniform(1.0, 6.0), 1) for _ in range(5)], 0
    steady = start(tmp_path / "steady", server.url, book)
    for at, moment in enumerate(moments):
        one = start(tmp_path / f"home-{at}", server.url, book)
        time.sleep(moment)
        if server_has_pages(server):
            flying += len(rows(server.url, "SELECT page FROM lease WHERE page > 0"))
        one.send_signal(signal.SIGKILL)
        one.communicate()
    code, _, err = ended(steady)
    assert code == 0, err
    print(f"killed after {moments} s, with at most {flying} pages in flight")
    sent = asked(service)
    assert sent.total() <= PAGES + flying
    ledger = rows(server.url, "SELECT page, status, attempts FROM pages ORDER BY page")
    assert [(page, status) for page, status, _ in ledger] == [(page, "read") for page in range(1, PAGES + 1)]
    assert [page for page, _, attempts in ledger if not sent[page] <= attempts <= sent[page] + 1] == []
    assert rows(server.url, CHUNKS) == undisturbed


def server_has_pages(server: KillableServer) -> bool:
    return bool(rows(server.url, "SELECT to_regclass('lease')")[0][0])


def test_two_rebuild_all_vectors_at_once_and_one_while_a_file_is_read(
    service: GeminiServer, book: Path, tmp_path: Path, server: KillableServer, undisturbed: list[Any]
) -> None:
    reader = start(tmp_path / "reader", server.url, book)
    wait_for_requests(service, 3)
    beside = reembed(tmp_path / "beside", server.url)
    for name, process in (("the reader", reader), ("beside it", beside)):
        code, out, err = ended(process)
        print(f"{name}: {code} {err.strip().splitlines()[-1:]}")
        assert "Traceback" not in out + err
        assert code == 0, err
    both = [reembed(tmp_path / f"home-{at}", server.url) for at in range(2)]
    for process in both:
        code, out, err = ended(process)
        print(f"one of two: {code} {err.strip().splitlines()[-1:]}")
        assert "Traceback" not in out + err
        assert code == 0, err
    check(service, server.url, undisturbed)


def reembed(home: Path, url: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PAGEWITNESS_HOME": str(home), "PAGEWITNESS_STORE_URL": url}
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "reembed"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
