"""Pages a minute of one Ray actor and of several: `python -m tests.benchmarks.ray_actors [--actors N]`.

Pages that wait 0.4 s show what handing out costs, on any machine: the best is as many times as there are actors. Pages
of the sample that are read keep a processor busy: with fewer processors than actors they are left out, with the reason.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from graph.settings import prepare_ray
from loaders.pages import jobs
from loaders.pages.cpu import cores
from loaders.types import Failure, PageJob
from tests.benchmarks.documents import SAMPLE
from tests.benchmarks.machine import described
from tests.ray_here import TOKEN, ray_cluster

_WAITS, _WAITING_PAGES = "__import__('time').sleep(.4)", 40
_READ_PAGES = 60


async def _rate(address: str, actors: int, function: Callable[[Any], Any], pages: Sequence[Any]) -> float:
    """Return the pages a minute that so many actors read, once all have started."""
    from loaders.pages.ray_pool import RayPool

    pool = RayPool(address, actors)
    try:
        await pool.map(eval, ["__import__('time').sleep(2)"] * actors)
        start = time.monotonic()
        found = await pool.map(function, pages)
        took = time.monotonic() - start
    finally:
        pool.close()
    assert not any(isinstance(one, Failure) for one in found)
    return len(pages) / took * 60


def _compare(address: str, what: str, actors: int, function: Callable[[Any], Any], pages: Sequence[Any]) -> None:
    one, more = (asyncio.run(_rate(address, number, function, pages)) for number in (1, actors))
    print(f"{what}: {one:.0f} pages a minute with 1 actor, {more:.0f} with {actors} ({more / one:.2f} times)")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--actors", type=int, default=4)
    actors = parser.parse_args().actors
    os.environ["RAY_AUTH_TOKEN"] = TOKEN
    prepare_ray()
    machine = described()
    print(f"{machine['cores']} cores, load {machine['load'][0]}, {machine['processor']}")
    with ray_cluster(actors) as address:
        _compare(address, "pages that wait", actors, eval, [_WAITS] * _WAITING_PAGES)
        if cores() >= actors:
            sample = [PageJob(str(SAMPLE), 1 + at % 6) for at in range(_READ_PAGES)]
            _compare(address, "pages that are read", actors, jobs.read, sample)
        else:
            print(f"pages that are read: skipped, since {actors} actors need as many cores, and there are {cores()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
