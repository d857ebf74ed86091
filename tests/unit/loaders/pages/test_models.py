from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from loaders.pages import ahead, templates
from loaders.pages.jobs import inspect
from loaders.pages.models import LAYOUT, OCR, ModelsWantedError, expect, expected, requests_allowed, want
from loaders.pages.pool import ProcessPagePool
from tests.conftest import SAMPLE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are spawned")

_MODELS = "__import__('loaders.pages.models', fromlist=['want'])"
_PARENT = "__import__('os').getppid()"
WANTS = f"({_MODELS}.want('layout'), sorted({_MODELS}._ProcessModels.loaded), {_PARENT})[1:]"
IS_TEXT_OPEN = "__import__('loaders.pdf.document', fromlist=['_cached_pages'])._cached_pages.cache_info().currsize"
_SHARED = "__import__('loaders.pages.shared_results', fromlist=['find_or_make'])"
MAKES = f"{_SHARED}.find_or_make('a.pdf', 3, lambda page: (page, __import__('os').getpid()))"
HAS_LAYOUT = "'pymupdf.layout' in __import__('sys').modules"


async def results(pool: ProcessPagePool, *jobs: str) -> list[Any]:
    return await pool.map(eval, jobs)


@pytest.fixture
def pool() -> Iterator[ProcessPagePool]:
    pool = ProcessPagePool(workers=2)
    yield pool
    pool.close()


def test_only_a_job_that_may_request_models_is_put_off() -> None:
    want(LAYOUT)
    with requests_allowed(), pytest.raises(ModelsWantedError) as asked:
        want(LAYOUT, soon=[OCR])
    assert asked.value.models == {LAYOUT, OCR}
    want(LAYOUT)


def test_a_file_says_once_what_its_pages_will_use() -> None:
    expect([OCR])
    expect((LAYOUT,))
    assert expected() == {LAYOUT, OCR}
    assert expected() == frozenset()


async def test_a_model_that_pages_want_is_loaded_once_for_all_processes(pool: ProcessPagePool) -> None:
    *found, plain = await results(pool, WANTS, WANTS, WANTS, _PARENT)
    loaded, parents = zip(*found, strict=True)
    assert list(loaded) == [["layout"]] * 3
    assert len({*parents}) == 1
    assert plain not in parents, "a job that wants nothing did not wait"
    assert await results(pool, HAS_LAYOUT, HAS_LAYOUT) == [True, True]
    pool.close()
    assert await results(pool, HAS_LAYOUT) == [False]


async def test_models_that_cannot_be_loaded_for_all_are_left_to_the_page(
    pool: ProcessPagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "LOAD_SECONDS", 0.0)
    assert [found[0] for found in await results(pool, WANTS, WANTS)] == [[], []]


async def test_processes_outlive_the_one_that_they_were_forked_from(pool: ProcessPagePool) -> None:
    ((_, parent),) = await results(pool, WANTS)
    os.kill(parent, signal.SIGKILL)
    while psutil.pid_exists(parent):
        await asyncio.sleep(0.02)
    found = [await results(pool, WANTS) for _ in range(2)]
    assert [loaded for ((loaded, _),) in found] == [["layout"]] * 2
    assert parent not in [other for ((_, other),) in found]


async def test_what_one_process_has_made_others_find(pool: ProcessPagePool) -> None:
    (maker,) = await results(pool, MAKES)
    assert await results(pool, *[MAKES] * 6) == [maker] * 6


async def test_what_a_file_needs_is_known_before_its_first_page_is_read(pool: ProcessPagePool) -> None:
    await pool.call(inspect, SAMPLE)
    assert OCR in pool._expected


async def test_what_the_first_file_needs_is_loaded_before_anyone_asks_for_the_pool(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("A note.")
    ahead.begin([str(tmp_path), "nowhere.pdf", str(tmp_path / "notes.txt")])
    pool, other = ahead.process_pool(), ahead.process_pool()
    try:
        while not pool._all._pool or pool._all._open:
            await asyncio.sleep(0.02)
        assert await results(pool, IS_TEXT_OPEN) == [1]
    finally:
        pool.close()
    assert other is not pool, "one pool is begun"
