"""Failure drills of leases on Postgres, which print what they saw: the database is killed, a reader is stopped.

Two processes read a file of 60 pages from one database while the drill happens; then the file is given once more. No
page may be missing or have two lines, each counts the attempts that the service was sent, and the chunks must be those
of a process that read undisturbed.
"""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.forked_python import ForkedProcess
from tests.postgres import KillableServer, drop_database, new_database
from tests.wire.gemini_server import GeminiServer
from tests.wire.test_many_readers import CHUNKS, LEASE_S, LEDGER, PAGES, asked, book, rows, service, start

__all__ = ["book", "service"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.processes]
LIMIT_S = 240
READ = "SELECT page, status, engine, transcript FROM pages ORDER BY page"
"""The ledger without costs: those of a reader that lost its leases are added, since they were paid."""


@pytest.fixture
def server() -> Iterator[KillableServer]:
    made = KillableServer()
    yield made
    made.remove()


@pytest.fixture
def undisturbed(service: GeminiServer, book: Path, tmp_path: Path) -> list[Any]:
    """The chunks of the file as one process makes them; what it sent is not counted."""
    url = new_database()
    ended(start(tmp_path / "undisturbed", url, book))
    chunks = rows(url, CHUNKS)
    drop_database(url)
    service.requests.clear()
    return chunks


def ended(process: subprocess.Popen[str] | ForkedProcess) -> tuple[int, str, str]:
    """Wait for a process; return its exit code and what it printed."""
    out, err = process.communicate(timeout=LIMIT_S)
    return process.wait(), out, err


def wait_for_requests(service: GeminiServer, count: int) -> None:
    end = time.monotonic() + LIMIT_S
    while len(service.chats) < count and time.monotonic() < end:
        time.sleep(0.02)


def check(service: GeminiServer, url: str, undisturbed: list[Any]) -> None:
    """Hold what a drill left against an undisturbed run, and against what was sent."""
    sent, ledger = asked(service), rows(url, LEDGER)
    print(f"{sum(sent.values())} pages sent for {PAGES}, {sum(row[2] for row in ledger)} attempts counted")
    assert [(page, status) for page, status, _ in ledger] == [(page, "read") for page in range(1, PAGES + 1)]
    assert {page: attempts for page, _, attempts in ledger} == sent
    assert rows(url, CHUNKS) == undisturbed
    vectors = "SELECT count(*) FROM chunks c WHERE NOT EXISTS (SELECT 1 FROM chunk_vectors v WHERE v.chunk = c.id)"
    assert rows(url, vectors) == [(0,)]


@pytest.mark.parametrize("away_s", [0.0, 15.0], ids=["at once", "after 15 s"])
def test_the_database_is_killed_and_started_again(
    service: GeminiServer, book: Path, tmp_path: Path, server: KillableServer, undisturbed: list[Any], away_s: float
) -> None:
    readers = [start(tmp_path / f"home-{at}", server.url, book) for at in range(2)]
    wait_for_requests(service, 5)
    with psycopg.connect(server.url) as connection:
        acknowledged = connection.execute("SELECT page FROM pages WHERE status = 'read'").fetchall()
    server.kill()
    time.sleep(away_s)
    server.start()
    for code, out, err in map(ended, readers):
        print(f"a reader ended with {code}: {err.strip().splitlines()[-1:]}")
        assert "Traceback" not in out + err
        assert code == 0 or "run the same command again" in err
    kept = rows(server.url, "SELECT page FROM pages WHERE status = 'read'")
    print(f"{len(acknowledged)} pages were acknowledged before the kill, {len(kept)} are there after the runs")
    assert set(acknowledged) <= set(kept)
    code, out, err = ended(start(tmp_path / "again", server.url, book))
    assert code == 0, err
    assert json.loads(out)["documents"][0]["status"] in ("complete", "unchanged")
    check(service, server.url, undisturbed)


@pytest.mark.parametrize("after", [1, 4, 7], ids=["the first requests", "some", "many"])
def test_a_reader_is_stopped_for_longer_than_its_leases(
    service: GeminiServer, book: Path, tmp_path: Path, server: KillableServer, undisturbed: list[Any], after: int
) -> None:
    stopped, other = (start(tmp_path / f"home-{at}", server.url, book) for at in range(2))
    wait_for_requests(service, after)
    stopped.send_signal(signal.SIGSTOP)
    try:
        code, _, err = ended(other)
        assert code == 0, err
        before = rows(server.url, READ), rows(server.url, CHUNKS)
        time.sleep(LEASE_S)
    finally:
        stopped.send_signal(signal.SIGCONT)
    code, out, err = ended(stopped)
    print(f"the stopped one ended with {code}: {err.strip().splitlines()[-1:]}")
    assert "Traceback" not in out + err
    assert code == 0 or "run the same command again" in err
    assert (rows(server.url, READ), rows(server.url, CHUNKS)) == before
    check(service, server.url, undisturbed)
