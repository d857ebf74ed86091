"""Rate limits: requests are paced by the minute and stopped by the day."""

from __future__ import annotations

import asyncio
import time as real
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph import dependencies
from graph.access import Scope
from graph.cli import main, progress
from graph.context import Context
from graph.engines.base import Engine, PageReading
from graph.engines.llm import factory
from graph.engines.requests.limits import Rate
from graph.engines.requests.rate_limit import AdaptiveRateLimiter, RateLimiter
from graph.engines.requests.retry import RetryPolicy
from graph.engines.requests.usage import record_usage
from graph.ingestion.graph import app as ingestion
from graph.runtime import async_nodes
from graph.settings import settings
from graph.storage.catalog import SqliteCatalog
from tests.conftest import MakePdf
from tests.wire.engine_helpers import page, read, read_pages, texts
from tests.wire.gemini_quota import Quota
from tests.wire.gemini_server import Fault, GeminiServer, Recorded
from tests.wire.scripted_replies import pages_asked

# 60 requests a minute, on a scale of 1 to 15 in everything: the client's minute, and its waits, are as short as the
# server's. On a smaller scale what a busy machine does to the time of a request would weigh more than it does in life.
WINDOW, LIMIT, WINDOWS = 4.0, 40, 2
# Scales of the minute, each tried if the machine was too busy for the one before; the last one is that of life.
SCALES = (WINDOW, WINDOW, 4 * WINDOW, 15 * WINDOW)
HELD_UP = 0.03
"""The share of a window for which this process may stand still. The client leaves .05 of a window, so that a request
that comes this much later than it was sent is not one too many."""
SHORT = RetryPolicy(first_wait_s=WINDOW / 60)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqliteCatalog]:
    made = SqliteCatalog(tmp_path / "catalog.sqlite3")
    yield made
    made.close()


def paced(server: GeminiServer, limiter: RateLimiter, policy: RetryPolicy = SHORT, **context: Any) -> Engine:
    given = Context(engine="llm", **context)
    process = settings().model_copy(update={"google_api_key": SecretStr("test-key"), "base_url": server.url})
    client = factory.build_client(
        process, fallback_model=given.fallback_model, retry_policy=policy, rate_limiter=limiter
    )
    return factory.build_engine(given, process, client)


def limited(
    catalog: SqliteCatalog,
    rate: Rate = Rate(),  # noqa: B008
    window: float = 60.0,
    account: str = "me",
) -> AdaptiveRateLimiter:
    return AdaptiveRateLimiter(lambda model: rate, catalog, account, max_concurrency=8, window=window)


def busiest(moments: list[float], window: float) -> int:
    """The most requests that any window holds."""
    return max(sum(start <= moment < start + window for moment in moments) for start in moments)


@asynccontextmanager
async def longest_standstill() -> AsyncIterator[list[float]]:
    """Measure for how long the event loop stood still at most within the block, in seconds; the list holds it."""
    found = [0.0]

    async def look() -> None:
        while True:
            before = real.monotonic()
            await asyncio.sleep(0.02)
            found[0] = max(found[0], real.monotonic() - before - 0.02)

    looking = asyncio.create_task(look())
    try:
        yield found
    finally:
        looking.cancel()


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(True, id="configured", marks=pytest.mark.slow),
        pytest.param(False, id="learned from the first refusal"),
    ],
)
async def test_the_limit_by_the_minute_is_used_to_nine_tenths_and_exceeded_by_one_burst_at_most(
    gemini: GeminiServer, catalog: SqliteCatalog, told: bool
) -> None:
    rate = Rate(per_minute=LIMIT if told else None)
    for number, window in enumerate(SCALES):
        quota = gemini.quota = Quota(LIMIT, window=window)
        limits = limited(catalog, rate, window, f"account {number}")
        engine = paced(gemini, limits, RetryPolicy(first_wait_s=window / 60))
        await read(engine, [page(1)])  # opening the first connection takes half a second
        async with longest_standstill() as stood:
            used = await share_used(engine, quota)
        most, refused = busiest(sorted(quota.accepted + quota.refused), window), len(quota.refused)
        print(f"used {used:.0%}, {refused} refused, {most} in a window, stood still for {stood[0]:.2f} s")
        if stood[0] > HELD_UP * window:
            continue
        assert most <= LIMIT + 8
        assert refused <= 8
        if used >= 0.9:
            return
    pytest.fail(f"less than nine tenths of the limit were used in {len(SCALES)} attempts")


