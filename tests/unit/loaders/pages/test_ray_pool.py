"""Tests of pages that are read by actors of Ray, where it is installed (`pip install 'pagewitness[ray]'`)."""

from __future__ import annotations

import asyncio
import hashlib
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from graph import dependencies
from graph.errors import BadInputError
from graph.settings import settings
from graph.storage.blobs import Blobs
from graph.storage.pool_files import PoolFiles
from loaders.errors import PoolError
from loaders.pages import jobs
from loaders.pages.pool import ProcessPagePool
from loaders.types import FILE_READER, Failure, PageImage, PageJob
from tests.conftest import ROOT, SAMPLE
from tests.object_store import new_bucket
from tests.ray_here import ray_cluster, ray_pool

PID = "__import__('os').getpid()"


@pytest.mark.parametrize(
    "address", ["ray", "http://127.0.0.1:9", "ray://", "ray://host", "ray://a:b:1", "ray://local:1x"]
)
def test_an_address_of_no_cluster_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_POOL_URL", address)
    with pytest.raises(
        BadInputError, match=r"PAGEWITNESS_POOL_URL is '.*': set it to ray://host:port of a Ray cluster"
    ):
        settings()


def test_a_cluster_without_the_extra_is_refused_with_the_command_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_POOL_URL", "ray://127.0.0.1:10001")
    monkeypatch.setattr("graph.errors.find_spec", lambda _: None)
    with pytest.raises(BadInputError, match=r"PAGEWITNESS_POOL_URL needs .*pip install 'pagewitness\[ray\]'"):
        dependencies.pool()


def digests(outcomes: list[object]) -> list[str]:
    return [hashlib.sha256(pickle.dumps(outcome)).hexdigest() for outcome in outcomes]


@pytest.mark.slow
async def test_sixty_pages_are_read_as_by_processes_here_though_an_actor_is_killed() -> None:
    pages = [PageJob(str(SAMPLE), 1 + at % 6) for at in range(30)]
    mixed = [(jobs.read, pages), (jobs.profile, pages)]
    here, there = ProcessPagePool(2), ray_pool("ray://local", 3)
    try:
        expected = [await here.map(function, some) for function, some in mixed]
        victim, *_ = await there.map(eval, [PID])
        reading = asyncio.gather(*(there.map(function, some) for function, some in mixed))
        await asyncio.sleep(2)
        assert isinstance(victim, int)
        os.kill(victim, signal.SIGKILL)
        found = await reading
    finally:
        here.close()
        there.close()
    assert [digests(some) for some in found] == [digests(some) for some in expected]  # type: ignore[arg-type]
    assert not any(isinstance(outcome, Failure) for some in found for outcome in some)


@pytest.mark.slow
async def test_a_cluster_that_is_not_there_is_named() -> None:
    pool = ray_pool("ray://127.0.0.1:9", 1)
    try:
        with pytest.raises(
            PoolError, match=r"The Ray cluster ray://127\.0\.0\.1:9 cannot be reached .*check that it runs"
        ):
            await pool.map(abs, [-1])
    finally:
        pool.close()


@pytest.fixture
def cluster() -> Iterator[str]:
    """The address of a cluster of other processes."""
    if find_spec("ray") is None:
        pytest.skip("the extra `ray` is not installed")
    with ray_cluster(2) as address:
        yield address


@pytest.mark.slow
async def test_a_cluster_gets_the_file_and_is_used_by_an_ingestion(cluster: str, tmp_path: Path) -> None:
    own = Path(shutil.copy(SAMPLE, tmp_path / f"{uuid.uuid4().hex}.pdf"))
    pool = ray_pool(cluster, 2)
    try:
        (here,) = await ProcessPagePool(1).map(jobs.read, [PageJob(str(own), 2)])
        (there,) = await pool.map(jobs.read, [PageJob(str(own), 2)])
        (path,) = await pool.map(eval, ["str(__import__('loaders.pages.ray_worker', fromlist=['x'])._folder())"])
    finally:
        pool.close()
    assert there == here
    (copy,) = Path(str(path)).glob(f"*/{own.name}")
    assert copy.parent.stat().st_mode & 0o077 == 0
    environment = {
        **os.environ,
        "PAGEWITNESS_POOL_URL": cluster,
        "PAGEWITNESS_ENGINE": "offline",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "graph.cli", "--home", str(tmp_path / "home")]
    run = subprocess.run(
        [*command[:3], "ingest", str(own), *command[3:]], capture_output=True, text=True, env=environment
    )
    assert run.returncode == 0, run.stderr
    assert "complete" in run.stdout
    assert "ray" not in run.stderr.lower()
    checked = subprocess.run([*command[:3], "doctor", *command[3:]], capture_output=True, text=True, env=environment)
    assert f"read by {cluster}, which answered" in checked.stdout


@pytest.mark.slow
async def test_a_cluster_copies_what_machines_share_and_is_sent_what_it_cannot_copy(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("obstore", reason="the extra `team` is not installed")
    own = Path(shutil.copy(SAMPLE, tmp_path / f"{uuid.uuid4().hex}.pdf"))
    with own.open("ab") as file:
        file.write(f"% {own.name}".encode())  # so that no machine has a copy
    (here,) = await ProcessPagePool(1).map(jobs.read, [PageJob(str(own), 2)])
    copies, seen, stored = Path.home() / ".cache" / "pagewitness" / "pages", list[bool](), list[bool]()
    # The bucket's keys are in the environment of this process alone.
    for url in ((tmp_path / "shared").as_uri(), new_bucket(monkeypatch)):
        shared = PoolFiles(url, "ours")
        digest = hashlib.sha256(own.read_bytes()).hexdigest()
        Blobs(url, lambda: "ours").put_file("uploads", own, digest)
        pool = ray_pool(cluster, 2, shared=shared)
        try:
            (there,) = await pool.map(jobs.read, [PageJob(str(own), 2)])
            (image,) = await pool.map(jobs.render, [PageJob(str(own), 2)])
        finally:
            pool.close()
        assert there == here
        assert isinstance(image, PageImage)
        assert bool(image.png) != bool(image.stored), "the bytes, or the key under which the machine has stored them"
        stored.append(bool(image.stored))
        seen.append((copies / digest / own.name).is_file())
        shutil.rmtree(copies / digest, ignore_errors=True)
    assert seen == [True, False], "copied under its hash, and then sent"
    assert stored == [True, False]
    assert len(list(copies.glob(f"*/{own.name}"))) == 1


@pytest.mark.slow
async def test_a_job_that_cannot_be_sent_fails_alone() -> None:
    """It was taken from the queue, and waited for without end."""
    pool = ray_pool("ray://local", 1)
    try:
        lost, fine = await pool.map(str, [threading.Lock(), 7])
    finally:
        pool.close()
    assert isinstance(lost, Failure)
    assert fine == "7"


@pytest.mark.slow
async def test_a_cluster_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = ray_pool("ray://local", 1)
    monkeypatch.setattr("loaders.pages.ray_pool.FILE_READER", "reader-0")
    try:
        with pytest.raises(
            PoolError, match=rf"reads as {FILE_READER}, this PageWitness as reader-0\. Install this version"
        ):
            await pool.map(abs, [-1])
    finally:
        pool.close()
