"""Requests pass a turnstile in the order of their arrival, and none waits long for one that takes long."""

from __future__ import annotations

import asyncio

import pytest

from web.turnstile import Turnstile

FOREVER = 3600.0


async def test_each_request_waits_for_the_end_of_the_one_before() -> None:
    turnstile, told = Turnstile(FOREVER, 1), []

    async def ask(number: int) -> None:
        async with turnstile.turn():
            told.append(f"{number} begins")
            await asyncio.sleep(0)
            told.append(f"{number} ends")

    await asyncio.gather(*(ask(number) for number in range(4)))
    assert told == [f"{number} {what}" for number in range(4) for what in ("begins", "ends")]


async def test_two_requests_are_within_at_a_time() -> None:
    turnstile, within, most = Turnstile(FOREVER, 2), 0, 0

    async def ask() -> None:
        nonlocal within, most
        async with turnstile.turn():
            within += 1
            most = max(most, within)
            for _ in range(20):  # until all that may come in have
                await asyncio.sleep(0)
            within -= 1

    await asyncio.gather(*(ask() for _ in range(6)))
    assert most == 2


async def test_a_request_that_takes_long_holds_up_the_next_for_a_moment_only() -> None:
    turnstile, answered = Turnstile(0.01, 1), asyncio.Event()

    async def ask_a_model() -> None:
        async with turnstile.turn():
            await answered.wait()

    long = [asyncio.create_task(ask_a_model()) for _ in range(3)]
    await asyncio.sleep(0)
    async with turnstile.turn():  # hangs if it waits for the others, which wait for the next line
        answered.set()
    await asyncio.gather(*long)


async def test_a_request_that_fails_or_is_given_up_lets_the_next_one_in() -> None:
    turnstile = Turnstile(FOREVER, 1)
    with pytest.raises(ValueError, match="unusable"):
        async with turnstile.turn():
            raise ValueError("unusable")

    async def ask(hold: asyncio.Event) -> None:
        async with turnstile.turn():
            await hold.wait()

    first, second = (asyncio.create_task(ask(asyncio.Event())) for _ in range(2))
    await asyncio.sleep(0)
    second.cancel()  # while it waits for its turn
    first.cancel()  # within its turn
    await asyncio.wait([first, second])
    async with turnstile.turn():
        pass
