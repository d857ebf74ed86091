"""One quota for several processes: real ones, on Postgres and on Redis, that send to a loopback service."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from graph import dependencies
from graph.app import app
from graph.maintenance.health import run_checks
from graph.settings import settings
from tests import forked_python
from tests.conftest import ROOT, MakePdf
from tests.forked_python import ForkedProcess
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import pages_asked

WINDOW, LIMIT, SECONDS = 2.0, 20, 5.0
_SENDER = """
import asyncio, json, sys, time
from pathlib import Path
from graph.engines.requests.limits import Rate
from graph.engines.requests.rate_limit import AdaptiveRateLimiter
from graph.storage.catalog import SqliteCatalog
from graph.dependencies import open_quota_store
from graph.storage.quota import SharedQuota

url, window, limit, seconds, folder, refused_after = json.loads(sys.argv[1])
async def main():
    shared = SharedQuota(open_quota_store(url), "me", window)
    limiter = AdaptiveRateLimiter(lambda model: Rate(limit), SqliteCatalog(Path(folder) / "catalog.sqlite3"), "me",
                                  max_concurrency=8, first_concurrency=8, shared=shared, window=window)
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.time() + seconds
    async def send():
        global refused_after
        while time.time() < end:
            async with limiter.slot("m"):
                print(json.dumps(time.time()), flush=True)
            if refused_after and time.time() > end - seconds + refused_after:
                refused_after = 0
                limiter.on_refusal("m", 3.0, None)
                print(json.dumps("refused"), flush=True)
    async def look():
        longest = 0.0
        while True:
            before = time.time()
            await asyncio.sleep(0.02)
            if time.time() - before - 0.02 > longest:
                longest = time.time() - before - 0.02
                print(json.dumps([longest]), flush=True)
    looking = asyncio.create_task(look())
    await asyncio.gather(*(send() for _ in range(6)))
    looking.cancel()
asyncio.run(main())
"""


@pytest.fixture
def senders() -> Iterator[list[ForkedProcess]]:
    """The processes of a test, ended with it."""
    processes: list[ForkedProcess] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def start(
    url: str, tmp_path: Path, limit: int, refused_after: float = 0.0, first: list[float] | None = None
) -> list[ForkedProcess]:
    """Start three processes that send as often as they may; the first is refused after so many seconds, if any.

    With `first` the others begin when the first one has sent something, the moment of which is appended.
    """
    started = []
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        given = [url, WINDOW, limit, SECONDS, str(folder), refused_after if number == 0 else 0]
        started.append(
            forked_python.start(
                ["-c", _SENDER, json.dumps(given)], cwd=ROOT, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )
        )  # fmt: skip
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
        while first == [] and process.stdout:
            first += [line for line in [json.loads(process.stdout.readline())] if isinstance(line, float)]
    return started


# Redis keeps the same limit by the same contract (`test_quota.py`); the long tests run on it with `make long`.
on_postgres_first = pytest.mark.parametrize(
    "quota_url", ["postgres", pytest.param("redis", marks=pytest.mark.slow)], indirect=True
)


Line = float | str | list[float]
"""The moment at which a process sent something, "refused", or for how long it stood still at most, so far."""


def said(process: ForkedProcess) -> list[Line]:
    """What a process printed until it ended, or was killed in the middle of a line."""
    lines = process.communicate(timeout=300)[0].splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def late(each: list[list[Line]]) -> float:
    """By how much a process noted a moment too late at most, in seconds: as long as it stood still."""
    return max(line[0] for lines in each for line in lines if isinstance(line, list))


@on_postgres_first
def test_three_processes_keep_one_limit_though_one_is_killed(
    quota_url: str, tmp_path: Path, senders: list[ForkedProcess]
) -> None:
    first: list[float] = []  # else the others might take all of the limit before it begins
    senders += start(quota_url, tmp_path, LIMIT, first=first)
    time.sleep(SECONDS / 2)
    senders[0].kill()
    lines = [said(process) for process in senders]
    each = [[moment for moment in some if isinstance(moment, float)] for some in lines]
    each[0] += first
    sent, window = sorted(chain.from_iterable(each)), WINDOW - late(lines)
    fullest = max(sum(one <= moment < one + window for moment in sent) for one in sent)
    print([len(one) for one in each], fullest)
    assert all(each)  # each of them was granted some
    assert fullest <= LIMIT + 1
    assert len(sent) >= 2 * LIMIT  # and the limit was used: in five seconds it renews itself twice


@on_postgres_first
def test_a_refusal_of_one_process_stops_all(quota_url: str, tmp_path: Path, senders: list[ForkedProcess]) -> None:
    senders += start(quota_url, tmp_path, 10_000, refused_after=1.0)
    each = [said(process) for process in senders]
    at = each[0].index("refused")
    refused = max(moment for moment in each[0][:at] if isinstance(moment, float))
    moments = [moment for moment in chain.from_iterable(each) if isinstance(moment, float)]
    assert [moment - refused for moment in moments if refused + 1 + late(each) < moment < refused + 3] == []
    for one in each:
        times = [moment for moment in one if isinstance(moment, float)]
        assert min(times) < refused
        assert max(times) > refused + 3


@on_postgres_first
def test_the_application_counts_its_requests_there(
    quota_url: str, gemini: GeminiServer, home: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": gemini.url, "PAGEWITNESS_QUOTA_URL": quota_url}
    gemini.reply = lambda request: "".join(
        f'<page number="{number}"><chunk>Page {number}.</chunk></page>' for number in pages_asked(request)
    )
    for name, value in {**given, "PAGEWITNESS_REQUESTS_PER_DAY": "50"}.items():
        monkeypatch.setenv(name, value)
    asyncio.run(app.ainvoke({"sources": [str(make_pdf("short.pdf", "Page 1.", "Page 2."))]}))
    now = settings()
    limiter = dependencies.rate_limiter(now)
    left = asyncio.run(limiter.requests_left(now.models["reader"]))
    assert left is not None
    assert 50 - left == len(gemini.chats) > 0
    checks = {check["name"]: check["detail"] for check in run_checks()["checks"]}
    assert "50 a day;" in checks["requests"]
    assert checks["quota"] == f"counted for all processes in {dependencies.shared_quota(quota_url, '').place}"
