"""The limit on input tokens a minute, in virtual time: estimates, what replies tell, and the part of questions."""

from __future__ import annotations

import pytest

from graph.engines.requests.limits import Rate
from graph.engines.requests.rate_limit import AdaptiveRateLimiter, build_rate_limiter
from graph.engines.requests.retry import classify, send_with_retries
from graph.engines.requests.token_window import TokenWindow
from graph.settings import settings
from graph.storage.base import RequestCounter
from tests.unit.graph.engines.requests.virtual_time import NOON, Make, Time

WINDOW = 63.0  # a minute and its margin


class Sender:
    """Sends requests, each of which costs so many tokens, as its reply tells; notes when they were sent."""

    def __init__(self, limits: AdaptiveRateLimiter, time: Time) -> None:
        self.limits, self.time, self.sent = limits, time, list[float]()

    async def request(self, costs: int, *, at: float = 0.0, bulk: bool = False, known: bool = False) -> None:
        await self.time.sleep(at)
        async with self.limits.slot("m", bulk=bulk, tokens=costs if known else 0):
            self.sent.append(round(self.time.now - NOON, 3))
            await self.time.sleep(1)
        self.limits.on_success("m", 0 if known else costs)

    def in_first_minute(self) -> int:
        return sum(at < WINDOW for at in self.sent)


def sender(make: Make, time: Time, tokens: int) -> Sender:
    limits = make(Rate(tokens_per_minute=tokens), max_concurrency=100, first_concurrency=100)
    return Sender(limits, time)


async def test_what_is_known_of_requests_keeps_them_within_the_limit(make: Make, time: Time) -> None:
    one = sender(make, time, 10_000)
    await time.run(*(one.request(2500, known=True) for _ in range(9)))
    assert one.sent == [0] * 4 + [WINDOW] * 4 + [2 * WINDOW]


async def test_replies_correct_the_estimate_of_what_was_sent_and_of_what_follows(make: Make, time: Time) -> None:
    one = sender(make, time, 10_000)
    await time.run(*(one.request(100) for _ in range(5)), *(one.request(100, at=2) for _ in range(90)))
    assert len(one.sent) == 95
    assert one.in_first_minute() == 95, "they were held for 2,000 each before the first reply, and 9,500 together after"
    dear = sender(make, time, 10_000)
    begun = time.now - NOON
    await time.run(dear.request(9000), dear.request(9000, at=2))
    assert [at - begun for at in dear.sent] == [0, pytest.approx(WINDOW)]


async def test_a_request_over_the_limit_is_sent_alone(make: Make, time: Time) -> None:
    one = sender(make, time, 1000)
    await time.run(one.request(5000, known=True), one.request(10, at=1, known=True))
    assert one.sent == [0, WINDOW]


async def test_reading_leaves_a_fifth_of_the_tokens_to_questions(make: Make, time: Time) -> None:
    one = sender(make, time, 10_000)
    pages = [one.request(1000, at=1, bulk=True, known=True) for _ in range(12)]
    questions = [one.request(500, known=True), one.request(1000, at=5, known=True)]
    await time.run(*pages, *questions)
    assert one.sent[:9] == [0] + [1] * 7 + [5]


async def test_the_limit_that_a_refusal_names_is_kept(make: Make, time: Time) -> None:
    one = Sender(make(Rate(), max_concurrency=100, first_concurrency=100), time)
    one.limits.on_refusal("m", 1, None, 5000)
    await time.run(*(one.request(2500, known=True) for _ in range(3)))
    assert one.sent == [1, 1, 1 + WINDOW]


class Refused(Exception):
    """A refusal as Google's client raises it."""

    status_code = 429

    def __init__(self, quota: str, value: str) -> None:
        violations = [{"quotaId": quota, "quotaValue": value}]
        self.details = {"error": {"details": [{"violations": violations}, {"retryDelay": "7s"}]}}


def test_a_refusal_for_tokens_is_told_from_one_for_requests() -> None:
    by_tokens = classify(Refused("GenerateContentInputTokensPerModelPerMinute-FreeTier", "250000"))
    assert (by_tokens.requests_per_minute, by_tokens.tokens_per_minute) == (None, 250_000)
    by_requests = classify(Refused("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "10"))
    assert (by_requests.requests_per_minute, by_requests.tokens_per_minute) == (10, None)


async def test_the_reply_of_a_request_tells_its_tokens(make: Make, time: Time) -> None:
    limits = make(Rate(tokens_per_minute=10_000), max_concurrency=100, first_concurrency=100)

    class Reply:
        def __init__(self) -> None:
            self.usage_metadata = {"input_tokens": 7000, "output_tokens": 5}

    async def reply() -> Reply:
        return Reply()

    sent = []

    async def ask() -> None:
        await send_with_retries(reply, time_limit=5, rate_limiter=limits, model="m")
        sent.append(time.now - NOON)

    async def in_turn() -> None:
        await ask()
        await ask()

    await time.run(in_turn())
    assert sent == [0, pytest.approx(WINDOW)]


def test_requests_are_forgotten_after_a_minute_without_a_limit_too() -> None:
    window = TokenWindow()
    for at in range(1000):
        assert window.wait(at, WINDOW, 0, 100) == 0.0
        window.add(at, 100, bulk=False, is_told=True)
    assert len(window.sent) <= WINDOW + 1


def test_the_setting_is_the_limit_of_each_model(monkeypatch: pytest.MonkeyPatch, catalog: RequestCounter) -> None:
    monkeypatch.setenv("PAGEWITNESS_TOKENS_PER_MINUTE", "250000")
    limiter = build_rate_limiter(settings(), catalog)
    assert limiter._rate("google_genai:gemini-3.8-flash").tokens_per_minute == 250_000