async def share_used(engine: Engine, quota: Quota) -> float:
    """Send enough requests for some full windows, and one more; return the share of the limit that was used."""
    await asyncio.sleep(quota.window)
    quota.accepted.clear()
    full = WINDOWS * LIMIT
    numbers = range(1, full + 12)
    outcomes = await asyncio.gather(*(read(engine, [page(number)]) for number in numbers))
    assert [texts(one) for one in outcomes] == [[f"Text {number}."] for number in numbers]
    return WINDOWS * quota.window / (quota.accepted[full] - quota.accepted[0])


async def test_all_requests_keep_the_retry_delay_of_one(gemini: GeminiServer, catalog: SqliteCatalog) -> None:
    engine = paced(gemini, limited(catalog))
    await read(engine, [page(1)])
    gemini.requests.clear()
    gemini.latency = 0.3
    gemini.script(Fault(429, retry_delay="3s"))
    await asyncio.gather(*(read(engine, [page(number)]) for number in range(1, 13)))
    refused, *others = gemini.chats
    after = [request.started - refused.finished for request in others]
    # Some were under way, and a few may have been sent while the refusal was on its way.
    assert [moment for moment in after if 1.5 < moment < 3.0] == []
    assert len([moment for moment in after if moment >= 3.0]) >= 4


# The second model


SECOND = "google_genai:gemini-3.1-flash-lite"


@pytest.mark.parametrize("fault", [Fault(503), Fault(429, quota="PerDay"), Fault(404, "no such model")])
async def test_a_second_model_reads_what_the_first_does_not_serve(
    gemini: GeminiServer, catalog: SqliteCatalog, fault: Fault
) -> None:
    def reply(request: Recorded) -> str | Fault:
        return read_pages(request) if request.model == "gemini-3.1-flash-lite" else fault

    gemini.reply = reply
    limits = limited(catalog)
    engine = paced(gemini, limits, RetryPolicy(max_attempts=2, first_wait_s=0.01), fallback_model=SECOND)
    for number in (1, 2):
        (outcome,) = await read(engine, [page(number)])
        assert isinstance(outcome, PageReading)
        assert outcome.model == "gemini-3.1-flash-lite"
    asked = [request.model for request in gemini.chats]
    first = asked.count("gemini-3.5-flash-lite")
    assert first == (4 if fault.status == 503 else 1)


async def test_a_refused_key_is_not_tried_on_a_second_model(gemini: GeminiServer, catalog: SqliteCatalog) -> None:
    gemini.reply = lambda request: Fault(403)
    engine = paced(gemini, limited(catalog), fallback_model=SECOND)
    with pytest.raises(Exception, match="key was refused"):
        await read(engine, [page(1)])
    assert len(gemini.chats) == 1


# The day's quota, through the whole application


PAGES = 60
SENTENCE = "The keeper of the light wrote down the wind and the weather of day {} in the blue book by the door."


@pytest.fixture
def book(make_pdf: MakePdf) -> Path:
    return make_pdf("book.pdf", *(SENTENCE.format(number) for number in range(1, PAGES + 1)))


