"""Outcomes of jobs in the order in which they come, and a second try of those that ask for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

from loaders.types import Failure

T = TypeVar("T")
Numbered = AsyncGenerator[tuple[int, T], None]
"""Outcomes, each with the number of its job, from 0. Closing it cancels the jobs that have none."""


async def as_they_come(awaitables: Sequence[Awaitable[T]]) -> Numbered[T]:
    """Yield the number and the result of each awaitable as soon as it has one.

    The others are cancelled if one raises, or if no more are asked for.
    """

    async def numbered(at: int, awaitable: Awaitable[T]) -> tuple[int, T]:
        return at, await awaitable

    tasks = [asyncio.ensure_future(numbered(at, one)) for at, one in enumerate(awaitables)]
    try:
        for finished in asyncio.as_completed(tasks):
            yield await finished
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # else the errors of the others would be logged


async def in_two_tries(
    run: Callable[..., Numbered[Any]], again: Callable[..., Numbered[Any]], function: Callable[..., Any],
    jobs: Sequence[Any],
) -> Numbered[Any]:  # fmt: skip
    """Yield the outcomes of `run(function, jobs)`, or of `again` for Failures that ask for a retry, at the end."""
    failed = list[int]()
    async with aclosing(run(function, jobs)) as outcomes:
        async for at, outcome in outcomes:
            if isinstance(outcome, Failure) and outcome.retry:
                failed.append(at)
            else:
                yield at, outcome
    if not failed:
        return
    failed.sort()
    async with aclosing(again(function, [jobs[at] for at in failed])) as outcomes:
        async for number, outcome in outcomes:
            yield failed[number], outcome


async def in_order(outcomes: Numbered[T]) -> list[T]:
    """Return all outcomes in the order of their jobs."""
    async with aclosing(outcomes):
        found = {at: outcome async for at, outcome in outcomes}
    return [found[at] for at in sorted(found)]
