"""Questions beside bulk reading on one model, in virtual time."""

from __future__ import annotations

from graph.engines.requests.limits import Rate
from tests.unit.graph.engines.requests.virtual_time import NOON, Make, Time


class Traffic:
    """Requests of two kinds through one limiter: when each was asked for and sent."""

    def __init__(self, make: Make, time: Time, rate: Rate, concurrency: int, seconds: float = 10.0) -> None:
        self.limits = make(rate, max_concurrency=concurrency, first_concurrency=concurrency)
        self.time, self.seconds = time, seconds
        self.waited: list[float] = []
        self.sent: list[tuple[float, bool]] = []

    async def request(self, at: float, *, bulk: bool) -> None:
        await self.time.sleep(at)
        asked = self.time.now
        async with self.limits.slot("m", bulk=bulk):
            self.sent.append((self.time.now - NOON, bulk))
            if not bulk:
                self.waited.append(self.time.now - asked)
            await self.time.sleep(self.seconds)


async def test_a_question_need_not_wait_for_the_pages_before_it(make: Make, time: Time) -> None:
    traffic = Traffic(make, time, Rate(), 5)
    pages = [traffic.request(0, bulk=True) for _ in range(100)]
    questions = [traffic.request(3 + 31 * number, bulk=False) for number in range(5)]
    await time.run(*pages, *questions)
    # The first finds all places taken, and is next; from then on one place is free.
    assert traffic.waited == [7, 0, 0, 0, 0]


async def test_reading_takes_all_places_where_nobody_asks(make: Make, time: Time) -> None:
    traffic = Traffic(make, time, Rate(), 5)
    await time.run(*(traffic.request(0, bulk=True) for _ in range(10)))
    assert [at for at, _ in traffic.sent] == [0] * 5 + [10] * 5


async def test_reading_takes_all_places_again_a_minute_after_the_last_question(make: Make, time: Time) -> None:
    traffic = Traffic(make, time, Rate(), 5)
    pages = [traffic.request(20, bulk=True) for _ in range(50)]
    await time.run(traffic.request(0, bulk=False), *pages)
    read = [at for at, bulk in traffic.sent if bulk]
    assert [read.count(at) for at in (20, 30, 40, 50, 60, 70, 80)] == [4, 4, 4, 4, 4, 5, 5]


async def test_a_part_of_a_minutes_requests_is_left_to_questions(make: Make, time: Time) -> None:
    traffic = Traffic(make, time, Rate(per_minute=10), 20, seconds=1)
    pages = [traffic.request(1, bulk=True) for _ in range(30)]
    await time.run(traffic.request(0, bulk=False), *pages, traffic.request(20, bulk=False))
    in_first_minute = [bulk for at, bulk in traffic.sent if at < 60]
    assert in_first_minute.count(True) == 7  # eight of ten, of which the first question took one
    assert traffic.waited == [0, 0]


async def test_one_request_at_a_time_is_the_waiting_questions(make: Make, time: Time) -> None:
    traffic = Traffic(make, time, Rate(), 1)
    pages = [traffic.request(0, bulk=True) for _ in range(3)]
    await time.run(*pages, traffic.request(5, bulk=False))
    assert traffic.sent == [(0, True), (10, False), (20, True), (30, True)]