@pytest.fixture
def day(gemini: GeminiServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the day: a new process on the same home folder, whose clock is so many days ahead."""
    for name, value in {"GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": gemini.url}.items():
        monkeypatch.setenv(name, value)
    gemini.reply = lambda request: read_asked(request)

    def begin(number: int) -> None:
        def limiter(now: Any) -> AdaptiveRateLimiter:
            rate = Rate(now.requests_per_minute, now.requests_per_day)
            return AdaptiveRateLimiter(
                lambda model: rate, dependencies.home_stores().catalog, "me", max_concurrency=now.concurrency or 8,
                now=lambda: real.time() + number * 86_400,
            )  # fmt: skip

        dependencies._engine_and_embedder.cache_clear()
        monkeypatch.setattr(dependencies, "rate_limiter", limiter)
        if gemini.quota:
            gemini.quota.new_day()

    return begin


def read_asked(request: Recorded) -> str:
    return "\n".join(f'<page number="{n}"><chunk>{SENTENCE.format(n)}</chunk></page>' for n in pages_asked(request))


def ingest(book: Path) -> dict[str, Any]:
    context = Context(dpi=50, pages_per_request=1)
    return dict(ingestion.invoke({"sources": [str(book)]}, context=context)["report"])


def ledger() -> list[tuple[str, str]]:
    catalog = dependencies.stores(Scope.everything()).catalog
    return [(row.status, row.reason) for row in catalog.pages(catalog.documents()[0].id)]


@pytest.mark.parametrize(
    "known", [pytest.param(True, id="configured", marks=pytest.mark.slow), pytest.param(False, id="unknown")]
)
def test_a_spent_day_ends_the_run_and_later_days_finish_it_with_no_request_twice(
    known: bool, book: Path, day: Callable[[int], None], gemini: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = gemini.quota = Quota(per_day=20)
    if known:
        monkeypatch.setenv("PAGEWITNESS_REQUESTS_PER_DAY", "20")
    refused: list[int] = []
    for number in range(3):
        day(number)
        before = len(quota.refused)
        report = ingest(book)
        refused.append(len(quota.refused) - before)
        (document,) = report["documents"]
        done = 20 * (number + 1)
        assert ledger().count(("read", "")) == document["ledger"]["read"] == done
        assert ledger().count(("pending", "quota_day")) == len(document["failures"]) == PAGES - done
        if number < 2:
            assert document["status"] == "partial"
            assert report["unfinished"]["pages"] == PAGES - done
            assert datetime.fromisoformat(report["unfinished"]["continue_at"]).timestamp() > real.time()
    assert (document["status"], report["unfinished"]) == ("complete", None)
    assert len(quota.accepted) == PAGES
    print(f"refused by day: {refused}")
    assert all(count <= (0 if known else 8) for count in refused)
    assert ingest(book)["documents"][0]["status"] == "unchanged"
    assert len(quota.accepted) == PAGES


def test_once_the_day_is_known_to_be_spent_no_page_is_even_rendered(
    book: Path, day: Callable[[int], None], gemini: GeminiServer, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_REQUESTS_PER_DAY", "20")
    day(0)
    ingest(book)
    report = ingest(make_pdf("late.pdf", *["Too late for today."] * 3))
    (document,) = report["documents"]
    assert (document["status"], report["unfinished"]["pages"]) == ("partial", 3)
    rows = dependencies.stores(Scope.everything()).catalog.pages(document["id"])
    assert {(row.status, row.reason, row.image, row.attempts) for row in rows} == {("pending", "quota_day", "", 0)}
    assert len(gemini.chats) == 20


def test_the_command_line_says_how_many_pages_are_left_and_when_to_go_on(
    book: Path, day: Callable[[int], None], gemini: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    gemini.quota = Quota(per_day=5)
    day(0)
    assert main.main(["ingest", str(book)]) == 3
    said = " ".join(capsys.readouterr().out.split())
    assert "40 pages are left to read: the day's requests are used up." in said
    assert "run the same command again after" in said


def test_a_long_wait_for_the_rate_limit_is_shown(
    gemini: GeminiServer, catalog: SqliteCatalog, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = paced(gemini, limited(catalog, Rate(per_minute=1), 3.0))

    async def read_two(tell: Callable[[Any], None]) -> None:
        with record_usage(tell):
            await asyncio.gather(*(read(engine, [page(number)]) for number in (1, 2)))

    with progress.progress_bars(quiet=False) as on_event:
        async_nodes.run(read_two(on_event))
    said = " ".join(capsys.readouterr().err.split())
    assert said.count("The limit of requests per minute is reached; going on at") == 1
