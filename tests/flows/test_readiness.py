"""Readiness of a server: 503 while its database, files or quota are away, and 200 again when they are back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from graph import dependencies
from graph.storage.postgres.schema import WRITING
from tests.object_store import failing_store
from tests.postgres import KillableServer, drop_database, new_database
from tests.redis_server import new_redis
from web.health import _SERVICES, health
from web.probes import Probe

pytest.importorskip("obstore", reason="the extra `team` is not installed")


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / "home"))
    yield TestClient(Starlette(routes=[Route("/health", health)]))
    for probe, _ in _SERVICES:
        if probe._under_way:  # one that hangs would be waited for by the next test of this process
            probe._under_way.result(300)
    dependencies.home_stores().close()


@pytest.fixture
def server() -> Iterator[KillableServer]:
    made = KillableServer()
    yield made
    made.remove()


def asked(client: TestClient) -> tuple[int, str]:
    reply = client.get("/health")
    return reply.status_code, reply.json().get("detail", "")


@pytest.mark.heavy
def test_a_database_that_is_killed_stands_still_or_comes_back(
    client: TestClient, server: KillableServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", server.url.replace("postgres@", "postgres:hunter2@"))
    assert asked(client) == (200, "")
    server.kill()
    status, detail = asked(client)
    assert status == 503
    assert "The catalog cannot be opened. The database postgresql://postgres@127.0.0.1" in detail
    assert "hunter2" not in detail
    server.start()
    assert asked(client) == (200, ""), "no restart of the process is needed"
    threads = threading.active_count()
    with server.standing_still():
        for _ in range(2):
            status, detail = asked(client)
            assert (status, detail.partition(".")[0]) == (503, "The catalog cannot be opened")
        assert threading.active_count() <= threads + 1, "a question that hangs is not asked again"
    wait_until_ready(client)


def wait_until_ready(client: TestClient) -> None:
    end = time.monotonic() + 300
    while asked(client)[0] != 200:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_readiness_waits_for_no_lock_and_leaves_none(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process writes, and all connections of this one are at work."""
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", url := new_database())
    assert asked(client) == (200, "")
    opened = dependencies.home_stores()
    at_work, done = threading.Barrier(21), threading.Event()

    def work() -> None:
        def wait(connection: psycopg.Connection) -> None:
            at_work.wait(300)
            done.wait(300)

        opened._database.reading(wait)  # type: ignore[attr-defined]

    with psycopg.connect(url) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({WRITING})".encode())
        workers = [threading.Thread(target=work) for _ in range(20)]
        for worker in workers:
            worker.start()
        at_work.wait(300)
        assert asked(client) == (200, "")
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        assert other.execute(held).fetchone() == (0,)
        done.set()
        for worker in workers:
            worker.join()
    dependencies.home_stores().close()
    drop_database(url)


def test_a_folder_of_files_that_is_taken_away(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", (tmp_path / "shared").as_uri())
    assert asked(client) == (200, "")
    dependencies.home_stores().acquire_for_writing()
    (tmp_path / "shared").rename(tmp_path / "elsewhere")
    status, detail = asked(client)
    assert status == 503
    assert detail.startswith(
        "The store of files (PAGEWITNESS_FILES_URL) cannot be used. The files in file://shared are gone"
    )
    dependencies.home_stores().close()
    dependencies._stores_at.cache_clear()
    assert asked(client)[0] == 503, "a process that starts now does not take an empty folder for the library's"
    (tmp_path / "elsewhere").rename(tmp_path / "shared")
    assert asked(client) == (200, "")


@pytest.mark.parametrize("kind", ["redis", "postgresql"])
def test_a_quota_that_does_not_answer(client: TestClient, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    url = new_redis() if kind == "redis" else new_database()
    monkeypatch.setenv("PAGEWITNESS_QUOTA_URL", url)
    assert asked(client) == (200, "")
    monkeypatch.setenv("PAGEWITNESS_QUOTA_URL", f"{kind}://someone:hunter2@127.0.0.1:1/0")
    status, detail = asked(client)
    assert status == 503
    assert detail.startswith("The shared quota (PAGEWITNESS_QUOTA_URL) cannot be used. The ")
    assert "127.0.0.1:1/0" in detail
    assert "hunter2" not in detail


def test_a_store_of_files_that_hangs_is_told_within_its_time(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    with failing_store("slow", monkeypatch, answers=answered) as url:
        monkeypatch.setenv("PAGEWITNESS_FILES_URL", url)
        try:
            status, detail = asked(client)
        finally:
            answered.set()  # the store answers after the server
    assert (status, detail) == (
        503,
        "The store of files (PAGEWITNESS_FILES_URL) cannot be used. There was no answer in time.",
    )


async def test_a_check_that_is_busy_is_no_fault_once_it_has_passed() -> None:
    may_end = threading.Event()
    may_end.set()

    def check() -> None:
        may_end.wait(60)

    probe, strict = Probe(check, passes_while_busy=True), Probe(check)
    assert [await probe.problem(60), await strict.problem(60)] == [None, None]
    may_end.clear()
    assert await probe.problem(0.05) is None
    assert isinstance(await strict.problem(0.05), TimeoutError)
    may_end.set()
