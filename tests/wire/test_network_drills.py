"""Failure drills of a network: workers, Postgres, Redis, files and model, each in a network namespace, on a bridge.

They print what they did and saw. As in `test_drills.py` no page may be missing or have two lines afterwards, the chunks
are those of a process that read undisturbed, and no page is sent more often than by those that were cut off with it.
Skipped where namespaces cannot be made: that needs root.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.network import Machine, network
from tests.postgres import KillableServer
from tests.redis_server import KillableRedis
from tests.wire.gemini_server import GeminiServer
from tests.wire.test_drills import READ, ended, undisturbed, wait_for_requests
from tests.wire.test_many_readers import CHUNKS, COMMAND, LEDGER, PAGES, asked, book, rows, service

__all__ = ["book", "service", "undisturbed"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.processes]
_CUT_S, _AWAY_S = 10.0, 60.0
IN_FLIGHT = "SELECT page FROM lease JOIN pages USING (document, page) WHERE status <> 'read'"


@dataclass
class Site:
    """Three workers with home folders of their own, and the services that they share."""

    workers: list[Machine]
    database: KillableServer
    redis: KillableRedis
    files: Machine
    bucket: str
    model: GeminiServer
    folder: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self, worker: int, *command: str, **variables: str) -> subprocess.Popen[str]:
        """Start a Python process in a worker's machine, with the settings of all."""
        given = os.environ | {
            "PAGEWITNESS_HOME": str(self.folder / f"home-{worker}"), "PAGEWITNESS_STORE_URL": self.database.url,
            "PAGEWITNESS_QUOTA_URL": self.redis.url, "GOOGLE_GEMINI_BASE_URL": self.model.url, **variables,
        }  # fmt: skip
        self.started.append(
            process := self.workers[worker].start(
                [sys.executable, *command], cwd=ROOT, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        )
        return process

    def read(self, book: Path, worker: int, **variables: str) -> subprocess.Popen[str]:
        """Let a worker read a file."""
        return self.run(worker, "-c", COMMAND, "ingest", "--json", str(book), **variables)

    def all_read(self, book: Path, **variables: str) -> list[subprocess.Popen[str]]:
        return [self.read(book, worker, **variables) for worker in range(3)]

    def read_to_the_end(self, book: Path, **variables: str) -> None:
        """Let all workers read a file once more, which now must succeed."""
        for code, out, err in map(ended, self.all_read(book, **variables)):
            assert code == 0, err
            assert json.loads(out)["documents"][0]["status"] in ("complete", "unchanged")

    def rows(self, query: str) -> list[Any]:
        return rows(self.database.url, query)


@pytest.fixture
def site(service: GeminiServer, tmp_path: Path) -> Iterator[Site]:
    pytest.importorskip("moto", reason="moto is not installed")
    with ExitStack() as opened:
        *workers, database, redis, files, model = opened.enter_context(
            network("a", "b", "c", "database", "redis", "files", "model")
        )
        server, quota = KillableServer(machine=database), KillableRedis(redis)
        opened.callback(server.remove)
        opened.callback(quota.remove)
        with model.inside():
            gemini = opened.enter_context(GeminiServer(service.reply, latency=0.6, host=model.address))
        made = Site(workers, server, quota, files, _bucket(opened, files), gemini, tmp_path)
        yield made
        for process in made.started:
            process.kill()
            process.communicate()


def _bucket(opened: ExitStack, machine: Machine) -> str:
    """Start a store of files in a machine; return the address of its service, which has a bucket `team`."""
    import httpx
    from moto.server import ThreadedMotoServer

    with machine.inside():
        server = ThreadedMotoServer("0.0.0.0", 0, verbose=False)
        server.start()
        opened.callback(server.stop)
        port = server.get_host_and_port()[1]
        httpx.put(f"http://127.0.0.1:{port}/team", headers={"Host": "s3.amazonaws.com"}, timeout=300).raise_for_status()
    return f"http://{machine.address}:{port}"


def check(site: Site, undisturbed: list[Any], flying: int) -> None:
    """Hold what a drill left against an undisturbed run; `flying` pages may have been sent twice."""
    sent, ledger = asked(site.model), site.rows(LEDGER)
    attempts = {page: count for page, _, count in ledger}
    print(f"{sent.total()} pages sent for {PAGES}, {sum(attempts.values())} attempts counted, {flying} were in flight")
    assert [(page, status) for page, status, _ in ledger] == [(page, "read") for page in range(1, PAGES + 1)]
    assert site.rows(CHUNKS) == undisturbed
    vectors = "SELECT count(*) FROM chunks c WHERE NOT EXISTS (SELECT 1 FROM chunk_vectors v WHERE v.chunk = c.id)"
    assert site.rows(vectors) == [(0,)]
    assert sent.total() <= PAGES + flying
    assert [page for page in attempts if attempts[page] < sent[page]] == [], "each request is counted before it is sent"
    assert sum(attempts.values()) <= sent.total() + flying  # counted, and then cut off


def test_a_worker_is_cut_off_for_longer_than_its_leases(site: Site, book: Path, undisturbed: list[Any]) -> None:
    cut, *others = site.all_read(book)
    wait_for_requests(site.model, 4)
    with site.workers[0].cut_off(at_least_s=_CUT_S):
        flying = len(site.rows(IN_FLIGHT))
        for code, _, err in map(ended, others):
            assert code == 0, err
        before = site.rows(READ), site.rows(CHUNKS)
    code, out, err = ended(cut)
    print(f"cut off for {_CUT_S} s or more, a worker ended with {code}: {err.strip().splitlines()[-1:]}")
    assert "Traceback" not in out + err
    assert code == 0 or "run the same command again" in err
    assert (site.rows(READ), site.rows(CHUNKS)) == before, "late writes are refused or identical"
    site.read_to_the_end(book)
    check(site, undisturbed, flying)


def test_the_redis_of_the_quota_is_killed(site: Site, book: Path, undisturbed: list[Any]) -> None:
    limit = 12
    limited = {"PAGEWITNESS_REQUESTS_PER_MINUTE": str(limit)}
    readers = site.all_read(book, **limited)
    wait_for_requests(site.model, 2)
    while not (acknowledged := site.rows("SELECT page FROM pages WHERE status = 'read'")):
        assert any(one.poll() is None for one in readers)
    flying = len(site.rows(IN_FLIGHT))
    site.redis.kill()
    for code, out, err in map(ended, readers):
        print(f"without Redis a worker ended with {code}: {err.strip().splitlines()[-1:]}")
        assert "Traceback" not in out + err
        assert code == 0 or "Redis" in err
    kept = site.rows("SELECT page FROM pages WHERE status = 'read'")
    print(f"{len(acknowledged)} pages were acknowledged before the kill, {len(kept)} are there after the runs")
    assert set(acknowledged) <= set(kept)
    doctor = site.run(0, "-m", "graph.cli", "doctor")
    _, out, err = ended(doctor)
    assert "PAGEWITNESS_QUOTA_URL" in out + err
    site.redis.start()
    site.read_to_the_end(book, **limited)
    check(site, undisturbed, flying)
    fullest = busiest_minute(site.model)
    print(f"at most {fullest} requests in a minute, of {limit}")
    assert fullest <= limit


def busiest_minute(model: GeminiServer) -> int:
    """Return the most requests to one model that arrived within a minute."""
    times = Counter[str]()
    for one in model.requests:
        same = [other for other in model.requests if other.model == one.model and other.verb == one.verb]
        within = sum(one.started <= other.started < one.started + 60 for other in same)
        times[one.model] = max(times[one.model], within)
    return max(times.values())


def test_the_store_of_files_is_away_for_a_minute(site: Site, book: Path, undisturbed: list[Any]) -> None:
    stored = {
        "PAGEWITNESS_FILES_URL": "s3://team/library", "AWS_ENDPOINT_URL": site.bucket, "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "someone", "AWS_SECRET_ACCESS_KEY": "hunter2",
    }  # fmt: skip
    readers = site.all_read(book, **stored)
    wait_for_requests(site.model, 2)
    begun = time.monotonic()
    with site.files.cut_off(at_least_s=_AWAY_S):
        flying = len(site.rows(IN_FLIGHT))
        first = len(site.rows("SELECT page FROM pages WHERE status = 'read'"))
        # Who is still waiting for the store after a minute goes on when it is back.
        while any(one.poll() is None for one in readers) and time.monotonic() < begun + _AWAY_S:
            time.sleep(0.2)
    for code, out, err in map(ended, readers):
        print(f"without a store of files a worker ended with {code}: {err.strip().splitlines()[-1:]}")
        assert "Traceback" not in out + err
        assert code == 0 or "files" in out + err
    kept = len(site.rows("SELECT page FROM pages WHERE status = 'read'"))
    print(f"{first} pages were read when the store went away, {kept} when it was back and the runs had ended")
    site.read_to_the_end(book, **stored)
    check(site, undisturbed, flying)
    images = site.rows("SELECT count(*) FROM pages WHERE image IS NULL OR image = ''")
    assert images == [(0,)]
